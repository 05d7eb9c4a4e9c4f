"""Somebody asks the directory for what is held of them, then to be forgotten: here too; and each night leaves its proof."""

import json
from datetime import timedelta
from typing import Any

import pytest

from services.catalogue import schema
from services.catalogue.privacy import service
from services.common.clock import today_in_paris
from services.common.ids import new_id
from services.common.outbox import Event
from services.common.personal_data import ACCOUNT_ERASED, PERSON_ERASED, Who
from tests.catalogue.newsletters.lists import ask, confirmation_in
from tests.catalogue.questions.desk import DeskWorld
from tests.catalogue.subscriptions.morning import letters, text_of
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

ADMINISTRATOR = Person(administrator=True)
PARTS = {"context": "Un quartier.", "actions": "Un café.", "results": "Quarante.", "reproducibility": "Un local."}


async def held(world: World, who: Who) -> dict[str, list[dict[str, Any]]]:
    resources = world.running.resources
    async with resources.database.readers.connection() as reader:
        found = await service.export(resources, reader, who)
    return {room: list(rows) for room, rows in found.items()}


async def erased(world: World, who: Who) -> str:
    running, erasure_id = world.running, str(new_id())
    for _ in range(2):
        data = {"erasure_id": erasure_id, **who.told()}
        event = Event(new_id(), ACCOUNT_ERASED, "directory", str(who.account_id), running.clock.now(), data)
        async with running.resources.database.transaction() as session:
            await running.service.all_consumers[ACCOUNT_ERASED](session, running.resources, event)
    return erasure_id


async def naming(world: World, *words: str) -> set[str]:
    """Tables in which a row says one of these words, but for the mails that left, which go after a month."""
    found = set()
    for table in schema.metadata.tables:
        sql = f"SELECT 1 FROM {table} AS kept WHERE to_jsonb(kept)::text ILIKE ANY(%(words)s) LIMIT 1"  # noqa: S608 - our own tables
        if await world.running.rows(sql, words=[f"%{word}%" for word in words]):
            found.add(table)
    return found


async def test_all_that_is_held_of_somebody_is_told_then_forgotten_everywhere(world: World) -> None:
    desk = await DeskWorld(world).open()
    email, name = "camille@asso.example", f"Camille Quetzal{new_id().hex[-6:]}"
    who = Who(desk.asker.account_id, email, name)
    await desk.answered()
    await ask(world, email)
    await world.call(None, "POST", confirmation_in(text_of(letters(world, email)[-1])), expect=200)
    contact = {
        "name": name,
        "email": email.upper(),
        "phone": "06 11 22 33 44",
        "consented_on": str(today_in_paris(world.running.clock.now())),
    }
    sheet = await world.published(kind="experience", experience={**PARTS, "contact": contact})
    other = {**contact, "name": "Nadia Autre", "email": "nadia@asso.example"}
    kept = await world.published(kind="experience", experience={**PARTS, "contact": other})
    await world.write(sheet, title="Un autre titre")
    study = await world.published("Une étude", authors=[{"name": name}])

    found = await held(world, who)
    assert {room for room, rows in found.items() if rows} == {"newsletters", "questions", "documents"}
    assert [one["reply_email"] for one in found["questions"]] == [email]
    assert [one["side"] for one in found["questions"][0]["messages"]][-1] == "desk"
    told = {one["kind"]: one for one in found["documents"]}
    assert (told["contact"]["reference"], told["author"]["reference"]) == (sheet["reference"], study["reference"])
    assert "nadia" not in json.dumps(found, default=str).lower()

    erasure_id = await erased(world, who)
    await world.running.run_jobs()
    found = await held(world, who)
    assert {room: rows for room, rows in found.items() if rows} == {"documents": [told["author"]]}
    assert await naming(world, email) == set()
    assert await naming(world, name) <= {"documents", "document_versions"}  # its author
    for each in (sheet, kept):
        text = (await world.call(world.documentalist, "GET", f"/drafts/{each['id']}", expect=200)).text
        assert ("contact" in text, email in text.lower(), "nadia@asso.example" in text) == (True, False, each is kept)
    answers = await world.running.rows("SELECT * FROM outbox_events WHERE subject = %(id)s ORDER BY id", id=erasure_id)
    assert [(one["type"], one["data"]["count"] > 0) for one in answers] == [(PERSON_ERASED, True), (PERSON_ERASED, False)]
    assert answers[0]["data"]["count"] == 3
    lines = (await world.call(ADMINISTRATOR, "GET", "/erasures", expect=200)).json()["items"]
    assert [(line["rule"], line["count"]) for line in lines[:2]] == [("request", 0), ("request", 3)]


async def test_each_night_leaves_its_lines_and_they_cannot_be_changed(world: World) -> None:
    desk = await DeskWorld(world).open()
    closed = await desk.answered()
    await ask(world, f"jamais-{new_id().hex}@example.fr")
    clock, resources = world.running.clock, world.running.resources
    began = clock.at
    try:
        clock.forward(days=20)
        await desk.nightly()
        clock.forward(days=760)
        await night(world)
        (row,) = await world.running.rows("SELECT asker_id, subject FROM questions WHERE id = %(id)s", id=closed["id"])
        assert row == {"asker_id": None, "subject": ""}
        lines = (await world.call(ADMINISTRATOR, "GET", "/erasures", params={"limit": 4}, expect=200)).json()["items"]
        counts = {line["rule"]: line["count"] for line in lines}
        assert counts.keys() == {"questions", "unconfirmed_addresses", "refusals", "searches"}
        assert counts["questions"] >= 1
        assert counts["unconfirmed_addresses"] >= 1
        await night(world)
        lines = (await world.call(ADMINISTRATOR, "GET", "/erasures", params={"limit": 4}, expect=200)).json()["items"]
        assert [line["count"] for line in lines] == [0, 0, 0, 0]
        assert (await world.call(ADMINISTRATOR, "GET", "/erasures/verification", expect=200)).json()["whole"] is True
        async with resources.database.readers.connection() as connection:
            await connection.execute("UPDATE erasures SET count = count + 1 WHERE number = 1")
        answer = (await world.call(ADMINISTRATOR, "GET", "/erasures/verification", expect=200)).json()
        assert (answer["whole"], answer["first_broken"]) == (False, 1)
        async with resources.database.readers.connection() as connection:
            await connection.execute("UPDATE erasures SET count = count - 1 WHERE number = 1")
    finally:
        clock.at = began
    await world.refused(world.manager, "GET", "/erasures", 403, "forbidden")
    table = (await world.call(None, "GET", "/retention", expect=200)).json()["items"]
    assert {line["code"]: (line["kept_for"], line["unit"]) for line in table} == {
        "questions": (24, "months"),
        "unconfirmed_addresses": (2, "days"),
        "refusals": (36, "months"),
        "searches": (12, "months"),
    }


async def night(world: World) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await service.nightly(session, resources, now=resources.clock.now() + timedelta(seconds=1))
