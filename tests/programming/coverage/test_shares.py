"""How a scenario shares money out: never more than is there, never more than is wanted, in whole euros."""

from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.coverage.shares import Claim, by_score, by_score_over_all, cut, within

CLAIMS = st.lists(
    st.tuples(
        st.sampled_from(["a", "b"]),
        st.integers(0, 20_000).map(lambda euros: euros * 100),
        st.none() | st.floats(0, 100, allow_nan=False),
    ),
    min_size=1,
    max_size=15,
).map(lambda rows: [Claim(UUID(int=n), line, cents, score, f"R-{n:04d}") for n, (line, cents, score) in enumerate(rows, 1)])
CENTS = st.integers(0, 10**7)


@given(CLAIMS, st.floats(0, 100, allow_nan=False))
def test_a_cut_is_the_same_for_all_and_rounds_down_to_the_euro(claims: list[Claim], percent: float) -> None:
    shared = cut(claims, percent)
    for claim in claims:
        kept = claim.cents * (100 - percent) / 100
        assert shared[claim.request_id] % 100 == 0
        assert kept - 100 <= shared[claim.request_id] <= kept + 0.001


@given(CLAIMS, CENTS)
def test_a_total_is_reached_to_the_euro_and_never_passed(claims: list[Claim], total: int) -> None:
    shared = within(claims, total)
    assert all(0 <= shared[c.request_id] <= c.cents and shared[c.request_id] % 100 == 0 for c in claims)
    assert sum(shared.values()) == min(sum(c.cents for c in claims), total // 100 * 100)


@given(CLAIMS, CENTS, CENTS)
def test_by_score_nobody_is_served_before_a_better_one_is_served_whole(claims: list[Claim], a: int, b: int) -> None:
    shared = by_score(claims, {"a": a, "b": b})
    for line, purse in (("a", a), ("b", b)):
        mine = [c for c in claims if c.budget_line == line]
        assert sum(shared[c.request_id] for c in mine) == min(sum(c.cents for c in mine), purse // 100 * 100)
        for better in mine:
            for worse in mine:
                if (better.score or -1) > (worse.score or -1) and shared[worse.request_id]:
                    assert shared[better.request_id] == better.cents


@given(CLAIMS, CENTS)
def test_one_purse_serves_every_line(claims: list[Claim], total: int) -> None:
    shared = by_score_over_all(claims, total)
    assert sum(shared.values()) == min(sum(c.cents for c in claims), total // 100 * 100)
