"""What figures say and whose turn it is. Pure: no database, no clock."""

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, timedelta
from typing import Any
from uuid import UUID

from ..dossiers.schemas import DossierStatus, RequestStatus
from .models import AwaitedStep, ClockName, Step, Turn

#: A clock that passes within that many days is a risk.
RISK_DAYS = 7
ALL_FUNDERS = "Tous financeurs"

Row = Mapping[str, Any]


def risk_until(today: date) -> date:
    """The last day that is "this week": what passes on it is at risk, what passes the day after is not yet."""
    return today + timedelta(days=RISK_DAYS)


def share_kept(kept: int, broken: int) -> float | None:
    """Of what is known to be kept or broken; None before anything is."""
    return round(kept / (kept + broken), 4) if kept + broken else None


def lines(names: Mapping[UUID, str], steps: Iterable[Row], clocks: Iterable[Row], payments: Iterable[Row]) -> list[dict[str, Any]]:
    """One line per funder in the order of `names`, then the total (`funder_id` None). What nobody came to counts zero."""
    by_step = {(row["funder_id"], row["step"]): row for row in steps}
    answers = {row["funder_id"]: row for row in clocks}
    paid = {row["funder_id"]: row for row in payments}
    return [
        _line(funder_id, name, by_step, answers.get(funder_id, {}), paid.get(funder_id, {}))
        for funder_id, name in [*names.items(), (None, ALL_FUNDERS)]
    ]


def _line(
    funder_id: UUID | None, name: str, steps: Mapping[tuple[UUID | None, str], Row], answers: Row, paid: Row
) -> dict[str, Any]:
    return {
        "funder_id": funder_id,
        "funder": name,
        "asked": answers.get("asked", 0),
        "inadmissible": answers.get("inadmissible", 0),
        "granted": paid.get("granted", 0),
        "steps": [_step(step, steps.get((funder_id, step.value), {})) for step in Step],
        "clocks": [_clock(clock, paid if clock is ClockName.PAYMENT else answers) for clock in ClockName],
    }


def _step(step: Step, row: Row) -> dict[str, Any]:
    def spread(prefix: str) -> dict[str, Any]:
        return {name: row.get(f"{prefix}{name}") for name in ("median", "p90", "slowest")}

    return {"step": step, "count": row.get("count", 0), "leg": spread("leg_"), "cumulated": spread("")}


def _clock(clock: ClockName, row: Row) -> dict[str, Any]:
    kept, broken, late, soon = (row.get(f"{clock.value}_{name}", 0) for name in ("kept", "broken", "late", "soon"))
    share = share_kept(kept, broken)
    return {"clock": clock, "kept": kept, "broken": broken, "share_kept": share, "late_now": late, "at_risk": soon}


def answer_missing(dossier: DossierStatus, request: RequestStatus) -> tuple[AwaitedStep, Turn]:
    """What stands between an unanswered request and its notification, and whose turn it is."""
    if dossier is DossierStatus.CHANGES_REQUESTED:
        return AwaitedStep.CHANGES, Turn.HOLDER
    if dossier is DossierStatus.SUBMITTED:
        return AwaitedStep.ADMISSIBILITY, Turn.TEAM
    if request is RequestStatus.ASKED:
        return AwaitedStep.REVIEW, Turn.FUNDER
    if request in {RequestStatus.GRANTED, RequestStatus.REFUSED}:
        return AwaitedStep.NOTIFICATION, Turn.FUNDER
    return AwaitedStep.DECISION, Turn.FUNDER


def payment_missing(*, agreement_missing: bool, committed_cents: int) -> tuple[AwaitedStep, Turn]:
    """What stands between a grant and its first payment."""
    if agreement_missing:
        return AwaitedStep.AGREEMENT, Turn.FUNDER
    return (AwaitedStep.PAYMENT if committed_cents else AwaitedStep.COMMITMENT), Turn.FUNDER


def risk(row: Row, names: Mapping[UUID, str], today: date) -> dict[str, Any]:
    """A row of either listing as people read it."""
    clock, status = ClockName(row["clock"]), RequestStatus(row["status"])
    if clock is ClockName.PAYMENT:
        missing, turn = payment_missing(agreement_missing=row["agreement_missing"], committed_cents=row["committed_cents"])
    else:
        missing, turn = answer_missing(DossierStatus(row["dossier_status"]), status)
    days_left = (row["day"] - today).days
    return {
        **row,
        "clock": clock,
        "days_left": days_left,
        "late": days_left < 0,
        "missing": missing,
        "turn": turn,
        "award_id": row.get("award_id"),
        "funder": names.get(row["funder_id"], ""),
    }


def key(row: Row) -> tuple[date, str, UUID]:
    """What both listings are sorted by: the latest first, then the clock, then the request."""
    return row["day"], row["clock"], row["request_id"]


def merge(pages: Iterable[Sequence[Row]], limit: int) -> list[Row]:
    """The first `limit` of several listings, each sorted by `key` and holding at least as many of its first rows."""
    return sorted((row for page in pages for row in page), key=key)[:limit]
