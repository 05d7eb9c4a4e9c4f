"""At the steering committee no envelope is ever exceeded, whatever was proposed."""

from collections import Counter

from hypothesis import given
from hypothesis import strategies as st

from gateway.demo.decisions import Case, decide

LINES = ("p147", "caf", "unknown")


@st.composite
def cases(draw: st.DrawFn) -> list[Case]:
    rows = draw(
        st.lists(st.tuples(st.sampled_from(LINES), st.integers(0, 5_000_000), st.floats(0, 100, allow_nan=False)), max_size=40)
    )
    return [Case(str(rank), line, f"2027-CARC-{rank:04d}", cents, score) for rank, (line, cents, score) in enumerate(rows)]


ENVELOPES = st.dictionaries(st.sampled_from(LINES[:2]), st.integers(-100, 20_000_000))


@given(asked=cases(), left=ENVELOPES)
def test_envelopes_are_never_exceeded(asked: list[Case], left: dict[str, int]) -> None:
    decided = {decision.request_id: decision for decision in decide(asked, left)}
    assert decided.keys() == {case.request_id for case in asked}
    granted: Counter[str] = Counter()
    for case in asked:
        decision = decided[case.request_id]
        granted[case.budget_line] += decision.amount_cents
        assert 0 <= decision.amount_cents <= case.proposed_cents
        assert decision.amount_cents % 100 == 0
        assert (decision.outcome == "granted") == (decision.amount_cents > 0)
        assert decision.outcome == "granted" or decision.motive
        assert decision.motive or decision.amount_cents == case.proposed_cents // 100 * 100
    assert all(total <= max(left.get(line, 0), 0) for line, total in granted.items())


def test_the_best_come_first_then_reduced_then_refused() -> None:
    asked = [
        Case("late", "p147", "2027-CARC-0003", 900_000, 50),
        Case("best", "p147", "2027-CARC-0002", 900_000, 90),
        Case("next", "p147", "2027-CARC-0001", 900_000, 60),
        Case("none", "p147", "2027-CARC-0004", 0, 20),
    ]
    outcomes = [(d.request_id, d.outcome, d.amount_cents) for d in decide(asked, {"p147": 1_555_500})]
    assert outcomes == [
        ("best", "granted", 900_000),
        ("next", "granted", 650_000),
        ("late", "refused", 0),
        ("none", "refused", 0),
    ]
