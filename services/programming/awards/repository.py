"""All the SQL about awards. Every reading starts from what the caller's organisations may see."""

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

from services.common.db import Row, execute, fetch_in

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
    **{name: _A.c[name] == bindparam(name, type_=sa.Uuid) for name in ("campaign_id", "dossier_id", "funder_id", "cpo_id")},
    "holder_id": sa.or_(*(column == bindparam("holder_id", type_=sa.Uuid) for column in (_A.c.holder_id, _A.c.successor_id))),
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


async def of_dossier(session: AsyncSession, dossier_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.dossier_id == dossier_id).order_by(_A.c.id))).all())


async def of_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    wanted = select(Award).where(Award.funder_id == funder_id, Award.holder_id == holder_id, Award.year == year)
    return list((await session.exec(wanted.order_by(_A.c.id).execution_options(populate_existing=True))).all())


async def many(session: AsyncSession, award_ids: Sequence[UUID]) -> list[Award]:
    return list((await session.exec(select(Award).where(_A.c.id.in_(award_ids)).order_by(_A.c.id))).all())


async def of_cpo(session: AsyncSession, cpo_id: UUID) -> list[Award]:
    return list((await session.exec(select(Award).where(Award.cpo_id == cpo_id).order_by(_A.c.year, _A.c.id))).all())


async def take_party_year(session: AsyncSession, funder_id: UUID, holder_id: UUID, year: int) -> list[Award]:
    """Every award of a funder to a holder for a year, locked in order and read again."""
    wanted = select(Award).where(Award.funder_id == funder_id, Award.holder_id == holder_id, Award.year == year)
    locked = wanted.order_by(_A.c.id).with_for_update().execution_options(populate_existing=True)
    return list((await session.exec(locked)).all())


async def follow_holder(session: AsyncSession, holder_id: UUID, successor_id: UUID | None) -> None:
    """Who answers for the holder's awards; those that say so already do not move."""
    moved = sa.update(_A).where(_A.c.holder_id == holder_id, _A.c.successor_id.is_distinct_from(successor_id))
    await execute(session, moved.values(successor_id=successor_id, version=_A.c.version + 1))


async def is_funded_by(session: AsyncSession, holder_id: UUID, funder_ids: Sequence[UUID]) -> bool:
    held = sa.or_(_A.c.holder_id == holder_id, _A.c.successor_id == holder_id)
    return (await session.exec(select(Award.id).where(held, _A.c.funder_id.in_(funder_ids)).limit(1))).first() is not None


async def of_references(session: AsyncSession, funder_id: UUID, references: Sequence[str]) -> list[Award]:
    wanted = select(Award).where(Award.funder_id == funder_id, _A.c.reference.in_(references))
    return list((await session.exec(wanted)).all())


def _first_payment(measure: Any) -> Any:
    return measure.filter(_A.c.first_paid_on.is_not(None))


_NOTIFIED_ON = sa.func.timezone("Europe/Paris", _A.c.notified_at).cast(sa.Date)
_TO_FIRST_PAYMENT = _A.c.first_paid_on - _NOTIFIED_ON
_TODAY = bindparam("today", type_=sa.Date)

#: How fast each funder of a campaign pays, from the notification to the first payment.
_PAYMENT_DELAYS = (
    sa.select(
        _A.c.funder_id,
        sa.func.count().label("awards"),
        sa.func.count(_A.c.first_paid_on).label("paid"),
        _first_payment(sa.func.percentile_cont(0.5).within_group(_TO_FIRST_PAYMENT)).label("median_days_to_first_payment"),
        sa.func.max(_TO_FIRST_PAYMENT).label("slowest_days"),
        sa.func.count().filter(_A.c.first_paid_on <= _A.c.pay_before_on).label("within_clock"),
        sa.func.count().filter(_A.c.first_paid_on.is_(None), _A.c.granted_cents > 0, _A.c.pay_before_on < _TODAY).label("late_now"),
    )
    .where(_A.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid))
    .group_by(_A.c.funder_id)
    .order_by(_A.c.funder_id)
)


async def payment_delays(session: AsyncSession, campaign_id: UUID, today: date) -> list[Row]:
    return await fetch_in(session, _PAYMENT_DELAYS, {"campaign_id": campaign_id, "today": today})


_UNPAID = (
    sa.select(*_A.c)
    .where(
        _A.c.funder_id == sa.any_(bindparam("funders", type_=ARRAY(sa.Uuid))),
        _A.c.first_paid_on.is_(None),
        sa.func.coalesce(_A.c.justified_cents, _A.c.granted_cents) > 0,
        _A.c.pay_before_on <= bindparam("until", type_=sa.Date),
        sa.tuple_(_A.c.pay_before_on, _A.c.id)
        > sa.tuple_(bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)),
    )
    .order_by(_A.c.pay_before_on, _A.c.id)
    .limit(bindparam("limit"))
)


async def unpaid(
    session: AsyncSession, funder_ids: Sequence[UUID], *, until: date, after: tuple[date, UUID], limit: int
) -> list[Row]:
    values = {"funders": list(funder_ids), "until": until, "after_on": after[0], "after_id": after[1], "limit": limit}
    return await fetch_in(session, _UNPAID, values)


def _party_year() -> Any:
    """An agreement between a funder and a holder for a year, whatever the number of projects."""
    return sa.tuple_(_A.c.funder_id, _A.c.holder_id, _A.c.year)


@lru_cache(maxsize=2)
def shares(by: str) -> Any:
    """Per funder, how much of what was granted is under a multi-year agreement; `by` is contract_id or campaign_id."""
    multi_year = _A.c.cpo_id.is_not(None)
    return (
        sa.select(
            _A.c.funder_id,
            sa.func.count(_party_year().distinct()).label("agreements"),
            sa.func.count(_party_year().distinct()).filter(multi_year).label("agreements_multi_year"),
            sa.func.sum(_A.c.granted_cents).cast(sa.BigInteger).label("granted_cents"),
            sa.func.coalesce(sa.func.sum(_A.c.granted_cents).filter(multi_year), 0).cast(sa.BigInteger).label("multi_year_cents"),
        )
        .where(_A.c[by] == bindparam("of", type_=sa.Uuid))
        .group_by(_A.c.funder_id)
        .order_by(_A.c.funder_id)
    )


#: What was granted in a contract between two years, and under what.
GRANTED = (
    sa.select(
        _A.c.dossier_id,
        _A.c.holder_id,
        _A.c.holder_name,
        _A.c.title,
        _A.c.year,
        _A.c.granted_cents,
        _A.c.cpo_id,
    )
    .where(_A.c.contract_id == bindparam("contract_id"), _A.c.year.between(bindparam("first"), bindparam("last")))
    .order_by(_A.c.id)
)

LAST_YEAR = sa.select(sa.func.max(_A.c.year).label("year")).where(_A.c.contract_id == bindparam("contract_id"))


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


def held(award_id: Any) -> Any:
    """Condition: the caller's `organisations` hold the award of that column, or did before another took over."""
    holding = (column == sa.any_(_ORGANISATIONS) for column in (_A.c.holder_id, _A.c.successor_id))
    return sa.exists().where(_A.c.id == award_id, sa.or_(*holding))


PARTIES = sa.select(
    _A.c.id, array([_A.c.holder_id, _A.c.successor_id, _A.c.funder_id, _A.c.lead_organisation_id]).label("parties")
).where(_A.c.id == sa.any_(bindparam("awards", type_=ARRAY(sa.Uuid))))
