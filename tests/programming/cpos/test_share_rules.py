"""The multi-year share, and the actions that could join it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.cpos import share_rules
from services.programming.cpos.share_rules import Figures, Granted
from tests.programming.laws import law

HOLDER, OTHER = UUID(int=1), UUID(int=2)


@law
@given(st.integers(0, 10**6), st.integers(1, 10**6), st.integers(0, 10_000))
def test_what_is_missing_reaches_the_target_and_no_less_does(part: int, whole: int, target: int) -> None:
    part = min(part, whole)
    gap = share_rules.missing(part, whole, target)
    assert (part + gap) * 10_000 >= target * whole
    assert gap == 0 or (part + gap - 1) * 10_000 < target * whole


@pytest.mark.parametrize(
    ("figures", "agreements", "euros", "missing"),
    [
        (Figures(0, 0, 0, 0), None, None, (0, 0)),
        (Figures(3, 1, 100_000, 49_999), 3333, 4999, (1, 1)),
        (Figures(4, 2, 100_000, 50_000), 5000, 5000, (0, 0)),
        (Figures(4, 4, 100_000, 100_000), 10_000, 10_000, (0, 0)),
    ],
)
def test_shares_are_counted_two_ways(figures: Figures, agreements: int | None, euros: int | None, missing: tuple[int, int]) -> None:
    said = share_rules.described(figures, 5_000)
    assert (said["share_agreements_bp"], said["share_euros_bp"]) == (agreements, euros)
    assert (said["missing_agreements"], said["missing_cents"]) == missing


def granted(
    year: int, action: int, *, title: str = "Ateliers", holder: UUID = HOLDER, cpo: bool = False, cents: int = 100
) -> Granted:
    return Granted(UUID(int=year * 100 + action), UUID(int=action), holder, "Z", title, year, cents, cpo)


def found(*awards: Granted, last: int = 2027, carried: frozenset[UUID] = frozenset()) -> list[tuple[str, int]]:
    return [(one["title"], one["granted_cents"]) for one in share_rules.candidates(awards, last, carried)]


def test_three_years_running_make_a_candidate() -> None:
    assert found(granted(2025, 7), granted(2026, 7), granted(2027, 7), granted(2027, 7, cents=50)) == [("Ateliers", 150)]
    assert found(granted(2025, 7), granted(2027, 7)) == [], "a year is missing"
    assert found(granted(2024, 7), granted(2025, 7), granted(2026, 7)) == [], "not granted this year"


def test_the_same_action_is_told_by_its_holder_and_title_too() -> None:
    anew = [granted(2025, 7, title="Ateliers"), granted(2026, 8, title=" ateliers "), granted(2027, 9, title="ATELIERS")]
    assert found(*anew) == [("ATELIERS", 100)]
    renamed = [granted(2025, 7, title="A"), granted(2026, 8, title="B"), granted(2027, 8, title="C"), granted(2026, 7, title="C")]
    assert found(*renamed) == [("C", 100)], "linked through one another"
    assert found(*anew[:2], granted(2027, 9, holder=OTHER)) == [], "another holder's action"


def test_what_is_or_was_under_a_cpo_is_no_candidate() -> None:
    years = [granted(2025, 7), granted(2026, 7)]
    assert found(*years, granted(2027, 7, cpo=True)) == []
    assert found(*years, granted(2027, 7), carried=frozenset({UUID(int=7)})) == []


def test_the_largest_come_first() -> None:
    small = [granted(year, 7, title="Petite") for year in (2025, 2026, 2027)]
    large = [granted(year, 8, title="Grande", cents=900) for year in (2025, 2026, 2027)]
    assert found(*small, *large) == [("Grande", 900), ("Petite", 100)]
