"""All the SQL about awards. Every reading starts from what the caller's organisations may see."""

from collections.abc import Sequence
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from ..dossiers import instruction
from .models import Award

_A: Any = Award.__table__  # type: ignore[attr-defined]
_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))

#: An award is its holder's, its funder's, and the contract team's to see.
_VISIBLE = sa.or_(
    _A.c.holder_id == sa.any_(_ORGANISATIONS),
    _A.c.successor_id == sa.any_(_ORGANISATIONS),
    _A.c.funder_id == sa.any_(_ORGANISATIONS),
    _A.c.lead_organisation_id == sa.any_(_ORGANISATIONS),
)

FILTERS: dict[str, Any] = {
    **{
        name: _A.c[name] == bindparam(name, type_=sa.Uuid)
        for name in ("campaign_id", "dossier_id", "funder_id", "holder_id", "cpo_id")
    },
    "year": _A.c.year == bindparam("year", type_=sa.Integer),
    "status": _A.c.status.cast(sa.String) == sa.any_(bindparam("status", type_=ARRAY(sa.String))),
}

ONE = sa.select(*_A.c).where(_A.c.id == bindparam("award_id"), _VISIBLE)


@lru_cache(maxsize=128)
def listing(filters: frozenset[str]) -> Any:
    """Awards the caller's organisations may see, latest first, after a keyset cursor."""
    kept = (FILTERS[name] for name in sorted(filters))
    wanted = sa.select(*_A.c).where(_VISIBLE, _A.c.id < bindparam("before"), *kept)
    return wanted.order_by(_A.c.id.desc()).limit(bindparam("limit"))


async def get(session: AsyncSession, award_id: UUID, *, lock: bool = False) -> Award | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    return await session.get(Award, award_id, with_for_update=lock or None, populate_existing=lock)


async def of_request(session: AsyncSession, request_id: UUID) -> Award | None:
    return (await session.exec(select(Award).where(Award.request_id == request_id))).one_or_none()


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.dossier_id == dossier_id).order_by(_A.c.id))).all())


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    wanted = select(Award).where(Award.funder_id == funder_id, Award.holder_id == holder_id, Award.year == year)
    return list((await session.exec(wanted.order_by(_A.c.id))).all())


async def many(session: AsyncSession, award_ids: Sequence[UUID]) -> list[Award]:
    return list((await session.exec(select(Award).where(_A.c.id.in_(award_ids)).order_by(_A.c.id))).all())


async def of_cpo(session: AsyncSession, cpo_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.cpo_id == cpo_id).order_by(_A.c.year, _A.c.id))).all())


_GRANTED = (
    "id", "dossier_id", "campaign_id", "contract_id", "funder_id", "holder_id", "year", "budget_line", "reference", "title", "holder_name",
    "granted_cents", "paid_cents", "agreement_required", "agreed_at", "notified_at", "first_paid_on", "paid_on", "pay_before_on",
)  # fmt: skip
_FACE = instruction.face().subquery("face")

#: Grants that stand (one amended down to nothing does not), with what publications tell of their dossier.
GRANTS = (
    sa.select(*(_A.c[name] for name in _GRANTED), *(column for column in _FACE.c if column.name != "id"))
    .join(_FACE, _FACE.c.id == _A.c.dossier_id)
    .where(_A.c.granted_cents > 0)
)

_FIRST_BY_YEAR = (
    sa.select(_A.c.funder_id, _A.c.year, sa.func.min(sa.func.coalesce(_A.c.agreed_at, _A.c.notified_at)).label("first_at"))
    .where(_A.c.granted_cents > 0)
    .group_by(_A.c.funder_id, _A.c.year)
    .order_by(_A.c.funder_id, _A.c.year)
)


async def first_by_year(session: AsyncSession) -> list[Row]:
    return await fetch_in(session, _FIRST_BY_YEAR, {})
