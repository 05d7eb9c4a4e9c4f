"""A registration that changes after its invitations left: who left, who joins by visio now, whom a calendar is told of."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest

from services.common.db import execute
from services.events.invitations import jobs, writing
from services.events.invitations.schemas import LetterKind
from services.events.invitations.writing import News
from services.events.registrations import telling
from services.events.registrations.models import Attendee, Registration
from tests.events.invitations.post import Mail, Post
from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio
_A: Any = Attendee.__table__  # type: ignore[attr-defined]
_R: Any = Registration.__table__  # type: ignore[attr-defined]


async def changed(world: World, found: dict[str, Any], position: int, **values: Any) -> None:
    """One of the people is changed, and their registration is told so."""
    async with world.running.resources.database.transaction() as session:
        of = (_A.c.registration_id == UUID(found["id"])) & (_A.c.position == position)
        await execute(session, _A.update().where(of).values(**values))
        await telling.tell(session, UUID(found["id"]), telling.News.CHANGED)


def told(mail: Mail) -> tuple[str, str, int]:
    calendar = mail.calendar
    return mail.to, calendar.method.value, int(calendar.vevent.sequence.value)


@pytest.mark.usefixtures("visio_links")
async def test_from_on_site_to_visio_the_same_entry_says_the_personal_link(world: World, post: Post) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event)
    (before,) = await post.delivered()
    assert "/visio/" not in before.text
    await changed(world, found, 0, mode="visio")
    (after,) = await post.delivered()
    assert after.subject.startswith("Inscription modifiée")
    link = f"https://canevas.test/visio/{UUID(found['attendees'][0]['id']).hex}"
    assert after.calendar.vevent.location.value == link
    assert link in after.text
    assert "Badge" in before.calendar.vevent.description.value
    assert "Badge" not in after.calendar.vevent.description.value
    assert "/badges/" not in after.text
    assert [told(mail)[1:] for mail in (before, after)] == [("REQUEST", 0), ("REQUEST", 1)]
    assert before.calendar.vevent.uid.value == after.calendar.vevent.uid.value


async def test_whoever_leaves_a_group_is_told_and_their_calendar_forgets(world: World, post: Post) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee(), attendee("Autre", email="autre@example.fr"))
    await post.delivered()
    await changed(world, found, 1, left_at=world.running.clock.now(), pool_id=None)
    mails = {mail.to: mail for mail in await post.delivered()}
    assert mails[found["contact_email"]].calendar is None
    assert mails["autre@example.fr"].subject.startswith("Inscription annulée")
    assert told(mails["autre@example.fr"]) == ("autre@example.fr", "CANCEL", 1)
    await changed(world, found, 0, function="Présidente")
    assert [mail.to for mail in await post.delivered()] == [found["contact_email"]]


async def test_when_the_first_of_the_contacts_people_leaves_another_one_carries_the_entry(world: World, post: Post) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee("Un"), attendee("Deux"))
    await post.delivered()
    await changed(world, found, 0, left_at=world.running.clock.now(), pool_id=None)
    mails = [told(mail)[1:] for mail in await post.delivered()]
    assert sorted(mails) == [("CANCEL", 1), ("REQUEST", 0)]


async def test_a_person_whose_name_was_forgotten_is_not_written_to(world: World, post: Post) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee(), attendee("Autre", email="autre@example.fr"))
    await post.delivered()
    await changed(world, found, 1, erased_at=world.running.clock.now(), email=None)
    assert [mail.to for mail in await post.delivered()] == [found["contact_email"]]


async def test_an_address_nobody_confirmed_is_written_to_once(world: World, post: Post) -> None:
    event = await world.opened()
    await world.call(None, "POST", f"/events/{event['id']}/registrations", json=registration("q@example.fr"), expect=201)
    assert len(await post.delivered()) == 1
    world.running.clock.forward(hours=25)
    await world.lapse()
    assert await post.delivered() == []


async def test_two_workers_at_once_write_once(world: World, post: Post) -> None:
    event = await world.opened(most_in_group=2)
    found = await world.register(event, attendee(), attendee("Autre", email="autre@example.fr"))
    resources, news = world.running.resources, News(LetterKind.SEATED, "one telling")

    async def work() -> None:
        async with resources.database.transaction() as session:
            await writing.write(session, resources, UUID(found["id"]), news, now=world.running.clock.now())

    await asyncio.gather(*(work() for _ in range(4)))
    queued = [job["args"] for job in await world.running.jobs("kernel:send_mail") if job["args"]["to"] == found["contact_email"]]
    assert [args["subject"] for args in queued] == ["Inscription confirmée – La parole des habitants"]


@pytest.mark.parametrize("forgotten", ["", "oubli@canevas.invalid"])
async def test_an_address_that_was_forgotten_receives_nothing(world: World, post: Post, forgotten: str) -> None:
    event = await world.opened()
    found = await world.register(event)
    await post.delivered()
    async with world.running.resources.database.transaction() as session:
        await execute(session, _R.update().where(_R.c.id == UUID(found["id"])).values(contact_email=forgotten))
    await changed(world, found, 0, function="Présidente")
    assert await post.delivered() == []


@pytest.mark.usefixtures("visio_links")
async def test_the_reminder_gives_the_visio_link_again_to_those_who_come(world: World, post: Post) -> None:
    event = await world.opened(visio=True)
    found = await world.register(event, attendee(mode="visio", email="elle@example.fr"))
    await post.delivered()
    world.at(event["starts_at"])
    world.running.clock.at -= timedelta(hours=23)
    async with world.running.resources.database.transaction() as session:
        await jobs.remind_due.run(session, world.running.resources, timestamp=0)
    (mail,) = [mail for mail in await post.delivered("Rappel") if event["id"] in mail.text]
    assert mail.to == "elle@example.fr"  # the contact takes no part
    assert f"https://canevas.test/visio/{UUID(found['attendees'][0]['id']).hex}" in mail.text
