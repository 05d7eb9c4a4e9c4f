"""How agendas and minutes say things."""

from datetime import UTC, datetime

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.programming.minutes import rules


@given(st.text(max_size=400), st.integers(1, 200))
def test_whatever_people_wrote_is_one_paragraph_within_its_limit(text: str, limit: int) -> None:
    said = rules.plain(text, limit)
    assert len(said) <= limit
    assert "\n" not in said
    assert rules.plain(said, limit) == said


def test_no_pictograph_reaches_the_page() -> None:
    assert rules.plain("Fête \N{PARTY POPPER}\u202e du\tquartier") == "Fête du quartier"


@pytest.mark.parametrize(("minutes", "said"), [(0, "0\xa0min"), (59, "59\xa0min"), (60, "1\xa0h\xa000"), (1_000, "16\xa0h\xa040")])
def test_a_length_is_in_hours_and_minutes(minutes: int, said: str) -> None:
    assert rules.duration(minutes) == said


def test_hours_follow_the_estimates_through_a_clock_change() -> None:
    night = datetime(2027, 3, 28, 0, 50, tzinfo=UTC)
    assert rules.hours(night, [10, 10, 5]) == ["01\xa0h\xa050", "03\xa0h\xa000", "03\xa0h\xa010"]


def test_a_paper_that_names_nobody_still_says_who_sat_stepped_out_and_recused_themselves() -> None:
    data = {
        "title": "Procès-verbal",
        "attendance": [{"name": "État", "person": "Camille Exemple", "presence": "présent"}],
        "items": [
            {
                "deports": ["Camille Exemple (État), déclaré le 12 mars 2027"],
                "conflicts": ["État, Camille Exemple (lien familial), le 03/03/2027", "CAF (autre), le 03/03/2027"],
            }
        ],
    }
    found = rules.nameless(data)
    assert found == {
        "title": "Procès-verbal",
        "attendance": [{"name": "État", "person": "", "presence": "présent"}],
        "items": [
            {
                "deports": ["un représentant (État), déclaré le 12 mars 2027"],
                "conflicts": ["État (lien familial), le 03/03/2027", "CAF (autre), le 03/03/2027"],
            }
        ],
    }
    assert rules.nameless(found) == found
