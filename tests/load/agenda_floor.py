"""The floor of the agenda: a bare Starlette route, the service's own SQL through raw psycopg, orjson, nobody signed in.

`python -m tests.load.agenda_floor <port>`, with `EVENTS_DATABASE_URL` as the service has it.
"""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date
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
from services.events.agenda import repository

#: Parameters by the statement's names, and something to explain a plan with.
FILTERS = {"territory": "territories", "theme": "themes", "audience": "audiences", "format": "formats"}
VALUES: dict[str, Any] = {
    **{"territories": ["D3"], "themes": ["t3"], "audiences": ["state"], "network_ids": [UUID(int=1)]},
    **{"document": '[{"document_id": "00000000-0000-0000-0000-000000000001"}]', "after_id": UUID(int=0)},
}

Pool = AsyncConnectionPool[AsyncConnection[dict[str, Any]]]


async def _configure(connection: AsyncConnection[Any]) -> None:
    set_json_loads(orjson.loads, connection)


def create_app(conninfo: str) -> Starlette:
    options = {"autocommit": True, "prepare_threshold": 1, "row_factory": dict_row}
    pool: Pool = AsyncConnectionPool(conninfo, min_size=1, max_size=10, open=False, configure=_configure, kwargs=options)

    async def agenda(request: Request) -> Response:
        query = request.query_params
        values = {name: query.getlist(parameter) for parameter, name in FILTERS.items() if parameter in query}
        ready = compiled(repository.listing(frozenset(values), False))
        after = {"after_on": date.fromisoformat(query["since"]), "after_id": UUID(int=0), "limit": 21}
        async with pool.connection() as connection:
            found = await (await connection.execute(ready.sql.encode(), {**ready.constants, **values, **after})).fetchall()
        return Response(orjson.dumps(found), media_type="application/json")

    @asynccontextmanager
    async def lifespan(_: Starlette) -> AsyncIterator[None]:
        async with pool:
            yield

    return Starlette(routes=[Route("/agenda", agenda)], lifespan=lifespan)


if __name__ == "__main__":
    app = create_app(os.environ["EVENTS_DATABASE_URL"])
    uvicorn.run(app, port=int(sys.argv[1]), loop="uvloop", http="httptools", access_log=False, log_level="error")
