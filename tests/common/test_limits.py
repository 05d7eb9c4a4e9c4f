"""Limits: never more than so many in any window, and whoever waits as long as told may go on."""

from datetime import UTC, datetime, timedelta

from hypothesis import given
from hypothesis import strategies as st

from services.common.limits import retry_after, wait

NOW, HOUR = datetime(2027, 3, 28, 1, tzinfo=UTC), timedelta(hours=1)


@given(st.lists(st.integers(0, 7200), max_size=12), st.integers(1, 5))
def test_whoever_waits_as_told_keeps_the_limit_and_no_longer_is_asked(ago: list[int], most: int) -> None:
    times = sorted(NOW - timedelta(seconds=each) for each in ago)
    left = wait(times, most, HOUR, NOW)
    then = NOW + (left or timedelta())
    assert sum(time > then - HOUR for time in times) < most
    if left:
        assert sum(time > then - timedelta(seconds=1) - HOUR for time in times) >= most


def test_a_refusal_says_whole_seconds_never_too_few() -> None:
    assert retry_after(timedelta(milliseconds=1200)) == {"Retry-After": "2"}
    assert retry_after(timedelta(0)) == {"Retry-After": "1"}
    assert retry_after(HOUR) == {"Retry-After": "3600"}
