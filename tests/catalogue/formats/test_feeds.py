"""What leaves the catalogue whole: DCAT, sitemaps, exports. Only what anyone may read, but for who keeps the centre."""

import csv
import io
from datetime import datetime, timedelta
from typing import Any

import pytest
from lxml import etree

from services.catalogue.documents import holdings
from services.catalogue.formats import service, sitemaps
from services.common.clock import in_paris
from tests.catalogue.files import samples
from tests.catalogue.formats import reading
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

_SITEMAP = {"s": "http://www.sitemaps.org/schemas/sitemap/0.9"}
_DCAT = "http://www.w3.org/ns/dcat#"


async def _some_of_each(world: World) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """One public document, and what nobody but some may read."""
    tomorrow = (in_paris(world.running.clock.now()) + timedelta(days=1)).date().isoformat()
    public = await world.published("Les conseils citoyens", theme_codes=["participation"], territory_codes=["11", "QP011002"])
    withdrawn = await world.published("Retiré")
    await world.withdraw(withdrawn)
    hidden = [
        withdrawn,
        await world.draft("Brouillon"),
        await world.published("Réservé", access="members"),
        await world.published("Sous embargo", embargo_until=tomorrow),
    ]
    return public, hidden


async def _feed(world: World, **params: Any) -> list[dict[str, Any]]:
    """Every page, by `hydra:next`."""
    found = []
    path = "/dcat.jsonld?" + "&".join(f"{name}={value}" for name, value in params.items())
    while path:
        page = (await world.call(world.manager, "GET", path, expect=200)).json()
        found.append(page)
        following = page["@graph"][0].get("hydra:next", {}).get("@id", "")
        path = "/catalogue" + following.partition("/catalogue")[2] if following else ""
    return found


async def test_the_feed_tells_public_documents_whoever_asks(world: World) -> None:
    public, hidden = await _some_of_each(world)
    (page,) = await _feed(world, centre_id=world.centre_id)
    view, catalog = page["@graph"]
    assert "hydra:next" not in view
    assert [each["dct:identifier"] for each in catalog["dcat:dataset"]] == [public["reference"]]
    assert [each["dct:identifier"] for each in catalog["dcat:record"]] == [public["reference"]]
    for each in hidden:
        assert each["reference"] not in str(page)
    places = catalog["dcat:dataset"][0]["dct:spatial"]
    assert [place.get("@id") for place in places] == ["http://id.insee.fr/geo/departement/11", None]


async def test_the_feed_is_linked_data_that_loses_nothing(world: World) -> None:
    files = samples.joined(await samples.send(world, b"un rapport"), "Document (112 p.)")
    link = {"url": "https://www.legifrance.gouv.fr/", "label": "Instruction"}
    await world.published("Les conseils citoyens", files=files, links=[link], dated="2016-09", keywords=["QPV"], licence="cc0-1.0")
    (page,) = await _feed(world, centre_id=world.centre_id)
    nodes = reading.expanded(page)
    assert reading.terms(nodes) == reading.terms(page["@graph"])
    catalog = next(node for node in nodes if f"{_DCAT}Catalog" in node["@type"])
    (dataset,) = catalog[f"{_DCAT}dataset"]
    (record,) = catalog[f"{_DCAT}record"]
    assert record["http://xmlns.com/foaf/0.1/primaryTopic"] == [{"@id": dataset["@id"]}]
    (distribution,) = dataset[f"{_DCAT}distribution"]
    assert distribution[f"{_DCAT}downloadURL"]
    assert dataset["http://purl.org/dc/terms/issued"][0]["@type"].endswith("gYearMonth")


async def test_files_are_described_once_they_are_served(world: World) -> None:
    """One waits for its scan: nothing tells where it would be."""
    sent = [await samples.send(world, content, name) for name, content in (("a.pdf", samples.pdf("Un")), ("b.txt", b"deux"))]
    document = await world.published("Avec fichiers", files=samples.joined(sent[0], "Le rapport") + samples.joined(sent[1]))
    await world.running.rows("UPDATE files SET status = 'waiting_scan' WHERE id = %(id)s RETURNING id", id=sent[1]["id"])
    address = f"http://canevas.test/catalogue/v1/documents/{document['id']}/files/{sent[0]['id']}"
    of_centre = {"centre_id": world.centre_id}
    (page,) = await _feed(world, **of_centre)
    (distribution,) = page["@graph"][1]["dcat:dataset"][0]["dcat:distribution"]
    assert distribution["dcat:downloadURL"] == {"@id": address}
    assert distribution["dcat:mediaType"] == {"@id": "https://www.iana.org/assignments/media-types/application/pdf"}
    assert distribution["dcat:byteSize"]["@value"] == str(sent[0]["size"])
    assert distribution["spdx:checksum"]["spdx:checksumValue"]["@value"] == sent[0]["sha256"]
    (line,) = reading.lines((await world.call(None, "GET", "/export.jsonl", params=of_centre, expect=200)).text)
    assert line["files"] == (await world.call(None, "GET", f"/documents/{document['id']}/files", expect=200)).json()["items"]
    assert [each["download_url"] for each in line["files"]] == [address]
    (row,) = csv.DictReader(io.StringIO((await world.call(None, "GET", "/export.csv", params=of_centre, expect=200)).text))
    assert row["files"] == address
    told = (await world.call(None, "GET", f"/documents/{document['id']}/document.jsonld", expect=200)).json()
    assert told["encoding"] == [
        {
            "@type": "MediaObject",
            "name": "Le rapport",
            "contentUrl": address,
            "encodingFormat": "application/pdf",
            "contentSize": f"{sent[0]['size']} B",
            "sha256": sent[0]["sha256"],
        }
    ]


