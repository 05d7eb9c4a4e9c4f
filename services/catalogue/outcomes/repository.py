"""All the SQL about outcomes of events."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import EventNews, EventOutcome, OutcomeState

_O: Any = EventOutcome.__table__  # type: ignore[attr-defined]
_N: Any = EventNews.__table__  # type: ignore[attr-defined]


async def keep(session: AsyncSession, row: Row) -> bool:
    """False when the outcome was told already."""
    return (await execute(session, upsert(_O).values(row).on_conflict_do_nothing())).rowcount == 1


async def outcome(session: AsyncSession, outcome_id: UUID) -> EventOutcome | None:
    """Locked."""
    asked = select(EventOutcome).where(_O.c.outcome_id == outcome_id)
    return (await session.exec(asked.with_for_update().execution_options(populate_existing=True))).first()


async def waiting(session: AsyncSession, limit: int) -> list[UUID]:
    found = sa.select(_O.c.outcome_id).where(_O.c.state == OutcomeState.WAITING).order_by(_O.c.outcome_id).limit(limit)
    return list((await execute(session, found)).scalars())


async def news_of(session: AsyncSession, document_id: UUID) -> Sequence[EventNews]:
    asked = select(EventNews).where(_N.c.document_id == document_id).order_by(_N.c.event_id)
    return (await session.exec(asked.with_for_update().execution_options(populate_existing=True))).all()


async def untold(session: AsyncSession, most: int) -> list[EventNews]:
    """What events have not taken yet, oldest first; what another worker is telling is left to it."""
    asked = select(EventNews).where(_N.c.told_at.is_(None)).order_by(_N.c.outbox_id).limit(most)
    return list((await session.exec(asked.with_for_update(skip_locked=True))).all())


async def forget_organisation(session: AsyncSession, organisation_id: UUID, name: str) -> None:
    """What its network told no longer bears its name."""
    told = sa.func.jsonb_set(_O.c.told, sa.cast(["network_name"], ARRAY(sa.Text)), sa.func.to_jsonb(sa.cast(name, sa.Text)))
    its = _O.c.told["network_organisation_id"].astext == str(organisation_id)
    await execute(session, sa.update(_O).where(its).values(told=told))
