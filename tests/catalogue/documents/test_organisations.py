"""Organisations documents name: followed when the directory renames, dissolves or erases them."""

from typing import Any

import orjson
import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalogue.search import service as search
from services.catalogue.search.entry import Entry
from services.common.ids import new_id
from tests.catalogue.documents.siblings import organisation, tell
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def indexed(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """What the search engine is given."""
    found: list[Entry] = []

    real = search.put

    async def put(session: AsyncSession, entry: Entry) -> None:
        found.append(entry)
        await real(session, entry)

    monkeypatch.setattr(search, "put", put)
    return found


def _named(organisation_id: Any, name: str = "Régie de quartier") -> list[dict[str, Any]]:
    return [{"organisation_id": str(organisation_id), "name": name, "role": "partner"}, {"name": "Sans identifiant"}]


async def _shown(world: World, document_id: str) -> list[dict[str, Any]]:
    read = (await world.call(None, "GET", f"/documents/{document_id}", expect=200)).json()
    assert [each["name"] for each in read["content"]["organisations"]] == [each["name"] for each in read["organisations"]]
    found: list[dict[str, Any]] = read["organisations"]
    return found


async def test_a_renamed_organisation_is_shown_and_found_by_its_present_name(world: World, indexed: list[Entry]) -> None:
    one = new_id()
    document = await world.published(organisations=_named(one))
    before = (await world.call(None, "GET", f"/documents/{document['id']}")).headers["etag"]
    indexed.clear()
    await organisation(world, one, "La Régie", 2)
    assert [each["name"] for each in await _shown(world, document["id"])] == ["La Régie", "Sans identifiant"]
    assert [(entry.document_id.hex, list(entry.organisations)) for entry in indexed] == [
        (document["id"].replace("-", ""), ["La Régie", "Sans identifiant"])
    ]
    await world.call(None, "GET", f"/documents/{document['id']}", headers={"If-None-Match": before}, expect=200)
    # The past says what it said.
    first = (await world.call(None, "GET", f"/documents/{document['id']}/versions/1")).json()
    assert first["content"]["organisations"][0]["name"] == "Régie de quartier"


async def test_an_older_word_never_replaces_a_newer_one(world: World) -> None:
    one = new_id()
    document = await world.published(organisations=_named(one))
    await organisation(world, one, "Nom de 2027", 5)
    await organisation(world, one, "Nom de 2016", 3)
    assert (await _shown(world, document["id"]))[0]["name"] == "Nom de 2027"


async def test_a_document_written_after_the_word_follows_it_too(world: World, indexed: list[Entry]) -> None:
    one = new_id()
    await organisation(world, one, "La Régie", 2)
    document = await world.published(organisations=_named(one, "Ancien nom"))
    assert (await _shown(world, document["id"]))[0]["name"] == "La Régie"
    assert list(indexed[-1].organisations) == ["La Régie", "Sans identifiant"]


async def test_an_organisation_nobody_names_costs_no_job(world: World, indexed: list[Entry]) -> None:
    before = len(await world.running.jobs("catalogue:follow_organisation"))
    await organisation(world, new_id(), "Inconnue", 1)
    assert len(await world.running.jobs("catalogue:follow_organisation")) == before
    assert indexed == []


async def test_a_dissolved_organisation_is_shown_with_its_successor_then_without(world: World) -> None:
    one, other = new_id(), new_id()
    document = await world.published(organisations=_named(one))
    successor = {"id": str(other), "kind": "association", "name": "La Maison commune", "version": 4}
    gone = {"dissolved_on": "2027-01-31", "successor_id": str(other), "successor": successor}
    await organisation(world, one, "Régie de quartier", 2, type="organisation.dissolved", **gone)
    shown = (await _shown(world, document["id"]))[0]
    assert (shown["dissolved_on"], shown["successor"]) == ("2027-01-31", {"id": str(other), "name": "La Maison commune"})
    await organisation(world, other, "La Maison", 5)
    assert (await _shown(world, document["id"]))[0]["successor"]["name"] == "La Maison"
    await organisation(world, one, "Régie de quartier", 3, type="organisation.reinstated")
    shown = (await _shown(world, document["id"]))[0]
    assert (shown["dissolved_on"], shown["successor"]) == (None, None)


async def test_a_renamed_centre_keeps_its_own_name_and_its_network_follows(world: World) -> None:
    await organisation(world, world.keeper, "Association d'un autre nom", 2)
    await organisation(world, world.network, "Commune nouvelle", 2)
    centre = (await world.call(None, "GET", f"/centres/{world.centre_id}")).json()
    assert centre["name"] == "Villes et Territoires Exemple"
    (member,) = await world.pages(world.documentalist, f"/centres/{world.centre_id}/members")
    assert member["name"] == "Commune nouvelle"


async def test_an_erased_organisation_loses_its_name_everywhere_and_for_ever(world: World, indexed: list[Entry]) -> None:
    one, name = new_id(), f"Association {new_id().hex}"
    document = await world.published(organisations=_named(one, name))
    await world.write(document, organisations=[])
    await world.publish(document)
    kept = await world.published("Autre", organisations=_named(one, name))
    draft = await world.draft("Brouillon", organisations=_named(one, name))
    answer = await tell(world, "organisation.erased", one, {}, source="directory")
    assert answer.status_code == 204
    await world.running.run_jobs()
    for each in (document, kept, draft):
        rows = await world.running.rows(
            "SELECT content FROM documents WHERE id = %(id)s"
            " UNION ALL SELECT content FROM document_versions WHERE document_id = %(id)s",
            id=each["id"],
        )
        assert name not in orjson.dumps(rows).decode()
    assert (await _shown(world, kept["id"]))[0]["name"] == "organisation effacée"
    assert name not in str(indexed[-1].organisations)
    await organisation(world, one, name, 99)
    assert (await _shown(world, kept["id"]))[0]["name"] == "organisation effacée"


async def test_the_same_event_delivered_twice_counts_once(world: World) -> None:
    one, event_id = new_id(), new_id()
    document = await world.published(organisations=_named(one))
    data = {"id": str(one), "name": "La Régie", "version": 2, "successor": None}
    for _ in range(2):
        answer = await tell(world, "organisation.changed", one, data, source="directory", event_id=event_id)
        assert answer.status_code == 204
    await world.running.run_jobs()
    assert (await _shown(world, document["id"]))[0]["name"] == "La Régie"


async def test_many_documents_are_followed_batch_after_batch(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    from services.catalogue.documents import following

    monkeypatch.setattr(following, "_BATCH", 2)
    one = new_id()
    documents = [await world.published(f"Document {n}", organisations=_named(one)) for n in range(5)]
    stamps = await world.running.rows("SELECT id, datestamp FROM documents WHERE centre_id = %(id)s", id=world.centre_id)
    world.running.clock.forward(seconds=5)
    await organisation(world, one, "La Régie", 2)
    after = await world.running.rows("SELECT id, datestamp FROM documents WHERE centre_id = %(id)s", id=world.centre_id)
    assert len(documents) == len(after) == 5
    assert min(row["datestamp"] for row in after) > max(row["datestamp"] for row in stamps)
