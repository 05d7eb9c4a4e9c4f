"""Many rows, little memory: a cursor on the server, an answer written while it is read."""

from collections.abc import AsyncGenerator, AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from typing import Any

from fastapi.responses import StreamingResponse
from psycopg import AsyncConnection
from psycopg.rows import dict_row
from sqlalchemy import Executable
from starlette.types import Receive, Scope, Send

from .db import Database, Row, compiled
from .ids import new_id

#: Rows held in memory at a time.
BATCH = 500


async def rows_of(
    connection: AsyncConnection[Any], statement: Executable, parameters: Mapping[str, Any], *, size: int = BATCH
) -> AsyncGenerator[list[Row], None]:
    """Rows of a `compiled` statement by batches. The connection is in a transaction, which is what a cursor lives in."""
    ready = compiled(statement)
    async with connection.cursor(name=f"rows_{new_id().hex}", row_factory=dict_row) as cursor:
        await cursor.execute(ready.sql, {**ready.constants, **parameters}, binary=True)
        while rows := await cursor.fetchmany(size):
            yield rows


@asynccontextmanager
async def borrowed(database: Database) -> AsyncIterator[AsyncConnection[Row]]:
    """A reading connection in a transaction, given back at the end of the block whatever ends it."""
    async with database.readers.connection() as connection, connection.transaction():
        yield connection


class _Streamed(StreamingResponse):
    def __init__(self, first: bytes, chunks: AsyncGenerator[bytes, None], headers: Mapping[str, str], media_type: str) -> None:
        self._chunks = chunks

        async def body() -> AsyncIterator[bytes]:
            yield first
            async for chunk in chunks:
                yield chunk

        super().__init__(body(), headers=dict(headers), media_type=media_type)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        # A client that leaves abandons the body where it is: what it holds is given back here, not when memory is swept.
        async with aclosing(self._chunks):
            await super().__call__(scope, receive, send)


async def streamed(chunks: AsyncGenerator[bytes, None], *, media_type: str, headers: Mapping[str, str]) -> StreamingResponse:
    """The answer, once its first chunk is made: what fails before it is still answered as a problem."""
    try:
        first = await anext(chunks)
    except BaseException:
        await chunks.aclose()
        raise
    return _Streamed(first, chunks, headers, media_type)
