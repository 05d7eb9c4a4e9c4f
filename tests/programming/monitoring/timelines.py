"""Lives of requests as they may be, written straight into the tables, and a naive account of them to compare figures with."""

import random
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import psycopg

from tests.programming.world import World

PARIS = ZoneInfo("Europe/Paris")
STEPS = ("reviewed", "decided", "notified", "agreed", "first_paid", "paid", "reported", "justified")


@dataclass
class Life:
    """One request: the instants (or days, for money) of its steps, and its clocks."""

    request_id: UUID
    dossier_id: UUID
    funder_id: UUID
    submitted_at: datetime
    steps: dict[str, datetime | date] = field(default_factory=dict)
    promised_on: date = date(2027, 4, 1)
    silence_on: date = date(2027, 3, 1)
    pay_before_on: date | None = None
    granted_cents: int = 100_000
    has_award: bool = False

    def day(self, step: str) -> date | None:
        return paris(self.steps.get(step))


def paris(when: datetime | date | None) -> date | None:
    return when.astimezone(PARIS).date() if isinstance(when, datetime) else when


def percentile(values: Iterable[int], share: float) -> float | None:
    """As statisticians interpolate it, without a library."""
    ordered = sorted(values)
    if not ordered:
        return None
    place = share * (len(ordered) - 1)
    low = int(place)
    high = min(low + 1, len(ordered) - 1)
    return ordered[low] + (ordered[high] - ordered[low]) * (place - low)


def spread(values: Sequence[int]) -> dict[str, Any]:
    return {"median": percentile(values, 0.5), "p90": percentile(values, 0.9), "slowest": max(values, default=None)}


def expected_steps(lives: Sequence[Life]) -> dict[str, dict[str, Any]]:
    """Count and spreads by step."""
    found = {}
    for number, step in enumerate(STEPS):
        legs, totals = [], []
        for life in lives:
            day, asked = life.day(step), paris(life.submitted_at)
            assert asked is not None
            if day is None:
                continue
            before = [d for d in (asked, *map(life.day, STEPS[:number])) if d is not None and d <= day]
            legs += [(day - max(before)).days] if before else []
            totals.append((day - asked).days)
        found[step] = {"count": len(totals), "leg": spread(legs), "cumulated": spread(totals)}
    return found


def expected_clocks(lives: Sequence[Life], today: date) -> dict[str, dict[str, Any]]:
    """How each clock is held on that day."""
    clocks: dict[str, list[tuple[date, date | None, bool]]] = {"promise": [], "silence": [], "payment": []}
    for life in lives:
        for name, day in (("promise", life.promised_on), ("silence", life.silence_on)):
            clocks[name].append((day, life.day("notified"), True))
        if life.has_award and life.pay_before_on is not None:
            clocks["payment"].append((life.pay_before_on, life.day("first_paid"), life.granted_cents > 0))
    found = {}
    for name, each in clocks.items():
        kept = sum(done is not None and done <= day for day, done, _ in each)
        late = sum(done is None and waits and day < today for day, done, waits in each)
        soon = sum(done is None and waits and 0 <= (day - today).days <= 7 for day, done, waits in each)
        broken = sum(done is not None and done > day for day, done, _ in each) + late
        share = round(kept / (kept + broken), 4) if kept + broken else None
        found[name] = {"kept": kept, "broken": broken, "share_kept": share, "late_now": late, "at_risk": soon}
    return found


def any_life(chance: random.Random, request: Mapping[str, Any], award: bool, today: date) -> Life:
    """Steps that come one after the other, at any hour, the changes of clock of March and October included."""
    at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(minutes=chance.randrange(60 * 24 * 300))
    life = Life(UUID(request["id"]), UUID(request["dossier_id"]), UUID(request["funder_id"]), at, has_award=award)
    life.promised_on = today + timedelta(days=chance.randrange(-20, 20))
    life.silence_on = today + timedelta(days=chance.randrange(-20, 20))

    def later() -> datetime:
        nonlocal at
        at += timedelta(minutes=chance.randrange(60 * 24 * 40))
        return at

    reached = 3 if award else chance.randrange(4)
    for step in ("reviewed", "decided", "notified")[:reached]:
        if award or chance.random() < 0.9:
            life.steps[step] = later()
    if award:
        life.steps["notified"] = later()
        life.pay_before_on = today + timedelta(days=chance.randrange(-20, 20))
        life.granted_cents = chance.choice([0, 100_000, 100_000])
        for step in ("agreed", "first_paid", "paid", "reported", "justified"):
            if chance.random() < 0.6:
                when = later()
                life.steps[step] = when.astimezone(PARIS).date() if step in {"first_paid", "paid"} else when
        if "first_paid" not in life.steps:
            life.steps.pop("paid", None)
        life.steps.pop("justified", None) if "first_paid" not in life.steps else None
    return life


async def write(world: World, lives: Sequence[Life]) -> None:
    """The tables say that this is what happened. A dossier's report is its first request's."""
    reported: dict[UUID, datetime | date | None] = {}
    for life in lives:
        reported.setdefault(life.dossier_id, life.steps.get("reported"))
        if (said := reported[life.dossier_id]) is None or not life.has_award:
            life.steps.pop("reported", None)
        else:
            life.steps["reported"] = said
    async with await psycopg.AsyncConnection.connect(world.running.resources.settings.database_url) as connection:
        for life in lives:
            step = life.steps.get
            clocks = [life.promised_on, life.silence_on, reported[life.dossier_id], life.dossier_id]
            await connection.execute(
                "UPDATE dossiers SET answer_promised_on = %s, silence_rejects_on = %s, report_submitted_at = %s WHERE id = %s",
                clocks,
            )
            await connection.execute(
                "UPDATE funding_requests SET submitted_at = %s, reviewed_at = %s, decided_at = %s, notified_at = %s WHERE id = %s",
                [life.submitted_at, step("reviewed"), step("decided"), step("notified"), life.request_id],
            )
            await connection.execute(
                "UPDATE awards SET notified_at = coalesce(%s, notified_at), agreed_at = %s, first_paid_on = %s, paid_on = %s, "
                "justified_at = %s, pay_before_on = coalesce(%s, pay_before_on), granted_cents = %s WHERE request_id = %s",
                [
                    *(step("notified"), step("agreed"), step("first_paid"), step("paid"), step("justified")),
                    *(life.pay_before_on, life.granted_cents, life.request_id),
                ],
            )
