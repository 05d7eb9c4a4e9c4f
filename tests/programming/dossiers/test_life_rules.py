"""The clocks that run from submission, where a dossier is among its requests, and the merge patch that saves drafts."""

from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.clock import PARIS
from services.programming.dossiers.rules import ANSWERED, TOLD, clocks, merge, months_after, outcome, reached, status_for_holder
from services.programming.dossiers.schemas import DossierStatus, RequestStatus
from tests.programming.laws import law

JUDGED = [status for status in RequestStatus if status is not RequestStatus.ASKED]
SETTLED = [RequestStatus.GRANTED, RequestStatus.REFUSED, RequestStatus.NOTIFIED]


def paris(*instant: int) -> datetime:
    return datetime(*instant, tzinfo=PARIS)  # type: ignore[misc,arg-type]


def promised(submitted_at: datetime) -> date:
    """Three months after an instant, which the platform keeps in UTC."""
    return clocks(submitted_at.astimezone(UTC), answer_within_months=3, silence_rejects_after_months=2).promised_on


@pytest.mark.parametrize(
    ("day", "months", "expected"),
    [
        (date(2027, 1, 15), 3, date(2027, 4, 15)),
        (date(2026, 11, 30), 3, date(2027, 2, 28)),
        (date(2027, 11, 30), 3, date(2028, 2, 29)),
        (date(2028, 2, 29), 12, date(2029, 2, 28)),
        (date(2027, 8, 31), 1, date(2027, 9, 30)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2027, 10, 31), 12, date(2028, 10, 31)),
    ],
)
def test_months_end_on_the_same_day_or_on_the_months_last(day: date, months: int, expected: date) -> None:
    assert months_after(day, months) == expected


@law
@given(day=st.dates(date(2015, 1, 1), date(2100, 12, 31)), months=st.integers(1, 12))
def test_a_clock_never_ends_in_another_month_than_the_one_counted(day: date, months: int) -> None:
    later = months_after(day, months)
    assert (later.year - day.year) * 12 + later.month - day.month == months
    assert later.day == day.day or (later.day < day.day and (later + timedelta(days=1)).day == 1)


def test_both_clocks_run_from_the_same_day() -> None:
    both = clocks(paris(2027, 1, 15, 12), answer_within_months=3, silence_rejects_after_months=2)
    assert (both.promised_on, both.silence_rejects_on) == (date(2027, 4, 15), date(2027, 3, 15))


@pytest.mark.parametrize(
    ("submitted_at", "expected"),
    [
        # 2027-03-28 at 2 a.m. clocks go forward, 2027-10-31 at 3 a.m. they go back.
        (paris(2027, 3, 27, 23, 30), date(2027, 6, 27)),
        (paris(2027, 3, 28, 0, 30), date(2027, 6, 28)),
        (paris(2027, 3, 28, 3, 0), date(2027, 6, 28)),
        (paris(2027, 3, 28, 23, 30), date(2027, 6, 28)),
        (paris(2027, 3, 29, 0, 30), date(2027, 6, 29)),
        (paris(2027, 10, 30, 23, 30), date(2028, 1, 30)),
        (paris(2027, 10, 31, 0, 30), date(2028, 1, 31)),
        (paris(2027, 10, 31, 2, 30), date(2028, 1, 31)),
        (paris(2027, 10, 31, 2, 30).replace(fold=1), date(2028, 1, 31)),
        (paris(2027, 10, 31, 23, 30), date(2028, 1, 31)),
        (paris(2027, 11, 1, 0, 30), date(2028, 2, 1)),
    ],
)
def test_the_day_of_submission_is_the_day_in_paris_whatever_the_clocks_do_that_night(
    submitted_at: datetime, expected: date
) -> None:
    assert promised(submitted_at) == expected


@law
@given(status=st.lists(st.sampled_from(JUDGED), min_size=1))
def test_one_request_still_asked_keeps_the_whole_dossier_under_review(status: list[RequestStatus]) -> None:
    assert outcome([*status, RequestStatus.ASKED]) is DossierStatus.UNDER_REVIEW


@law
@given(status=st.lists(st.sampled_from(SETTLED)))
def test_one_adjourned_request_sends_the_dossier_back_to_a_committee(status: list[RequestStatus]) -> None:
    assert outcome([*status, RequestStatus.ADJOURNED]) is DossierStatus.READY_FOR_COMMITTEE


@law
@given(statuses=st.lists(st.sampled_from(SETTLED), min_size=1))
def test_a_dossier_is_notified_when_all_its_requests_are_and_decided_before(statuses: list[RequestStatus]) -> None:
    all_told = set(statuses) == {RequestStatus.NOTIFIED}
    assert outcome(statuses) is (DossierStatus.NOTIFIED if all_told else DossierStatus.DECIDED)


