"""What figures say, whatever they are."""

from datetime import date, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.dossiers.schemas import DossierStatus, RequestStatus
from services.programming.monitoring import rules
from services.programming.monitoring.schemas import MISSING_LABELS, TURN_LABELS, AwaitedStep, ClockName, Step, Turn
from tests.programming.laws import law

TODAY = date(2027, 3, 28)
days = st.dates(date(2027, 1, 1), date(2027, 12, 31))
keys = st.tuples(days, st.sampled_from([clock.value for clock in ClockName]), st.uuids())


@law
@given(st.integers(0, 10**6), st.integers(0, 10**6))
def test_a_share_is_between_none_and_all_and_says_nothing_of_nothing(kept: int, broken: int) -> None:
    share = rules.share_kept(kept, broken)
    if kept + broken == 0:
        assert share is None
    else:
        assert share is not None
        assert 0 <= share <= 1
        assert abs(share * (kept + broken) - kept) <= (kept + broken) / 10_000


@law
@given(st.lists(keys, unique=True, max_size=60), st.integers(1, 20), st.randoms())
def test_two_listings_read_page_after_page_are_one_sorted_listing(found: list[Any], limit: int, chance: Any) -> None:
    """Nothing is lost or seen twice at the seam, wherever the pages are cut."""
    rows = [{"day": day, "clock": clock, "request_id": request} for day, clock, request in found]
    halves: list[list[Any]] = [[], []]
    for row in sorted(rows, key=rules.key):
        halves[chance.randrange(2)].append(row)
    read: list[Any] = []
    while True:
        after = rules.key(read[-1]) if read else (date.min, "", UUID(int=0))
        pages = [[row for row in half if rules.key(row) > after][:limit] for half in halves]
        taken = rules.merge(pages, limit)
        if not taken:
            break
        read += taken
    assert read == sorted(rows, key=rules.key)


def answer(
    day: date, dossier: DossierStatus = DossierStatus.UNDER_REVIEW, status: RequestStatus = RequestStatus.ASKED
) -> dict[str, Any]:
    row = {"clock": "promise", "day": day, "dossier_status": dossier.value, "status": status.value, "funder_id": uuid4()}
    return rules.risk(row, {}, TODAY)


@pytest.mark.parametrize(("days", "late"), [(-30, True), (-1, True), (0, False), (1, False), (7, False)])
def test_the_day_itself_is_not_late_yet(days: int, late: bool) -> None:
    told = answer(TODAY + timedelta(days=days))
    assert (told["days_left"], told["late"]) == (days, late)
    assert TODAY + timedelta(days=7) == rules.risk_until(TODAY)


@pytest.mark.parametrize(
    ("dossier", "request_status", "missing", "turn"),
    [
        (DossierStatus.SUBMITTED, RequestStatus.ASKED, AwaitedStep.ADMISSIBILITY, Turn.TEAM),
        (DossierStatus.UNDER_REVIEW, RequestStatus.ASKED, AwaitedStep.REVIEW, Turn.FUNDER),
        (DossierStatus.READY_FOR_COMMITTEE, RequestStatus.REVIEWED, AwaitedStep.DECISION, Turn.FUNDER),
        (DossierStatus.READY_FOR_COMMITTEE, RequestStatus.PROPOSED, AwaitedStep.DECISION, Turn.FUNDER),
        (DossierStatus.READY_FOR_COMMITTEE, RequestStatus.ADJOURNED, AwaitedStep.DECISION, Turn.FUNDER),
        (DossierStatus.DECIDED, RequestStatus.GRANTED, AwaitedStep.NOTIFICATION, Turn.FUNDER),
        (DossierStatus.DECIDED, RequestStatus.REFUSED, AwaitedStep.NOTIFICATION, Turn.FUNDER),
    ],
)
def test_what_is_missing_follows_from_where_the_request_is(
    dossier: DossierStatus, request_status: RequestStatus, missing: AwaitedStep, turn: Turn
) -> None:
    told = answer(TODAY, dossier, request_status)
    assert (told["missing"], told["turn"]) == (missing, turn)


@pytest.mark.parametrize(
    ("agreement", "committed", "missing"),
    [(True, 0, AwaitedStep.AGREEMENT), (False, 0, AwaitedStep.COMMITMENT), (False, 1, AwaitedStep.PAYMENT)],
)
def test_what_a_payment_waits_for(agreement: bool, committed: int, missing: AwaitedStep) -> None:
    assert rules.payment_missing(agreement_missing=agreement, committed_cents=committed) == (missing, Turn.FUNDER)


def test_everything_told_has_a_label() -> None:
    assert set(MISSING_LABELS) == set(AwaitedStep)
    assert set(TURN_LABELS) == set(Turn)


@law
@given(st.lists(st.uuids(), unique=True, max_size=5), st.sets(st.sampled_from(list(Step))))
def test_every_funder_has_every_step_and_every_clock_reached_or_not(funders: list[UUID], reached: set[Step]) -> None:
    steps = [{"funder_id": None, "step": step.value, "count": 1, "median": 2.0} for step in reached]
    lines = rules.lines({funder: str(funder) for funder in funders}, steps, [], [])
    assert [line["funder_id"] for line in lines] == [*funders, None]
    for line in lines:
        assert [step["step"] for step in line["steps"]] == list(Step)
        assert [clock["clock"] for clock in line["clocks"]] == list(ClockName)
    assert {step["step"] for step in lines[-1]["steps"] if step["count"]} == reached
