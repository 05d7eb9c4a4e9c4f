"""Shares add up, to the unit."""

from hypothesis import given
from hypothesis import strategies as st

from services.common.shares import split
from tests.programming.laws import law

amounts = st.integers(0, 10**13)
weights = st.lists(st.integers(0, 10**6), min_size=1, max_size=40)


@law
@given(amounts, weights)
def test_shares_add_up_and_none_is_a_unit_away_from_its_due(total: int, parts: list[int]) -> None:
    shares = split(total, parts)
    due = parts if any(parts) else [1] * len(parts)
    assert sum(shares) == total
    assert all(abs(share * sum(due) - total * part) < sum(due) for share, part in zip(shares, due, strict=True))


def test_the_largest_remainders_take_what_rounding_leaves_in_order_when_equal() -> None:
    assert split(100, [1, 1, 1]) == [34, 33, 33]
    assert split(10, [3, 3, 1]) == [4, 4, 2]
    assert split(7, [0, 0]) == [4, 3]
    assert split(7, []) == []
