"""The measure of relevance is what it is called, and the judgments are whole."""

import math

import pytest

from tests.load.relevance import judged, measure, ndcg_at_10


def test_the_best_order_is_worth_one_and_nothing_found_nothing() -> None:
    expected = {"a": 3, "b": 1}
    assert ndcg_at_10(["a", "b"], expected) == 1
    assert ndcg_at_10([], expected) == 0
    assert ndcg_at_10(["x"] * 10 + ["a"], expected) == 0


def test_a_lower_rank_is_worth_less_by_the_logarithm() -> None:
    assert ndcg_at_10(["x", "a"], {"a": 3}) == pytest.approx(1 / math.log2(3))


def test_the_queries_are_many_different_and_graded() -> None:
    queries = judged()
    assert len(queries) >= 60
    assert len({query.words for query in queries}) == len(queries)
    assert {"typo", "acronym", "elision", "plural", "accents", "phrase"} <= {query.difficulty for query in queries}
    assert all(query.expected and set(query.expected.values()) <= {1, 2, 3} for query in queries)


def test_means_are_over_every_query() -> None:
    best = {query.words: sorted(query.expected, key=query.expected.__getitem__, reverse=True) for query in judged()}
    found = measure(lambda words: best[words])
    assert (found.ndcg_at_10, found.zero_result_share) == (1, 0)
    found = measure(lambda words: [])
    assert (found.ndcg_at_10, found.zero_result_share) == (0, 1)
