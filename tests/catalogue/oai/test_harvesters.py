"""The provider, read by a harvester nobody here wrote, on a real port; and while documents are being published."""

import asyncio
import warnings
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import anyio.to_thread
import pytest

from services.catalogue.documents import exchange, publication
from services.catalogue.documents.service import held_by_documentalist
from services.catalogue.oai import service
from services.common.auth import Principal
from services.common.ids import new_id
from tests.catalogue.oai.asking import NS, ask, everything, listening, references, texts, token
from tests.catalogue.world import World

with warnings.catch_warnings():
    warnings.simplefilter("ignore")  # of the age of its source
    from sickle import Sickle  # type: ignore[import-untyped]
    from sickle.oaiexceptions import BadArgument, IdDoesNotExist, NoRecordsMatch  # type: ignore[import-untyped]

pytestmark = pytest.mark.anyio


def stamp(instant: datetime) -> str:
    return instant.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:%SZ")


async def centre_set(world: World) -> str:
    return "centre:" + str((await world.call(None, "GET", f"/centres/{world.centre_id}")).json()["code"])


async def test_sickle_reads_pages_sets_dates_and_deletions(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "PAGE", 3)
    mine = await centre_set(world)
    clock = world.running.clock
    documents = [await world.published(f"Étude n° {number}", kind="study", dated="2016") for number in range(8)]
    await world.published("À part", theme_codes=["habitat"])
    later = clock.forward(minutes=5)
    await world.withdraw(documents[0])

    def read(url: str) -> dict[str, Any]:
        for method in ("GET", "POST"):
            harvester = Sickle(url, http_method=method, timeout=10)
            identity = harvester.Identify()
            records = list(harvester.ListRecords(metadataPrefix="oai_dc", set=mine))
            live = [each for each in records if not each.deleted]
        with pytest.raises(NoRecordsMatch):
            harvester.ListRecords(metadataPrefix="oai_dc", set=mine, until="1999-01-01")
        with pytest.raises(BadArgument):
            harvester.ListRecords(metadataPrefix="oai_dc", set=mine, until="hier")
        with pytest.raises(IdDoesNotExist):
            harvester.GetRecord(metadataPrefix="oai_dc", identifier="oai:nowhere:1")
        return {
            "identity": identity,
            "records": records,
            "titles": sorted(each.metadata["title"][0] for each in live),
            "live": list(harvester.ListIdentifiers(metadataPrefix="oai_dc", set=mine, ignore_deleted=True)),
            "recent": list(harvester.ListIdentifiers(**{"metadataPrefix": "oai_dc", "set": mine, "from": stamp(later)})),
            "before": list(harvester.ListIdentifiers(metadataPrefix="oai_dc", set=mine, until=stamp(later - timedelta(seconds=1)))),
            "sets": {each.setSpec: each.setName for each in harvester.ListSets()},
            "formats": [each.metadataPrefix for each in harvester.ListMetadataFormats()],
            "one": harvester.GetRecord(metadataPrefix="oai_dc", identifier=live[0].header.identifier),
        }

    async with listening(world) as url:
        found = await anyio.to_thread.run_sync(read, url)
    assert found["identity"].repositoryName == "Canevas – Catalogue"
    assert len(found["records"]) == 9
    assert found["titles"] == sorted([f"Étude n° {number}" for number in range(1, 8)] + ["À part"])
    assert len(found["live"]) == 8
    (gone,) = found["recent"]
    assert (gone.deleted, gone.identifier) == (True, f"oai:canevas.test:{documents[0]['reference']}")
    assert len(found["before"]) == 8
    assert found["sets"]["theme:lien-social:participation"] == "Participation des habitants"
    assert found["formats"] == ["oai_dc"]
    assert found["one"].metadata["date"] == ["2016"]


async def test_nothing_published_before_is_missed_while_others_are_published(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """Pages are read while a colleague publishes, changes and withdraws; the next harvest catches the rest."""
    monkeypatch.setattr(service, "PAGE", 4)
    monkeypatch.setattr(exchange, "MARGIN", timedelta(0))
    mine = await centre_set(world)
    clock = world.running.clock
    before = [await world.published(f"Avant {number}") for number in range(12)]
    clock.forward(seconds=5)
    during: list[Any] = []

    async def publish() -> None:
        for number in range(6):
            clock.forward(seconds=1)
            during.append(await world.published(f"Pendant {number}"))
            await world.write(before[number], title=f"Avant {number}, revu")
            await world.publish(before[number])
        await world.withdraw(before[11])

    publishing = asyncio.create_task(publish())
    root = await ask(world, verb="ListRecords", metadataPrefix="oai_dc", set=mine)
    began = texts(root, "o:responseDate")[0]
    headers = root.findall(".//o:header", NS)
    while token(root):
        await asyncio.sleep(0.05)
        root = await ask(world, verb="ListRecords", resumptionToken=token(root) or "")
        headers += root.findall(".//o:header", NS)
    await publishing
    met = {*references(headers), *references(headers, deleted=True)}
    assert met >= {each["reference"] for each in before}
    rest = await everything(world, set=mine, from_=began)
    known = {header.findtext("o:identifier", namespaces=NS): header for header in [*headers, *rest]}
    live = set(references(list(known.values())))
    assert live == {each["reference"] for each in [*before[:11], *during]}
    assert references(list(known.values()), deleted=True) == [before[11]["reference"]]


async def test_what_is_committed_late_is_caught_by_the_next_harvest(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """A publication under way bears an instant already past when it becomes visible."""
    monkeypatch.setattr(exchange, "MARGIN", timedelta(0))
    mine = await centre_set(world)
    clock = world.running.clock
    await world.published("Avant")
    slow = await world.draft("Lent")
    arrived = clock.forward(seconds=60)
    keeper = Principal(new_id(), new_id(), {world.keeper: frozenset({"member", "manager"})})
    async with world.running.resources.database.transaction() as session:
        held = await held_by_documentalist(session, keeper, UUID(slow["id"]))
        await publication.release(session, held, now=arrived)
        # Two real seconds go by before it is visible; the platform's clock follows.
        await asyncio.sleep(2.0)
        clock.forward(seconds=2)
        root = await ask(world, verb="ListIdentifiers", metadataPrefix="oai_dc", set=mine)
    assert slow["reference"] not in references(root.findall(".//o:header", NS))
    began = texts(root, "o:responseDate")[0]
    assert slow["reference"] in references(await everything(world, set=mine, from_=began))
