"""What is found, in which order, and how it is shown: the corpus is small, each document is there for a reason."""

from datetime import timedelta
from typing import Any

import pytest

from services.catalogue.search import service
from tests.catalogue.search.shelf import entry, search, shelve, titles
from tests.catalogue.world import World
from tests.support import Running

pytestmark = pytest.mark.anyio

HOUSING = "L'habitat dégradé en copropriété"
COUNCIL = "Les conseils citoyens : états des lieux"
QPV = "Quartiers prioritaires de la politique de la ville : atlas"
ACRONYM = "Guide pratique QPV"
SUMMER = "Quartiers d’été"
LAW = "Mobiliser le droit commun"
SCATTERED = "Du droit de vote au patrimoine commun"
WORKS = "Chefs-d'œuvre en péril"
HEALTH = "Ateliers santé ville du département"
OLD = "Médiation sociale"
FILED = "Rapport annuel"


@pytest.fixture(scope="module")
async def library(running: Running, shared_world: World) -> World:
    world = shared_world
    published_at = world.running.clock.now() - timedelta(days=900)
    await shelve(
        world,
        [
            entry(world, HOUSING, "Une opération programmée d’amélioration de l’habitat, et les bailleurs."),
            entry(world, COUNCIL, "Participation des habitants <script>alert(1)</script> & désignation des membres.", dated="2016"),
            entry(world, QPV, "Données.", kind="reference", dated="2024-02"),
            entry(world, ACRONYM, "Mode d'emploi.", dated="2015-06-01"),
            entry(world, SUMMER, "Animations pour la jeunesse."),
            entry(
                world, LAW, "Pour les quartiers.", sections="La loi. " * 200 + "Une annexe parle de la chaufferie collective. " * 3
            ),
            entry(world, SCATTERED, "Rien de plus."),
            entry(world, WORKS, "Restauration."),
            entry(world, HEALTH, "Bilan des actions."),
            entry(world, OLD, "Première édition.", published_at=published_at, available_at=published_at),
            entry(world, OLD, "Deuxième édition."),
            entry(world, FILED, "Sans autre mot.", files="La médiation sociale y est citée ; le contrat local et la santé aussi."),
        ],
    )
    async with world.running.resources.database.transaction() as session:
        await service.read_words(session, now=world.running.clock.now())
    return world


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("l'habitat", [HOUSING]),
        ("l’habitat", [HOUSING]),
        ("habitats", [HOUSING]),
        ("d'ete", [SUMMER]),
        ("quartiers d'été", [SUMMER]),
        ("CONSEIL CITOYEN", [COUNCIL]),
        ("oeuvre", [WORKS]),
        ("chef d'œuvre", [WORKS]),
        ("degrade copropriete", [HOUSING]),
        ('"droit commun"', [LAW]),
        ("« droit commun »", [LAW]),
        ("droit commun", [LAW, SCATTERED]),
        ("droit -patrimoine", [LAW]),
        ('droit -"patrimoine commun"', [LAW]),
        ("animat*", [SUMMER]),
        ("habitan*", [COUNCIL]),
        ("ASV", [HEALTH]),
        ("a.s.v.", [HEALTH]),
        ("atelier santé ville", [HEALTH]),
        ("chaufferie", [LAW]),
    ],
)
async def test_what_is_typed_finds_what_is_meant(library: World, typed: str, expected: list[str]) -> None:
    assert await titles(library, typed) == expected


async def test_an_acronym_and_what_it_stands_for_find_each_other(library: World) -> None:
    assert set(await titles(library, "QPV")) == {QPV, ACRONYM}
    assert set(await titles(library, "quartier prioritaire de la politique de la ville")) == {QPV, ACRONYM}
    found = await search(library, "qpv")
    assert "quartier prioritaire" in found["widened_with"]


async def test_a_long_form_scattered_in_a_file_is_not_the_acronym(library: World) -> None:
    assert await titles(library, "CLS") == []


async def test_a_new_term_is_searched_at_once(library: World) -> None:
    assert await titles(library, "zzterme") == []
    wish = {"label": "zzterme", "equivalents": ["copropriété"]}
    await library.call(library.documentalist, "PUT", "/terms/zzterme", json=wish, expect=201)
    assert await titles(library, "zzterme") == [HOUSING]


async def test_titles_come_first_then_recent_ones_then_files(library: World) -> None:
    found = await search(library, "médiation sociale")
    assert [item["title"] for item in found["items"]] == [OLD, OLD, FILED]
    assert found["items"][0]["abstract"] == "Deuxième édition."


