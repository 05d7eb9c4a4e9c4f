"""The laws of an award's money, whatever is done to it."""

from collections.abc import Callable

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.awards import rules
from services.programming.awards.rules import Breach, Money, Refused
from services.programming.dossiers.schemas import RequestStatus
from tests.programming.laws import law

ACTS: dict[str, Callable[[Money, int], Money]] = {
    "commit": rules.commit_funds,
    "pay": rules.pay,
    "repay": rules.repay,
    "amend": rules.amend,
    "justify": rules.justify,
}


@law
@given(st.integers(1, 10**9), st.lists(st.tuples(st.sampled_from(sorted(ACTS)), st.integers(0, 10**9)), max_size=30))
def test_whatever_is_done_the_grant_covers_the_commitment_and_the_commitment_the_payments(
    granted: int, acts: list[tuple[str, int]]
) -> None:
    money = Money(granted)
    for name, cents in acts:
        try:
            money = ACTS[name](money, cents)
        except Refused:
            continue
        assert money.granted >= money.committed >= money.held >= 0
        assert money.paid >= money.repaid >= 0
        assert money.justified is None or 0 <= money.justified <= money.granted
        assert money.to_repay == max(0, money.held - (money.justified if money.justified is not None else money.held))


@pytest.mark.parametrize(
    ("act", "money", "cents", "breach", "limit"),
    [
        (rules.commit_funds, Money(100), 101, Breach.ABOVE_GRANT, 100),
        (rules.commit_funds, Money(100, 100), 1, Breach.ABOVE_GRANT, 0),
        (rules.pay, Money(100, 60), 61, Breach.ABOVE_COMMITMENT, 60),
        (rules.pay, Money(100, 100, 50, justified=70), 21, Breach.ABOVE_COMMITMENT, 20),
        (rules.repay, Money(100, 100, 50), 51, Breach.ABOVE_PAID, 50),
        (rules.amend, Money(100, 100, 50), 49, Breach.BELOW_PAID, 50),
        (rules.amend, Money(100, 100, 50, justified=50), 80, Breach.ALREADY_JUSTIFIED, 0),
        (rules.justify, Money(100, 100, 100), 101, Breach.ABOVE_GRANT, 100),
        (rules.pay, Money(100, 60), 0, Breach.NOTHING, 0),
    ],
)
def test_what_breaks_a_law_is_refused_with_how_far_one_may_go(
    act: Callable[[Money, int], Money], money: Money, cents: int, breach: Breach, limit: int
) -> None:
    with pytest.raises(Refused) as refused:
        act(money, cents)
    assert (refused.value.breach, refused.value.limit_cents) == (breach, limit)


def test_an_amendment_brings_a_commitment_above_it_down() -> None:
    assert rules.amend(Money(100, 100, 40), 60) == Money(60, 60, 40)
    assert rules.amend(Money(100, 30, 20), 160) == Money(160, 30, 20)


@pytest.mark.parametrize(
    ("money", "agreed", "expected"),
    [
        (Money(100), False, RequestStatus.NOTIFIED),
        (Money(100), True, RequestStatus.AGREED),
        (Money(100, 50), True, RequestStatus.COMMITTED),
        (Money(100, 100, 50), True, RequestStatus.PARTLY_PAID),
        (Money(100, 100, 100), True, RequestStatus.PAID),
        (Money(100, 100, 100, 0, 80), True, RequestStatus.TO_REPAY),
        (Money(100, 100, 100, 20, 80), True, RequestStatus.JUSTIFIED),
        (Money(100, 100, 100, 0, 100), True, RequestStatus.JUSTIFIED),
        (Money(100, 100, 50, 0, 100), True, RequestStatus.PARTLY_PAID),
        (Money(100, 100, 50, 0, 50), True, RequestStatus.JUSTIFIED),
    ],
)
def test_where_an_award_is_follows_from_its_money(money: Money, agreed: bool, expected: RequestStatus) -> None:
    assert rules.status(money, agreed=agreed) is expected
