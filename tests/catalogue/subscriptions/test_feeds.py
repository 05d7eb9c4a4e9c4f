"""Feeds are read back by a reader nobody here wrote; they hold public documents only."""

from datetime import timedelta
from urllib.parse import urlsplit

import feedparser
import pytest

from services.catalogue.subscriptions import rules
from tests.catalogue.subscriptions.morning import Engine, save
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio
FORMATS = pytest.mark.parametrize("how", ["atom", "rss"])


async def read(world: World, path: str) -> feedparser.FeedParserDict:
    answer = await world.call(None, "GET", path, expect=200)
    parsed = feedparser.parse(answer.content, response_headers={"content-type": answer.headers["content-type"]})
    assert not parsed.bozo, parsed.get("bozo_exception")
    return parsed


@FORMATS
async def test_the_latest_documents_are_read_without_sign_in(world: World, how: str) -> None:
    old = await world.published("Ancien", theme_codes=["participation"])
    world.running.clock.forward(minutes=1)
    new = await world.published("L’œuvre & <la> ville", abstract="Un résumé.")
    feed = await read(world, f"/feeds/documents.{how}?centre_id={world.centre_id}")
    assert feed.version == {"atom": "atom10", "rss": "rss20"}[how]
    assert [entry.title for entry in feed.entries] == ["L’œuvre & <la> ville", "Ancien"]
    first, last = feed.entries
    assert first.id == f"urn:uuid:{new['id']}"
    assert first.link.endswith(new["reference"])
    assert first.summary == "Un résumé."
    assert last.id == f"urn:uuid:{old['id']}"
    assert "participation" in {tag.term for tag in last.tags}
    assert first.updated_parsed > last.updated_parsed if how == "atom" else first.published_parsed > last.published_parsed


@FORMATS
async def test_nothing_reserved_withdrawn_or_under_embargo_is_in_a_feed_even_for_documentalists(world: World, how: str) -> None:
    tomorrow = (world.running.clock.now() + timedelta(days=2)).date().isoformat()
    await world.published("Réservé", access="members")
    await world.published("Bientôt", embargo_until=tomorrow)
    await world.withdraw(await world.published("Retiré"))
    path = f"/feeds/documents.{how}?centre_id={world.centre_id}"
    for who in (None, world.manager):
        answer = await world.call(who, "GET", path, expect=200)
        assert feedparser.parse(answer.content).entries == []


async def test_a_feed_of_criteria_asks_the_engine(world: World, engine: Engine) -> None:
    now = world.running.clock.now()
    for days in (2_000, 400, 20, 1):
        engine.finds(await world.published(f"Il y a {days} jours"), now - timedelta(days=days), word="habitat")
    feed = await read(world, "/feeds/documents.atom?q=habitat&theme=habitat&theme=emploi&year=2016")
    assert len(feed.entries) == 4
    assert feed.feed.id.startswith("urn:uuid:")
    again = await read(world, "/feeds/documents.atom?year=2016&theme=habitat&theme=emploi&q=habitat")
    assert again.feed.id == feed.feed.id


async def test_a_feed_is_bounded_to_the_latest(world: World, engine: Engine, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(rules, "MOST_ENTRIES", 3)
    now = world.running.clock.now()
    documents = [await world.published(f"N° {number}") for number in range(5)]
    for hours, each in enumerate(documents):
        engine.finds(each, now - timedelta(hours=hours), word="habitat")
    feed = await read(world, "/feeds/documents.atom?q=habitat")
    assert {entry.title for entry in feed.entries} == {"N° 0", "N° 1", "N° 2"}


@FORMATS
async def test_who_holds_the_latest_is_told_so(world: World, how: str) -> None:
    document = await world.published()
    path = f"/feeds/documents.{how}?centre_id={world.centre_id}"
    first = await world.call(None, "GET", path, expect=200)
    assert first.headers["last-modified"].endswith("GMT")
    world.running.clock.forward(hours=1)
    held = {"If-None-Match": first.headers["etag"]}
    await world.call(None, "GET", path, headers=held, expect=304)
    await world.withdraw(document)
    await world.call(None, "GET", path, headers=held, expect=200)


async def test_a_saved_search_has_a_feed_at_an_address_that_can_be_changed(world: World, reader: Person, engine: Engine) -> None:
    saved = await save(world, reader, q="habitat", frequency="never", name="Mon habitat")
    engine.finds(await world.published("Trouvé"), world.running.clock.now(), word="habitat")
    engine.finds(await world.published("Réservé", access="members"), world.running.clock.now(), word="habitat")
    for how, url in saved["feeds"].items():
        feed = await read(world, urlsplit(url).path)
        assert [entry.title for entry in feed.entries] == ["Trouvé"], how
        assert feed.feed.title == "Mon habitat"
    path = f"/saved-searches/{saved['id']}"
    renewed = (await world.change(reader, "POST", f"{path}/feed-renewal", of=path, expect=201)).json()
    await world.refused(None, "GET", urlsplit(saved["feeds"]["atom"]).path, 404, "not-found")
    await read(world, urlsplit(renewed["feeds"]["atom"]).path)
    await world.change(reader, "DELETE", path, expect=204)
    await world.refused(None, "GET", urlsplit(renewed["feeds"]["atom"]).path, 404, "not-found")


async def test_an_address_is_not_guessed_from_another(world: World, reader: Person) -> None:
    path = urlsplit((await save(world, reader))["feeds"]["atom"]).path
    token = path.rpartition("/")[2].removesuffix(".atom")
    for made_up in (token[:-1] + ("A" if token[-1] != "A" else "B"), "A" * 48, token[:30]):
        await world.refused(None, "GET", path.replace(token, made_up), 404, "not-found")
    await world.refused(None, "GET", path.replace(token, "a"), 422, "malformed-request")


@FORMATS
async def test_versions_of_a_document_are_a_feed(world: World, how: str) -> None:
    document = await world.published("Guide")
    await world.write(document, abstract="Revu.")
    world.running.clock.forward(minutes=1)
    await world.publish(document, note="Textes de mars.")
    feed = await read(world, f"/documents/{document['id']}/versions.{how}")
    assert [entry.title for entry in feed.entries] == ["Guide – version 2", "Guide – version 1"]
    assert feed.entries[0].summary == "Textes de mars."
    assert len({entry.id for entry in feed.entries}) == 2
    await world.call(None, "GET", urlsplit(feed.entries[1].link).path, expect=200)
    await world.withdraw(document)
    await world.refused(None, "GET", f"/documents/{document['id']}/versions.{how}", 410, "document-withdrawn")


@FORMATS
async def test_characters_xml_forbids_break_no_feed(world: World, how: str) -> None:
    title = "Cloche\x07, retour\x1b[0m, \ufffe\uffff, droite\u202eà gauche, emoji 🏘"
    await world.stored(await world.published(), title=title, abstract="Saut\x0bde ligne\x85 ]]> &amp;")
    feed = await read(world, f"/feeds/documents.{how}?centre_id={world.centre_id}")
    assert feed.entries[0].title == "Cloche , retour [0m, , droite à gauche, emoji 🏘"


@pytest.mark.parametrize("query", ["magie=1", "year=hier", "access=secret", "q=" + "a" * 10_001, "theme=a&" * 21])
async def test_criteria_that_are_none_are_refused(world: World, query: str) -> None:
    await world.refused(None, "GET", f"/feeds/documents.atom?{query}", 422, "malformed-request")
