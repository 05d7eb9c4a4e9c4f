"""Reminders: each once, to those who have a seat, whatever crashes or moves."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

import pytest

from services.events.invitations import jobs
from tests.events.invitations.post import Mail, Post
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def ring(world: World, post: Post, event: Mapping[str, Any]) -> list[Mail]:
    """What the clock's job does at this moment for that event."""
    async with world.running.resources.database.transaction() as session:
        await jobs.remind_due.run(session, world.running.resources, timestamp=0)
    return [mail for mail in await post.delivered("Rappel") if event["id"] in mail.text]


async def test_those_seated_are_reminded_seven_days_and_one_day_before(world: World, post: Post) -> None:
    event = await world.opened(1)
    seated, _waiting = await world.register(event), await world.register(event)
    await post.delivered()
    world.at(world.day(22, 9, 30))
    assert await ring(world, post, event) == []
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(days=7)
    (mail,) = await ring(world, post, event)
    assert mail.to == seated["contact_email"]
    assert mail.calendar is None  # their calendar knows already
    assert await ring(world, post, event) == []
    world.running.clock.forward(days=3)
    assert await ring(world, post, event) == []
    world.running.clock.forward(days=3, minutes=5)
    (mail,) = await ring(world, post, event)
    assert mail.to == seated["contact_email"]
    world.running.clock.forward(days=1)
    assert await ring(world, post, event) == []


async def test_a_worker_that_dies_between_two_mails_leaves_nobody_out_and_reminds_nobody_twice(world: World, post: Post) -> None:
    event = await world.opened()
    everybody = {(await world.register(event))["contact_email"] for _ in range(3)}
    await post.delivered()
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(days=1)
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.remind_due.run(session, resources, timestamp=0)
    (asked,) = [job["args"] for job in await world.running.jobs("events:remind_session") if job["args"]["event_id"] == event["id"]]
    for _ in range(2):  # the one that died after its transaction, then the one that takes it up
        async with resources.database.transaction() as session:
            await jobs.remind_session.run(session, resources, **asked)
    mails = await post.delivered("Rappel")
    assert sorted(mail.to for mail in mails) == sorted(everybody)


async def test_a_session_moved_within_its_day_reminds_nobody_again_on_another_day_it_does(world: World, post: Post) -> None:
    event = await world.opened(days=10)
    await world.register(event)
    await post.delivered()
    path = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(hours=20)
    assert len(await ring(world, post, event)) == 1
    await world.change(world.organiser, "PATCH", path, json={"room": "Salle 3", "ends_at": world.day(1, 18)}, expect=200)
    assert await ring(world, post, event) == []
    wish = {"starts_at": world.day(2, 8), "ends_at": world.day(2, 12)}
    await world.change(world.organiser, "PATCH", path, json=wish, expect=200)
    assert await ring(world, post, event) == []
    world.running.clock.forward(hours=24)
    assert len(await ring(world, post, event)) == 1


async def test_somebody_seated_an_hour_ago_is_not_reminded_of_what_they_just_read(world: World, post: Post) -> None:
    event = await world.opened()
    early = await world.register(event)
    await post.delivered()
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(hours=22)
    await world.register(event)
    await post.delivered()
    (mail,) = await ring(world, post, event)
    assert mail.to == early["contact_email"]


async def test_whoever_withdraws_while_the_reminder_waits_does_not_receive_it(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event)
    await post.delivered()
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(hours=23)
    async with world.running.resources.database.transaction() as session:
        await jobs.remind_due.run(session, world.running.resources, timestamp=0)
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    assert [mail.subject.partition(" – ")[0] for mail in await post.delivered()] == ["Inscription annulée"]


async def test_organisers_choose_when(world: World, post: Post) -> None:
    event = await world.opened()
    path = f"/events/{event['id']}/reminders"
    usual = (await world.call(world.organiser, "GET", path, expect=200)).json()
    assert usual == {"hours": [168, 24], "is_usual": True, "version": 0}
    chosen = (await world.call(world.organiser, "PUT", path, json={"hours": [2, 48, 2]}, expect=200)).json()
    assert chosen == {"hours": [48, 2], "is_usual": False, "version": 1}
    await world.refused(world.organiser, "PUT", path, 428, "precondition-required", json={"hours": []})
    await world.change(world.organiser, "PUT", path, json={"hours": [2]}, expect=200)
    await world.refused(world.organiser, "PUT", path, 412, "stale-version", json={"hours": []}, headers={"If-Match": '"1"'})
    await world.refused(world.neighbour, "PUT", path, 403, "not-an-organiser", json={"hours": []})
    await world.call(world.organiser, "PUT", path, json={"hours": [0]}, expect=422)
    await world.register(event)
    await post.delivered()
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(hours=23)
    assert await ring(world, post, event) == []
    world.running.clock.forward(hours=21, minutes=10)
    assert len(await ring(world, post, event)) == 1


async def test_an_idea_shows_nothing_to_a_neighbour(world: World) -> None:
    event = await world.idea()
    await world.refused(world.neighbour, "GET", f"/events/{event['id']}/reminders", 404, "not-found")