async def test_the_feed_is_followed_page_by_page(world: World) -> None:
    drafts = [await world.published(f"Document {number}") for number in range(5)]
    pages = await _feed(world, centre_id=world.centre_id, limit=2)
    told = [[each["dct:identifier"] for each in page["@graph"][1]["dcat:dataset"]] for page in pages]
    assert told == [
        [each["reference"] for each in drafts[:2]],
        [each["reference"] for each in drafts[2:4]],
        [drafts[4]["reference"]],
    ]
    answer = await world.call(None, "GET", "/dcat.jsonld", params={"centre_id": world.centre_id, "limit": 2}, expect=200)
    assert 'rel="next"' in answer.headers["link"]
    empty = (await _feed(world, centre_id=world.other_centre_id))[0]["@graph"]
    assert (empty[1]["@type"], empty[1]["dcat:dataset"]) == ("dcat:Catalog", [])
    await world.refused(None, "GET", f"/dcat.jsonld?centre_id={world.keeper}", 404, "not-found")


async def test_a_document_under_embargo_leaves_with_the_others_the_day_it_ends(world: World) -> None:
    clock = world.running.clock
    tomorrow = (in_paris(clock.now()) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    draft = await world.published("Sous embargo", embargo_until=tomorrow.date().isoformat())
    first = f"/catalogue/sitemaps/{draft['id']}.xml"
    before = clock.now()
    try:
        for at, is_told in ((tomorrow - timedelta(microseconds=1), False), (tomorrow, True)):
            clock.at = at
            for path in (
                f"/dcat.jsonld?centre_id={world.centre_id}",
                f"/export.jsonl?centre_id={world.centre_id}",
                "/export.csv",
                first,
            ):
                answer = await world.call(world.documentalist, "GET", path)
                assert answer.status_code == (200 if is_told or path != first else 404)
                assert (draft["reference"] in answer.text) is is_told, path
    finally:
        clock.at = before


async def test_the_sitemap_leads_to_public_documents_only(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sitemaps, "MOST", 3)
    public, hidden = await _some_of_each(world)
    more = [await world.published(f"Document {number}") for number in range(5)]
    answer = await world.call(None, "GET", "/catalogue/sitemap.xml", expect=200)
    index = etree.fromstring(answer.content)
    assert index.tag == "{http://www.sitemaps.org/schemas/sitemap/0.9}sitemapindex"
    found: dict[str, str] = {}
    for part in index.findall("s:sitemap/s:loc", _SITEMAP):
        path = "/catalogue" + str(part.text).partition("/catalogue")[2]
        urls = etree.fromstring((await world.call(None, "GET", path, expect=200)).content)
        assert 1 <= len(urls.findall("s:url", _SITEMAP)) <= 3
        for url in urls.findall("s:url", _SITEMAP):
            address = str(url.findtext("s:loc", namespaces=_SITEMAP))
            assert address not in found
            found[address] = str(url.findtext("s:lastmod", namespaces=_SITEMAP))
    told = {address.rpartition("/")[2] for address in found}
    assert {public["reference"], *(each["reference"] for each in more)} <= told
    assert not told & {each["reference"] for each in hidden}
    beyond = "/catalogue/sitemaps/ffffffff-ffff-7fff-bfff-ffffffffffff.xml"
    await world.refused(None, "GET", beyond, 404, "not-found")
    assert all(datetime.fromisoformat(each).tzinfo for each in found.values())


async def test_the_export_holds_every_public_document_whole(world: World) -> None:
    public, hidden = await _some_of_each(world)
    await world.write(public, title="Les conseils citoyens, édition 2")
    await world.publish(public)
    contact = {"name": "Camille Exemple", "email": "camille@exemple.fr"}
    experience = {"context": "C", "actions": "A", "results": "R", "reproducibility": "P", "contact": contact}
    silent = await world.published("Café associatif", kind="experience", experience=experience)
    answer = await world.call(world.documentalist, "GET", "/export.jsonl", expect=200)
    assert answer.headers["content-type"].startswith("application/jsonl")
    told = {each["reference"]: each for each in reading.lines(answer.text)}
    assert told[public["reference"]]["versions"] == 2
    whole = (await world.call(None, "GET", f"/documents/{public['id']}")).json()
    assert told[public["reference"]]["content"] == whole["content"]
    assert set(told[public["reference"]]) == {*whole, "versions", "files"} - {"replaced_by"}
    assert told[silent["reference"]]["content"]["experience"]["contact"] is None
    assert "camille@exemple.fr" not in answer.text
    assert not set(told) & {each["reference"] for each in hidden}
    of_other = await world.call(None, "GET", "/export.jsonl", params={"centre_id": world.other_centre_id}, expect=200)
    assert of_other.text == ""


async def test_exports_are_written_batch_after_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(holdings, "_FACES_AT_ONCE", 2)
    monkeypatch.setattr(holdings, "_HOLDINGS_AT_ONCE", 2)
    monkeypatch.setattr(holdings, "_ADDRESSES_AT_ONCE", 2)
    drafts = [await world.published(f"Document {number}", territory_codes=["11"]) for number in range(5)]
    expected = [each["reference"] for each in drafts]
    of_centre = {"centre_id": world.centre_id}
    rows = csv.DictReader(io.StringIO((await world.call(None, "GET", "/export.csv", params=of_centre, expect=200)).text))
    assert [row["reference"] for row in rows] == expected
    lines = reading.lines((await world.call(None, "GET", "/export.jsonl", params=of_centre, expect=200)).text)
    assert [each["reference"] for each in lines] == expected
    path = f"/centres/{world.centre_id}/export.jsonl"
    lines = reading.lines((await world.call(world.documentalist, "GET", path, expect=200)).text)
    assert [each["reference"] for each in lines] == expected
    monkeypatch.setattr(sitemaps, "MOST", 3)
    part = await world.call(None, "GET", f"/catalogue/sitemaps/{drafts[0]['id']}.xml", expect=200)
    told = [str(each.text).rpartition("/")[2] for each in etree.fromstring(part.content).iter("{*}loc")]
    assert told == expected[:3]


async def test_slow_readers_hold_no_connection(world: World) -> None:
    resources = world.running.resources
    await world.published()
    now = resources.clock.now()
    every = [
        export(resources.database, resources.settings, centre_id=None, now=now)
        for export in (service.export_lines, service.export_table)
        for _ in range(2 * resources.settings.database_pool)
    ]
    # Each has begun and none has finished: everybody else still reads.
    for each in every:
        await anext(each)
    await world.call(None, "GET", "/documents", expect=200)
    for each in every:
        await each.aclose()


async def test_the_table_is_read_by_a_spreadsheet_and_runs_nothing(world: World) -> None:
    title = '=HYPERLINK("http://mal.example";"cliquez")\n@suite'
    draft = await world.published(title, authors=[{"name": "-2+3"}], theme_codes=["participation"], keywords=["a", "b"])
    answer = await world.call(None, "GET", "/export.csv", params={"centre_id": world.centre_id}, expect=200)
    (row,) = csv.DictReader(io.StringIO(answer.text))
    assert row["reference"] == draft["reference"]
    assert row["title"] == '\'=HYPERLINK("http://mal.example";"cliquez") @suite'
    assert row["authors"] == "'-2+3"
    assert (row["themes"], row["keywords"], row["versions"]) == ("Participation des habitants", "a | b", "1")


async def test_a_centre_takes_everything_it_keeps_away(world: World) -> None:
    public, hidden = await _some_of_each(world)
    await world.write(public, title="Édition 2")
    await world.publish(public)
    path = f"/centres/{world.centre_id}/export.jsonl"
    for stranger in (world.member, world.neighbour, world.stranger):
        await world.refused(stranger, "GET", path, 403, "not-a-documentalist")
    await world.call(None, "GET", path, expect=401)
    await world.refused(world.documentalist, "GET", f"/centres/{world.keeper}/export.jsonl", 404, "not-found")
    answer = await world.call(world.documentalist, "GET", path, expect=200)
    told = {each["reference"]: each for each in reading.lines(answer.text)}
    assert set(told) == {public["reference"], *(each["reference"] for each in hidden)}
    assert [each["content"]["title"] for each in told[public["reference"]]["versions"]] == ["Les conseils citoyens", "Édition 2"]
    assert {each["state"] for each in told.values()} == {"draft", "published", "withdrawn"}
    for each in told.values():
        wish = {"centre_id": world.centre_id, "kind": each["kind"], "content": each["content"]}
        await world.call(world.documentalist, "POST", "/drafts", json=wish, expect=201)
