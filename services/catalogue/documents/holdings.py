"""Whole holdings, read by batches with flat memory: what anyone may read, or everything of one centre for those who keep it.

What anyone may ask is read page after page, and no connection is held between two: a crowd of slow readers takes none from the others.
"""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Database, Row, fetch
from services.common.streams import rows_of

from . import holdings_repository

#: A document may weigh some megabytes, and a document with all its versions as many times that.
_FACES_AT_ONCE, _HOLDINGS_AT_ONCE, _ADDRESSES_AT_ONCE = 100, 20, 5_000
BEFORE_ALL = UUID(int=0)


async def public_page(
    reader: AsyncConnection[Any], *, centre_id: UUID | None, after_id: UUID, limit: int, now: datetime
) -> list[Row]:
    """Faces of at most `limit` documents that anyone may read, oldest first, after an id."""
    asked = {"centre_id": centre_id, "after_id": after_id, "limit": limit, "now": now}
    return await fetch(reader, holdings_repository.PUBLIC_PAGE, asked)


async def public_faces(database: Database, *, centre_id: UUID | None, now: datetime) -> AsyncGenerator[list[Row], None]:
    """The same, all of them by batches."""
    rows = [{"id": BEFORE_ALL}]
    while rows:
        async with database.readers.connection() as reader:
            rows = await public_page(reader, centre_id=centre_id, after_id=rows[-1]["id"], limit=_FACES_AT_ONCE, now=now)
        if rows:
            yield rows


async def public_addresses(database: Database, *, first_id: UUID, most: int, now: datetime) -> AsyncGenerator[list[Row], None]:
    """`id`, `reference` and `datestamp` of at most `most` of them from an id on, by batches."""
    asked: dict[str, Any] = {"centre_id": None, "now": now}
    first: UUID | None = first_id
    while first is not None and most > 0:
        async with database.readers.connection() as reader:
            limit = min(most, _ADDRESSES_AT_ONCE)
            rows = await fetch(reader, holdings_repository.PUBLIC_ADDRESSES, {**asked, "first_id": first, "limit": limit})
        if rows:
            yield rows
        most -= len(rows)
        first = UUID(int=rows[-1]["id"].int + 1) if len(rows) == limit else None


async def public_parts(reader: AsyncConnection[Any], *, size: int, now: datetime) -> list[Row]:
    """`first_id` and latest `datestamp` of each run of `size` of them."""
    return await fetch(reader, holdings_repository.PUBLIC_PARTS, {"centre_id": None, "size": size, "now": now})


async def of_centre(connection: AsyncConnection[Any], centre_id: UUID) -> AsyncGenerator[list[Row], None]:
    """Every document of the centre with its working copy and all its versions, at one instant: the connection is in a transaction.

    Who may is asked before (`centres.service.kept_by`)."""
    holding = rows_of(connection, holdings_repository.HOLDING, {"centre_id": centre_id}, size=_HOLDINGS_AT_ONCE)
    async with aclosing(holding) as batches:
        async for rows in batches:
            yield rows
