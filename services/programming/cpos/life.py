"""The life of a CPO and of its tranches, as acts on a state. Pure: no database, no clock.

Laws, whatever the acts: the total is what the living tranches add up to; a journal of differences, played again from nothing,
gives the same state.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import Enum
from typing import Any

from .models import CpoStatus, TrancheState

#: The parties may still be bound by it: tranches are confirmed, amended, dropped.
RUNNING = {CpoStatus.SIGNED, CpoStatus.IN_FORCE}
#: What may be suspended or terminated.
BEFORE_SIGNATURE = {CpoStatus.DRAFT, CpoStatus.APPROVED}


@dataclass(frozen=True)
class Tranche:
    """Ids are their text, so that a state is what its journal says. Euro cents."""

    id: str
    year: int
    funder_id: str
    budget_line: str
    amount_cents: int
    firm: bool = False
    state: TrancheState = TrancheState.FORECAST


@dataclass(frozen=True)
class State:
    """Everything the laws look at."""

    status: CpoStatus = CpoStatus.DRAFT
    suspended_from: CpoStatus | None = None
    total_cents: int = 0
    tranches: Mapping[str, Tranche] = field(default_factory=dict)

    @property
    def living(self) -> list[Tranche]:
        return [tranche for tranche in self.tranches.values() if tranche.state is not TrancheState.DROPPED]


class Breach(Enum):
    """Why an act is refused."""

    STATUS = "status"
    UNKNOWN_TRANCHE = "unknown_tranche"
    NOT_FORECAST = "not_forecast"
    DROPPED = "dropped"
    BELOW_PAID = "below_paid"
    ALREADY_ENTERED = "already_entered"
    REPEATED = "repeated"
    OUTSIDE_YEARS = "outside_years"
    NOTHING_LEFT = "nothing_left"


class Refused(Exception):
    """The act breaks a law of the agreement; `cents` is what would have been possible, where it is an amount."""

    def __init__(self, breach: Breach, tranche_id: str = "", cents: int = 0) -> None:
        super().__init__(breach.value)
        self.breach, self.tranche_id, self.cents = breach, tranche_id, cents


def _require(state: State, allowed: set[CpoStatus]) -> None:
    if state.status not in allowed:
        raise Refused(Breach.STATUS)


def _put(state: State, tranche: Tranche) -> State:
    """The tranche as it now is; the total follows by as much as it changed."""
    before = state.tranches.get(tranche.id)
    delta = _counted(tranche) - (_counted(before) if before else 0)
    return replace(state, tranches={**state.tranches, tranche.id: tranche}, total_cents=state.total_cents + delta)


def _counted(tranche: Tranche) -> int:
    return 0 if tranche.state is TrancheState.DROPPED else tranche.amount_cents


def draw_up(state: State, tranches: Iterable[Tranche]) -> State:
    """The tranches of a draft, anew: nobody has signed, so nothing is kept of the former ones; approvals start again."""
    _require(state, BEFORE_SIGNATURE)
    drawn = State()
    for tranche in tranches:
        drawn = _put(drawn, tranche)
    return drawn


def approve(state: State) -> State:
    """Every funder approved its part."""
    _require(state, {CpoStatus.DRAFT})
    return replace(state, status=CpoStatus.APPROVED)


def sign(state: State, first_year: int) -> State:
    """The last signature: what is firm for the first year is confirmed by it."""
    _require(state, {CpoStatus.APPROVED})
    signed = replace(state, status=CpoStatus.SIGNED)
    for tranche in state.living:
        if tranche.firm and tranche.year == first_year:
            signed = _put(signed, replace(tranche, state=TrancheState.CONFIRMED))
    return signed


def reach(state: State, status: CpoStatus) -> State:
    """Time passed: in force from its first day, ended after its last."""
    return replace(state, status=status)


def suspend(state: State) -> State:
    _require(state, RUNNING)
    return replace(state, status=CpoStatus.SUSPENDED, suspended_from=state.status)


def resume(state: State) -> State:
    _require(state, {CpoStatus.SUSPENDED})
    return replace(state, status=state.suspended_from or CpoStatus.IN_FORCE, suspended_from=None)


def terminate(state: State, from_year: int) -> State:
    """It stops: what was only forecast from that year on is dropped, the rest stays as history."""
    _require(state, RUNNING | BEFORE_SIGNATURE | {CpoStatus.SUSPENDED})
    after = replace(state, status=CpoStatus.TERMINATED, suspended_from=None)
    return _drop(after, [t for t in state.living if t.year >= from_year and t.state is TrancheState.FORECAST])


def confirm(state: State, tranche_id: str, amount_cents: int) -> State:
    """The funder confirms its tranche of the year, at an amount that may differ from the forecast."""
    _require(state, RUNNING)
    tranche = known(state, tranche_id)
    if tranche.state is not TrancheState.FORECAST:
        raise Refused(Breach.NOT_FORECAST, tranche_id)
    return _put(state, replace(tranche, state=TrancheState.CONFIRMED, amount_cents=amount_cents))


def withdraw(state: State, funder_id: str, from_year: int) -> State:
    """A funder leaves: its forecasts from that year on are dropped; what is firm, confirmed or past stays."""
    _require(state, RUNNING | {CpoStatus.SUSPENDED})
    own = [t for t in state.living if t.funder_id == funder_id and t.year >= from_year]
    return _drop(state, [t for t in own if t.state is TrancheState.FORECAST and not t.firm])


def _drop(state: State, tranches: Iterable[Tranche]) -> State:
    for tranche in tranches:
        state = _put(state, replace(tranche, state=TrancheState.DROPPED))
    return state


@dataclass(frozen=True)
class Change:
    """What an amendment makes of a tranche: None leaves as it is. A tranche that is not there yet is added."""

    tranche_id: str
    year: int | None = None
    funder_id: str | None = None
    budget_line: str | None = None
    amount_cents: int | None = None
    drop: bool = False


@dataclass(frozen=True)
class Entered:
    """A tranche already in its year's dossier: what is committed or paid of it, below which nothing goes."""

    floor_cents: int


