"""Days on which people work."""

from datetime import date, timedelta

import pytest
from dateutil.easter import easter as known_easter
from hypothesis import given
from hypothesis import strategies as st

from services.programming.retroplanning.working_days import ClosedPeriod, WorkingDays, easter, holidays

DAYS = st.dates(date(2000, 1, 1), date(2100, 12, 31))
PLAIN = WorkingDays()
CLOSED = WorkingDays((ClosedPeriod("Été", date(2027, 7, 26), date(2027, 8, 20)),), alsace_moselle=True)


@given(st.integers(1900, 2199))
def test_easter_is_the_one_of_the_calendar(year: int) -> None:
    assert easter(year) == known_easter(year)


def test_holidays_of_a_year_are_eleven_and_thirteen_in_alsace_and_moselle() -> None:
    there = holidays(2027, alsace_moselle=True)
    assert len(holidays(2027)) == 11
    assert len(there) == 13
    assert there[date(2027, 3, 26)] == "Vendredi saint"
    assert there[date(2027, 12, 26)] == "Saint-Étienne"
    assert holidays(2027)[date(2027, 5, 6)] == "Ascension"
    assert holidays(2027)[date(2027, 5, 17)] == "Lundi de Pentecôte"


@pytest.mark.parametrize(
    ("day", "why"),
    [
        (date(2027, 3, 27), "samedi"),
        (date(2027, 3, 28), "dimanche"),
        (date(2027, 3, 29), "Lundi de Pâques"),
        (date(2027, 7, 26), "Été"),
        (date(2027, 8, 20), "Été"),
        (date(2027, 8, 23), None),
    ],
)
def test_a_day_says_why_nobody_works(day: date, why: str | None) -> None:
    assert CLOSED.why_not(day) == why


@given(DAYS, st.integers(0, 60))
def test_going_back_and_forth_over_worked_days_comes_to_the_same_day(day: date, count: int) -> None:
    for days in (PLAIN, CLOSED):
        worked = days.at_earliest(day)
        assert days.before(days.after(day, count), count) == worked
        assert days.between(worked, days.after(day, count)) == count
        assert days.is_worked(days.before(day, count))


@given(DAYS, st.integers(0, 900))
def test_worked_days_between_two_days_are_those_counted_one_by_one(day: date, length: int) -> None:
    other = day + timedelta(days=length)
    one_by_one = sum(CLOSED.is_worked(day + timedelta(days=n)) for n in range(1, length + 1))
    assert CLOSED.between(day, other) == one_by_one == -CLOSED.between(other, day)
