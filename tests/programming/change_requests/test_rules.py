"""Clocks, thresholds and pointers of changes requested, as laws."""

from datetime import date, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.programming.change_requests.models import FieldState
from services.programming.change_requests.rules import (
    STEPS,
    Suspension,
    due_errors,
    pointer_errors,
    state_of,
    step_reached,
    suspended_days,
)
from services.programming.dossiers import differences

FIRST = date(2026, 1, 1)
TODAY = date(2028, 6, 1)


def _suspension(asked: int, given: int, ended: int | None) -> Suspension:
    asked_on = FIRST + timedelta(days=asked)
    return Suspension(asked_on, asked_on + timedelta(days=given), None if ended is None else asked_on + timedelta(days=ended))


SUSPENSIONS = st.builds(_suspension, st.integers(0, 300), st.integers(1, 90), st.none() | st.integers(0, 120))


@given(st.lists(SUSPENSIONS, max_size=6))
def test_days_suspended_twice_count_once(spans: list[Suspension]) -> None:
    days = {one.asked_on + timedelta(days=i) for one in spans for i in range((one.stops_on(TODAY) - one.asked_on).days)}
    assert suspended_days(spans, TODAY) == len(days)
    assert suspended_days(reversed(spans), TODAY) == len(days)


@given(SUSPENSIONS)
def test_the_clock_runs_again_with_the_answer_and_never_waits_beyond_the_due_day(span: Suspension) -> None:
    days = suspended_days([span], TODAY)
    assert 0 <= days <= (span.due_on - span.asked_on).days
    if span.ended_on is not None and span.ended_on <= span.due_on:
        assert days == (span.ended_on - span.asked_on).days


@given(st.integers(-60, 60))
def test_each_threshold_is_reached_in_its_turn(shift: int) -> None:
    due_on = FIRST
    today = due_on + timedelta(days=shift)
    step = step_reached(due_on, today)
    passed = [one for one in STEPS if shift >= -one]
    assert step == (min(passed) if passed else None)


def test_a_due_day_is_to_come_and_not_too_far() -> None:
    assert [error.code for error in due_errors(TODAY, TODAY)] == ["not_to_come"]
    assert due_errors(TODAY + timedelta(days=1), TODAY) == []
    assert due_errors(date(2028, 10, 1), TODAY) == []
    assert [error.code for error in due_errors(date(2028, 10, 2), TODAY)] == ["too_far"]


DOCUMENT = {
    "title": "A",
    "nature": "action",
    "qpv_codes": ["QP011002"],
    "content": {"need": "n", "publics": [{"label": "Adultes", "count": 40}]},
    "contact": {"email": "a@example.org"},
    "budget": {"charges": [{"account": "64", "amount_cents": 100}]},
}


def test_a_pointer_names_once_what_the_holder_writes_and_the_dossier_has() -> None:
    good = [
        "/content/need",
        "/content/publics/0/count",
        "/budget",
        "/budget/charges/0",
        "/qpv_codes",
        "/nature",
        "/attachments/rib",
    ]
    assert pointer_errors(good, DOCUMENT) == []
    bad = {
        "/title": "frozen", "/requests/0/amount_cents": "frozen", "/content/nothing": "unknown", "/budget/charges/1": "unknown",
        "/budget/charges/01": "unknown", "/status": "unknown", "/holder/name": "unknown", "/attachments": "unknown",
        "/attachments/../x": "unknown", "/attachments/a b": "unknown", "/qpv_codes/٠": "unknown",
    }  # fmt: skip
    assert {list(bad)[int(e.pointer.split("/")[2])]: e.code for e in pointer_errors(list(bad), DOCUMENT)} == bad
    assert [error.code for error in pointer_errors(["/nature", "/nature"], DOCUMENT)] == ["repeated"]


def test_a_field_is_changed_explained_or_still_awaited() -> None:
    def state(pointer: str, before: object, *, explained: bool = False, attached: frozenset[str] = frozenset()) -> FieldState:
        return state_of(pointer, before, DOCUMENT, attached, explained=explained)

    assert state("/content/need", "avant") is FieldState.CHANGED
    assert state("/content/need", "avant", explained=True) is FieldState.CHANGED
    assert state("/content/need", "n") is FieldState.PENDING
    assert state("/content/need", "n", explained=True) is FieldState.EXPLAINED
    assert state("/budget/charges/3", {"account": "60"}) is FieldState.CHANGED  # the line was removed
    assert state("/attachments/rib", None) is FieldState.PENDING
    assert state("/attachments/rib", None, attached=frozenset({"rib"})) is FieldState.CHANGED


JSON = st.recursive(
    st.none() | st.integers(0, 3) | st.sampled_from(["a", "b"]),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.sampled_from(["x", "y/z", "~"]), inner, max_size=3),
    max_leaves=8,
)


@given(JSON, JSON)
def test_differences_are_none_exactly_when_nothing_differs(one: object, other: object) -> None:
    assert list(differences.differences(one, one)) == []
    found = list(differences.differences(one, other))
    assert (found == []) == (one == other)
    assert len(found) == len(set(found))
    for pointer in found:
        assert differences.value_at(one, pointer) != differences.value_at(other, pointer)


@given(
    st.fixed_dictionaries({"nature": JSON, "content": st.dictionaries(st.sampled_from(["need", "means"]), JSON)}),
    st.fixed_dictionaries({"nature": JSON, "content": st.dictionaries(st.sampled_from(["need", "means"]), JSON)}),
)
def test_putting_back_every_field_that_differs_gives_the_former_document(
    before: dict[str, object], after: dict[str, object]
) -> None:
    closed = differences.fields(differences.differences(before, after))
    assert differences.with_fields(after, before, closed) == before
