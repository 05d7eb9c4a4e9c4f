"""The law of reading and the truth of counts: random documents, every kind of reader, beside a naive judge in Python."""

import itertools
import random
from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.catalogue.centres.service import Audience
from services.catalogue.search import service
from services.catalogue.search.entry import Entry
from services.catalogue.search.schemas import FACETS, Criteria
from tests.catalogue.search.shelf import entry, search, shelve
from tests.catalogue.world import World
from tests.support import Person, Running

pytestmark = pytest.mark.anyio

WORDS = ("habitat", "santé", "jeunesse", "emploi", "culture", "sport", "médiation", "énergie")
KINDS = ("study", "video", "experience")
THEMES = ("lien-social", "participation", "habitat", "emploi")
PLACES = ("11", "34", "11069")
ORGANISATIONS = ("Ville d'Exemple", "Métropole, « ouest »", 'Dit "le Grand"')
PUBLICS = ("residents", "associations")


class Library:
    """What is on the shelves, and who may read it."""

    def __init__(self, world: World, entries: Sequence[Entry]) -> None:
        self.world, self.entries = world, entries
        first, second = UUID(world.centre_id), UUID(world.other_centre_id)
        self.readers: list[tuple[Person | None, Audience]] = [
            (None, Audience()),
            (world.stranger, Audience()),
            (world.member, Audience((), (first,))),
            (world.documentalist, Audience((first,), (first,))),
            (world.neighbour, Audience((second,), (second,))),
        ]

    def readable(self, audience: Audience) -> list[Entry]:
        now = self.world.running.clock.now()
        return [
            each
            for each in self.entries
            if audience.may_read(each.centre_id, members_only=each.members_only, available_at=each.available_at, now=now)
        ]

    def access(self, each: Entry) -> str:
        if each.available_at > self.world.running.clock.now():
            return "embargo"
        return "members" if each.members_only else "public"

    def values(self, each: Entry) -> dict[str, list[str]]:
        return {
            "kind": [each.kind],
            "theme": list(each.theme_codes),
            "territory": list(each.territory_codes),
            "organisation": sorted(set(each.organisations)),
            "year": [str(each.year)] if each.year else [],
            "language": [each.language],
            "access": [self.access(each)],
            "public": list(each.publics),
            "centre": [str(each.centre_id)],
        }


def _drawn(world: World, rng: random.Random, number: int) -> Entry:
    now = world.running.clock.now()
    published_at = now - timedelta(days=rng.randint(1, 800), seconds=rng.randint(0, 9999))
    said = rng.sample(WORDS, 3)
    return entry(
        world,
        f"{said[0]} {said[1]} secret{number}",
        f"Sur {said[2]}.",
        centre_id=UUID(rng.choice([world.centre_id, world.other_centre_id])),
        kind=rng.choice(KINDS),
        language=rng.choice(["fr", "fr", "en"]),
        dated=rng.choice([None, "2016", "2016-09", "2020-01-02"]),
        published_at=published_at,
        available_at=published_at if rng.random() < 0.8 else now + timedelta(days=1),
        members_only=rng.random() < 0.3,
        theme_codes=rng.sample(THEMES, rng.randint(0, 3)),
        territory_codes=rng.sample(PLACES, rng.randint(0, 2)),
        organisations=rng.choices(ORGANISATIONS, k=rng.randint(0, 2)),
        publics=rng.sample(PUBLICS, rng.randint(0, 2)),
        sections=f"Où l'on parle de {rng.choice(WORDS)}.",
    )


@pytest.fixture(scope="module")
async def library(running: Running, shared_world: World) -> Library:
    rng = random.Random(4)
    entries = [_drawn(shared_world, rng, number) for number in range(120)]
    await shelve(shared_world, entries)
    withdrawn = entries[::10]
    async with running.resources.database.transaction() as session:
        for each in withdrawn:
            await service.remove(session, each.document_id)
        await service.read_words(session, now=running.clock.now())
    return Library(shared_world, [each for each in entries if each not in withdrawn])


def _asked(rng: random.Random, library: Library) -> dict[str, list[str]]:
    choices: dict[str, Sequence[str]] = {
        "kind": KINDS,
        "theme": THEMES,
        "territory": PLACES,
        "organisation": ORGANISATIONS,
        "year": ("2016", "2020"),
        "language": ("fr", "en"),
        "access": ("public", "members", "embargo"),
        "public": PUBLICS,
        "centre": (library.world.centre_id, library.world.other_centre_id),
    }
    chosen = rng.sample(sorted(choices), rng.randint(0, 3))
    return {name: rng.sample(list(choices[name]), rng.randint(1, min(2, len(choices[name])))) for name in chosen}


