"""All the SQL about the organisations documents name."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import Document, KnownOrganisation

_O: Any = KnownOrganisation.__table__  # type: ignore[attr-defined]
_D: Any = Document.__table__  # type: ignore[attr-defined]

_NAMES = sa.select(_O.c.id, _O.c.name).where(_O.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))))


async def keep(session: AsyncSession, row: Row) -> Row | None:
    """Write the latest word; what was known before it (`name`, `version`), all None when nothing was.

    None when something newer, or an erasure, is known: nothing is written.
    """
    known = (await execute(session, sa.select(*_O.c).where(_O.c.id == row["id"]).with_for_update())).mappings().first()
    insert = upsert(_O).values(row)
    latest = {name: insert.excluded[name] for name in row if name != "id"}
    newer = sa.or_(_O.c.version <= insert.excluded.version, insert.excluded.erased)
    written = await execute(
        session,
        insert.on_conflict_do_update(index_elements=[_O.c.id], set_=latest, where=sa.and_(~_O.c.erased, newer)),
    )
    if written.rowcount == 0:
        return None
    return dict(known) if known is not None else dict.fromkeys(_O.c.keys())


async def names(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, str]:
    rows = await fetch_in(session, _NAMES, {"ids": list(ids)})
    return {row["id"]: row["name"] for row in rows}


async def naming(session: AsyncSession, organisation_id: UUID, *, after: UUID | None, limit: int) -> list[UUID]:
    """Documents that name an organisation, in the working copy or any version, in the order of their ids."""
    found = sa.select(_D.c.id).where(_D.c.organisation_ids.contains([organisation_id]))
    if after is not None:
        found = found.where(_D.c.id > after)
    return list((await execute(session, found.order_by(_D.c.id).limit(limit))).scalars())
