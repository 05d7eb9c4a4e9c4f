"""The laws of a schedule: to the cent, whatever is paid, repaid or amended."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.language import Text
from services.programming.payments import rules
from services.programming.payments.rules import Facts
from services.programming.payments.schemas import Condition, InstalmentKind, InstalmentWrite
from tests.programming.laws import law

ADVANCE, INTERIM, BALANCE = InstalmentKind.ADVANCE, InstalmentKind.INTERIM, InstalmentKind.BALANCE
CENTS = st.integers(0, 10**9)


def shares(*parts: int) -> list[InstalmentWrite]:
    return [InstalmentWrite(kind=INTERIM, share_bp=part) for part in parts]


def amounts(*parts: int) -> list[InstalmentWrite]:
    return [InstalmentWrite(kind=INTERIM, amount_cents=part) for part in parts]


def codes(granted: int, wishes: list[InstalmentWrite]) -> list[str | None]:
    return [error.code for error in rules.schedule_errors(granted, wishes)]


def test_three_thirds_of_a_hundred_euros_make_a_hundred_euros() -> None:
    assert rules.amounts(10_000, shares(3_333, 3_333, 3_333)) == [3_334, 3_333, 3_333]
    assert codes(10_000, shares(3_333, 3_333, 3_333)) == []
    assert rules.amounts(10_000, shares(3_333, 3_333, 3_334)) == [3_333, 3_333, 3_334]


@law
@given(CENTS, st.lists(st.integers(1, 10_000), min_size=1, max_size=24))
def test_shares_always_add_up_to_the_grant(granted: int, parts: list[int]) -> None:
    found = rules.amounts(granted, shares(*parts))
    assert sum(found) == granted
    whole = sum(parts)
    assert all(abs(cents - granted * part / whole) < 1 for cents, part in zip(found, parts, strict=True))


@pytest.mark.parametrize(
    ("wishes", "expected"),
    [
        (shares(10_000), []),
        (shares(9_999), ["shares_do_not_add_up"]),
        (shares(5_000, 4_000), ["shares_do_not_add_up"]),
        (shares(7_000, 3_000), []),
        (amounts(6_000, 4_000), []),
        (amounts(6_000, 3_999), ["amounts_do_not_add_up"]),
        (amounts(6_000, 4_001), ["amounts_do_not_add_up"]),
        ([*shares(5_000), *amounts(5_000)], ["mixed"]),
        ([InstalmentWrite(kind=BALANCE, share_bp=5_000), InstalmentWrite(kind=ADVANCE, share_bp=5_000)], ["out_of_order"]),
        ([InstalmentWrite(kind=BALANCE, share_bp=5_000), InstalmentWrite(kind=BALANCE, share_bp=5_000)], ["two_balances"]),
        ([InstalmentWrite(kind=BALANCE, share_bp=10_000, condition=Condition.DATE)], ["date_missing"]),
    ],
)
def test_what_does_not_hold_in_a_schedule_is_named(wishes: list[InstalmentWrite], expected: list[str]) -> None:
    assert codes(10_000, wishes) == expected


def test_a_share_too_small_for_a_cent_is_refused() -> None:
    assert codes(3, shares(2_500, 2_500, 2_500, 2_500)) == ["worth_nothing"]


def test_a_refusal_says_by_how_much() -> None:
    (error,) = rules.schedule_errors(10_000, amounts(6_000, 3_050))
    assert error.detail.fr == "Il manque 9,50\u00a0€ pour faire 100\u00a0€."
    (error,) = rules.schedule_errors(10_000, amounts(6_000, 4_100))
    assert error.detail.fr == "Il y a 1\u00a0€ de trop pour faire 100\u00a0€."


@law
@given(st.lists(CENTS, min_size=1, max_size=12), CENTS)
def test_what_is_held_covers_instalments_in_their_order(parts: list[int], held: int) -> None:
    done = rules.covered(parts, held)
    assert sum(done) == min(held, sum(parts))
    assert all(0 <= paid <= part for paid, part in zip(done, parts, strict=True))
    number = rules.first_uncovered(parts, held)
    if number is None:
        assert done == parts
    else:
        assert done[: number - 1] == parts[: number - 1]
        assert done[number - 1] < parts[number - 1]
        assert not any(done[number:])


@law
@given(st.lists(CENTS, min_size=1, max_size=12), st.data())
def test_an_amended_grant_is_shared_again_to_the_cent_and_what_is_paid_stays(parts: list[int], data: st.DataObject) -> None:
    held = data.draw(st.integers(0, sum(parts)))
    granted = data.draw(st.integers(held, 2 * 10**9))
    again = rules.share_again(parts, held, granted)
    assert sum(again) == granted
    assert len(again) == len(parts)
    paid = rules.covered(parts, held)
    assert all(part >= done for part, done in zip(again, paid, strict=True))
    assert rules.covered(again, held) == paid or held == sum(parts)
    if granted == sum(parts):
        assert again == parts


def test_what_is_unpaid_is_shared_in_the_same_proportions() -> None:
    # 70 € of 100 € are paid; 30 € lost of the grant fall on what is left: 10 € then 20 € become none and none.
    assert rules.share_again([7_000, 1_000, 2_000], 7_000, 7_000) == [7_000, 0, 0]
    assert rules.share_again([7_000, 1_000, 2_000], 7_000, 8_500) == [7_000, 500, 1_000]
    assert rules.share_again([7_000, 3_000], 10_000, 12_000) == [7_000, 5_000]


FACTS = Facts(today=date(2027, 5, 1), agreed=False, bilan_submitted=False, bilan_accepted=False, account_confirmed=False)


@pytest.mark.parametrize(
    ("condition", "due_on", "facts", "met"),
    [
        (Condition.NONE, None, {}, True),
        (Condition.AGREEMENT_SIGNED, None, {}, False),
        (Condition.AGREEMENT_SIGNED, None, {"agreed": True}, True),
        (Condition.BILAN_SUBMITTED, None, {}, False),
        (Condition.BILAN_SUBMITTED, None, {"bilan_submitted": True}, True),
        (Condition.BILAN_ACCEPTED, None, {"bilan_submitted": True}, False),
        (Condition.BILAN_ACCEPTED, None, {"bilan_accepted": True}, True),
        (Condition.DATE, date(2027, 5, 2), {}, False),
        (Condition.DATE, date(2027, 5, 1), {}, True),
    ],
)
def test_a_condition_is_met_or_its_lack_is_said(
    condition: Condition, due_on: date | None, facts: dict[str, bool], met: bool
) -> None:
    known = Facts(**{**FACTS.__dict__, **facts, "account_confirmed": True})
    assert rules.condition_met(condition, due_on, known) is met
    assert [error.code for error in rules.missing(condition, due_on, known)] == ([] if met else [condition.value])


def test_everything_that_is_missing_is_said_at_once() -> None:
    found = rules.missing(Condition.DATE, date(2027, 6, 1), FACTS)
    assert [error.code for error in found] == ["date", "bank_account_confirmed"]
    assert "1er juin 2027" in found[0].detail.fr


def test_a_payment_is_dated_between_the_notification_and_today() -> None:
    def refused(day: date) -> list[str | None]:
        found = rules.day_errors(
            "/paid_on", day, not_before=date(2027, 4, 2), today=date(2027, 5, 1), floor=Text("la notification", "the notification")
        )
        return [error.code for error in found]

    assert refused(date(2027, 4, 1)) == ["too_early"]
    assert refused(date(2027, 4, 2)) == refused(date(2027, 5, 1)) == []
    assert refused(date(2027, 5, 2)) == ["in_the_future"]
