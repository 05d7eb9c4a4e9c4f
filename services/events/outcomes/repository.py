"""All the SQL about outcomes."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import Outcome, ToldPublication

_O: Any = Outcome.__table__  # type: ignore[attr-defined]
_T: Any = ToldPublication.__table__  # type: ignore[attr-defined]

LISTING = (
    sa.select(*_O.c)
    .where(_O.c.event_id == bindparam("event_id", type_=sa.Uuid), _O.c.id > bindparam("after_id", type_=sa.Uuid))
    .order_by(_O.c.id)
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, outcome_id: UUID, *, lock: bool = False) -> Outcome | None:
    asked = select(Outcome).where(Outcome.id == outcome_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def of_document(session: AsyncSession, event_id: UUID, document_id: UUID) -> Outcome | None:
    asked = select(Outcome).where(Outcome.event_id == event_id, Outcome.document_id == document_id)
    return (await session.exec(asked.with_for_update())).first()


async def untold(session: AsyncSession, most: int) -> list[Outcome]:
    """Outcomes the catalogue has not taken yet, oldest first; those another worker is telling are left to it."""
    asked = select(Outcome).where(_O.c.told_at.is_(None)).order_by(_O.c.id).limit(most)
    return list((await session.exec(asked.with_for_update(skip_locked=True))).all())


async def mark_told(session: AsyncSession, row: Row) -> bool:
    """False when registrants were told of that document before."""
    return (await execute(session, upsert(_T).values(row).on_conflict_do_nothing())).rowcount == 1
