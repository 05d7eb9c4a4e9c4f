"""All the SQL about permanent files."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import PermanentFile, ScanStatus

_P: Any = PermanentFile.__table__  # type: ignore[attr-defined]
_NEWER: Any = _P.alias("newer")

_SUCCEEDED = sa.exists().where(
    _NEWER.c.organisation_id == _P.c.organisation_id,
    _NEWER.c.kind == _P.c.kind,
    _NEWER.c.exercise.is_not_distinct_from(_P.c.exercise),
    _NEWER.c.number > _P.c.number,
    _NEWER.c.removed_at.is_(None),
)
_CURRENT = _P.c.removed_at.is_(None) & ~_SUCCEEDED
_SHOWN = (*_P.c, _CURRENT.label("current"))

ONE = sa.select(*_SHOWN).where(_P.c.id == bindparam("id"))


def listing(*, history: bool, one_kind: bool) -> Any:
    """An organisation's documents, newest first; those that serve today, or every version."""
    wanted = sa.select(*_SHOWN).where(_P.c.organisation_id == bindparam("organisation_id"), _P.c.id < bindparam("before"))
    wanted = wanted if history else wanted.where(_CURRENT)
    wanted = wanted.where(_P.c.kind == bindparam("kind")) if one_kind else wanted
    return wanted.order_by(_P.c.id.desc()).limit(bindparam("limit"))


LISTINGS = {
    (history, one_kind): listing(history=history, one_kind=one_kind) for history in (False, True) for one_kind in (False, True)
}


async def get(session: AsyncSession, file_id: UUID, *, lock: bool = False) -> PermanentFile | None:
    return await session.get(PermanentFile, file_id, with_for_update=lock or None, populate_existing=lock)


async def current(session: AsyncSession, organisation_id: UUID) -> list[PermanentFile]:
    wanted = select(PermanentFile).where(_P.c.organisation_id == organisation_id, _CURRENT).order_by(_P.c.id)
    return list((await session.exec(wanted)).all())


async def take(session: AsyncSession, organisation_id: UUID) -> None:
    """One act at a time on what an organisation keeps: the next number is nobody else's."""
    await alone(session, f"permanent:{organisation_id}")


async def last_number(session: AsyncSession, organisation_id: UUID, kind: str, exercise: int | None) -> int:
    same = (_P.c.organisation_id == organisation_id, _P.c.kind == kind, _P.c.exercise.is_not_distinct_from(exercise))
    return int((await execute(session, sa.select(sa.func.coalesce(sa.func.max(_P.c.number), 0)).where(*same))).scalar_one())


async def count(session: AsyncSession, organisation_id: UUID) -> int:
    kept = sa.select(sa.func.count()).where(_P.c.organisation_id == organisation_id, _P.c.removed_at.is_(None))
    return int((await execute(session, kept)).scalar_one())


async def waiting(session: AsyncSession, limit: int) -> list[UUID]:
    found = sa.select(_P.c.id).where(_P.c.status == ScanStatus.WAITING_SCAN).order_by(_P.c.id).limit(limit)
    return list((await execute(session, found)).scalars())


#: Documents somebody added.
ADDED = (
    sa.select(_P.c.organisation_id, _P.c.kind, _P.c.exercise, _P.c.name, _P.c.added_at)
    .where(_P.c.added_by == bindparam("account_id", type_=sa.Uuid))
    .order_by(_P.c.id)
)


async def of_organisations(session: AsyncSession, organisation_ids: Sequence[UUID]) -> list[PermanentFile]:
    """Every version, locked."""
    found = select(PermanentFile).where(_P.c.organisation_id.in_(organisation_ids)).order_by(_P.c.id)
    return list((await session.exec(found.with_for_update())).all())
