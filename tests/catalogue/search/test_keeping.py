"""How documents enter the index: together, in large, with files, and under labels people read."""

import asyncio
from collections import Counter

import pytest

from services.catalogue.documents.rules import KIND_LABELS
from services.catalogue.documents.schemas import Readership
from services.catalogue.search import labels, service
from tests.catalogue.search.shelf import entry, search, shelve, titles
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


def test_every_kind_and_public_is_said_in_the_words_of_documents() -> None:
    assert {kind.value: said for kind, said in KIND_LABELS.items()} == labels.KINDS
    assert {public.value for public in Readership} == set(labels.PUBLICS)


async def test_combinations_met_together_are_kept_once(shared_world: World) -> None:
    async def one(number: int) -> None:
        said = [f"Organisation {number % 3}", "Commune"]
        await shelve(shared_world, [entry(shared_world, f"simultané {number}", organisations=said)])

    await asyncio.gather(*(one(number) for number in range(9)))
    found = await search(shared_world, "simultané", facets="organisation")
    assert {each["value"]: each["count"] for each in found["facets"]["organisation"]} == {
        "Commune": 9,
        "Organisation 0": 3,
        "Organisation 1": 3,
        "Organisation 2": 3,
    }
    rows = await shared_world.running.rows("SELECT members FROM search_sets WHERE 'organisation:Commune' = ANY(members)")
    assert Counter(tuple(row["members"]) for row in rows).most_common(1)[0][1] == 1


async def test_a_very_long_document_is_kept_and_its_beginning_found(shared_world: World) -> None:
    many = " ".join(f"mot{number}" for number in range(120_000))
    long = entry(shared_world, "Somme considérable", sections="éolienne " + many, files="hydrolienne " + many)
    await shelve(shared_world, [long])
    assert await titles(shared_world, "éoliennes mot5") == ["Somme considérable"]


async def test_files_are_found_last_and_put_twice_changes_nothing(shared_world: World) -> None:
    filed = entry(shared_world, "Annexe muette", files="On y lit géothermie.")
    await shelve(shared_world, [filed, entry(shared_world, "Géothermie"), filed])
    assert await titles(shared_world, "géothermie") == ["Géothermie", "Annexe muette"]
    async with shared_world.running.resources.database.transaction() as session:
        await service.remove(session, filed.document_id)
        await service.remove(session, filed.document_id)
    assert await titles(shared_world, "géothermie") == ["Géothermie"]


async def test_odd_characters_in_a_document_do_no_harm(shared_world: World) -> None:
    await shelve(
        shared_world,
        [entry(shared_world, "Ti\0tre d'ori\u202egine", "'quote' \\ & | ! : <b>", sections="\0", keywords=["l’a:b'c"])],
    )
    shown = (await search(shared_world, "quote"))["items"][0]
    assert shown["highlights"]["abstract"] == "'<mark>quote</mark>' \\ &amp; | ! : &lt;b&gt;"


async def test_words_of_withdrawn_documents_are_forgotten_on_sundays(shared_world: World) -> None:
    gone = entry(shared_world, "phosphorescent")
    now = shared_world.running.clock.now()
    database = shared_world.running.resources.database
    await shelve(shared_world, [gone, entry(shared_world, "fluorescent")])
    async with database.transaction() as session:
        await service.read_words(session, now=now)
    async with database.transaction() as session:
        await service.remove(session, gone.document_id)
        await service.forget_words(session)
        await service.read_words(session, now=now)
    learnt = {row["word"] for row in await shared_world.running.rows("SELECT word FROM search_words")}
    assert "fluorescent" in learnt
    assert "phosphorescent" not in learnt
