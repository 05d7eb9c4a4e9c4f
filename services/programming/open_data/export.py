"""From a funder's awards to the bytes of its file: read by batches from the server, written by batches, never whole in memory."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import Database
from services.common.streams import borrowed, rows_of

from . import repository, rules
from .rules import Attribuant, Grant

_BEFORE_ALL = UUID(int=0)


@dataclass
class Tally:
    """What went by while a file was written."""

    rows: int = 0
    left_out: int = 0
    granted_cents: int = 0
    contract_ids: set[UUID] = field(default_factory=set)


async def grants_of(
    connection: AsyncConnection[Any], funder_id: UUID, year: int | None = None, *, after: UUID = _BEFORE_ALL
) -> AsyncGenerator[list[Grant], None]:
    """A funder's grants by batches, oldest first, of one year or of all. The connection is in a transaction."""
    values: dict[str, Any] = {"funder_id": funder_id, "after": after} | ({} if year is None else {"year": year})
    async with aclosing(rows_of(connection, repository.grants(of_year=year is not None), values)) as batches:
        async for rows in batches:
            yield [Grant(**row) for row in rows]


async def subsidies(
    connection: AsyncConnection[Any], attribuant: Attribuant, funder_id: UUID, year: int, tally: Tally
) -> AsyncGenerator[bytes, None]:
    """The SCDL file of a funder and a year. The first chunk comes after the first batch was read."""
    head = rules.HEADER
    async with aclosing(grants_of(connection, funder_id, year)) as batches:
        async for grants in batches:
            yield head + _lines(grants, attribuant, tally)
            head = b""
    if head:
        yield head


def _lines(grants: list[Grant], attribuant: Attribuant, tally: Tally) -> bytes:
    written = []
    for grant in grants:
        row = rules.row(grant, attribuant)
        if row is None:
            tally.left_out += 1
            continue
        tally.rows += 1
        tally.granted_cents += grant.granted_cents
        tally.contract_ids.add(grant.contract_id)
        written.append(row)
    return rules.csv_lines(written)


async def live_subsidies(database: Database, attribuant: Attribuant, funder_id: UUID, year: int) -> AsyncGenerator[bytes, None]:
    """The same, as it stands now, on a reading connection that is given back when the last chunk has left or its reader has."""
    async with borrowed(database) as connection, aclosing(subsidies(connection, attribuant, funder_id, year, Tally())) as chunks:
        async for chunk in chunks:
            yield chunk
