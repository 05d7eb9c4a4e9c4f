"""Whole holdings, read by batches with flat memory: what anyone may read, or everything of one centre for those who keep it."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Row, fetch
from services.common.streams import rows_of

from . import holdings_repository

#: A document may weigh some megabytes, and a document with all its versions as many times that.
_FACES_AT_ONCE, _HOLDINGS_AT_ONCE = 100, 20


async def public_faces(
    connection: AsyncConnection[Any], *, centre_id: UUID | None, now: datetime
) -> AsyncGenerator[list[Row], None]:
    """Faces of all that anyone may read, oldest first. The connection is in a transaction."""
    asked = {"centre_id": centre_id, "now": now}
    async with aclosing(rows_of(connection, holdings_repository.PUBLIC_FACES, asked, size=_FACES_AT_ONCE)) as batches:
        async for rows in batches:
            yield rows


async def public_page(
    reader: AsyncConnection[Any], *, centre_id: UUID | None, after_id: UUID, limit: int, now: datetime
) -> list[Row]:
    """The same by pages."""
    asked = {"centre_id": centre_id, "after_id": after_id, "limit": limit, "now": now}
    return await fetch(reader, holdings_repository.PUBLIC_PAGE, asked)


async def public_addresses(
    connection: AsyncConnection[Any], *, first_id: UUID, limit: int, now: datetime
) -> AsyncGenerator[list[Row], None]:
    """`reference` and `datestamp` of at most `limit` of them from an id on. The connection is in a transaction."""
    asked = {"centre_id": None, "first_id": first_id, "limit": limit, "now": now}
    async with aclosing(rows_of(connection, holdings_repository.PUBLIC_ADDRESSES, asked, size=5_000)) as batches:
        async for rows in batches:
            yield rows


async def public_parts(reader: AsyncConnection[Any], *, size: int, now: datetime) -> list[Row]:
    """`first_id` and latest `datestamp` of each run of `size` of them."""
    return await fetch(reader, holdings_repository.PUBLIC_PARTS, {"centre_id": None, "size": size, "now": now})


async def of_centre(connection: AsyncConnection[Any], centre_id: UUID) -> AsyncGenerator[list[Row], None]:
    """Every document of the centre with its working copy and all its versions. Who may is asked before (`centres.service.kept_by`)."""
    async with aclosing(
        rows_of(connection, holdings_repository.HOLDING, {"centre_id": centre_id}, size=_HOLDINGS_AT_ONCE)
    ) as batches:
        async for rows in batches:
            yield rows
