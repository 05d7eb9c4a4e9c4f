"""The life of a campaign: its acts in order, its deadline to the microsecond, what it must hold before people are called."""

from datetime import UTC, datetime, timedelta
from itertools import pairwise

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.clock import PARIS
from services.programming.campaigns.rules import TRANSITIONS, accepts_submissions, deadline_said, opening_errors, status_at
from services.programming.campaigns.schemas import CampaignStatus
from tests.programming.laws import law

OPENS = datetime(2026, 11, 2, 9, tzinfo=PARIS)
CLOSES = datetime(2027, 1, 15, 23, 59, 59, tzinfo=PARIS)
INSTANT = timedelta(microseconds=1)
LIFE = ["draft", "open", "closed", "under_review", "decided", "archived"]


def accepts(now: datetime, status: CampaignStatus = CampaignStatus.OPEN) -> bool:
    return accepts_submissions(status, OPENS, CLOSES, now)


def test_acts_lead_from_each_state_to_the_next_and_nowhere_else() -> None:
    steps = [(sorted(s.value for s in leaves), leads.value) for leaves, leads in TRANSITIONS.values()]
    assert steps == [([before], after) for before, after in pairwise(LIFE)]
    assert list(TRANSITIONS) == ["opening", "closing", "instruction", "decision", "archiving"]


@pytest.mark.parametrize(
    ("now", "accepted"),
    [(OPENS - INSTANT, False), (OPENS, True), (CLOSES - INSTANT, True), (CLOSES, True), (CLOSES + INSTANT, False)],
)
def test_dossiers_are_accepted_from_the_opening_to_the_deadline_both_included(now: datetime, accepted: bool) -> None:
    assert accepts(now) is accepted


@pytest.mark.parametrize("status", [s for s in CampaignStatus if s is not CampaignStatus.OPEN])
def test_only_an_open_campaign_accepts_dossiers(status: CampaignStatus) -> None:
    assert not accepts(OPENS + timedelta(days=1), status)


@law
@given(late=st.timedeltas(timedelta(days=-400), timedelta(days=400)), status=st.sampled_from(CampaignStatus))
def test_an_open_campaign_is_closed_once_its_deadline_has_passed_and_no_other_moves(
    late: timedelta, status: CampaignStatus
) -> None:
    shown = status_at(status, CLOSES, CLOSES + late)
    closed_by_time = status is CampaignStatus.OPEN and late > timedelta()
    assert shown is (CampaignStatus.CLOSED if closed_by_time else status)


@law
@given(late=st.timedeltas(timedelta(days=-90), timedelta(days=90)))
def test_after_the_opening_what_is_shown_open_accepts_and_what_is_shown_closed_refuses(late: timedelta) -> None:
    now = max(CLOSES + late, OPENS)
    assert accepts(now) is (status_at(CampaignStatus.OPEN, CLOSES, now) is CampaignStatus.OPEN)


@pytest.mark.parametrize(
    "deadline",
    [
        datetime(2027, 3, 28, 1, 59, 59, tzinfo=PARIS),
        datetime(2027, 3, 28, 3, 0, tzinfo=PARIS),
        datetime(2027, 10, 31, 2, 30, tzinfo=PARIS),
        datetime(2027, 10, 31, 2, 30, tzinfo=PARIS, fold=1),
    ],
)
def test_a_deadline_in_the_night_the_clocks_change_is_one_instant(deadline: datetime) -> None:
    instant = deadline.astimezone(UTC)
    assert accepts_submissions(CampaignStatus.OPEN, OPENS, instant, instant)
    assert not accepts_submissions(CampaignStatus.OPEN, OPENS, instant, instant + INSTANT)


def test_the_two_half_past_two_of_october_are_an_hour_apart() -> None:
    first = datetime(2027, 10, 31, 2, 30, tzinfo=PARIS).astimezone(UTC)
    assert not accepts_submissions(CampaignStatus.OPEN, OPENS, first, first + timedelta(hours=1))


@pytest.mark.parametrize(
    ("closes_at", "said"),
    [
        (datetime(2027, 1, 15, 22, 59, 59, tzinfo=UTC), "le 15/01/2027 à 23:59:59 (heure de Paris)"),
        (datetime(2027, 7, 15, 21, 59, 59, tzinfo=UTC), "le 15/07/2027 à 23:59:59 (heure de Paris)"),
        (datetime(2027, 3, 28, 1, 0, tzinfo=UTC), "le 28/03/2027 à 03:00:00 (heure de Paris)"),
    ],
)
def test_the_deadline_is_said_in_paris_time(closes_at: datetime, said: str) -> None:
    assert deadline_said(closes_at).fr == said


def test_a_ready_campaign_opens() -> None:
    assert opening_errors(funders=1, weights=[60, 40], objectives=1, closes_at=CLOSES, now=OPENS) == []


def test_everything_that_is_missing_before_opening_is_said_at_once() -> None:
    errors = opening_errors(funders=0, weights=[], objectives=0, closes_at=OPENS, now=OPENS)
    assert {e.pointer: e.code for e in errors} == {
        "/funders": "no_funder",
        "/criteria": "weights",
        "/objective_codes": "no_framework",
        "/closes_at": "deadline_passed",
    }


@law
@given(weights=st.lists(st.integers(1, 100), max_size=6))
def test_criteria_are_ready_if_and_only_if_their_weights_add_up_to_100(weights: list[int]) -> None:
    errors = opening_errors(funders=1, weights=weights, objectives=1, closes_at=CLOSES, now=OPENS)
    assert (errors == []) is (sum(weights) == 100)
