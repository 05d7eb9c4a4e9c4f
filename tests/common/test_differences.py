"""Differences of texts and lists: exact whatever is compared, readable, and never long."""

import random
import time

from hypothesis import example, given
from hypothesis import strategies as st

from services.common.differences import ADDED, REMOVED, Effort, patched, runs, text_hunks

#: Few words, so that texts have much in common.
texts = st.lists(st.sampled_from(["le ", "la ", "quartier", " ", "\n", ". ", "é", "ville ", "a", "\n\n", "…"]), max_size=60).map(
    "".join
)


@given(texts, texts)
@example("", "mot")
@example("mot", "")
@example("a. b. c.", "a. c. b.")
def test_applied_to_the_old_text_they_give_the_new(old: str, new: str) -> None:
    assert patched(old, text_hunks(old, new, Effort())) == new


@given(texts, texts, st.integers(0, 200))
def test_so_they_do_when_the_budget_is_spent(old: str, new: str, left: int) -> None:
    assert patched(old, text_hunks(old, new, Effort(left))) == new


@given(texts, texts)
def test_read_backwards_they_give_the_old(old: str, new: str) -> None:
    hunks = text_hunks(old, new, Effort())
    for hunk in hunks:
        before = "".join(part.text for part in hunk.parts if part.op != ADDED)
        after = "".join(part.text for part in hunk.parts if part.op != REMOVED)
        assert old[hunk.before_at :].startswith(before)
        assert new[hunk.after_at :].startswith(after)


@given(st.text(max_size=40), st.text(max_size=40))
def test_any_text_will_do(old: str, new: str) -> None:
    assert patched(old, text_hunks(old, new, Effort())) == new


@given(st.lists(st.integers(0, 4), max_size=30), st.lists(st.integers(0, 4), max_size=30))
def test_runs_cover_both_sequences_in_order_and_are_the_shortest(old: list[int], new: list[int]) -> None:
    found = runs(old, new, Effort())
    a = c = kept = 0
    for run in found:
        assert (run.a, run.c) == (a, c)
        if run.same:
            assert old[run.a : run.b] == new[run.c : run.d]
            kept += run.b - run.a
        a, c = run.b, run.d
    assert (a, c) == (len(old), len(new))
    assert kept == _longest_common(old, new)


def _longest_common(old: list[int], new: list[int]) -> int:
    """By the textbook table, to judge the other."""
    table = [[0] * (len(new) + 1) for _ in range(len(old) + 1)]
    for i, x in enumerate(old):
        for j, y in enumerate(new):
            table[i + 1][j + 1] = table[i][j] + 1 if x == y else max(table[i][j + 1], table[i + 1][j])
    return table[-1][-1]


def test_one_word_changed_is_shown_among_its_neighbours() -> None:
    old = "Le conseil citoyen se réunit chaque mois. " * 20 + "Il compte trente membres tirés au sort. " + "Autre chose. " * 20
    (hunk,) = text_hunks(old, old.replace("trente", "quarante"), Effort())
    changed = [part for part in hunk.parts if part.op != "same"]
    assert [(part.op, part.text) for part in changed] == [("removed", "trente "), ("added", "quarante ")]
    assert len("".join(part.text for part in hunk.parts)) < 250


def test_two_changes_far_apart_are_two_hunks() -> None:
    words = [f"mot{i}" for i in range(200)]
    changed = ["premier" if i == 10 else "second" if i == 150 else word for i, word in enumerate(words)]
    assert len(text_hunks(" ".join(words), " ".join(changed), Effort())) == 2


def test_two_hundred_thousand_characters_are_compared_in_bounded_time() -> None:
    draw = random.Random(7)
    words = [draw.choice(["de", "la", "ville", "quartier", "habitants", "un", "projet"]) for _ in range(33_000)]
    old = " ".join(words)
    few = " ".join("autre" if draw.random() < 0.005 else word for word in words)
    shuffled = draw.sample(words, len(words))
    hard = [few, " ".join(shuffled), "a b " * 50_000, ".\n" * 100_000, old[::-1]]
    for new in hard:
        begun = time.process_time()
        hunks = text_hunks(old, new, Effort())
        assert time.process_time() - begun < 5
        assert patched(old, hunks) == new
    assert len(text_hunks(old, few, Effort())) > 50
