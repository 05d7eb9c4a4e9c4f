"""A published document in every format, for who may read it."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.clock import in_paris
from tests.catalogue.formats import reading
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

FORMATS = ("citation", "document.bib", "document.ris", "document.csl.json", "document.jsonld")
WHOLE: dict[str, Any] = {
    "subtitle": "états des lieux",
    "dated": "2016-09-14",
    "authors": [{"name": "Camille Exemple", "role": "sociologue"}, {"name": "Jean de La Fontaine"}],
    "organisations": [
        {"name": "Villes et Territoires Exemple", "role": "publisher"},
        {"name": "Agence d'urbanisme, de Carcassonne", "role": "author"},
        {"name": "Préfecture de l'Aude", "role": "funder"},
    ],
    "theme_codes": ["participation"],
    "territory_codes": ["11", "QP011002"],
    "keywords": ["conseil citoyen", "50 % de femmes"],
    "licence": "cc-by-4.0",
    "extent": "112 p.",
    "identifiers": ["ISBN 978-2-0000-0000-2", "https://doi.org/10.1234/abc_d", "cote 42"],
    "links": [{"url": "https://www.legifrance.gouv.fr/x?a=1&b=2", "label": "Instruction du 10 mars 2017"}],
}


async def test_bibtex_is_read_by_another_parser(world: World) -> None:
    draft = await world.published("Les conseils citoyens", **WHOLE)
    answer = await world.call(None, "GET", f"/documents/{draft['id']}/document.bib", expect=200)
    assert answer.headers["content-type"].startswith("application/x-bibtex")
    assert f'filename="{draft["reference"]}.bib"' in answer.headers["content-disposition"]
    entry = reading.bibtex(answer.text).entries[draft["reference"]]
    assert entry.type == "book"
    assert reading.printed(entry.fields["title"]) == "Les conseils citoyens : états des lieux"
    assert [str(person) for person in entry.persons["author"]] == [
        "Exemple, Camille",
        "{de La Fontaine}, Jean",
        "{Agence d'urbanisme, de Carcassonne}",
    ]
    assert {name: entry.fields[name] for name in ("year", "month", "date", "doi", "isbn", "langid")} == {
        "year": "2016",
        "month": "9",
        "date": "2016-09-14",
        "doi": "10.1234/abc_d",
        "isbn": "978-2-0000-0000-2",
        "langid": "french",
    }
    assert reading.printed(entry.fields["keywords"]) == "conseil citoyen, 50 % de femmes"
    assert entry.fields["url"].endswith(f"/catalogue/d/{draft['reference']}")


async def test_ris_is_read_by_another_parser(world: World) -> None:
    draft = await world.published("Les conseils citoyens", kind="study", **{**WHOLE, "identifiers": [], "dated": "2016-09"})
    (told,) = reading.ris((await world.call(None, "GET", f"/documents/{draft['id']}/document.ris", expect=200)).text)
    assert (told["type_of_reference"], told["id"], told["title"]) == (
        "RPRT",
        draft["reference"],
        "Les conseils citoyens : états des lieux",
    )
    assert told["authors"] == ["Exemple, Camille", "de La Fontaine, Jean", "Agence d'urbanisme, de Carcassonne"]
    assert (told["year"], told["date"]) == ("2016", "2016/09//")
    assert told["keywords"] == ["conseil citoyen", "50 % de femmes"]


async def test_csl_says_a_date_as_exactly_as_it_is_known(world: World) -> None:
    for dated, parts in (("2016", [2016]), ("2016-09", [2016, 9]), ("2016-09-14", [2016, 9, 14])):
        draft = await world.published("Z", dated=dated)
        (item,) = (await world.call(None, "GET", f"/documents/{draft['id']}/document.csl.json", expect=200)).json()
        assert item["issued"] == {"date-parts": [parts]}
    draft = await world.published("Sans date")
    (item,) = (await world.call(None, "GET", f"/documents/{draft['id']}/document.csl.json", expect=200)).json()
    assert "issued" not in item


async def test_a_document_is_told_in_schema_org_s_words(world: World) -> None:
    whole = await world.published("Dossier", kind="thematic_dossier", sections=[{"title": "Le cadre", "body": "…"}])
    relation = {"kind": "part_of", "target_id": whole["id"]}
    draft = await world.published("Les conseils citoyens", kind="study", relations=[relation], **WHOLE)
    hidden = await world.published("Réservé", relations=[relation], access="members")
    answer = await world.call(None, "GET", f"/documents/{draft['id']}/document.jsonld", expect=200)
    assert answer.headers["content-type"].startswith("application/ld+json")
    told = answer.json()
    assert (told["@type"], told["name"], told["datePublished"]) == ("Report", "Les conseils citoyens", "2016-09-14")
    assert told["isPartOf"][0]["name"] == "Dossier"
    assert told["license"] == "https://creativecommons.org/licenses/by/4.0/"
    assert [place["name"] for place in told["spatialCoverage"]] == ["Aude", "La Conte – Ozanam"]
    assert told["about"][0] == {"@type": "DefinedTerm", "termCode": "participation", "name": "Participation des habitants"}
    assert told["isAccessibleForFree"] is True
    (node,) = reading.expanded(told)
    assert reading.terms(node) == reading.terms(told)
    assert node["@type"] == ["http://schema.org/Report"]
    path = f"/documents/{whole['id']}/document.jsonld"
    seen = (await world.call(None, "GET", path, expect=200)).json()["hasPart"]
    assert [part["name"] for part in seen] == ["Les conseils citoyens"]
    seen = (await world.call(world.member, "GET", path, expect=200)).json()["hasPart"]
    assert {part["name"] for part in seen} == {"Les conseils citoyens", "Réservé"}
    members_only = (await world.call(world.member, "GET", f"/documents/{hidden['id']}/document.jsonld", expect=200)).json()
    assert members_only["isAccessibleForFree"] is False


@pytest.mark.parametrize(
    ("kind", "expected"),
    [
        ("thematic_dossier", "Collection"),
        ("capitalisation", "Report"),
        ("proceedings", "Report"),
        ("presentation", "PresentationDigitalDocument"),
        ("video", "VideoObject"),
        ("official_text", "Legislation"),
        ("newsletter", "PublicationIssue"),
        ("reference", "Book"),
        ("faq", "FAQPage"),
    ],
)
async def test_no_kind_loses_a_word(shared_world: World, kind: str, expected: str) -> None:
    more = {**WHOLE, "extent": "1 h 32", "sections": [{"title": "Le cadre", "body": "…"}]}
    draft = await shared_world.published("Les conseils citoyens", kind=kind, **more)
    told = (await shared_world.call(None, "GET", f"/documents/{draft['id']}/document.jsonld", expect=200)).json()
    assert told["@type"] == expected
    assert reading.terms(reading.expanded(told)) == reading.terms(told)


async def test_what_one_may_not_read_has_no_format(world: World) -> None:
    tomorrow = (in_paris(world.running.clock.now()) + timedelta(days=1)).date().isoformat()
    draft = await world.draft()
    members_only = await world.published(access="members")
    embargoed = await world.published(embargo_until=tomorrow)
    withdrawn = await world.published()
    await world.withdraw(withdrawn)
    for name in FORMATS:
        for hidden in (draft, members_only, embargoed):
            for reader in (None, world.stranger, world.neighbour):
                await world.refused(reader, "GET", f"/documents/{hidden['id']}/{name}", 404, "not-found")
        await world.call(world.member, "GET", f"/documents/{members_only['id']}/{name}", expect=200)
        await world.refused(world.member, "GET", f"/documents/{embargoed['id']}/{name}", 404, "not-found")
        await world.call(world.documentalist, "GET", f"/documents/{embargoed['id']}/{name}", expect=200)
        await world.refused(None, "GET", f"/documents/{withdrawn['id']}/{name}", 410, "document-withdrawn")


async def test_a_format_held_already_is_not_sent_again(world: World) -> None:
    draft = await world.published(title="Avant")
    for name in FORMATS:
        path = f"/documents/{draft['id']}/{name}"
        tag = (await world.call(None, "GET", path, expect=200)).headers["etag"]
        await world.call(None, "GET", path, headers={"If-None-Match": tag}, expect=304)
    tags = {name: (await world.call(None, "GET", f"/documents/{draft['id']}/{name}")).headers["etag"] for name in FORMATS}
    await world.write(draft, title="Après")
    await world.publish(draft)
    for name, tag in tags.items():
        await world.call(None, "GET", f"/documents/{draft['id']}/{name}", headers={"If-None-Match": tag}, expect=200)


async def test_a_selection_keeps_its_order_and_leaves_out_what_is_hidden(world: World) -> None:
    last, first = await world.published("Zèbre"), await world.published("Abeille")
    hidden, gone = await world.published("Réservé", access="members"), await world.published("Retiré")
    await world.withdraw(gone)
    chosen = [each["id"] for each in (last, hidden, first, gone, last)]
    path = "/bibliography"
    seen = (await world.call(None, "GET", f"{path}.bib", params={"id": chosen}, expect=200)).text
    assert list(reading.bibtex(seen).entries) == [last["reference"], first["reference"]]
    read = reading.ris((await world.call(None, "GET", f"{path}.ris", params={"id": chosen}, expect=200)).text)
    assert [each["title"] for each in read] == ["Zèbre", "Abeille"]
    items = (await world.call(world.member, "GET", f"{path}.csl.json", params={"id": chosen}, expect=200)).json()
    assert [item["title"] for item in items] == ["Zèbre", "Réservé", "Abeille"]
    await world.refused(None, "GET", f"{path}.bib", 404, "not-found", params={"id": [hidden["id"], gone["id"]]})
    too_many = [first["id"]] * 101
    await world.refused(None, "GET", f"{path}.bib", 422, "malformed-request", params={"id": too_many})


async def test_a_document_says_where_else_it_is_told(world: World) -> None:
    draft = await world.published(licence="etalab-2.0")
    answer = await world.call(None, "GET", f"/documents/{draft['id']}", expect=200)
    links = {link.split("; ", 1)[0][1:-1]: link.split("; ", 1)[1] for link in answer.headers["link"].split(", ")}
    cited = next(address for address, said in links.items() if said == 'rel="cite-as"')
    assert cited == answer.json()["permalink"]
    assert "https://www.etalab.gouv.fr/licence-ouverte-open-licence" in links
    described = {address: said for address, said in links.items() if "describedby" in said}
    assert len(described) == 4
    for address, said in described.items():
        told = await world.call(None, "GET", "/catalogue" + address.partition("/catalogue")[2], expect=200)
        assert f'type="{told.headers["content-type"].partition(";")[0]}"' in said
    reserved = await world.published()
    assert 'rel="license"' not in (await world.call(None, "GET", f"/documents/{reserved['id']}")).headers["link"]
