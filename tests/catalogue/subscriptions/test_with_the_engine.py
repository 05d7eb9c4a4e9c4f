"""Alerts and feeds with the search engine itself: what a saved search finds is what became readable, once, and nothing else."""

from datetime import time, timedelta
from typing import Any

import feedparser
import pytest

from services.catalogue.centres.service import ANYONE
from services.catalogue.search import service as search
from services.catalogue.search.schemas import Criteria
from services.catalogue.subscriptions import digests, rules
from services.common.clock import in_paris
from services.common.ids import new_id
from tests.catalogue.subscriptions.morning import deliver, letters, next_morning, save, text_of
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
def word() -> str:
    """A word of this test alone: documents of the others are in the index too."""
    return "mot" + "".join("abcdefghijklmnop"[int(figure, 16)] for figure in new_id().hex[-12:])


async def _mornings(world: World, reader: Person, count: int = 1) -> list[str]:
    """What the mails of the next mornings say."""
    before = len(letters(world, reader))
    for _ in range(count):
        next_morning(world)
        await deliver(world)
    return [text_of(letter) for letter in letters(world, reader)[before:]]


async def test_a_document_is_told_once_and_again_when_it_is_published_again(world: World, reader: Person, word: str) -> None:
    await save(world, reader, q=word)
    world.running.clock.forward(seconds=1)
    document = await world.published(f"Le {word}")
    await world.published("Un autre sujet")
    (mail,) = await _mornings(world, reader, 3)
    assert document["reference"] in mail
    assert "Un autre sujet" not in mail
    await world.write(document, abstract="Mis à jour.")
    assert await _mornings(world, reader) == [], "a working copy is nobody's news"
    await world.publish(document)
    (mail,) = await _mornings(world, reader, 2)
    assert document["reference"] in mail


async def test_an_embargo_that_ends_is_told_once_the_morning_after(world: World, reader: Person, word: str) -> None:
    await save(world, reader, q=word)
    day = in_paris(world.running.clock.now()).date() + timedelta(days=4)
    document = await world.published(f"Bientôt le {word}", embargo_until=day.isoformat())
    while in_paris(world.running.clock.now()).date() < day - timedelta(days=1):
        assert await _mornings(world, reader) == []
    next_morning(world, at=time(0))
    assert in_paris(world.running.clock.now()).date() == day
    (mail,) = await _mornings(world, reader, 3)
    assert document["reference"] in mail


async def test_what_is_withdrawn_is_in_no_mail_composed_after(world: World, word: str) -> None:
    early, late = Person(), Person()
    for person in (early, late):
        await save(world, person, q=word)
    world.running.clock.forward(seconds=1)
    document = await world.published(f"Le {word}")
    now = next_morning(world)
    database, settings = world.running.resources.database, world.running.resources.settings
    async with database.transaction() as session:
        await digests.compose(session, settings, early.account_id, now=now)
    await world.withdraw(document)
    async with database.transaction() as session:
        await digests.compose(session, settings, late.account_id, now=now)
    await world.running.run_jobs()
    assert [len(letters(world, person)) for person in (early, late)] == [1, 0]
    assert await _mornings(world, late, 2) == []


async def test_what_is_reserved_for_members_is_mailed_to_nobody(world: World, reader: Person, word: str) -> None:
    people = (reader, world.member, world.manager)
    for person in people:
        await save(world, person, q=word)
    world.running.clock.forward(seconds=1)
    document = await world.published(f"Le {word} du réseau", access="members")
    for person in people:
        assert await _mornings(world, person) == []
    await world.write(document, access="public")
    await world.publish(document)
    assert [document["reference"] in mail for mail in await _mornings(world, reader)] == [True]


async def _feed(world: World, word: str) -> list[str]:
    answer = await world.call(None, "GET", f"/feeds/documents.atom?q={word}", expect=200)
    return [entry.title for entry in feedparser.parse(answer.content).entries]


async def test_a_feed_shows_the_newest_first_however_many_there_are(
    world: World, word: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_ENTRIES", 3)
    made: list[dict[str, Any]] = []
    for number in range(5):
        made.append(await world.published(f"{word} {number}"))
        world.running.clock.forward(minutes=1)
    await world.published(f"{word} réservé", access="members")
    assert await _feed(world, word) == [f"{word} {number}" for number in (4, 3, 2)]
    await world.publish(await world.write(made[0], abstract="Mis à jour."))
    assert await _feed(world, word) == [f"{word} {number}" for number in (0, 4, 3)]
    await world.withdraw(made[4])
    assert await _feed(world, word) == [f"{word} {number}" for number in (0, 3, 2)]


async def test_the_newest_are_those_of_the_audience_at_that_instant(world: World, word: str) -> None:
    clock = world.running.clock
    open_ = await world.published(f"{word} ouvert")
    clock.forward(minutes=1)
    day = in_paris(clock.now()).date() + timedelta(days=2)
    later = await world.published(f"{word} bientôt", embargo_until=day.isoformat())
    criteria = Criteria(q=word)
    for days, expected in ((0, [open_]), (4, [later, open_])):
        clock.forward(days=days)
        async with world.running.resources.database.readers.connection() as reader:
            found = await search.latest(reader, ANYONE, criteria, now=clock.now(), limit=10)
        assert [str(each) for each in found] == [each["id"] for each in expected]
