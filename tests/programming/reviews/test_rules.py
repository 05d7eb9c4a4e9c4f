"""What a review must hold before it is given, and how its score is reckoned."""

from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.dossiers.schemas import Opinion
from services.programming.reviews.rules import completion_errors, unknown_criteria, weighted_score
from tests.programming.laws import law

CRITERIA = [{"code": "besoin", "label": "Besoin", "weight": 60}, {"code": "budget", "label": "Budget", "weight": 40}]
GIVES = [Opinion.FAVOURABLE, Opinion.RESERVED]

#: Grids whose weights add up to 100, as an open campaign's do.
grids = st.lists(st.integers(1, 99), min_size=1, max_size=6, unique=True).map(
    lambda cuts: [
        {"code": f"c{i}", "label": "Critère", "weight": high - low}
        for i, (low, high) in enumerate(zip([0, *sorted(cuts)], [*sorted(cuts), 100], strict=True))
    ]
)


def errors_of(scores: dict[str, int], opinion: Opinion | None, proposed: int | None, asked: int = 800_000) -> dict[str, Any]:
    return {e.pointer: e.code for e in completion_errors(scores, CRITERIA, opinion, proposed, asked)}


@pytest.mark.parametrize(
    ("besoin", "budget", "score"), [(0, 0, 0.0), (5, 5, 100.0), (4, 3, 72.0), (5, 0, 60.0), (0, 5, 40.0), (1, 1, 20.0)]
)
def test_the_score_is_the_weighted_sum_brought_to_100(besoin: int, budget: int, score: float) -> None:
    assert weighted_score({"besoin": besoin, "budget": budget}, CRITERIA) == score


@law
@given(grid=grids, data=st.data())
def test_the_score_lies_between_the_worst_and_the_best_criterion(grid: list[dict[str, Any]], data: st.DataObject) -> None:
    scores = {criterion["code"]: data.draw(st.integers(0, 5)) for criterion in grid}
    score = weighted_score(scores, grid)
    assert score is not None
    assert min(scores.values()) * 20 <= score <= max(scores.values()) * 20


@law
@given(grid=grids, data=st.data())
def test_there_is_no_score_while_a_criterion_is_not_scored(grid: list[dict[str, Any]], data: st.DataObject) -> None:
    forgotten = data.draw(st.sampled_from(grid))["code"]
    assert weighted_score({c["code"]: 3 for c in grid if c["code"] != forgotten}, grid) is None


def test_a_grid_without_criterion_gives_no_score() -> None:
    assert weighted_score({}, []) is None


def test_a_criterion_out_of_the_grid_is_pointed_at() -> None:
    errors = unknown_criteria({"besoin": 4, "humeur": 5}, CRITERIA)
    assert [(e.pointer, e.code) for e in errors] == [("/scores/humeur", "unknown_criterion")]


def test_an_empty_review_is_told_everything_it_lacks() -> None:
    assert errors_of({}, None, None) == dict.fromkeys(
        ["/scores/besoin", "/scores/budget", "/opinion", "/proposed_cents"], "missing"
    )


@pytest.mark.parametrize("opinion", GIVES)
@pytest.mark.parametrize(("proposed", "code"), [(0, "nothing_proposed"), (1, None), (800_000, None), (800_001, "above_ask")])
def test_an_opinion_that_is_not_unfavourable_proposes_something_within_the_ask(
    opinion: Opinion, proposed: int, code: str | None
) -> None:
    assert errors_of({"besoin": 4, "budget": 3}, opinion, proposed) == ({"/proposed_cents": code} if code else {})


@pytest.mark.parametrize(("proposed", "code"), [(0, None), (100, "unfavourable"), (800_001, "above_ask")])
def test_an_unfavourable_opinion_proposes_nothing(proposed: int, code: str | None) -> None:
    assert errors_of({"besoin": 0, "budget": 0}, Opinion.UNFAVOURABLE, proposed) == ({"/proposed_cents": code} if code else {})
