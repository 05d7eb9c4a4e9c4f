"""The calendar of a campaign, computed backwards from the promised answer, and forwards from what is planned. Pure.

Each step has the last day that keeps the promise (`latest_on`, computed backwards) and the day it is planned (`planned_on`: what is
dated for real, else what the durations lead to from there). Durations are in worked days; a funder's deposit lead is in calendar days.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from uuid import UUID

from .vocabulary import StepKind, StepSource, StepStatus
from .working_days import WorkingDays


@dataclass(frozen=True)
class Durations:
    """Worked days that each period takes. Defaults: a call of six weeks answered within three months of its closing."""

    information: int = 10
    call: int = 30
    completion: int = 8
    review: int = 15
    papers: int = 4
    between_committees: int = 7
    minutes: int = 2
    letters: int = 5
    posting: int = 3


@dataclass(frozen=True)
class Sitting:
    """A deliberative assembly of a funder; it takes the files `deposit_days` calendar days before."""

    meets_on: date
    deposit_days: int

    def deposit_on(self, days: WorkingDays) -> date:
        return days.at_latest(self.meets_on - timedelta(days=self.deposit_days))


@dataclass(frozen=True)
class Funder:
    """A funder of the campaign: its assemblies known, in order; `decides_alone` when it needs none (a prefect)."""

    id: UUID
    name: str
    sittings: Sequence[Sitting] = ()
    decides_alone: bool = False
    #: Every living request of this funder is decided.
    decided: bool = False


@dataclass(frozen=True)
class Facts:
    """What is dated or done already. Days of Paris; a day in `done` is when that step ended."""

    today: date
    opens_on: date
    closes_on: date
    promise_on: date
    funders: Sequence[Funder] = ()
    technical_on: date | None = None
    steering_on: date | None = None
    done: Mapping[StepKind, date] = field(default_factory=dict)
    stated: frozenset[StepKind] = frozenset()
    first_promised_on: date | None = None


@dataclass(frozen=True)
class Step:
    """One line of the calendar. `margin_days`: worked days from the planned day to the latest one, negative when it comes too late."""

    kind: StepKind
    latest_on: date
    planned_on: date | None
    source: StepSource | None
    status: StepStatus
    margin_days: int | None
    #: Worked days since the latest day, while the step is not done.
    late_days: int = 0
    funder_id: UUID | None = None
    funder: str = ""
    deposit_on: date | None = None


@dataclass(frozen=True)
class Conflict:
    """What does not fit, why, and what would."""

    code: str
    step: StepKind
    said: str
    advice: str
    blocking: bool = True
    #: The funder it is about, when it is about one.
    funder_id: UUID | None = None
    funder_ids: Sequence[UUID] = ()


@dataclass(frozen=True)
class Plan:
    promise_on: date
    expected_answer_on: date | None
    steps: Sequence[Step]
    conflicts: Sequence[Conflict]


#: What a funder whose assemblies are not known is supposed to need, in calendar days.
SUPPOSED_DEPOSIT_DAYS = 15


def steps_of(facts: Facts, latest: "Latest", planned: "Planned", days: WorkingDays) -> list[Step]:
    """The calendar in order; each funder's assembly between the steering committee and the notification."""
    steps = [_step(kind, latest.common[kind], planned, facts, days) for kind in StepKind if kind in latest.common]
    assemblies = [_assembly_step(funder, latest, planned, facts, days) for funder in facts.funders if not funder.decides_alone]
    at = next(n for n, step in enumerate(steps) if step.kind is StepKind.NOTIFICATION)
    return [*steps[:at], *sorted(assemblies, key=lambda step: (step.latest_on, step.funder)), *steps[at:]]


# Backwards.


@dataclass(frozen=True)
class Latest:
    """Last days that keep the promise; by funder, its last usable sitting and the day its files are due."""

    common: Mapping[StepKind, date]
    sittings: Mapping[UUID, Sitting | None]
    last_meeting_on: date
    deposits: Mapping[UUID, date]


def latest_days(facts: Facts, durations: Durations, days: WorkingDays) -> Latest:
    """From the promise back. A later promise never makes any of these days earlier."""
    found = {StepKind.ANSWER: days.at_latest(facts.promise_on)}
    found[StepKind.NOTIFICATION] = days.before(found[StepKind.ANSWER], durations.posting)
    last_meeting = days.before(found[StepKind.NOTIFICATION], durations.letters)
    sittings = {f.id: _last_sitting(f, last_meeting, days) for f in facts.funders if not f.decides_alone}
    deposits = {f.id: _deposit(f, sittings[f.id], last_meeting, days) for f in facts.funders if f.id in sittings}
    before = min([*deposits.values(), last_meeting])
    found[StepKind.STEERING_COMMITTEE] = days.before(before, durations.minutes)
    for kind, after, count in _CHAIN:
        found[kind] = days.before(found[after], getattr(durations, count))
    return Latest({kind: found[kind] for kind in StepKind if kind in found}, sittings, last_meeting, deposits)


#: Each step, the one after it, and the period between them.
_CHAIN = (
    (StepKind.TECHNICAL_COMMITTEE, StepKind.STEERING_COMMITTEE, "between_committees"),
    (StepKind.REVIEW, StepKind.TECHNICAL_COMMITTEE, "papers"),
    (StepKind.COMPLETION, StepKind.REVIEW, "review"),
    (StepKind.CLOSING, StepKind.COMPLETION, "completion"),
    (StepKind.OPENING, StepKind.CLOSING, "call"),
    (StepKind.INFORMATION, StepKind.OPENING, "information"),
)