def amend(state: State, changes: Sequence[Change], entered: Mapping[str, Entered], years: Sequence[int]) -> State:
    """An amendment changes tranches: never below what is committed or paid, nor what already left for a campaign but its amount."""
    _require(state, RUNNING)
    for change in changes:
        if change.year is not None and change.year not in years:
            raise Refused(Breach.OUTSIDE_YEARS, change.tranche_id)
        before = state.tranches.get(change.tranche_id)
        after = _amended(before, change, entered.get(change.tranche_id)) if before else _added(change)
        state = _put(state, after)
    _refuse_repeated(state)
    return state


def _added(change: Change) -> Tranche:
    if change.year is None or change.funder_id is None or change.budget_line is None or change.amount_cents is None:
        raise Refused(Breach.UNKNOWN_TRANCHE, change.tranche_id)
    return Tranche(change.tranche_id, change.year, change.funder_id, change.budget_line, change.amount_cents)


def _amended(before: Tranche, change: Change, entered: Entered | None) -> Tranche:
    if before.state is TrancheState.DROPPED:
        raise Refused(Breach.DROPPED, before.id)
    after = replace(
        before,
        year=change.year or before.year,
        funder_id=change.funder_id or before.funder_id,
        budget_line=change.budget_line or before.budget_line,
        amount_cents=change.amount_cents or before.amount_cents,
    )
    moved = (after.year, after.funder_id) != (before.year, before.funder_id)
    if moved and before.state is TrancheState.CONFIRMED:
        raise Refused(Breach.NOT_FORECAST, before.id)
    if entered is not None:
        if change.drop or after.budget_line != before.budget_line:
            raise Refused(Breach.ALREADY_ENTERED, before.id)
        if after.amount_cents < entered.floor_cents:
            raise Refused(Breach.BELOW_PAID, before.id, entered.floor_cents)
    return replace(before, state=TrancheState.DROPPED) if change.drop else after


def _refuse_repeated(state: State) -> None:
    """A funder brings one tranche a year: a dossier asks each funder once."""
    seen: set[tuple[str, int]] = set()
    for tranche in state.living:
        if (tranche.funder_id, tranche.year) in seen:
            raise Refused(Breach.REPEATED, tranche.id)
        seen.add((tranche.funder_id, tranche.year))


def known(state: State, tranche_id: str) -> Tranche:
    if tranche_id not in state.tranches:
        raise Refused(Breach.UNKNOWN_TRANCHE, tranche_id)
    return state.tranches[tranche_id]


# The journal: differences that add up to the state.


def difference(before: State, after: State) -> dict[str, Any]:
    """What a line of the journal says of an act: `{field: [before, after]}`, tranche by tranche."""
    said: dict[str, Any] = {}
    for name in ("status", "suspended_from", "total_cents"):
        was, now = _plain(getattr(before, name)), _plain(getattr(after, name))
        if was != now:
            said[name] = [was, now]
    tranches = {
        tranche_id: changed
        for tranche_id in {**before.tranches, **after.tranches}
        if (changed := _changed(before.tranches.get(tranche_id), after.tranches.get(tranche_id)))
    }
    return {**said, "tranches": tranches} if tranches else said


def _plain(value: Any) -> Any:
    return value.value if isinstance(value, Enum) else value


def _fields(tranche: Tranche | None) -> dict[str, Any]:
    return {} if tranche is None else {n: _plain(v) for n, v in asdict(tranche).items() if n != "id"}


def _changed(before: Tranche | None, after: Tranche | None) -> dict[str, Any]:
    was, now = _fields(before), _fields(after)
    return {name: [was.get(name), now.get(name)] for name in {**was, **now} if was.get(name) != now.get(name)}


def replay(lines: Iterable[Mapping[str, Any]]) -> State:
    """The state that the `changes` of a CPO's journal lines, oldest first, lead to. ValueError when they contradict each other."""
    state = State()
    for changes in lines:
        state = _played(state, changes)
    if sum(tranche.amount_cents for tranche in state.living) != state.total_cents:
        raise ValueError("the journal's tranches do not add up to its total")
    return state


def _played(state: State, changes: Mapping[str, Any]) -> State:
    now: dict[str, Any] = {}
    for name in ("status", "suspended_from", "total_cents"):
        if name in changes:
            was, now[name] = changes[name]
            _agree(was, _plain(getattr(state, name)), name)
    tranches = dict(state.tranches)
    for tranche_id, changed in changes.get("tranches", {}).items():
        held = _fields(tranches.pop(tranche_id, None))
        for name, (was, after) in changed.items():
            _agree(was, held.get(name), f"{tranche_id}.{name}")
            held[name] = after
        if any(value is not None for value in held.values()):
            tranches[tranche_id] = Tranche(id=tranche_id, **{**held, "state": TrancheState(held["state"])})
    status = CpoStatus(now["status"]) if "status" in now else state.status
    suspended = now.get("suspended_from", _plain(state.suspended_from))
    total = now.get("total_cents", state.total_cents)
    return State(status, CpoStatus(suspended) if suspended else None, total, tranches)


def _agree(was: Any, held: Any, name: str) -> None:
    if was != held:
        raise ValueError(f"the journal says {name} was {was!r} where it was {held!r}")
