"""Times written without an offset are those of Paris, and must come once."""

from datetime import UTC, datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.clock import PARIS
from services.common.problems import FieldError
from services.programming.campaigns.local_times import instant_of, readings

FIRST, LAST = datetime.fromisoformat("2020-01-01T00:00:00"), datetime.fromisoformat("2040-01-01T00:00:00")


@pytest.mark.parametrize(
    ("written", "meant"),
    [
        ("2027-03-28T01:59:59", "2027-03-28T00:59:59Z"),
        ("2027-03-28T03:00:00", "2027-03-28T01:00:00Z"),
        ("2027-10-31T01:59:59", "2027-10-30T23:59:59Z"),
        ("2027-10-31T03:00:00", "2027-10-31T02:00:00Z"),
        ("2027-10-31T02:30:00+02:00", "2027-10-31T00:30:00Z"),
        ("2027-10-31T02:30:00+01:00", "2027-10-31T01:30:00Z"),
        ("2027-03-28T02:30:00+01:00", "2027-03-28T01:30:00Z"),
    ],
)
def test_on_the_night_of_a_clock_change_what_is_clear_is_taken(written: str, meant: str) -> None:
    assert instant_of(datetime.fromisoformat(written), "/closes_at") == datetime.fromisoformat(meant)


@pytest.mark.parametrize(
    ("written", "code"),
    [
        ("2027-03-28T02:00:00", "skipped_local_time"),
        ("2027-03-28T02:59:59", "skipped_local_time"),
        ("2027-10-31T02:00:00", "ambiguous_local_time"),
        ("2027-10-31T02:59:59", "ambiguous_local_time"),
    ],
)
def test_a_time_that_does_not_exist_or_comes_twice_is_not_guessed(written: str, code: str) -> None:
    refused = instant_of(datetime.fromisoformat(written), "/closes_at")
    assert isinstance(refused, FieldError)
    assert (refused.pointer, refused.code) == ("/closes_at", code)


@given(st.datetimes(FIRST, LAST))
def test_every_reading_is_shown_by_the_clock_of_paris_as_it_was_written(written: datetime) -> None:
    found = readings(written)
    assert len(found) <= 2
    assert all(one.astimezone(PARIS).replace(tzinfo=None, fold=0) == written.replace(fold=0) for one in found)


@given(st.datetimes(FIRST, LAST, timezones=st.just(UTC)))
def test_every_instant_is_among_the_readings_of_what_paris_shows(instant: datetime) -> None:
    shown = instant.astimezone(PARIS).replace(tzinfo=None, fold=0)
    found = readings(shown)
    assert instant in found
    assert found in ([instant], [instant, instant + timedelta(hours=1)], [instant - timedelta(hours=1), instant])
