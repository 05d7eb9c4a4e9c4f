"""Whatever is typed is answered sensibly, never by a fault."""

from datetime import timedelta
from typing import Any

import pytest

from services.catalogue.search import service
from tests.catalogue.search.shelf import entry, search, shelve, titles
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

ODD = [
    '"',
    '""',
    "''",
    "« »",
    "le la les de du des",
    "-",
    "-de",
    "*",
    ":",
    "& | ! ( ) <-> :*",
    "habitat & !logement | (ville",
    "'; DROP TABLE search_entries; --",
    "%' OR '1'='1",
    "\0",
    "habitat\0logement",
    "\x01\x02\x1b[31m",
    "\u202eنص عربي\u202c",
    "שלום עולם",
    "😀 👨‍👩‍👧",
    "\ud83d".encode("utf-8", "surrogatepass").decode("utf-8", "replace"),
    "Titre : sous-titre",
    "a:b:c",
    "\\ \\\\ \\'",
    "%",
    "_",
    "x" * 9_999,
    "mot " * 2_499,
    '"mot ' * 2_000,
    "-mot " * 2_000,
    "qpv " * 300,
    "a*",
    "é*",
    "\u0301\u0301",
]


@pytest.fixture
async def library(shared_world: World) -> World:
    await shelve(shared_world, [entry(shared_world, "Titre : sous-titre"), entry(shared_world, "Habitat et logement")])
    return shared_world


@pytest.mark.parametrize("typed", ODD, ids=range(len(ODD)))
async def test_odd_queries_are_answered(library: World, typed: str) -> None:
    for sort in ("relevance", "title"):
        await search(library, typed, facets="true", sort=sort)
    await library.call(None, "GET", "/suggestions", params={"q": typed}, expect=200)


async def test_a_colon_in_a_title_is_found_as_typed(library: World) -> None:
    assert "Titre : sous-titre" in await titles(library, "Titre : sous-titre")


async def test_operators_are_words_like_others(library: World) -> None:
    assert "Habitat et logement" in await titles(library, "habitat & logement")
    assert "Habitat et logement" in await titles(library, "habitat | (logement")


async def test_a_long_query_says_it_was_shortened(library: World) -> None:
    assert (await search(library, "mot " * 100))["shortened"]
    assert not (await search(library, "mot"))["shortened"]
    await library.refused(None, "GET", "/search", 422, "malformed-request", params={"q": "x" * 10_001})


@pytest.mark.parametrize(
    "params",
    [
        {"kind": "\0"},
        {"theme": "'; --"},
        {"organisation": "{a,b}"},
        {"territory": '"'},
        {"year": "2016"},
        {"language": "\u202e"},
        {"public": "rien"},
        {"access": "embargo"},
        {"kind": ["study", "video"], "year": ["2016", "2017"]},
    ],
)
async def test_filters_that_nothing_has_find_nothing(library: World, params: dict[str, Any]) -> None:
    found = await search(library, "habitat", facets="true", **params)
    assert found["items"] == []
    assert found["total"] == 0 or "kind" in params


@pytest.mark.parametrize(
    "params",
    [{"year": "x"}, {"year": "99999"}, {"access": "secret"}, {"facets": "all"}, {"sort": "id"}, {"limit": "0"}, {"centre_id": "1"}],
)
async def test_malformed_parameters_are_named(library: World, params: dict[str, str]) -> None:
    problem = await library.refused(None, "GET", "/search", 422, "malformed-request", params=params)
    assert problem["errors"]


async def test_a_cursor_of_another_search_is_refused(library: World) -> None:
    body = (await library.call(None, "GET", "/search", params={"limit": 1}, expect=200)).json()
    await library.refused(None, "GET", "/search", 400, "invalid-cursor", params={"limit": 1, "q": "autre", "cursor": body["next"]})


async def test_vain_searches_are_kept_without_persons_until_dealt_with(library: World) -> None:
    for typed in ("Ferme urbaine", "ferme  URBAINE", "jean@exemple.fr", "06 12 34 56 78", "x" * 500):
        await search(library, typed)
    await search(library, "ferme urbaine", kind="video")
    kept = await library.pages(library.documentalist, "/unanswered-searches")
    mine = [each for each in kept if "ferme" in each["text"]]
    assert [(each["text"], each["count"]) for each in mine] == [("ferme urbaine", 2)]
    assert not any("jean" in each["text"] or "06" in each["text"] for each in kept)
    path = f"/unanswered-searches/{mine[0]['id']}"
    await library.refused(library.stranger, "GET", "/unanswered-searches", 403, "searches-for-documentalists")
    await library.refused(library.stranger, "DELETE", path, 403, "searches-for-documentalists")
    await library.call(library.documentalist, "DELETE", path, expect=204)
    await library.refused(library.documentalist, "DELETE", path, 404, "not-found")
    assert not any(each["text"] == "ferme urbaine" for each in await library.pages(library.documentalist, "/unanswered-searches"))


async def test_vain_searches_are_forgotten_after_a_year(library: World) -> None:
    await search(library, "serre bioclimatique")
    now = library.running.clock.now()
    for days, expected in ((360, True), (367, False)):
        async with library.running.resources.database.transaction() as session:
            await service.forget_old_unanswered(session, now=now + timedelta(days=days))
        kept = await library.pages(library.documentalist, "/unanswered-searches")
        assert any(each["text"] == "serre bioclimatique" for each in kept) is expected
