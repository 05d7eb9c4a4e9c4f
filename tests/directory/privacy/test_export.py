"""Somebody asks for all that is held about them: every service answers, or is said to be missing; nobody else reads it."""

import io
import zipfile
from uuid import UUID

import orjson
import pytest

from services.common.personal_data import EXPORT_ASKED
from services.directory.privacy import exports
from tests.directory.joining.doors import a_managed, invite, member_of, refused
from tests.directory.people import Citizen, a_citizen, again, mails_to
from tests.support import Running

from .acts import SIBLINGS, hand_part, rewind, the_night_comes, told

pytestmark = pytest.mark.anyio


async def opened(citizen: Citizen, path: str) -> dict[str, dict[str, list[dict[str, str]]]]:
    answer = await citizen.get(f"{path}/file")
    assert (answer.status_code, answer.headers["content-type"]) == (200, "application/zip"), answer.text
    archive = zipfile.ZipFile(io.BytesIO(answer.content))
    return {name: orjson.loads(archive.read(name)) for name in archive.namelist()}


async def test_every_service_answers_and_the_whole_is_downloaded_for_a_week_by_the_person_alone(directory: Running) -> None:
    began = directory.clock.at
    manager, organisation = await a_managed(directory)
    person = await member_of(directory, manager, organisation, name="Karim Rossi")
    other_manager, other = await a_managed(directory)
    await invite(other_manager, other, person.email)
    asked = await person.post("me/export", None)
    assert asked.status_code == 201
    path, export_id = asked.headers["location"], asked.json()["id"]
    assert refused(await person.post("me/export", None)) == (409, "personal-data-request-pending")
    assert refused(await person.get(f"{path}/file")) == (409, "data-export-not-ready")

    (event,) = await told(directory, EXPORT_ASKED, person.account_id)
    assert event["data"]["email"] == person.email
    await directory.run_jobs()
    assert (await person.get(path)).json()["received"] == ["directory"]
    for sibling in SIBLINGS:
        assert await hand_part(directory, export_id, sibling, {"room": [{"said": sibling}]}) == 204
    assert await hand_part(directory, export_id, "events", {"room": [{"said": "events, again"}]}) == 204
    await directory.run_jobs()

    files = await opened(person, path)
    assert sorted(files) == ["catalogue.json", "directory.json", "events.json", "lisez-moi.json", "programming.json"]
    assert files["programming.json"] == {"room": [{"said": "programming"}]}
    assert files["lisez-moi.json"]["missing"] == []
    held = orjson.dumps(files["directory.json"]).decode()
    assert person.email in held
    assert "Karim Rossi" in held
    assert organisation.rpartition("/")[2] in held
    assert manager.email not in held
    assert [each["kind"] for each in files["directory.json"]["joining"]] == ["invitation"]
    mail = (await mails_to(directory, person.email))[-1]
    assert mail["subject"] == "Vos données sont prêtes"
    assert path in mail["text"]
    assert [each["data"] for each in await told(directory, EXPORT_ASKED, person.account_id)] == [{}]

    stranger = await a_citizen(directory)
    for address in (path, f"{path}/file"):
        assert refused(await stranger.get(address)) == (404, "not-found")
        assert refused(await manager.get(address)) == (404, "not-found")
    directory.clock.forward(days=7, seconds=1)
    person = await again(directory, person.email, person.account_id)
    assert refused(await person.get(f"{path}/file")) == (410, "data-export-expired")
    await the_night_comes(directory)
    assert (await person.get(path)).json()["state"] == "expired"
    keys = [key async for key, _ in directory.resources.files.listing()]
    assert [key for key in keys if export_id.replace("-", "") in key] == []
    await rewind(directory, began)


async def test_a_service_that_is_away_is_said_to_be_missing_and_comes_too_late(directory: Running) -> None:
    began = directory.clock.at
    person = await a_citizen(directory)
    asked = await person.post("me/export", None)
    path, export_id = asked.headers["location"], asked.json()["id"]
    await hand_part(directory, export_id, "programming", {"dossiers": []})
    await directory.run_jobs()
    assert (await person.get(path)).json()["missing"] == ["catalogue", "events"]
    directory.clock.forward(hours=24)
    async with directory.resources.database.transaction() as session:  # what the queue does at that time
        await exports.assemble(session, directory.resources, UUID(export_id), now=directory.clock.now())
    person = await again(directory, person.email, person.account_id)
    files = await opened(person, path)
    assert files["lisez-moi.json"]["missing"] == ["catalogue", "events"]  # type: ignore[comparison-overlap]
    assert "le catalogue, les évènements" in (await mails_to(directory, person.email))[-1]["text"]
    assert await hand_part(directory, export_id, "events", {"room": []}) == 204
    assert "events.json" not in await opened(person, path)
    await rewind(directory, began)


async def test_a_part_is_taken_from_siblings_only_and_where_it_was_signed_for(directory: Running) -> None:
    person, victim = await a_citizen(directory), await a_citizen(directory)
    mine = (await person.post("me/export", None)).json()["id"]
    theirs = (await victim.post("me/export", None)).json()["id"]
    elsewhere = f"/directory/internal/personal-data/{theirs}/events"
    assert await hand_part(directory, mine, "events", {}, to=elsewhere) == 401
    unsigned = await directory.client.post(elsewhere, content=b"x")
    assert refused(unsigned) == (401, "unauthenticated")
    assert await hand_part(directory, theirs, "unknown", {}) == 204
    assert (await victim.get(f"me/export/{theirs}")).json()["received"] == []


async def test_three_exports_a_day(directory: Running) -> None:
    person = await a_citizen(directory)
    for _ in range(3):
        asked = await person.post("me/export", None)
        assert asked.status_code == 201
        for sibling in SIBLINGS:
            await hand_part(directory, asked.json()["id"], sibling, {})
        await directory.run_jobs()
    assert refused(await person.post("me/export", None)) == (429, "too-many-data-exports")
