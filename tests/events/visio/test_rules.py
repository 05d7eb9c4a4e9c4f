"""When links open, whose they are, what stays are drawn from: laws that hold for all inputs."""

import itertools
import random
from datetime import UTC, datetime, timedelta
from uuid import UUID
from zoneinfo import ZoneInfo

from hypothesis import given
from hypothesis import strategies as st

from services.common.clock import PARIS
from services.events.visio import rules
from services.events.visio.schemas import LinkRole, MovementKind

#: Around the night of 28 March 2027 (02:00 → 03:00) and of 31 October 2027 (03:00 → 02:00).
_NIGHTS = st.sampled_from([datetime(2027, 3, 27, 22, tzinfo=UTC), datetime(2027, 10, 30, 22, tzinfo=UTC)])
_ZONES = st.sampled_from([UTC, PARIS, ZoneInfo("America/Martinique")])
_ROLES = st.sampled_from(LinkRole)
_T0 = datetime(2027, 3, 1, 9, tzinfo=UTC)


@given(_NIGHTS, st.integers(0, 600), st.integers(1, 600), st.integers(0, 240), st.integers(0, 480), _ZONES, _ZONES)
def test_the_window_is_counted_in_minutes_that_pass_also_when_clocks_change(
    night: datetime, begins: int, lasts: int, before: int, after: int, zone: ZoneInfo, other: ZoneInfo
) -> None:
    starts_at = night + timedelta(minutes=begins)
    ends_at = starts_at + timedelta(minutes=lasts)
    window = rules.window(starts_at.astimezone(zone), ends_at.astimezone(other), before, after, role=LinkRole.VIEWER)
    assert (starts_at - window.opens_at).total_seconds() == before * 60
    assert (window.closes_at - ends_at).total_seconds() == after * 60
    assert (window.closes_at - window.opens_at).total_seconds() == (before + lasts + after) * 60


def test_the_hour_that_does_not_exist_is_not_counted() -> None:
    starts_at = datetime(2027, 3, 28, 3, 15, tzinfo=PARIS)  # a quarter of an hour after 01:59:59
    window = rules.window(starts_at, starts_at + timedelta(hours=1), 30, 0, role=LinkRole.VIEWER)
    assert window.opens_at.astimezone(PARIS).isoformat() == "2027-03-28T01:45:00+01:00"


def _sitting(number: int, starts: int, lasts: int, *, is_cancelled: bool = False) -> rules.Sitting:
    starts_at = _T0 + timedelta(minutes=starts)
    return rules.Sitting(UUID(int=number), starts_at, starts_at + timedelta(minutes=lasts), True, is_cancelled, 15, 30)


_SITTINGS = st.lists(st.tuples(st.integers(0, 600), st.integers(1, 200), st.booleans()), max_size=6).map(
    lambda made: [_sitting(number, *each[:2], is_cancelled=each[2]) for number, each in enumerate(made)]
)


@given(_SITTINGS, st.integers(-60, 1000), _ROLES)
def test_a_door_is_open_if_and_only_if_a_session_that_is_held_is_in_its_window(
    sittings: list[rules.Sitting], minute: int, role: LinkRole
) -> None:
    now = _T0 + timedelta(minutes=minute)
    way = rules.way(sittings, now, role)
    held = [each for each in sittings if not each.is_cancelled]
    inside = [each for each in held if each.window(role).opens_at <= now < each.window(role).closes_at]
    assert (way.door is rules.Door.OPEN) == bool(inside)
    if way.door is rules.Door.OPEN:
        assert way.sitting in inside
        running = [each for each in inside if each.starts_at <= now < each.ends_at]
        assert not running or way.sitting in running
    if way.door is rules.Door.EARLY:
        assert way.opens_at is not None
        assert way.opens_at > now
        assert rules.way(sittings, way.opens_at, role).door is rules.Door.OPEN
    if way.door is rules.Door.OVER:
        assert all(each.window(role).closes_at <= now for each in held)
    if way.door is rules.Door.NOT_VISIO:
        assert sittings == []


def test_between_two_sessions_that_touch_the_next_one_is_entered() -> None:
    morning, afternoon = _sitting(1, 0, 60), _sitting(2, 70, 60)
    assert rules.way([morning, afternoon], _T0 + timedelta(minutes=59), LinkRole.VIEWER).sitting == morning
    assert rules.way([morning, afternoon], _T0 + timedelta(minutes=61), LinkRole.VIEWER).sitting == afternoon
    assert rules.way([morning, afternoon], _T0 + timedelta(minutes=131), LinkRole.VIEWER).sitting == afternoon


_MOVES = st.lists(
    st.builds(
        rules.Movement,
        st.sampled_from(["a", "b"]),
        st.sampled_from(MovementKind),
        st.integers(0, 100).map(lambda minute: _T0 + timedelta(minutes=minute)),
    ),
    max_size=20,
)


@given(_MOVES, st.randoms())
def test_stays_do_not_depend_on_the_order_nor_on_repetition(moves: list[rules.Movement], chance: random.Random) -> None:
    again = [*moves, *moves[: len(moves) // 2]]
    chance.shuffle(again)
    assert rules.stays(again) == rules.stays(moves)


@given(_MOVES)
def test_stays_of_a_connection_never_overlap_and_never_run_backwards(moves: list[rules.Movement]) -> None:
    for name in ("a", "b"):
        stays = [each for each in rules.stays(moves, _T0 + timedelta(minutes=50)) if each.connection == name]
        assert all(each.left_at is not None and each.joined_at <= each.left_at for each in stays)
        assert all(a.left_at is not None and a.left_at <= b.joined_at for a, b in itertools.pairwise(stays))
        assert len({rules.mark(UUID(int=1), each) for each in stays}) == len(stays)


def test_who_was_not_seen_leaving_left_when_the_room_ended() -> None:
    came = rules.Movement("a", MovementKind.JOINED, _T0)
    ended_at = _T0 + timedelta(hours=1)
    assert rules.stays([came], ended_at) == [rules.Stay("a", _T0, ended_at)]
    assert rules.stays([came]) == [rules.Stay("a", _T0, None)]
    assert rules.stays([rules.Movement("a", MovementKind.LEFT, _T0)]) == []


def test_the_same_person_is_recognised_through_corrections() -> None:
    made_for = ["badge", "mail", "given", "family"]
    assert rules.same_person(made_for, ["badge", "other", "given", "family"])
    assert rules.same_person(made_for, ["badge", "mail", "given", "other"])
    assert not rules.same_person(made_for, ["badge", "mail", "other", "other"])
    assert not rules.same_person(made_for, ["badge", "other", "given", "other"])
    assert not rules.same_person(made_for, ["another", "mail", "given", "family"])


@given(st.integers(1, 200))
def test_a_provider_is_tried_later_and_later_never_more_than_five_minutes(attempts: int) -> None:
    wait = rules.next_try(attempts, _T0) - _T0
    assert timedelta(seconds=15) <= wait <= timedelta(minutes=5)
    assert rules.next_try(attempts + 1, _T0) - _T0 >= wait
