"""All the SQL about CPOs. Every reading starts from who is a party: the holder, a funder, the contract's team."""

from collections.abc import Sequence
from datetime import date
from functools import lru_cache
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, array
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch_in

from .models import (
    Cpo,
    CpoAmendment,
    CpoAmendmentStatus,
    CpoFunder,
    CpoReport,
    CpoReportAnswer,
    CpoStatus,
    CpoTranche,
    CpoYear,
    TrancheState,
)

_C: Any = Cpo.__table__  # type: ignore[attr-defined]
_F: Any = CpoFunder.__table__  # type: ignore[attr-defined]
_Y: Any = CpoYear.__table__  # type: ignore[attr-defined]
_T: Any = CpoTranche.__table__  # type: ignore[attr-defined]
_P: Any = CpoReport.__table__  # type: ignore[attr-defined]
_A: Any = CpoReportAnswer.__table__  # type: ignore[attr-defined]
_M: Any = CpoAmendment.__table__  # type: ignore[attr-defined]

_ORGANISATIONS = bindparam("organisations", type_=ARRAY(sa.Uuid))
_TODAY = bindparam("today", type_=sa.Date)

#: A funder that left, or a holder that another took over from, goes on reading what it was party to.
VISIBLE = sa.or_(
    _C.c.holder_id == sa.any_(_ORGANISATIONS),
    _C.c.successor_id == sa.any_(_ORGANISATIONS),
    _C.c.lead_organisation_id == sa.any_(_ORGANISATIONS),
    sa.exists().where(_F.c.cpo_id == _C.c.id, _F.c.funder_id == sa.any_(_ORGANISATIONS)),
)

_ON_ITS_WAY = sa.or_(*(_C.c.status == status for status in (CpoStatus.SIGNED, CpoStatus.IN_FORCE)))
#: The status as people are told it (`rules.status_at`).
TOLD = sa.case(
    (_ON_ITS_WAY & (_C.c.ends_on < _TODAY), sa.literal(CpoStatus.ENDED.value)),
    (_ON_ITS_WAY & (_C.c.starts_on <= _TODAY), sa.literal(CpoStatus.IN_FORCE.value)),
    else_=_C.c.status.cast(sa.String),
)

_NEXT = _C.alias("next")
_RENEWED = sa.exists().where(_NEXT.c.renews_id == _C.c.id, _NEXT.c.status != CpoStatus.TERMINATED)
_DUE = _C.c.renewal_noted_at.is_not(None) & ~_RENEWED

FILTERS: dict[str, Any] = {
    "contract_id": _C.c.contract_id == bindparam("contract_id", type_=sa.Uuid),
    "holder_id": sa.or_(*(column == bindparam("holder_id", type_=sa.Uuid) for column in (_C.c.holder_id, _C.c.successor_id))),
    "funder_id": sa.exists().where(_F.c.cpo_id == _C.c.id, _F.c.funder_id == bindparam("funder_id", type_=sa.Uuid)),
    "year": sa.exists().where(_Y.c.cpo_id == _C.c.id, _Y.c.year == bindparam("year", type_=sa.Integer)),
    "status": sa.any_(bindparam("status", type_=ARRAY(sa.String))) == TOLD,
    "renewal_due": bindparam("renewal_due", type_=sa.Boolean) == _DUE,
}


@lru_cache(maxsize=128)
def listing(filters: frozenset[str]) -> Any:
    """CPOs the caller's organisations are party to, latest first, after a keyset cursor."""
    columns = [column for column in _C.c if column.name != "status"]
    shown = sa.select(*columns, TOLD.label("status"), _C.c.holder["name"].astext.label("holder_name"))
    kept = (FILTERS[name] for name in sorted(filters))
    return shown.where(VISIBLE, _C.c.id < bindparam("before"), *kept).order_by(_C.c.id.desc()).limit(bindparam("limit"))


#: Whether the caller is a party, and whose act it would be.
SEEN = sa.select(_C.c.id, _C.c.holder_id, _C.c.successor_id).where(_C.c.id == bindparam("cpo_id"), VISIBLE)

AMENDMENTS = sa.select(*_M.c).where(_M.c.cpo_id == bindparam("cpo_id")).order_by(_M.c.number)


async def get(session: AsyncSession, cpo_id: UUID, *, lock: bool = False) -> Cpo | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    return await session.get(Cpo, cpo_id, with_for_update=lock or None, populate_existing=lock)


