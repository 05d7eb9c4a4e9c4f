"""Retention by the calendar, and a register in which nothing is missing unseen."""

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common import erasures
from services.common.clock import in_paris
from services.events.privacy import rules

SECRET = "s" * 40
#: hypothesis draws between naive bounds and sets the zone itself.
INSTANTS = st.datetimes(datetime(2020, 1, 1), datetime(2100, 1, 1), timezones=st.just(UTC))  # noqa: DTZ001
PHONES = next(rule for rule in rules.RULES if rule.code == "phones")
NEEDS = next(rule for rule in rules.RULES if rule.code == "needs")


def chain(counts: list[int]) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []
    for number, count in enumerate(counts, 1):
        at = datetime(2027, 1, 1, 2, 20, number % 60, tzinfo=UTC)
        previous = lines[-1]["digest"] if lines else erasures.BEGINNING
        line: dict[str, Any] = {"number": number, "at": at, "rule": "needs", "before": at, "count": count, "previous": previous}
        lines.append({**line, "digest": erasures.digest("events", SECRET, line)})
    return lines


@pytest.mark.parametrize(
    ("now", "day"),
    [
        ("2027-05-31T01:00:00+02:00", "2027-02-28"),
        ("2028-05-31T01:00:00+02:00", "2028-02-29"),
        ("2027-01-15T23:30:00+01:00", "2026-10-15"),
        ("2027-03-31T22:30:00+00:00", "2027-01-01"),
    ],
)
def test_three_months_back_is_a_day_of_the_calendar_in_paris(now: str, day: str) -> None:
    assert in_paris(rules.limit(PHONES, 3, datetime.fromisoformat(now))).isoformat().startswith(f"{day}T00:00:00")


@given(INSTANTS, st.integers(0, 90))
def test_days_are_counted_whole(now: datetime, days: int) -> None:
    limit = in_paris(rules.limit(NEEDS, days, now))
    assert (limit.hour, limit.minute) == (0, 0)
    assert (in_paris(now).date() - limit.date()).days == days


@given(INSTANTS, st.integers(0, 240))
def test_a_longer_retention_never_erases_more(now: datetime, months: int) -> None:
    assert rules.limit(PHONES, months + 1, now) <= rules.limit(PHONES, months, now) <= now
    assert rules.limit(PHONES, months, now) <= rules.limit(PHONES, months, now + timedelta(days=1))


@given(st.lists(st.integers(0, 10**6), min_size=1, max_size=12), st.data())
def test_a_line_removed_changed_or_moved_is_found(counts: list[int], data: Any) -> None:
    lines = chain(counts)
    assert erasures.first_broken("events", SECRET, lines) is None
    place = data.draw(st.integers(0, len(lines) - 1))
    changed = [*lines[:place], {**lines[place], "count": lines[place]["count"] + 1}, *lines[place + 1 :]]
    assert erasures.first_broken("events", SECRET, changed) == place + 1
    if place < len(lines) - 1:
        assert erasures.first_broken("events", SECRET, [*lines[:place], *lines[place + 1 :]]) == place + 1
        swapped = [*lines[:place], lines[place + 1], lines[place], *lines[place + 2 :]]
        assert erasures.first_broken("events", SECRET, swapped) == place + 1


def test_who_has_not_the_key_makes_no_line() -> None:
    forged = {**chain([1])[0], "digest": erasures.digest("events", "another key", chain([1])[0])}
    assert erasures.first_broken("events", SECRET, [forged]) == 1