async def test_a_slip_is_corrected_and_told(library: World) -> None:
    found = await search(library, "conseils citoyains")
    assert found["did_you_mean"] == ["conseils citoyens"]
    assert (found["corrected"], found["relaxed"]) == ("conseils citoyens", False)
    assert [item["title"] for item in found["items"]] == [COUNCIL]
    assert "citoyens</mark>" in found["items"][0]["highlights"]["title"]
    # A fault the stemmer forgives is not pointed at.
    forgiven = await search(library, "conseils citoyenns")
    assert (forgiven["did_you_mean"], forgiven["corrected"]) == ([], None)
    assert await titles(library, "conseils citoyenns") == [COUNCIL]


async def test_pages_of_a_corrected_search_follow_one_another(library: World) -> None:
    expected = [item["id"] for item in (await search(library, "médiation sociale"))["items"]]
    found = await search(library, "médiasion sociale", limit=1)
    seen = [item["id"] for item in found["items"]]
    while found["next"]:
        found = await search(library, "médiasion sociale", limit=1, cursor=found["next"])
        assert found["corrected"] == "médiation sociale"
        seen += [item["id"] for item in found["items"]]
    assert len(expected) > 1
    assert seen == expected


async def test_words_are_marked_and_everything_else_escaped(library: World) -> None:
    shown = (await search(library, "participation habitants"))["items"][0]["highlights"]
    assert shown["title"] is None
    assert shown["abstract"] == (
        "<mark>Participation</mark> des <mark>habitants</mark> &lt;script&gt;alert(1)&lt;/script&gt; &amp; désignation des membres."
    )
    shown = (await search(library, "l’habitat"))["items"][0]["highlights"]
    assert shown["title"] == "L'<mark>habitat</mark> dégradé en copropriété"
    assert (await search(library))["items"][0]["highlights"] == {"title": None, "abstract": None, "sections": None}


@pytest.mark.parametrize("sort", ["relevance", "title", "-published_at", "dated", "-dated"])
@pytest.mark.parametrize("typed", ["", "de la ville quartier", "social"])
async def test_pages_follow_one_another(library: World, typed: str, sort: str) -> None:
    whole = [item["id"] for item in (await search(library, typed, sort=sort))["items"]]
    paged = [item["id"] for item in await library.pages(None, "/search", q=typed, sort=sort, limit=2)]
    assert paged == whole
    assert len(set(whole)) == len(whole)


async def test_titles_and_dates_sort(library: World) -> None:
    by_title = await titles(library, "", sort="title")
    assert by_title.index(HEALTH) < by_title.index(WORKS) < by_title.index(COUNCIL) < by_title.index(OLD)
    dated = [item["dated"] for item in (await search(library, "", sort="dated"))["items"]]
    assert dated[:3] == ["2015-06-01", "2016", "2024-02"]
    assert dated[3:] == [None] * (len(dated) - 3)


async def test_suggestions_complete_titles_themes_and_terms(library: World) -> None:
    async def suggested(q: str) -> list[tuple[str, str]]:
        body = (await library.call(None, "GET", "/suggestions", params={"q": q}, expect=200)).json()
        return [(item["kind"], item["text"]) for item in body["items"]]

    assert ("document", COUNCIL) in await suggested("conseils cit")
    assert ("document", HOUSING) in await suggested("l’hab")
    assert ("term", "NPNRU") in await suggested("npn")
    assert await suggested("c") == []
    assert await suggested("« -") == []


async def test_published_documents_are_found_and_withdrawn_ones_are_not(library: World) -> None:
    draft = await library.published("Le zébulon municipal")
    assert await titles(library, "zebulon") == ["Le zébulon municipal"]
    hit = (await search(library, "zebulon"))["items"][0]
    assert (hit["reference"], hit["kind_label"]) == (draft["reference"], "Document de capitalisation")
    assert hit["permalink"].endswith(draft["reference"])
    assert await titles(library, draft["reference"]) == ["Le zébulon municipal"]
    await library.write(draft, title="Le farfadet municipal")
    await library.publish(draft)
    assert await titles(library, "zebulon") == []
    await library.withdraw(draft)
    assert await titles(library, "farfadet") == []
    rows: list[dict[str, Any]] = await library.running.rows(
        "SELECT 1 FROM search_texts WHERE title LIKE %(title)s", title="%municipal"
    )
    assert rows == []