@law
@given(statuses=st.lists(st.sampled_from(RequestStatus), min_size=1), data=st.data())
def test_the_outcome_does_not_depend_on_the_order_of_the_requests(statuses: list[RequestStatus], data: st.DataObject) -> None:
    assert outcome(data.draw(st.permutations(statuses))) is outcome(statuses)


def test_a_dossier_without_request_is_not_taken_for_an_answered_one() -> None:
    assert outcome([]) is DossierStatus.UNDER_REVIEW


@pytest.mark.parametrize("status", list(DossierStatus))
def test_the_holder_reads_under_review_from_admissibility_to_the_last_letter(status: DossierStatus) -> None:
    hidden = status in {DossierStatus.READY_FOR_COMMITTEE, DossierStatus.DECIDED}
    assert status_for_holder(status) is (DossierStatus.UNDER_REVIEW if hidden else status)


leaves = st.none() | st.booleans() | st.integers() | st.text(max_size=5) | st.lists(st.integers() | st.none(), max_size=3)
documents = st.recursive(
    st.dictionaries(st.sampled_from("abcd"), leaves, max_size=4),
    lambda inner: st.dictionaries(st.sampled_from("abcd"), leaves | inner, max_size=4),
    max_leaves=12,
)


def without_nulls(document: dict[str, Any]) -> dict[str, Any]:
    return {k: without_nulls(v) if isinstance(v, dict) else v for k, v in document.items() if v is not None}


@law
@given(current=documents, patch=documents)
def test_merging_twice_is_merging_once(current: dict[str, Any], patch: dict[str, Any]) -> None:
    once = merge(current, patch)
    assert merge(once, patch) == once


@law
@given(current=documents, patch=documents)
def test_merging_leaves_what_was_given_untouched(current: dict[str, Any], patch: dict[str, Any]) -> None:
    before = repr((current, patch))
    merge(current, patch)
    assert repr((current, patch)) == before


@law
@given(current=documents)
def test_an_empty_patch_changes_nothing(current: dict[str, Any]) -> None:
    assert merge(current, {}) == current


@law
@given(patch=documents)
def test_a_patch_on_nothing_is_the_patch_without_its_nulls(patch: dict[str, Any]) -> None:
    assert merge({}, patch) == without_nulls(patch)


@law
@given(current=documents, patch=documents)
def test_what_the_patch_does_not_name_stays(current: dict[str, Any], patch: dict[str, Any]) -> None:
    merged = merge(current, patch)
    assert all(merged[name] == value for name, value in current.items() if name not in patch)


@pytest.mark.parametrize(
    ("current", "patch", "expected"),
    [  # Examples of RFC 7396, appendix A, for objects.
        ({"a": "b"}, {"a": "c"}, {"a": "c"}),
        ({"a": "b"}, {"b": "c"}, {"a": "b", "b": "c"}),
        ({"a": "b"}, {"a": None}, {}),
        ({"a": "b", "b": "c"}, {"a": None}, {"b": "c"}),
        ({"a": ["b"]}, {"a": "c"}, {"a": "c"}),
        ({"a": "c"}, {"a": ["b"]}, {"a": ["b"]}),
        ({"a": {"b": "c"}}, {"a": {"b": "d", "c": None}}, {"a": {"b": "d"}}),
        ({"a": [{"b": "c"}]}, {"a": [1]}, {"a": [1]}),
        ({"e": None}, {"a": 1}, {"e": None, "a": 1}),
        ({}, {"a": {"bb": {"ccc": None}}}, {"a": {"bb": {}}}),
    ],
)
def test_the_examples_of_the_rfc(current: dict[str, Any], patch: dict[str, Any], expected: dict[str, Any]) -> None:
    assert merge(current, patch) == expected


@law
@given(
    before=st.sampled_from(DossierStatus),
    told=st.lists(st.sampled_from(sorted(TOLD, key=str)), min_size=1),
    joining=st.lists(st.sampled_from(RequestStatus)),
)
def test_what_was_told_is_never_untold_by_what_joins_the_dossier(
    before: DossierStatus, told: list[RequestStatus], joining: list[RequestStatus]
) -> None:
    after = reached(before, [*told, *joining])
    if before in ANSWERED:
        assert after in {DossierStatus.NOTIFIED, DossierStatus.RUNNING}
        assert not (outcome(told) is DossierStatus.RUNNING and after is DossierStatus.NOTIFIED)
    else:
        assert after is outcome([*told, *joining])
