"""What a session may decide, and who is at its table."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.committees.models import CommitteeKind, Outcome
from services.programming.committees.rules import decision_errors, is_at_the_table
from tests.programming.laws import law

TECHNICAL, STEERING = CommitteeKind.TECHNICAL, CommitteeKind.STEERING
STATE, CAF = UUID(int=1), UUID(int=2)


def errors_of(kind: CommitteeKind, outcome: Outcome, amount_cents: int = 0, motive: str = "") -> list[tuple[str, str | None]]:
    return [(e.pointer, e.code) for e in decision_errors(kind, outcome, amount_cents, motive)]


@pytest.mark.parametrize(
    ("kind", "outcome", "amount_cents", "motive"),
    [
        (TECHNICAL, Outcome.PROPOSED, 100, ""),
        (STEERING, Outcome.GRANTED, 800_000, ""),
        (STEERING, Outcome.ADJOURNED, 0, ""),
        (STEERING, Outcome.REFUSED, 0, "Hors priorités."),
    ],
)
def test_what_each_kind_of_committee_may_say(kind: CommitteeKind, outcome: Outcome, amount_cents: int, motive: str) -> None:
    assert errors_of(kind, outcome, amount_cents, motive) == []


@law
@given(kind=st.sampled_from(CommitteeKind), outcome=st.sampled_from(Outcome), euros=st.integers(0, 10**6))
def test_a_technical_committee_only_proposes_and_a_steering_one_only_decides(
    kind: CommitteeKind, outcome: Outcome, euros: int
) -> None:
    wrong = ("/outcome", "outcome") in errors_of(kind, outcome, euros * 100, "Motif.")
    assert wrong is ((kind is TECHNICAL) is not (outcome is Outcome.PROPOSED))


@law
@given(outcome=st.sampled_from([o for o in Outcome if o is not Outcome.PROPOSED]), cents=st.integers(0, 10**9))
def test_there_is_an_amount_if_and_only_if_money_is_given_and_it_is_in_whole_euros(outcome: Outcome, cents: int) -> None:
    agrees = (outcome is Outcome.GRANTED) is (cents > 0)
    assert (errors_of(STEERING, outcome, cents, "Motif.") == []) is (agrees and cents % 100 == 0)


@pytest.mark.parametrize("motive", ["", " ", "\n\t"])
def test_a_refusal_is_reasoned_and_blanks_are_no_reason(motive: str) -> None:
    assert errors_of(STEERING, Outcome.REFUSED, 0, motive) == [("/motive", "missing")]


def test_everything_wrong_with_a_decision_is_said_at_once() -> None:
    assert errors_of(TECHNICAL, Outcome.REFUSED, 150) == [
        ("/outcome", "outcome"),
        ("/amount_cents", "amount"),
        ("/amount_cents", "whole_euros"),
        ("/motive", "missing"),
    ]


@pytest.mark.parametrize(("presence", "there"), [("present", True), ("represented", True), ("excused", False)])
def test_a_funder_decides_when_it_is_present_or_represented(presence: str, there: bool) -> None:
    attendance = [{"organisation_id": str(STATE), "presence": presence}, {"organisation_id": str(CAF), "presence": "present"}]
    assert is_at_the_table(attendance, STATE) is there


def test_a_funder_the_attendance_does_not_name_is_absent() -> None:
    assert not is_at_the_table([{"organisation_id": str(CAF), "presence": "present"}], STATE)
    assert not is_at_the_table([], STATE)


def test_one_seat_taken_is_enough_when_another_of_the_same_funder_is_excused() -> None:
    attendance = [{"organisation_id": str(STATE), "presence": p} for p in ("excused", "represented")]
    assert is_at_the_table(attendance, STATE)
