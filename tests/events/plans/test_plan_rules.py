"""Laws of a plan: shares add up, gaps say how far one is."""

from typing import Any

from hypothesis import given
from hypothesis import strategies as st

from services.events.plans import rules
from services.events.plans.schemas import Measure, PlaceTarget, ShareMeasure

PATHS = {"76": ["76"], "11": ["76", "11"], "11069": ["76", "11", "11069"], "34": ["76", "34"]}
STAGES = st.sampled_from(["held", "planned", "tentative"])
PLACES = st.sampled_from(["11069", "11", "34", ""])
ROWS = st.lists(
    st.fixed_dictionaries(
        {
            "kind": st.just("place"),
            "code": PLACES,
            "stage": STAGES,
            "sessions": st.integers(0, 50),
            "hours": st.integers(0, 300).map(float),
            "events": st.integers(0, 50),
        }
    ),
    max_size=12,
)


def _target(code: str, least: int = 0, most: int = 100) -> dict[str, Any]:
    return {"code": code, "measure": Measure.SESSIONS, "min_percent": least, "max_percent": most}


@given(ROWS)
def test_a_place_counts_for_those_around_it_and_shares_fit_in_the_whole(rows: list[dict[str, Any]]) -> None:
    tally = rules.tallied(rows, PATHS)["place"]
    aude, town, herault = rules.shares([_target("11"), _target("11069"), _target("34")], tally)
    sure = [row for row in rows if row["stage"] != "tentative"]
    whole = sum(row["sessions"] for row in sure)
    assert aude["held"] + aude["planned"] == sum(row["sessions"] for row in sure if row["code"] in {"11", "11069"})
    assert town["held"] <= aude["held"]
    if whole:
        assert aude["percent"] + herault["percent"] <= 100.1
        assert abs(aude["percent"] - 100 * (aude["held"] + aude["planned"]) / whole) <= 0.05
    else:
        assert aude["percent"] is None
        assert aude["gap_points"] is None


@given(st.floats(0, 100), st.integers(0, 100), st.integers(0, 100))
def test_a_gap_is_nothing_inside_the_bounds_only(percent: float, one: int, other: int) -> None:
    least, most = sorted((one, other))
    gap = rules.points(percent, least, most)
    assert gap is not None
    if least <= percent <= most:
        assert gap == 0
    elif percent < least:
        assert gap <= 0
        assert abs(percent - gap - least) <= 0.06
    else:
        assert gap >= 0
        assert abs(percent - gap - most) <= 0.06


@given(st.integers(0, 60), st.integers(0, 60), st.integers(0, 500))
def test_what_is_tentative_fills_no_gap(held: int, wanted: int, tentative: int) -> None:
    nothing = {"kind": "format", "code": "journee", "hours": 0.0, "events": 0}
    rows = [{**nothing, "stage": "held", "sessions": held}, {**nothing, "stage": "tentative", "sessions": tentative}]
    (line,) = rules.counted([{"code": "journee", "measure": Measure.SESSIONS, "wanted": wanted}], rules.tallied(rows, {})["format"])
    assert (line["gap"], line["tentative"]) == (held - wanted, tentative)


def _place(code: str, least: int) -> PlaceTarget:
    return PlaceTarget(territory_code=code, min_percent=least, max_percent=100)


def test_a_town_is_in_its_departments_share() -> None:
    assert rules.above_hundred([_place("11", 60), _place("11069", 50), _place("34", 40)], PATHS) == []
    assert rules.above_hundred([_place("11", 60), _place("34", 41)], PATHS) == [ShareMeasure.SESSIONS]


def test_parts_that_ask_for_more_than_the_whole_count_for_what_they_ask() -> None:
    assert rules.above_hundred([_place("11", 10), _place("11069", 70), _place("34", 40)], PATHS) == [ShareMeasure.SESSIONS]
