"""The figures of the awards, for the rooms above: how long the money took, and which payments are about to be late."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from ..dossiers import figures
from ..dossiers.figures import CAMPAIGNS, paris_day
from ..dossiers.schemas import RequestStatus
from .models import Award

_A: Any = Award.__table__  # type: ignore[attr-defined]
_T = figures.TIMELINES.c
_LIVED = _A.join(figures.TIMELINES, _T.request_id == _A.c.request_id)
_OF_CAMPAIGNS = _A.c.campaign_id == sa.any_(CAMPAIGNS)

#: Nothing has been paid and something is to be: an award brought down to nothing, or settled by its bilan, waits for nobody.
_UNPAID = sa.and_(
    _A.c.first_paid_on.is_(None),
    _A.c.granted_cents > 0,
    _A.c.status != RequestStatus.JUSTIFIED,
    _A.c.status != RequestStatus.TO_REPAY,
)

_STEPS = figures.step_figures(
    _LIVED,
    _A.c.funder_id,
    _T.asked_on,
    [_T.reviewed_on, _T.decided_on, paris_day(_A.c.notified_at)],
    [
        ("agreed", paris_day(_A.c.agreed_at)),
        ("first_paid", _A.c.first_paid_on),
        ("paid", _A.c.paid_on),
        ("reported", _T.reported_on),
        ("justified", paris_day(_A.c.justified_at)),
    ],
    _OF_CAMPAIGNS,
)

_CLOCKS = (
    sa.select(
        _A.c.funder_id,
        sa.func.count().label("granted"),
        *figures.clock_figures("payment", _A.c.pay_before_on, _A.c.first_paid_on, _UNPAID),
    )
    .where(_OF_CAMPAIGNS)
    .group_by(figures.by_funder(_A.c.funder_id))
)

_AT_RISK = figures.at_risk(
    _A,
    figures.clocks_of(("payment", _A.c.pay_before_on)),
    _A.c.request_id,
    _A.c.funder_id,
    (
        _A.c.request_id,
        _A.c.dossier_id,
        _A.c.funder_id,
        _A.c.status,
        _A.c.reference,
        _A.c.title,
        _A.c.holder_name,
        _A.c.id.label("award_id"),
        (_A.c.agreement_required & _A.c.agreed_at.is_(None)).label("agreement_missing"),
        _A.c.committed_cents,
    ),
    _OF_CAMPAIGNS,
    _UNPAID,
)


async def steps(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[Row]:
    """From the notification to the accepted bilan: see `dossiers.figures.step_figures`."""
    return await fetch_in(session, _STEPS, {"campaigns": list(campaign_ids)})


async def clocks(session: AsyncSession, campaign_ids: Sequence[UUID], *, today: date, until: date) -> list[Row]:
    """By funder and in all: awards, and how the payment clock is held. The first payment stops it."""
    return await fetch_in(session, _CLOCKS, {"campaigns": list(campaign_ids), "today": today, "until": until})


async def unpaid(session: AsyncSession, values: dict[str, Any]) -> list[Row]:
    """A page of the awards whose payment clock passes (see `dossiers.figures.at_risk` for `values`)."""
    return await fetch_in(session, _AT_RISK, values)


# What a programme is made of, for its reports. An award brought down to nothing supports nothing.

_SUPPORTED = _OF_CAMPAIGNS & (_A.c.granted_cents > 0)


def _sum(column: Any) -> Any:
    return sa.func.coalesce(sa.func.sum(column), 0).cast(sa.BigInteger)


_MONEY = (
    sa.select(
        _A.c.funder_id,
        sa.func.count(_A.c.dossier_id.distinct()).label("dossiers"),
        sa.func.count(_A.c.holder_id.distinct()).label("holders"),
        _sum(_A.c.granted_cents).label("granted_cents"),
        _sum(_A.c.paid_cents - _A.c.repaid_cents).label("paid_cents"),
        _sum(_A.c.justified_cents).label("justified_cents"),
    )
    .where(_SUPPORTED)
    .group_by(figures.by_funder(_A.c.funder_id))
)

_P = figures.PLACES.c
_ACTIONS = (
    sa.select(
        *(_A.c[name] for name in ("dossier_id", "reference", "title", "holder_name", "funder_id", "granted_cents")),
        _P.qpv_codes,
    )
    .join(figures.PLACES, _P.dossier_id == _A.c.dossier_id)
    .where(_SUPPORTED)
    .order_by(_A.c.reference, _A.c.id)
)

_PAST = (
    sa.select(_P.action_id, _A.c.year, _A.c.campaign_id, _A.c.funder_id, _A.c.granted_cents, _A.c.justified_cents)
    .join(figures.PLACES, _P.dossier_id == _A.c.dossier_id)
    .where(
        _P.action_id == sa.any_(sa.bindparam("actions", type_=ARRAY(sa.Uuid))),
        _A.c.year < sa.bindparam("before_year", type_=sa.Integer),
    )
    .order_by(_A.c.year.desc(), _A.c.id)
)


async def money(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[Row]:
    """By funder and in all (`funder_id` null): dossiers, holders; cents granted, paid (repayments off), justified."""
    return await fetch_in(session, _MONEY, {"campaigns": list(campaign_ids)})


async def supported(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[Row]:
    """Every grant with where its action plays, in the order of references."""
    return await fetch_in(session, _ACTIONS, {"campaigns": list(campaign_ids)})


async def past(session: AsyncSession, action_ids: Sequence[UUID], *, before_year: int) -> list[Row]:
    """What the same actions were granted in earlier years, the latest first."""
    return await fetch_in(session, _PAST, {"actions": list(action_ids), "before_year": before_year})
