"""All the SQL about what is known of organisations."""

from collections.abc import Iterable
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch_in, together

from .models import KnownOrganisation

_O: Any = KnownOrganisation.__table__  # type: ignore[attr-defined]

_ONE = sa.select(*_O.c).where(_O.c.id == bindparam("id"))


async def hold(session: AsyncSession, organisation_ids: Iterable[UUID]) -> None:
    """Nobody opens a dossier for them until this transaction ends; taken in the order of their ids."""
    for organisation_id in sorted(set(organisation_ids)):
        await alone(session, f"organisation:{organisation_id}")


async def hold_lines(session: AsyncSession) -> None:
    """Who succeeds whom is rewritten by one transaction at a time: each sees the whole of what the others wrote."""
    await alone(session, "organisations:lines")


async def share(session: AsyncSession, organisation_id: UUID) -> None:
    """What is known of it stays so until this transaction ends."""
    await together(session, f"organisation:{organisation_id}")


async def one(session: AsyncSession, organisation_id: UUID) -> Row | None:
    found = await fetch_in(session, _ONE, {"id": organisation_id})
    return found[0] if found else None


async def keep(session: AsyncSession, row: Row) -> None:
    """The latest word about an organisation, held by the caller."""
    insert = upsert(_O).values(row)
    latest = {name: insert.excluded[name] for name in row if name != "id"}
    await execute(session, insert.on_conflict_do_update(index_elements=[_O.c.id], set_=latest))


async def line(session: AsyncSession, organisation_id: UUID) -> list[UUID]:
    """Who took over from it, then from that one, and so on to the last.

    Events of two organisations come in any order: what is known may draw a circle for a moment, which is cut.
    """
    found = [organisation_id]
    while (known := await one(session, found[-1])) and known["successor_id"] and known["successor_id"] not in found:
        found.append(known["successor_id"])
    return found[1:]


async def upstream(session: AsyncSession, organisation_id: UUID) -> list[UUID]:
    """Itself, those it took over from, those they took over from, and so on."""
    found = [organisation_id]
    for each in found:
        before = (await execute(session, sa.select(_O.c.id).where(_O.c.successor_id == each).order_by(_O.c.id))).scalars()
        found += [one for one in before if one not in found]
    return found
