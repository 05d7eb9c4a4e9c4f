"""When somebody is reminded: thresholds, hours, quiet hours, clock changes."""

from datetime import UTC, date, datetime, time, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.clock import PARIS
from services.programming.due_lists import rules
from services.programming.due_lists.rules import Rhythm
from services.programming.due_lists.schemas import DueBucket, ReminderFrequency

DAILY = Rhythm(ReminderFrequency.DAILY, 8, time(20, 0), time(7, 30), True)


def paris(year: int, month: int, day: int, hour: int = 12, minute: int = 0, fold: int = 0) -> datetime:
    return datetime(year, month, day, hour, minute, tzinfo=PARIS, fold=fold).astimezone(UTC)


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)), st.integers(-40, 40))
def test_each_due_day_is_in_one_bucket_and_the_later_it_gets_the_more_thresholds_are_crossed(due_on: date, shift: int) -> None:
    today = due_on + timedelta(days=shift)
    found = rules.bucket(due_on, today)
    assert (found is DueBucket.LATE) == (shift > 0)
    assert (found is DueBucket.TODAY) == (shift == 0)
    assert (found is DueBucket.WEEK) == (-6 <= shift < 0)
    crossed, before = rules.crossed(due_on, today), rules.crossed(due_on, today - timedelta(days=1))
    assert set(before) <= set(crossed)
    assert len(crossed) == sum(shift >= -step for step in rules.THRESHOLDS)


def test_what_has_no_day_is_told_once() -> None:
    assert rules.crossed(None, date(2027, 1, 1)) == (rules.UNDATED,)


@pytest.mark.parametrize(
    ("at", "quiet"),
    [
        (paris(2027, 3, 24, 7, 29), True),
        (paris(2027, 3, 24, 7, 30), False),
        (paris(2027, 3, 24, 19, 59), False),
        (paris(2027, 3, 24, 20, 0), True),
        (paris(2027, 3, 27, 12), True),  # a Saturday
    ],
)
def test_quiet_hours_run_over_midnight_and_through_weekends(at: datetime, quiet: bool) -> None:
    assert rules.is_quiet(DAILY, at) is quiet


def test_the_hour_that_comes_twice_is_quiet_twice_and_the_one_that_is_skipped_wakes_nobody() -> None:
    night = Rhythm(ReminderFrequency.DAILY, 2, time(0, 0), time(3, 0), False)
    for fold in (0, 1):  # 31 October 2027: 2 a.m. comes twice
        assert rules.is_quiet(night, paris(2027, 10, 31, 2, 30, fold))
    assert not rules.is_quiet(night, paris(2027, 10, 31, 3, 0))
    # 28 March 2027: from 1:59 to 3:00 in a minute.
    before, after = datetime(2027, 3, 28, 0, 59, tzinfo=UTC), datetime(2027, 3, 28, 1, 0, tzinfo=UTC)
    assert rules.is_quiet(night, before)
    assert not rules.is_quiet(night, after)
    assert rules.is_digest_due(night, after)


@given(st.integers(0, 23), st.sampled_from([ReminderFrequency.DAILY, ReminderFrequency.WEEKLY]), st.booleans())
def test_every_day_or_every_week_of_a_year_has_one_digest_whatever_the_clocks_do(
    hour: int, frequency: ReminderFrequency, weekends: bool
) -> None:
    """Asked each half-hour of the weeks around both clock changes."""
    for start in (datetime(2027, 3, 22, tzinfo=UTC), datetime(2027, 10, 25, tzinfo=UTC)):
        written: list[date] = []
        looked: date | None = start.date() - timedelta(days=1)
        for half in range(14 * 48):
            now = start + timedelta(minutes=30 * half)
            rhythm = Rhythm(frequency, hour, time(0, 0), time(0, 0), weekends, looked)
            if rules.is_digest_due(rhythm, now):
                looked = now.astimezone(PARIS).date()
                written.append(looked)
        assert len(set(written)) == len(written)
        written = [day for day in written if day < start.date() + timedelta(days=14)]  # Paris is ahead of the last half-hours
        if frequency is ReminderFrequency.WEEKLY:
            assert len(written) == 2
        else:
            assert len(written) == (10 if weekends else 14)


@given(st.integers(0, 23), st.times(), st.times())
def test_preferences_that_can_never_write_are_known_beforehand(hour: int, start: time, end: time) -> None:
    rhythm = Rhythm(ReminderFrequency.DAILY, hour, start, end, False)
    minutes = [paris(2027, 6, 1, h, m) for h in range(hour, 24) for m in range(0, 60, 15)]
    if any(rules.is_digest_due(rhythm, at) for at in minutes):
        assert rules.can_ever_write(rhythm)


def test_none_is_none() -> None:
    silent = Rhythm(ReminderFrequency.NONE, 8, time(0, 0), time(0, 0), False)
    assert not rules.is_digest_due(silent, paris(2027, 6, 1))
    assert not rules.may_tell_urgent(silent, paris(2027, 6, 1))
