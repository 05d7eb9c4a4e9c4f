"""The laws of stays: never more than the session, the same in any order, nothing counted twice."""

import itertools
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from services.events.attendance import rules

START = datetime(2027, 3, 28, 0, 0, tzinfo=UTC)
END = START + timedelta(hours=8)
NOW = END + timedelta(days=1)

instants = st.integers(-600, 1200).map(lambda minutes: START + timedelta(minutes=minutes, seconds=minutes % 60))
stays = st.lists(
    st.tuples(instants, st.integers(0, 900)).map(lambda pair: (pair[0], pair[0] + timedelta(minutes=pair[1]))), max_size=8
)
traces = st.lists(
    st.tuples(instants, st.none() | st.integers(0, 900), st.booleans()).map(
        lambda t: rules.Trace(t[0], None if t[1] is None or t[2] else t[0] + timedelta(minutes=t[1]), is_scan=t[2])
    ),
    max_size=8,
)


@given(stays)
def test_the_union_is_inside_the_session_without_overlap(given_stays: list[rules.Interval]) -> None:
    kept = rules.union(given_stays, (START, END))
    assert sum((left - joined for joined, left in kept), timedelta()) <= END - START
    assert all(START <= joined < left <= END for joined, left in kept)
    assert all(before[1] < after[0] for before, after in itertools.pairwise(kept))


@given(stays)
def test_every_instant_stayed_is_counted_and_no_other(given_stays: list[rules.Interval]) -> None:
    kept = rules.union(given_stays, (START, END))
    for minute in range(0, 480, 7):
        instant = START + timedelta(minutes=minute, milliseconds=500)
        stayed = any(joined <= instant < left for joined, left in given_stays)
        assert stayed == any(joined <= instant < left for joined, left in kept)


@given(traces, st.randoms(use_true_random=False), instants)
def test_what_is_proposed_depends_neither_on_order_nor_on_repetition(
    given_traces: list[rules.Trace], random: object, now: datetime
) -> None:
    shuffled = [*given_traces, *given_traces]
    random.shuffle(shuffled)  # type: ignore[attr-defined]
    proposed = rules.propose(given_traces, START, END, now)
    assert proposed == rules.propose(shuffled, START, END, now)
    if proposed is not None:
        assert 0 <= proposed.minutes <= rules.whole_minutes(START, END)
        assert proposed.arrived_at <= proposed.left_at


@given(traces, traces)
def test_one_more_stay_never_takes_minutes_away(some: list[rules.Trace], more: list[rules.Trace]) -> None:
    before, after = rules.propose(some, START, END, NOW), rules.propose([*some, *more], START, END, NOW)
    assert (before.minutes if before else 0) <= (after.minutes if after else 0)


def test_local_times_of_one_zone_are_subtracted_as_time_that_passed() -> None:
    paris = ZoneInfo("Europe/Paris")
    start, end = datetime(2027, 3, 28, 0, 0, tzinfo=paris), datetime(2027, 3, 28, 6, 0, tzinfo=paris)
    assert end - start == timedelta(hours=6)
    assert rules.whole_minutes(start, end) == rules.between(None, None, start, end) == 5 * 60
    proposed = rules.propose([rules.Trace(start, None, is_scan=True)], start, end, NOW)
    assert proposed is not None
    assert proposed.minutes == 5 * 60


@pytest.mark.parametrize(
    "scanned",
    [
        "CNV:abcDEF_-123",
        "cnv:abcDEF_-123",
        "abcDEF_-123",
        " abcDEF_-123\n",
        "https://x.example/events/v1/badges/abcDEF_-123?format=svg",
    ],
)
def test_a_key_is_read_as_it_is_scanned(scanned: str) -> None:
    assert rules.key_in(scanned) == "abcDEF_-123"


@pytest.mark.parametrize("scanned", ["", "CNV:", "short", "with space in it", "é" * 12, "x" * 33, "'; DROP TABLE attendees"])
def test_what_is_no_key_is_none(scanned: str) -> None:
    assert rules.key_in(scanned) is None


def test_a_code_is_understood_as_people_say_it() -> None:
    assert rules.code_in(" 7kq2-9fvm ") == "7KQ29FVM"
    assert rules.code_in("OIL29FVM") == "01129FVM"
    assert rules.code_in("7KQ2") is rules.code_in("7KQ2\x009FV") is rules.code_in("éééééééé") is None


def test_names_are_printed_without_pictures() -> None:
    assert rules.printable("Camille 🎉 Exemple 👩‍👩‍👧") == "Camille Exemple"
    assert rules.printable("عائشة بن علي") == "عائشة بن علي"
    assert rules.printable("🎉") == "🎉"


def test_a_word_longer_than_a_column_may_break() -> None:
    assert rules.printable("Rochefoucauld-Montmorency") == "Rochefoucauld-Montmorency"
    assert "\u200b" in rules.printable("Donaudampfschifffahrtselektrizitätengesellschaft")