def _matches(library: Library, each: Entry, word: str, filters: dict[str, list[str]], *, but: str = "") -> bool:
    said = f"{each.title} {each.abstract} {each.sections}".split()
    if word and word not in {part.strip(".") for part in said}:
        return False
    values = library.values(each)
    return all(set(values[name]) & set(wanted) for name, wanted in filters.items() if name != but)


@pytest.mark.parametrize("seed", range(40))
async def test_hits_totals_and_facets_are_those_of_a_naive_judge(library: Library, seed: int) -> None:
    rng = random.Random(seed)
    word, filters = rng.choice(["", *WORDS]), _asked(rng, library)
    params = {("centre_id" if name == "centre" else name): values for name, values in filters.items()}
    for who, audience in library.readers:
        found = await search(library.world, word, who, facets="true", **params)
        readable = library.readable(audience)
        expected = {str(each.document_id) for each in readable if _matches(library, each, word, filters)}
        assert {item["id"] for item in found["items"]} == expected
        assert found["total"] == len(expected)
        for facet in FACETS:
            rest = [each for each in readable if _matches(library, each, word, filters, but=facet)]
            counted = Counter(value for each in rest for value in library.values(each)[facet])
            shown = {value["value"]: value["count"] for value in found["facets"][facet]}
            assert {value: count for value, count in shown.items() if count} == dict(counted), (facet, filters)
            assert all(shown[value] == 0 for value in shown if value not in counted)
            assert set(filters.get(facet, ())) <= set(shown)


async def test_nothing_of_what_one_may_not_read_is_shown(library: Library) -> None:
    """Each title has a word of its own: it is looked for, completed, mistyped, and shown to those who may read it only."""
    for number in range(0, 120, 3):
        each = next((one for one in library.entries if one.title.endswith(f"secret{number}")), None)
        for who, audience in library.readers:
            may = each is not None and each in library.readable(audience)
            found = await search(library.world, f"secret{number}", who, facets="true")
            assert [item["id"] for item in found["items"]] == ([str(each.document_id)] if may and each else [])
            assert found["total"] == int(may)
            assert sum(value["count"] for value in found["facets"]["centre"]) == int(may)
            readable_titles = {one.title for one in library.readable(audience)}
            for suggestion in found["did_you_mean"]:
                assert any(suggestion in title for title in readable_titles)
            body = (await library.world.call(who, "GET", "/suggestions", params={"q": f"secret{number}"}, expect=200)).json()
            shown = {item["text"] for item in body["items"] if item["kind"] == "document"}
            assert shown <= readable_titles
            assert (each is not None and each.title in shown) is may


async def test_no_word_is_learnt_of_what_is_not_public(library: Library) -> None:
    learnt = {row["word"] for row in await library.world.running.rows("SELECT word FROM search_words")}
    public = {each.title.split()[-1] for each in library.readable(Audience())}
    assert {word for word in learnt if word.startswith("secret")} == public


async def test_other_spellings_lead_to_what_the_reader_may_read(library: Library) -> None:
    for who, audience in library.readers:
        for each in library.entries[:30]:
            own = each.title.split()[-1]
            found = await search(library.world, own.replace("secret", "secrte"), who)
            for suggestion in found["did_you_mean"]:
                titles = {one.title for one in library.readable(audience)}
                assert any(suggestion in title.split() for title in titles)


async def test_an_embargo_ends_at_its_instant_everywhere(library: Library) -> None:
    clock = library.world.running.clock
    each = next(one for one in library.entries if one.available_at > clock.now() and not one.members_only)
    own = each.title.split()[-1]
    before = clock.now()
    try:
        for at, expected in ((each.available_at - timedelta(microseconds=1), 0), (each.available_at, 1)):
            clock.at = at
            assert (await search(library.world, own, facets="true"))["total"] == expected
    finally:
        clock.at = before


async def test_alerts_tell_what_became_readable_once_and_to_its_readers(library: Library) -> None:
    clock = library.world.running.clock
    now = clock.now()
    cuts = [now - timedelta(days=900), now - timedelta(days=400), now - timedelta(days=3), now, now + timedelta(days=2)]
    for _, audience in library.readers:
        told: list[Any] = []
        async with library.world.running.resources.database.readers.connection() as reader:
            for after, until in itertools.pairwise(cuts):
                criteria = Criteria(q="habitat", kind=["study", "video"])
                told += await service.found_between(reader, audience, criteria, after=after, until=until, limit=500)
        expected = [
            (each.published_at if audience.keeps(each.centre_id) else max(each.available_at, each.published_at), each.document_id)
            for each in library.entries
            if _matches(library, each, "habitat", {"kind": ["study", "video"]})
            and audience.may_read(each.centre_id, members_only=each.members_only, available_at=each.available_at, now=cuts[-1])
        ]
        assert told == [document_id for _, document_id in sorted(expected)]
