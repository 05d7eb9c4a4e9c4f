"""All the SQL about printed agendas and minutes."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import PaperKind, SessionPaper

_P: Any = SessionPaper.__table__  # type: ignore[attr-defined]
_SHOWN = [column for column in _P.c if column.name != "data"]

LISTING = (
    sa.select(*_SHOWN)
    .where(_P.c.committee_id == bindparam("committee_id"), _P.c.id < bindparam("before"))
    .order_by(_P.c.id.desc())
    .limit(bindparam("limit"))
)


async def get(session: AsyncSession, paper_id: UUID, *, lock: bool = False) -> SessionPaper | None:
    return await session.get(SessionPaper, paper_id, with_for_update=lock or None, populate_existing=lock)


async def last_number(session: AsyncSession, committee_id: UUID, kind: PaperKind) -> int:
    wanted = select(sa.func.coalesce(sa.func.max(_P.c.number), 0)).where(_P.c.committee_id == committee_id, _P.c.kind == kind)
    return int((await session.exec(wanted)).one())


async def last_edition(session: AsyncSession, committee_id: UUID) -> int:
    wanted = select(sa.func.coalesce(sa.func.max(_P.c.edition), 0)).where(_P.c.committee_id == committee_id)
    return int((await session.exec(wanted)).one())


async def of_sessions(session: AsyncSession, committee_ids: Sequence[UUID]) -> list[SessionPaper]:
    """Every printing of these sessions' papers, locked."""
    found = select(SessionPaper).where(_P.c.committee_id.in_(committee_ids)).order_by(_P.c.id)
    return list((await session.exec(found.with_for_update())).all())