def _last_sitting(funder: Funder, last_meeting: date, days: WorkingDays) -> Sitting | None:
    """Of those that keep the promise, the one that takes files the latest."""
    usable = [sitting for sitting in funder.sittings if sitting.meets_on <= last_meeting]
    return max(usable, key=lambda sitting: (sitting.deposit_on(days), sitting.meets_on), default=None)


def _deposit(funder: Funder, sitting: Sitting | None, last_meeting: date, days: WorkingDays) -> date:
    if sitting is not None:
        return sitting.deposit_on(days)
    # No sitting keeps the promise: an extraordinary one would, at the funder's longest notice.
    notice = max((each.deposit_days for each in funder.sittings), default=SUPPOSED_DEPOSIT_DAYS)
    return Sitting(last_meeting, notice).deposit_on(days)


# Forwards.


@dataclass(frozen=True)
class Planned:
    """When things are to happen: by step, by funder its sitting (None: none is known that late); when answers would be there."""

    days: Mapping[StepKind, tuple[date, StepSource]]
    sittings: Mapping[UUID, Sitting | None]
    answer_on: date | None


def planned_days(facts: Facts, durations: Durations, days: WorkingDays) -> Planned:
    dated = {StepKind.OPENING: facts.opens_on, StepKind.CLOSING: facts.closes_on}
    found = {kind: (day, StepSource.STATED if kind in facts.stated else StepSource.CAMPAIGN) for kind, day in dated.items()}
    found[StepKind.INFORMATION] = _reached(facts, StepKind.INFORMATION, days.before(facts.opens_on, durations.information), days)
    committees = {StepKind.TECHNICAL_COMMITTEE: facts.technical_on, StepKind.STEERING_COMMITTEE: facts.steering_on}
    for kind, after, count in reversed(_CHAIN[:4]):
        following, before = after, kind
        known = committees.get(following)
        if known is not None:
            found[following] = (known, StepSource.STATED if following in facts.stated else StepSource.COMMITTEE)
        else:
            found[following] = _reached(facts, following, days.after(found[before][0], getattr(durations, count)), days)
    ready = days.after(found[StepKind.STEERING_COMMITTEE][0], durations.minutes)
    sittings = {f.id: _next_sitting(f, ready, days) for f in facts.funders if not f.decides_alone}
    answer = None
    if all(sittings.values()):
        last = max([ready, *(each.meets_on for each in sittings.values() if each)])
        found[StepKind.NOTIFICATION] = _reached(facts, StepKind.NOTIFICATION, days.after(last, durations.letters), days)
        answer = days.after(found[StepKind.NOTIFICATION][0], durations.posting)
        found[StepKind.ANSWER] = (answer, StepSource.COMPUTED)
    return Planned(found, sittings, answer)


def _reached(facts: Facts, kind: StepKind, day: date, days: WorkingDays) -> tuple[date, StepSource]:
    """When it ended; else the computed day, which cannot be past while it is still to do."""
    done = facts.done.get(kind)
    return (done, StepSource.STATED) if done else (max(day, days.at_earliest(facts.today)), StepSource.COMPUTED)


def _next_sitting(funder: Funder, ready: date, days: WorkingDays) -> Sitting | None:
    """The first sitting that still takes files once the committee's minutes are ready; supposed, when none was recorded."""
    if not funder.sittings:
        return Sitting(days.at_earliest(ready + timedelta(days=SUPPOSED_DEPOSIT_DAYS)), SUPPOSED_DEPOSIT_DAYS)
    reached = [sitting for sitting in funder.sittings if sitting.deposit_on(days) >= ready]
    return min(reached, key=lambda sitting: sitting.meets_on, default=None)


# Lines.


def _step(kind: StepKind, latest_on: date, planned: Planned, facts: Facts, days: WorkingDays) -> Step:
    day, source = planned.days.get(kind, (None, None))
    done = kind in facts.done
    if done:
        day = facts.done[kind]
    return Step(
        kind=kind,
        latest_on=latest_on,
        planned_on=day,
        source=source,
        status=status_of(day, latest_on, facts.today, done=done),
        margin_days=None if day is None else days.between(day, latest_on),
        late_days=0 if done else max(0, days.between(latest_on, facts.today)),
    )


def _assembly_step(funder: Funder, latest: Latest, planned: Planned, facts: Facts, days: WorkingDays) -> Step:
    last, own = latest.sittings[funder.id], planned.sittings[funder.id]
    latest_on = last.meets_on if last else latest.last_meeting_on
    day = own.meets_on if own else None
    done = funder.decided and day is not None and day <= facts.today
    status = status_of(day, latest_on, facts.today, done=done)
    if not done and (own is None or (funder.sittings and last is None)):
        status = StepStatus.IMPOSSIBLE
    return Step(
        kind=StepKind.ASSEMBLY,
        latest_on=latest_on,
        planned_on=day,
        source=None if own is None else StepSource.ASSEMBLY if funder.sittings else StepSource.COMPUTED,
        status=status,
        margin_days=None if day is None else days.between(day, latest_on),
        late_days=0 if done else max(0, days.between(latest_on, facts.today)),
        funder_id=funder.id,
        funder=funder.name,
        deposit_on=latest.deposits[funder.id],
    )


def status_of(planned_on: date | None, latest_on: date, today: date, *, done: bool) -> StepStatus:
    """Late: its latest day has passed, or it is planned after it. Impossible: no day is known on which it could be."""
    if done:
        return StepStatus.DONE
    if planned_on is None:
        return StepStatus.IMPOSSIBLE
    return StepStatus.LATE if today > latest_on or planned_on > latest_on else StepStatus.ON_TIME