async def hand_over(session: AsyncSession, holder_id: UUID, successor_id: UUID | None) -> list[Cpo]:
    """Agreements that somebody else than this successor (or the holder itself) answers for today, locked, in order."""
    wanted = select(Cpo).where(Cpo.holder_id == holder_id, _C.c.successor_id.is_distinct_from(successor_id)).order_by(_C.c.id)
    return list((await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all())


async def funders(session: AsyncSession, cpo_id: UUID) -> list[CpoFunder]:
    wanted = select(CpoFunder).where(CpoFunder.cpo_id == cpo_id).order_by(_F.c.position)
    return list((await session.exec(wanted, execution_options={"populate_existing": True})).all())


async def years(session: AsyncSession, cpo_id: UUID) -> list[CpoYear]:
    wanted = select(CpoYear).where(CpoYear.cpo_id == cpo_id).order_by(_Y.c.year)
    return list((await session.exec(wanted, execution_options={"populate_existing": True})).all())


async def tranches(session: AsyncSession, cpo_id: UUID) -> list[CpoTranche]:
    wanted = select(CpoTranche).where(CpoTranche.cpo_id == cpo_id).order_by(_T.c.year, _T.c.id)
    return list((await session.exec(wanted, execution_options={"populate_existing": True})).all())


async def report(session: AsyncSession, cpo_id: UUID, year: int, *, lock: bool = False) -> CpoReport | None:
    wanted = select(CpoReport).where(CpoReport.cpo_id == cpo_id, CpoReport.year == year)
    options = {"populate_existing": True} if lock else {}
    return (await session.exec(wanted.with_for_update() if lock else wanted, execution_options=options)).one_or_none()


async def reports(session: AsyncSession, cpo_id: UUID) -> list[CpoReport]:
    return list((await session.exec(select(CpoReport).where(CpoReport.cpo_id == cpo_id).order_by(_P.c.year))).all())


async def answers(session: AsyncSession, report_ids: Sequence[UUID]) -> list[CpoReportAnswer]:
    wanted = select(CpoReportAnswer).where(_A.c.report_id.in_(report_ids)).order_by(_A.c.answered_at)
    return list((await session.exec(wanted)).all())


async def answer(session: AsyncSession, report_id: UUID, funder_id: UUID) -> CpoReportAnswer | None:
    return await session.get(CpoReportAnswer, (report_id, funder_id))


async def amendment(session: AsyncSession, cpo_id: UUID, number: int, *, lock: bool = False) -> CpoAmendment | None:
    wanted = select(CpoAmendment).where(CpoAmendment.cpo_id == cpo_id, CpoAmendment.number == number)
    options = {"populate_existing": True} if lock else {}
    return (await session.exec(wanted.with_for_update() if lock else wanted, execution_options=options)).one_or_none()


async def pending_amendment(session: AsyncSession, cpo_id: UUID) -> CpoAmendment | None:
    wanted = select(CpoAmendment).where(CpoAmendment.cpo_id == cpo_id, CpoAmendment.status == CpoAmendmentStatus.PROPOSED)
    return (await session.exec(wanted)).one_or_none()


async def next_number(session: AsyncSession, prefix: str) -> int:
    """The next number of references that begin so; two that draw at once wait for each other."""
    await alone(session, prefix)
    counted = sa.select(sa.func.count()).where(_C.c.reference.startswith(prefix, autoescape=True))
    return int((await execute(session, counted)).scalar_one()) + 1


async def renewal_of(session: AsyncSession, cpo_id: UUID) -> UUID | None:
    wanted = select(Cpo.id).where(Cpo.renews_id == cpo_id, Cpo.status != CpoStatus.TERMINATED)
    return (await session.exec(wanted)).one_or_none()


# What the clock brings.

_DUE_TO_CHANGE = (
    sa.select(_C.c.id)
    .where(_ON_ITS_WAY, _C.c.status.cast(sa.String) != TOLD)
    .order_by(_C.c.id)
)  # fmt: skip

_TO_RENEW = (
    sa.select(_C.c.id)
    .where(_ON_ITS_WAY, _C.c.renewal_noted_at.is_(None), _C.c.ends_on <= bindparam("before", type_=sa.Date), ~_RENEWED)
    .order_by(_C.c.id)
)

#: Years with a confirmed tranche and no dossier, whose holder was not reminded.
_TO_REMIND = (
    sa.select(_Y.c.cpo_id, _Y.c.year, _C.c.contract_id)
    .join(_C, _C.c.id == _Y.c.cpo_id)
    .where(_Y.c.dossier_id.is_(None), _Y.c.reminded_at.is_(None), _ON_ITS_WAY)
    .where(sa.exists().where(_T.c.cpo_id == _Y.c.cpo_id, _T.c.year == _Y.c.year, _T.c.state == TrancheState.CONFIRMED))
    .order_by(_Y.c.cpo_id, _Y.c.year)
)


async def due_to_change(session: AsyncSession, today: date) -> list[UUID]:
    """Agreements that time has brought into force, or to their end, without anybody saying so."""
    return [row["id"] for row in await fetch_in(session, _DUE_TO_CHANGE, {"today": today})]


async def to_renew(session: AsyncSession, ending_before: date) -> list[UUID]:
    return [row["id"] for row in await fetch_in(session, _TO_RENEW, {"before": ending_before})]


async def to_remind(session: AsyncSession) -> list[Row]:
    return await fetch_in(session, _TO_REMIND, {})


# What agreements promise.

_BOUND = _ON_ITS_WAY | (_C.c.status == CpoStatus.SUSPENDED)


def _sum_where(condition: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(_T.c.amount_cents).filter(condition), 0).cast(sa.BigInteger)


_WAITING = _T.c.state == TrancheState.FORECAST

PROMISES = (
    sa.select(
        _T.c.year,
        _T.c.funder_id,
        _T.c.budget_line,
        _sum_where(_T.c.state == TrancheState.CONFIRMED).label("confirmed_cents"),
        _sum_where(_WAITING & _T.c.firm).label("firm_cents"),
        _sum_where(_WAITING & ~_T.c.firm).label("forecast_cents"),
        _sum_where(_T.c.request_id.is_not(None)).label("drawn_cents"),
    )
    .join(_C, _C.c.id == _T.c.cpo_id)
    .where(_C.c.contract_id == bindparam("contract_id"), _BOUND, _T.c.state != TrancheState.DROPPED)
    .where(_T.c.year >= bindparam("from_year"))
    .where(bindparam("every_funder", type_=sa.Boolean) | (_T.c.funder_id == sa.any_(bindparam("funders", type_=ARRAY(sa.Uuid)))))
    .group_by(_T.c.year, _T.c.funder_id, _T.c.budget_line)
    .order_by(_T.c.year, _T.c.funder_id, _T.c.budget_line)
)

_ACTIONS = sa.select(_C.c.action_id).where(
    _C.c.contract_id == bindparam("contract_id"), _C.c.status != CpoStatus.TERMINATED
)  # fmt: skip


async def promises(session: AsyncSession, contract_id: UUID, from_year: int, funders: Sequence[UUID] | None) -> list[Row]:
    values = {"contract_id": contract_id, "from_year": from_year, "every_funder": funders is None, "funders": list(funders or [])}
    return await fetch_in(session, PROMISES, values)


async def actions(session: AsyncSession, contract_id: UUID) -> set[UUID]:
    """Actions that an agreement of the contract carries, or is about to."""
    return {row["action_id"] for row in await fetch_in(session, _ACTIONS, {"contract_id": contract_id})}


_FUNDS = (
    sa.select(_F.c.funder_id)
    .join(_C, _C.c.id == _F.c.cpo_id)
    .where(_C.c.contract_id == bindparam("contract_id"), _F.c.funder_id == sa.any_(_ORGANISATIONS))
    .distinct()
)


async def funders_among(session: AsyncSession, contract_id: UUID, organisations: Sequence[UUID]) -> set[UUID]:
    """Those of the organisations that are party to an agreement of the contract as funders."""
    rows = await fetch_in(session, _FUNDS, {"contract_id": contract_id, "organisations": list(organisations)})
    return {row["funder_id"] for row in rows}


PARTIES = sa.select(
    _C.c.id,
    (
        array([_C.c.holder_id, _C.c.successor_id, _C.c.lead_organisation_id])
        + sa.func.array(sa.select(_F.c.funder_id).where(_F.c.cpo_id == _C.c.id).scalar_subquery(), type_=ARRAY(sa.Uuid))
    ).label("parties"),
).where(_C.c.id == sa.any_(bindparam("cpos", type_=ARRAY(sa.Uuid))))
