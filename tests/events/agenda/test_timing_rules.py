"""Laws of time: what is moved by whole days keeps its hours; what collides, collides both ways."""

from datetime import UTC, date, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.common.ids import new_id
from services.events.agenda import rules, timing, weeks
from services.events.agenda.schemas import Enrolment, EventStatus
from services.events.agenda.timing import Timed
from services.events.agenda.weeks import Planned, collision

PARIS = ZoneInfo("Europe/Paris")
INSTANTS = st.datetimes(datetime.fromisoformat("2026-01-01"), datetime.fromisoformat("2030-01-01"), timezones=st.just(UTC))
LENGTHS = st.integers(1, 72 * 60).map(lambda minutes: timedelta(minutes=minutes))
DAYS = st.integers(-800, 800)
CODES = st.frozensets(st.sampled_from(["11", "11069", "QP011002", "34", "76"]), max_size=3)
PATHS = {"76": {"76"}, "11": {"76", "11"}, "11069": {"76", "11", "11069"}, "34": {"76", "34"}}
PATHS["QP011002"] = {*PATHS["11069"], "QP011002"}
AUDIENCES = st.frozensets(st.sampled_from(["state", "resident", "association"]), max_size=2)
MONDAYS = st.frozensets(st.sampled_from([date(2027, 3, 22), date(2027, 3, 29), date(2027, 4, 5)]), max_size=3)


def wall(instant: datetime) -> datetime:
    return instant.astimezone(PARIS).replace(tzinfo=None)


