"""The person who tells more about an experience: named with their consent only, forgotten when they ask."""

from datetime import timedelta
from typing import Any

import orjson
import pytest

from services.catalogue.documents import rules
from services.catalogue.documents.schemas import DocumentContent, DocumentKind
from services.common.clock import today_in_paris
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

NAME, MAIL = "Camille Unique-Exemple", "camille.unique@exemple.org"
PARTS = {"context": "Un quartier.", "actions": "Un café.", "results": "Quarante bénévoles.", "reproducibility": "Un local."}


def experience(consented_on: str | None) -> dict[str, Any]:
    return {**PARTS, "contact": {"name": NAME, "email": MAIL, "consented_on": consented_on}}


async def _seen(world: World, document_id: str, versions: int) -> str:
    """All that readers and documentalists are shown of the document, one after the other."""
    paths = [f"/documents/{document_id}", f"/documents/{document_id}/versions", f"/documents/{document_id}/relations"]
    paths += [f"/documents/{document_id}/versions/{number}" for number in range(1, versions + 1)]
    paths += [f"{path}/changes" for path in paths[3:]]
    paths += [f"/drafts/{document_id}/changes", f"/drafts/{document_id}/journal"]
    return "\n".join([(await world.call(world.documentalist, "GET", path, expect=200)).text for path in paths])


async def _stored(world: World, document_id: str) -> str:
    rows = await world.running.rows(
        "SELECT content FROM documents WHERE id = %(id)s UNION ALL SELECT content FROM document_versions WHERE document_id = %(id)s",
        id=document_id,
    )
    journal = await world.running.rows("SELECT changes, reason FROM journal_lines WHERE resource_id = %(id)s", id=document_id)
    return orjson.dumps([rows, journal]).decode()


async def test_without_consent_nothing_of_the_person_is_published(world: World) -> None:
    draft = await world.published(kind="experience", experience=experience(None))
    assert NAME in (await world.call(world.documentalist, "GET", f"/drafts/{draft['id']}")).text
    seen = await _seen(world, draft["id"], 1)
    assert NAME not in seen
    assert MAIL not in seen
    versions = await world.running.rows("SELECT content FROM document_versions WHERE document_id = %(id)s", id=draft["id"])
    assert NAME not in orjson.dumps(versions).decode()


async def test_a_consent_to_come_is_not_one(world: World) -> None:
    tomorrow = today_in_paris(world.running.clock.now()) + timedelta(days=1)
    draft = await world.published(kind="experience", experience=experience(tomorrow.isoformat()))
    assert NAME not in await _seen(world, draft["id"], 1)


async def test_with_consent_the_person_is_named(world: World) -> None:
    draft = await world.published(kind="experience", experience=experience("2026-01-01"))
    read = (await world.call(None, "GET", f"/documents/{draft['id']}")).json()
    assert read["content"]["experience"]["contact"]["email"] == MAIL


def test_searches_do_not_know_the_person() -> None:
    content = DocumentContent.model_validate({"title": "Z", "experience": experience("2026-01-01")})
    words = rules.words(DocumentKind.EXPERIENCE, content)
    assert "Un café." in words
    assert NAME not in words
    assert MAIL not in words


async def test_a_person_is_forgotten_in_every_version_and_the_act_stays(world: World) -> None:
    draft = await world.published(kind="experience", experience=experience("2026-01-01"))
    await world.write(draft, title="Une autre édition")
    await world.publish(draft)
    await world.write(draft, title="Une troisième")
    assert NAME in await _stored(world, draft["id"])
    path = f"/drafts/{draft['id']}"
    before = (await world.call(None, "GET", f"/documents/{draft['id']}/versions/1")).headers["etag"]
    stamp = (await world.running.rows("SELECT datestamp FROM documents WHERE id = %(id)s", id=draft["id"]))[0]["datestamp"]
    world.running.clock.forward(seconds=5)
    await world.change(world.documentalist, "DELETE", f"{path}/contact", of=path, expect=204)
    stored = await _stored(world, draft["id"])
    assert NAME not in stored
    assert MAIL not in stored
    assert NAME not in await _seen(world, draft["id"], 2)
    await world.call(None, "GET", f"/documents/{draft['id']}/versions/1", headers={"If-None-Match": before}, expect=200)
    (after,) = await world.running.rows("SELECT datestamp FROM documents WHERE id = %(id)s", id=draft["id"])
    assert after["datestamp"] > stamp, "other centres harvest it again"
    acts = [line["act"] for line in await world.pages(world.documentalist, f"{path}/journal")]
    assert acts.count("document.contact_erased") == 1
    # Asked again, there is nothing left to do, and nothing to say.
    await world.change(world.documentalist, "DELETE", f"{path}/contact", of=path, expect=204)
    assert [line["act"] for line in await world.pages(world.documentalist, f"{path}/journal")] == acts


async def test_only_the_centre_forgets_its_contacts(world: World) -> None:
    draft = await world.published(kind="experience", experience=experience("2026-01-01"))
    for stranger in (world.member, world.neighbour, world.stranger):
        await world.refused(stranger, "DELETE", f"/drafts/{draft['id']}/contact", 404, "not-found", headers={"If-Match": '"1"'})
