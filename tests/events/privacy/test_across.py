"""The directory asks what is held about somebody, or tells that they were erased."""

from typing import Any

import pytest

from services.common.ids import new_id
from services.common.outbox import Event
from services.common.personal_data import ACCOUNT_ERASED, EXPORT_ASKED, Who, unfolded
from services.events.privacy import requests
from tests.events.world import World, attendee, registration

from .acts import somebody

pytestmark = pytest.mark.anyio


async def hear(world: World, type_: str, who: Who, **data: Any) -> None:
    running = world.running
    event = Event(new_id(), type_, "directory", str(who.account_id), running.clock.now(), {**data, **who.told()})
    async with running.resources.database.transaction() as session:
        await running.service.all_consumers[type_](session, running.resources, event)


async def test_somebody_erased_by_the_directory_is_forgotten_here_and_the_answer_names_nobody(world: World) -> None:
    event = await world.opened()
    email = somebody()
    path = f"/events/{event['id']}/registrations"
    await world.call(world.participant, "POST", path, json=registration(email, attendee(email=email)), expect=201)
    who = Who(world.participant.account_id, email, "Camille Exemple")
    resources = world.running.resources
    async with resources.database.readers.connection() as reader:
        held = await requests.parts_for(resources, reader, who)
    assert held["registrations"][0]["registration"]["contact_email"] == email
    erasure_id = new_id()
    for _ in range(2):
        await hear(world, ACCOUNT_ERASED, who, erasure_id=str(erasure_id))
    async with resources.database.readers.connection() as reader:
        assert (await requests.parts_for(resources, reader, who))["registrations"] == []
    answers = await world.running.rows("SELECT * FROM outbox_events WHERE subject = %(id)s ORDER BY id", id=str(erasure_id))
    assert [(each["type"], each["data"]["service"]) for each in answers] == [("person.erased", "events")] * 2
    assert answers[0]["data"]["count"] >= 1
    assert answers[1]["data"]["count"] == 0
    assert email not in str(answers)


async def test_what_is_held_is_handed_over_to_the_directory(world: World) -> None:
    taken: dict[str, bytes] = {}

    async def take(method: str, service: str, path: str, *, content: bytes = b"", **more: object) -> object:
        taken[path] = content
        return type("Answer", (), {"status_code": 204})()

    request_id, siblings = new_id(), world.running.resources.siblings
    asked, siblings.request = siblings.request, take  # type: ignore[method-assign,assignment]
    try:
        who = Who(world.participant.account_id, somebody(), "Camille Exemple")
        await hear(world, EXPORT_ASKED, who, request_id=str(request_id))
        await world.running.run_jobs()
    finally:
        siblings.request = asked  # type: ignore[method-assign]
    rooms = unfolded(taken[f"/directory/internal/personal-data/{request_id}/events"])
    assert {"registrations", "needs", "certificates"} <= rooms.keys()