@st.composite
def sessions(draw: st.DrawFn) -> tuple[Timed, list[Timed]]:
    """A session and items inside it, one after the other."""
    starts_at = draw(INSTANTS)
    session = Timed(starts_at, starts_at + draw(LENGTHS))
    minutes = int((session.ends_at - session.starts_at).total_seconds() // 60)
    cuts = sorted(draw(st.sets(st.integers(0, minutes), max_size=6)))
    marks = [starts_at + timedelta(minutes=cut) for cut in cuts]
    return session, [Timed(a, b) for a, b in pairwise(marks)]


@st.composite
def planned(draw: st.DrawFn) -> Planned:
    codes = draw(CODES)
    path = frozenset(code for each in codes for code in PATHS[each])
    return Planned(new_id(), draw(MONDAYS), codes, path, draw(AUDIENCES))


@given(INSTANTS, DAYS)
def test_a_shifted_instant_is_read_at_the_same_hour_unless_the_clock_jumps_over_it(instant: datetime, days: int) -> None:
    moved = timing.shifted(instant, days)
    expected = wall(instant) + timedelta(days=days)
    jumped = expected.replace(tzinfo=PARIS).astimezone(UTC).astimezone(PARIS).replace(tzinfo=None) != expected
    assert wall(moved) == (expected + timedelta(hours=1) if jumped else expected)


@given(sessions(), DAYS)
def test_a_session_moved_by_days_holds_its_programme(made: tuple[Timed, list[Timed]], days: int) -> None:
    session, items = made
    moved, kept = timing.moved_by_days(session, items, days)
    assert moved.starts_at < moved.ends_at
    assert timing.outside(moved, kept) == []
    assert len(kept) == len(items)
    assert moved.starts_at == timing.shifted(session.starts_at, days)


@given(sessions(), st.timedeltas(timedelta(days=-400), timedelta(days=400)))
def test_a_session_moved_as_a_whole_takes_its_programme_along(made: tuple[Timed, list[Timed]], by: timedelta) -> None:
    session, items = made
    wall_length = wall(session.ends_at) - wall(session.starts_at)
    starts_at = session.starts_at + timedelta(seconds=int(by.total_seconds()))
    ends_at = (wall(starts_at) + wall_length).replace(tzinfo=PARIS).astimezone(UTC)
    if ends_at <= starts_at:
        return  # in the hour the clock plays twice
    carried = timing.carried_along(session, Timed(starts_at, ends_at), items)
    assert len(carried) == len(items)
    if ends_at - starts_at >= session.ends_at - session.starts_at:
        assert timing.outside(Timed(starts_at, ends_at), carried) == []


def test_moving_to_the_other_side_of_the_clock_change_keeps_hours() -> None:
    before = Timed(datetime(2027, 3, 26, 8, tzinfo=UTC), datetime(2027, 3, 26, 16, tzinfo=UTC))
    after = Timed(datetime(2027, 3, 29, 7, tzinfo=UTC), datetime(2027, 3, 29, 15, tzinfo=UTC))
    item = Timed(datetime(2027, 3, 26, 9, tzinfo=UTC), datetime(2027, 3, 26, 10, tzinfo=UTC))
    (moved,) = timing.carried_along(before, after, [item])
    assert wall(moved.starts_at) == datetime.fromisoformat("2027-03-29T10:00")


def test_an_hour_the_clock_jumps_over_is_the_next_one() -> None:
    session = Timed(datetime(2027, 3, 27, 1, 30, tzinfo=UTC), datetime(2027, 3, 27, 1, 45, tzinfo=UTC))  # 02:30
    moved, _ = timing.moved_by_days(session, [], 1)
    assert wall(moved.starts_at) == datetime.fromisoformat("2027-03-28T03:30")
    assert moved.ends_at - moved.starts_at == timedelta(minutes=15)


@given(planned(), planned())
def test_a_collision_goes_both_ways(one: Planned, other: Planned) -> None:
    assert collision(one, other) == collision(other, one)
    assert collision(one, one) is None


@given(planned(), planned())
def test_what_collides_shares_a_week_a_territory_and_a_public(one: Planned, other: Planned) -> None:
    same_week = any(monday in other.mondays for monday in one.mondays)
    named = bool(one.territory_codes) and bool(other.territory_codes)
    near = any(a in PATHS[b] or b in PATHS[a] for a in one.territory_codes for b in other.territory_codes)
    told = bool(one.audiences) and bool(other.audiences)
    common = any(audience in other.audiences for audience in one.audiences)
    expected = same_week and (near or not named) and (common or not told)
    assert (collision(one, other) is not None) == expected


@given(st.lists(planned(), max_size=6), MONDAYS)
def test_pairs_of_a_week_are_those_of_the_rule(events: list[Planned], mondays: frozenset[date]) -> None:
    for monday in mondays:
        found = weeks.pairs(events, monday)
        there = [each for each in events if monday in each.mondays]
        assert found.keys() == {each.event_id for each in there}
        for one in there:
            assert found[one.event_id] == {each.event_id for each in there if collision(one, each) is not None}


def test_two_towns_of_one_region_share_nothing() -> None:
    monday = frozenset({date(2027, 3, 22)})
    aude, herault = (Planned(new_id(), monday, frozenset({code}), frozenset(PATHS[code]), frozenset()) for code in ("11069", "34"))
    assert collision(aude, herault) is None


@given(st.dates(date(2020, 1, 1), date(2040, 1, 1)))
def test_weeks_follow_each_other_without_hole(day: date) -> None:
    monday = weeks.monday_of(day)
    since, until = weeks.bounds(monday)
    assert until == weeks.bounds(monday + timedelta(days=7))[0]
    assert weeks.monday_of_instant(since) == monday == weeks.monday_of_instant(until - timedelta(seconds=1))
    assert (until - since) in {timedelta(hours=hours) for hours in (167, 168, 169)}
    year, number, _ = day.isocalendar()
    assert weeks.named(monday) == f"{year}-W{number:02d}"


@pytest.mark.parametrize("status", EventStatus)
def test_no_act_that_promises_a_date_is_possible_without_one(status: EventStatus) -> None:
    possible = rules.possible_acts(status, is_dated=False)
    assert not any(rules.ACTS[act][0] in rules.DATED for act in possible)
    assert set(possible) <= set(rules.possible_acts(status))


@given(st.none() | INSTANTS, st.none() | INSTANTS, LENGTHS, st.sampled_from(["whole", "per_session", *Enrolment]))
def test_nobody_registers_once_the_event_is_over(
    closes_at: datetime | None, starts_at: datetime | None, length: timedelta, enrolment: Any
) -> None:
    ends_at = starts_at and starts_at + length
    dates = {"registration_closes_at": closes_at, "starts_at": starts_at, "ends_at": ends_at}
    end = rules.registrations_end({**dates, "enrolment": enrolment})
    if ends_at is not None:
        assert end is not None
        assert end <= ends_at
    else:
        assert end == closes_at
