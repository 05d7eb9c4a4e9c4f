"""The figures of the dossiers, for the rooms above: how long each request took, and which are about to be late.

Days are those of Paris: an instant counts for the day it fell on there, so a change of clock at night shifts nothing.
"""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from .models import Dossier, DossierStatus, FundingRequest, RequestStatus

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_R: Any = FundingRequest.__table__  # type: ignore[attr-defined]

CAMPAIGNS = bindparam("campaigns", type_=ARRAY(sa.Uuid))
TODAY = bindparam("today", type_=sa.Date)
UNTIL = bindparam("until", type_=sa.Date)


def paris_day(instant: Any) -> Any:
    return sa.func.timezone("Europe/Paris", instant).cast(sa.Date)


def _median_days(column: Any) -> Any:
    days = paris_day(column) - paris_day(_R.c.submitted_at)
    return sa.func.percentile_cont(0.5).within_group(days).filter(column.is_not(None))


_DECIDED_AT = sa.case((_R.c.status != RequestStatus.ADJOURNED, _R.c.decided_at))

#: How fast each funder of a campaign answers: the public part of these figures. An adjournment is not a decision.
DELAYS = (
    sa.select(
        _R.c.funder_id,
        sa.func.count().label("asked"),
        sa.func.count(_R.c.reviewed_at).label("reviewed"),
        sa.func.count(_DECIDED_AT).label("decided"),
        sa.func.count(_R.c.notified_at).label("notified"),
        _median_days(_R.c.reviewed_at).label("median_days_to_review"),
        _median_days(_DECIDED_AT).label("median_days_to_decision"),
        _median_days(_R.c.notified_at).label("median_days_to_notification"),
        sa.func.count().filter(paris_day(_R.c.notified_at) <= _D.c.answer_promised_on).label("notified_within_promise"),
        sa.func.count()
        .filter(
            _R.c.notified_at.is_(None),
            _D.c.answer_promised_on < TODAY,
            *(_D.c.status != status for status in (DossierStatus.INADMISSIBLE, DossierStatus.WITHDRAWN)),
        )
        .label("late_now"),
    )
    .join(_D, _D.c.id == _R.c.dossier_id)
    .where(_R.c.campaign_id == bindparam("campaign_id"), _R.c.submitted_at.is_not(None))
    .group_by(_R.c.funder_id)
    .order_by(_R.c.funder_id)
)

#: One line per request that was submitted: the days of its life. An adjournment is not a decision.
TIMELINES = (
    sa.select(
        _R.c.id.label("request_id"),
        _R.c.campaign_id,
        _R.c.dossier_id,
        _R.c.funder_id,
        _R.c.status,
        _D.c.status.label("dossier_status"),
        _D.c.reference,
        _D.c.title,
        _D.c.holder["name"].astext.label("holder_name"),
        sa.or_(*(_D.c.status == status for status in (DossierStatus.INADMISSIBLE, DossierStatus.WITHDRAWN))).label("inadmissible"),
        _D.c.answer_promised_on.label("promised_on"),
        _D.c.silence_rejects_on,
        paris_day(_R.c.submitted_at).label("asked_on"),
        paris_day(_R.c.reviewed_at).label("reviewed_on"),
        sa.case((_R.c.status != RequestStatus.ADJOURNED, paris_day(_R.c.decided_at))).label("decided_on"),
        paris_day(_R.c.notified_at).label("notified_on"),
        paris_day(_D.c.report_submitted_at).label("reported_on"),
    )
    .join(_D, _D.c.id == _R.c.dossier_id)
    .where(_R.c.submitted_at.is_not(None))
    .subquery("timelines")
)

Steps = Sequence[tuple[str, Any]]


