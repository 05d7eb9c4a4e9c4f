"""Counting in memory: once per reader and moment, never knowing who, never losing what could not be written."""

from datetime import UTC, datetime, timedelta

import pytest

from services.catalogue.usage.counter import Counter, Impressions
from services.catalogue.usage.rules import ONCE_WITHIN
from services.common.observers import Answered, Watch
from tests.catalogue.usage.reading import FIREFOX, counter_of, counts, read
from tests.catalogue.world import World
from tests.support import open_service

pytestmark = pytest.mark.anyio

NOON = datetime(2026, 11, 22, 11, 0, tzinfo=UTC)
READER = ("203.0.113.7", FIREFOX, "")


def test_the_same_reader_is_new_again_after_a_while() -> None:
    seen = Impressions()
    assert seen.is_new(READER, "a", NOON)
    assert not seen.is_new(READER, "a", NOON + timedelta(seconds=29))
    assert seen.is_new(READER, "b", NOON + timedelta(seconds=29))
    assert seen.is_new(("203.0.113.8", FIREFOX, ""), "a", NOON + timedelta(seconds=29))
    assert not seen.is_new(READER, "a", NOON + timedelta(seconds=58)), "asking again makes these seconds begin again"
    assert seen.is_new(READER, "a", NOON + timedelta(seconds=58) + ONCE_WITHIN)


def test_impressions_are_bounded_and_forgotten() -> None:
    seen = Impressions(remembered=10)
    for number in range(100):
        seen.is_new((str(number), FIREFOX, ""), "a", NOON)
    assert len(seen) == 10
    seen.forget(NOON + ONCE_WITHIN)
    assert len(seen) == 0


def test_the_key_changes_with_the_day_in_paris_and_with_the_process() -> None:
    seen, other = Impressions(), Impressions()
    midnight = datetime(2026, 11, 22, 23, 0, tzinfo=UTC)
    seen.is_new(READER, "a", midnight - timedelta(seconds=1))
    before = set(seen._seen)
    other.is_new(READER, "a", midnight - timedelta(seconds=1))
    assert before.isdisjoint(other._seen), "two processes do not know a reader by the same mark"
    seen.is_new(READER, "a", midnight)
    assert before.isdisjoint(seen._seen)


def test_nothing_in_memory_says_who() -> None:
    seen = Impressions()
    seen.is_new(READER, "a", NOON)
    assert all(len(mark) == 16 for mark in seen._seen)
    assert not any(part.encode() in mark for mark in seen._seen for part in READER if part)


async def test_what_cannot_be_written_is_counted_still(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = await world.published()
    counter = counter_of(world.running)
    await counter.flush()
    await read(world, draft["id"])

    async def broken(*_: object) -> None:
        raise OSError("the database is away")

    with monkeypatch.context() as patched:
        patched.setattr(Counter, "_write", broken)
        with pytest.raises(OSError, match="away"):
            await counter.flush()
    await read(world, draft["id"], agent=f"{FIREFOX} other")
    assert await counts(world, draft["id"]) == (2, 0)


async def test_a_process_that_stops_writes_everything_first(world: World) -> None:
    draft = await world.published()
    async with open_service(world.running.service, world.running.resources.settings) as second:
        answer = await second.client.get(f"/catalogue/v1/documents/{draft['id']}", headers={"User-Agent": FIREFOX})
        assert answer.status_code == 200
    assert await counts(world, draft["id"]) == (1, 0)


async def test_two_processes_add_up(world: World) -> None:
    draft = await world.published()
    async with open_service(world.running.service, world.running.resources.settings) as second:
        await second.client.get(f"/catalogue/v1/documents/{draft['id']}", headers={"User-Agent": FIREFOX})
        await read(world, draft["id"])
        await counter_of(second).flush()
        assert await counts(world, draft["id"]) == (2, 0)


def test_an_observer_that_fails_disturbs_nobody() -> None:
    class Broken:
        operations = frozenset({"getDocument"})

        def answered(self, answer: Answered) -> None:
            raise ValueError("broken")

    class Route:
        operation_id = "getDocument"

    Watch([Broken()]).answered({"route": Route(), "method": "GET"}, {}, 200)  # type: ignore[list-item]
