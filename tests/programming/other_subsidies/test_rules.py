"""What all of a holder's subsidies add up to, against the thresholds."""

from datetime import date
from uuid import UUID

from hypothesis import given
from hypothesis import strategies as st

from services.programming.other_subsidies import rules
from services.programming.other_subsidies.schemas import SubsidyState

STATE = UUID(int=1)
lines = st.lists(
    st.builds(
        lambda funder, name, asked, state, public: rules.Line(
            funder, name, asked, asked if state is SubsidyState.GRANTED else None, state, public
        ),
        st.sampled_from([None, STATE, UUID(int=2)]),
        st.sampled_from(["Fondation", "FONDATION", "Région"]),
        st.integers(1, 3_000_000),
        st.sampled_from(SubsidyState),
        st.booleans(),
    ),
    max_size=8,
)


@given(lines)
def test_shares_lose_and_invent_no_cent(given_lines: list[rules.Line]) -> None:
    made = rules.shares(given_lines)
    assert sum(share.granted for share in made) == sum(line.granted or 0 for line in given_lines)
    waiting = sum(line.asked for line in given_lines if line.state is SubsidyState.ASKED)
    assert sum(share.waiting for share in made) == waiting
    assert len({share.funder_id for share in made if share.funder_id}) == sum(share.funder_id is not None for share in made)


@given(lines, st.integers(0, 3_000_000))
def test_a_warning_is_of_an_amount_over_its_threshold(given_lines: list[rules.Line], threshold: int) -> None:
    made = rules.shares(given_lines)
    for one in rules.warnings(made, agreement_above=threshold, accounts_above=threshold):
        assert one.amount > one.threshold == threshold


def test_exactly_the_threshold_is_not_above_it() -> None:
    def warned(granted: int, asked: int = 0) -> list[tuple[str, bool]]:
        found = [rules.Line(STATE, "État", granted, granted, SubsidyState.GRANTED)] if granted else []
        found += [rules.Line(STATE, "État", asked, None, SubsidyState.ASKED)] if asked else []
        made = rules.warnings(rules.shares(found), agreement_above=2_300_000, accounts_above=15_300_000)
        return [(one.code, one.if_granted) for one in made]

    assert warned(2_300_000) == []
    assert warned(2_300_001) == [("agreement_required", False)]
    assert warned(2_300_000, 1) == [("agreement_required", True)]
    assert warned(0, 15_300_001) == [("agreement_required", True), ("accounts_published", True)]


def test_private_money_passes_no_threshold() -> None:
    line = rules.Line(None, "Fondation", 99_000_000, 99_000_000, SubsidyState.GRANTED, public=False)
    assert rules.warnings(rules.shares([line]), agreement_above=1, accounts_above=1) == []


def test_rolling_years_end_today_and_begin_the_day_after() -> None:
    assert rules.window(date(2027, 5, 4), 3) == date(2024, 5, 5)
    assert rules.window(date(2028, 2, 29), 3) == date(2025, 3, 1)


def test_an_amount_goes_with_a_grant_only() -> None:
    assert rules.coherence(SubsidyState.GRANTED, 100) == rules.coherence(SubsidyState.ASKED, None) == []
    assert rules.coherence(SubsidyState.GRANTED, None)
    assert rules.coherence(SubsidyState.REFUSED, 100)
    assert rules.de_minimis_warnings(30_000_000, 30_000_000) == []
    assert rules.de_minimis_warnings(30_000_001, 30_000_000)[0].code == "de_minimis_exceeded"