def step_figures(source: Any, funder_id: Any, asked_on: Any, before: Sequence[Any], steps: Steps, *conditions: Any) -> Any:
    """By funder and in all (`funder_id` null): per step, how many came to it and in how many days.

    `leg_…` counts from the latest of the steps before it that had come by then, the others from the submission. `steps` are in order;
    `before` holds the days of the steps that precede them, the oldest first.
    """
    known = [asked_on, *before]
    rows: list[tuple[Any, Any, Any]] = []
    for name, day in steps:
        rows.append((sa.literal_column(f"'{name}'"), day - _last(known, day), day - asked_on))
        known.append(day)
    columns = (sa.column("step", sa.String), sa.column("leg", sa.Integer), sa.column("days", sa.Integer))
    step = sa.values(*columns, name="step_days").data(rows).lateral()
    leg, days = step.c.leg, step.c.days
    wanted = sa.select(
        funder_id.label("funder_id"),
        step.c.step,
        sa.func.count().label("count"),
        *(_percentile(share, leg).label(f"leg_{name}") for name, share in (("median", 0.5), ("p90", 0.9))),
        sa.func.max(leg).label("leg_slowest"),
        *(_percentile(share, days).label(name) for name, share in (("median", 0.5), ("p90", 0.9))),
        sa.func.max(days).label("slowest"),
    )
    wanted = wanted.select_from(source.join(step, sa.true())).where(days.is_not(None), *conditions)
    return wanted.group_by(sa.func.grouping_sets(sa.tuple_(funder_id, step.c.step), sa.tuple_(step.c.step)))


def _last(days: Sequence[Any], day: Any) -> Any:
    """The latest of the days that had come: a balance paid after the bilan is no reason for the bilan to take less than no time."""
    return sa.func.greatest(*(sa.case((known <= day, known)) for known in days))


def _percentile(share: float, days: Any) -> Any:
    return sa.func.percentile_cont(sa.literal_column(str(share))).within_group(days.asc())


def clock_figures(name: str, day: Any, done_on: Any, waiting: Any) -> list[Any]:
    """Columns `<name>_…`: kept, broken (done late, or not done though the day has passed), late now, passing by `until`."""
    late, soon = waiting & (day < TODAY), waiting & day.between(TODAY, UNTIL)
    counted = {"kept": done_on <= day, "broken": (done_on > day) | late, "late": late, "soon": soon}
    return [sa.func.count().filter(condition).label(f"{name}_{which}") for which, condition in counted.items()]


def by_funder(funder_id: Any) -> Any:
    """Group each funder, and all of them on a line whose funder is null."""
    return sa.func.grouping_sets(sa.tuple_(funder_id), sa.tuple_())


_T = TIMELINES.c
_UNANSWERED = _T.notified_on.is_(None) & ~_T.inadmissible

_STEPS = step_figures(
    TIMELINES,
    _T.funder_id,
    _T.asked_on,
    [],
    [("reviewed", _T.reviewed_on), ("decided", _T.decided_on), ("notified", _T.notified_on)],
    _T.campaign_id == sa.any_(CAMPAIGNS),
)

_CLOCKS = (
    sa.select(
        _T.funder_id,
        sa.func.count().label("asked"),
        sa.func.count().filter(_T.inadmissible).label("inadmissible"),
        *clock_figures("promise", _T.promised_on, _T.notified_on, _UNANSWERED),
        *clock_figures("silence", _T.silence_rejects_on, _T.notified_on, _UNANSWERED),
    )
    .where(_T.campaign_id == sa.any_(CAMPAIGNS))
    .group_by(by_funder(_T.funder_id))
)


def at_risk(source: Any, clocks: Any, request_id: Any, funder_id: Any, columns: Sequence[Any], *conditions: Any) -> Any:
    """Statement of a page of what is late or will be by `until`, the latest first, after a keyset cursor (day, clock, request).

    `clocks` has a `clock` and a `day`; `funders` are those the caller may see.
    """
    keys = (clocks.c.day, clocks.c.clock, request_id)
    after = (
        bindparam("after_day", type_=sa.Date),
        bindparam("after_clock", type_=sa.String),
        bindparam("after_request", type_=sa.Uuid),
    )
    wanted_clock = bindparam("clock", type_=sa.String)
    return (
        sa.select(clocks.c.clock, clocks.c.day, *columns)
        .select_from(source.join(clocks, sa.true()))
        .where(
            *conditions,
            clocks.c.day <= UNTIL,
            funder_id == sa.any_(bindparam("funders", type_=ARRAY(sa.Uuid))),
            wanted_clock.is_(None) | (clocks.c.clock == wanted_clock),
            sa.tuple_(*keys) > sa.tuple_(*after),
        )
        .order_by(*keys)
        .limit(bindparam("limit"))
    )


