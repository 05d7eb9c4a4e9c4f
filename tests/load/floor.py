"""The floor: a bare Starlette route, the service's own SQL through raw psycopg, orjson, nobody signed in.

`python -m tests.load.floor <port>`, with `PROGRAMMING_DATABASE_URL` as the service has it.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import uvicorn
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from psycopg.types.json import set_json_loads
from psycopg_pool import AsyncConnectionPool
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from services.common.db import compiled
from services.programming.dossiers import couples, repository

#: The filters of the funder's list in this benchmark.
FILTERS = ("campaign_id", "status", "nature")

Pool = AsyncConnectionPool[AsyncConnection[dict[str, Any]]]


async def _configure(connection: AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


def create_app(conninfo: str) -> Starlette:
    options = {"autocommit": True, "prepare_threshold": 1, "row_factory": dict_row}
    pool: Pool = AsyncConnectionPool(conninfo, min_size=1, max_size=10, open=False, configure=_configure, kwargs=options)
    filtered, filtered_constants, _ = compiled(repository.listing(frozenset(FILTERS), "-created_at", False))
    plain, plain_constants, _ = compiled(repository.listing(frozenset(), "-created_at", False))
    one, one_constants, _ = compiled(repository.ONE)
    matrix, matrix_constants, _ = compiled(couples.matrix(False))

    async def rows(sql: str, parameters: dict[str, Any]) -> Response:
        async with pool.connection() as connection:
            found = await (await connection.execute(sql.encode(), parameters)).fetchall()
        return Response(orjson.dumps(found), media_type="application/json")

    async def list_filtered(request: Request) -> Response:
        query = request.query_params
        values = {
            "campaign_id": UUID(query["campaign_id"]),
            "status": query.getlist("status"),
            "nature": query.getlist("nature"),
            "organisations": [UUID(query["organisation"])],
            "limit": 21,
        }
        return await rows(filtered, {**filtered_constants, **values})

    async def list_plain(request: Request) -> Response:
        organisations = [UUID(request.query_params["organisation"])]
        return await rows(plain, {**plain_constants, "organisations": organisations, "limit": 21})

    async def get(request: Request) -> Response:
        values = {"dossier_id": UUID(request.path_params["id"]), "organisations": [UUID(request.query_params["organisation"])]}
        return await rows(one, {**one_constants, **values})

    async def coverage(request: Request) -> Response:
        campaigns = [UUID(one) for one in request.query_params.getlist("campaign")]
        return await rows(matrix, {**matrix_constants, "campaigns": campaigns, "silent": []})

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    routes = [
        Route("/filtered", list_filtered),
        Route("/plain", list_plain),
        Route("/dossiers/{id}", get),
        Route("/coverage", coverage),
    ]
    return Starlette(routes=routes, lifespan=lifespan)


if __name__ == "__main__":
    app = create_app(os.environ["PROGRAMMING_DATABASE_URL"])
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="error")
