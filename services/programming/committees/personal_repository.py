"""The SQL of what sessions hold of people."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import JSONB, JSONPATH
from sqlmodel import col, select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.personal_data import ANONYMOUS, Who

from .models import AgendaItem, Committee, Deport

_C: Any = Committee.__table__  # type: ignore[attr-defined]
_A: Any = AgendaItem.__table__  # type: ignore[attr-defined]
_P: Any = Deport.__table__  # type: ignore[attr-defined]

#: Sessions where an account was noted around the table: `around` is the JSON of `[{"account_id": …}]`.
SAT = (
    sa.select(_C.c.id, _C.c.title, _C.c.starts_at)
    .where(_C.c.attendance.op("@>")(bindparam("around", type_=JSONB)))
    .order_by(_C.c.id)
)
#: Dossiers an account stepped out for.
STEPPED_OUT = (
    sa.select(_P.c.committee_id, _P.c.dossier_id, _P.c.interest, _P.c.declared_at, _P.c.withdrawn_at)
    .where(_P.c.account_id == bindparam("account_id", type_=sa.Uuid))
    .order_by(_P.c.id)
)


#: Somebody's name, in an attendance.
_SOMEBODY = f'$[*].person ? (@ != "" && @ != "{ANONYMOUS}")'


def _around(**said: str) -> Any:
    return _C.c.attendance.op("@>")(sa.literal([said], JSONB))


async def concerned(session: AsyncSession, who: Who) -> list[UUID]:
    account = str(who.account_id)
    out = sa.exists().where(
        _P.c.committee_id == _C.c.id,
        sa.or_(_P.c.account_id == who.account_id, _P.c.organisation_id.in_(who.organisation_ids)),
    )
    sat = [_around(account_id=account), *(_around(organisation_id=str(each)) for each in who.organisation_ids)]
    return list((await execute(session, sa.select(_C.c.id).where(sa.or_(out, *sat)).order_by(_C.c.id))).scalars())


async def about(session: AsyncSession, dossier_ids: Sequence[UUID]) -> list[UUID]:
    """Sessions with some of these dossiers on their agenda."""
    asked = sa.select(_A.c.committee_id).where(_A.c.dossier_id.in_(dossier_ids)).distinct()
    return list((await execute(session, asked)).scalars())


async def locked(session: AsyncSession, committee_ids: Sequence[UUID]) -> list[Committee]:
    found = select(Committee).where(col(Committee.id).in_(committee_ids)).order_by(col(Committee.id))
    return list((await session.exec(found.with_for_update())).all())


async def deports(session: AsyncSession, committee_id: UUID) -> list[Deport]:
    """All of a session's, locked."""
    found = select(Deport).where(Deport.committee_id == committee_id).order_by(col(Deport.id))
    return list((await session.exec(found.with_for_update())).all())


async def named_before(session: AsyncSession, before: datetime, limit: int) -> list[Committee]:
    """Sessions before then that still name somebody, locked."""
    named = sa.func.jsonb_path_exists(_C.c.attendance, sa.cast(_SOMEBODY, JSONPATH))
    told = sa.exists().where(
        _P.c.committee_id == _C.c.id,
        sa.or_(_P.c.interest != "", sa.and_(_P.c.person != "", ~_P.c.person.startswith(ANONYMOUS))),
    )
    found = select(Committee).where(_C.c.starts_at < before, sa.or_(named, told)).order_by(col(Committee.id)).limit(limit)
    return list((await session.exec(found.with_for_update(skip_locked=True))).all())