def clocks_of(*days: tuple[str, Any]) -> Any:
    """The clocks of one line, one row each."""
    columns = (sa.column("clock", sa.String), sa.column("day", sa.Date))
    rows: list[tuple[Any, Any]] = [(sa.literal_column(f"'{name}'"), day) for name, day in days]
    return sa.values(*columns, name="clocks").data(rows).lateral()


_AT_RISK = at_risk(
    TIMELINES,
    clocks_of(("promise", _T.promised_on), ("silence", _T.silence_rejects_on)),
    _T.request_id,
    _T.funder_id,
    (_T.request_id, _T.dossier_id, _T.funder_id, _T.status, _T.dossier_status, _T.reference, _T.title, _T.holder_name),
    _T.campaign_id == sa.any_(CAMPAIGNS),
    _UNANSWERED,
)


async def steps(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[Row]:
    """From the submission to the notification: see `step_figures`."""
    return await fetch_in(session, _STEPS, {"campaigns": list(campaign_ids)})


async def clocks(session: AsyncSession, campaign_ids: Sequence[UUID], *, today: date, until: date) -> list[Row]:
    """By funder and in all: requests asked, inadmissible, and how the promise and the legal silence are held."""
    return await fetch_in(session, _CLOCKS, {"campaigns": list(campaign_ids), "today": today, "until": until})


async def unanswered(session: AsyncSession, values: dict[str, Any]) -> list[Row]:
    """A page of the requests whose promise or legal silence passes (see `at_risk` for `values`)."""
    return await fetch_in(session, _AT_RISK, values)


# What a programme is made of, for its reports.

#: Where each dossier plays and which action it carries on, for the rooms above to join.
PLACES = sa.select(_D.c.id.label("dossier_id"), _D.c.action_id, _D.c.qpv_codes).subquery("places")

_SUBMITTED = (_D.c.campaign_id == sa.any_(CAMPAIGNS)) & _D.c.submitted_at.is_not(None)

_NOT_ADMITTED = (DossierStatus.SUBMITTED, DossierStatus.INADMISSIBLE, DossierStatus.WITHDRAWN)
_PROGRAMME = sa.select(
    sa.func.count().label("submitted"),
    sa.func.count().filter(sa.and_(*(_D.c.status != status for status in _NOT_ADMITTED))).label("admissible"),
    sa.func.count(_D.c.organisation_id.distinct()).label("holders"),
).where(_SUBMITTED)

_ASKED = (
    sa.select(
        _T.funder_id,
        sa.func.count().label("requests"),
        sa.func.sum(_R.c.amount_cents).cast(sa.BigInteger).label("asked_cents"),
        sa.func.coalesce(sa.func.sum(_R.c.proposed_cents), 0).cast(sa.BigInteger).label("proposed_cents"),
    )
    .join(_R, _R.c.id == _T.request_id)
    .where(_T.campaign_id == sa.any_(CAMPAIGNS))
    .group_by(_T.funder_id)
)


async def programme(session: AsyncSession, campaign_ids: Sequence[UUID]) -> Row:
    """Dossiers submitted, admissible (found so, whatever came of them), and how many holders submitted them."""
    (found,) = await fetch_in(session, _PROGRAMME, {"campaigns": list(campaign_ids)})
    return found


async def asked(session: AsyncSession, campaign_ids: Sequence[UUID]) -> list[Row]:
    """Per funder: requests submitted, what they ask and what was proposed, in cents."""
    return await fetch_in(session, _ASKED, {"campaigns": list(campaign_ids)})
