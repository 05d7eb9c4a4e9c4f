"""What tests of surveys repeat: an event that was held, people who answer."""

from typing import Any

from services.events.surveys import jobs, service
from tests.events.world import World, registration

ANSWER = {"rating": 4, "useful": "yes"}


async def held(world: World, people: int = 0, **more: Any) -> dict[str, Any]:
    """An event so many people had a seat at, said to be held the day after; the world lives on that day."""
    event = await world.opened(days=2, **more)
    for _ in range(people):
        await world.register(event)
    world.running.clock.forward(days=3)
    return await world.act(event, "holding")


async def run_open(world: World) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.open_surveys.run(session, resources, timestamp=0)
    for row in await world.running.rows("SELECT args FROM procrastinate_jobs WHERE task_name = 'events:open_survey'"):
        async with resources.database.transaction() as session:
            await jobs.open_survey.run(session, resources, **row["args"])


async def run_send(world: World, event: dict[str, Any]) -> None:
    resources = world.running.resources
    found = await world.running.rows("SELECT id FROM surveys WHERE event_id = %(id)s", id=event["id"])
    for row in found:
        async with resources.database.transaction() as session:
            await service.send(session, resources, row["id"], now=resources.clock.now())


async def opened(world: World, event: dict[str, Any], form: dict[str, Any] | None = None) -> list[str]:
    """The survey is open and sent; paths of the links, in the order of the mails."""
    headers = {}
    if form is not None:
        wish = {"form": form}
        answer = await world.call(world.organiser, "PUT", f"/events/{event['id']}/survey", json=wish, expect=201)
        headers = {"If-Match": answer.headers["etag"]}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/survey/opening", headers=headers, expect=201)
    await run_send(world, event)
    return [path_in(mail) for mail in await mails(world, event)]


async def mails(world: World, event: dict[str, Any]) -> list[dict[str, Any]]:
    return await world.mails(f"Votre avis : {event['title']}$")


def path_in(mail: dict[str, Any]) -> str:
    (line,) = [line for line in mail["text"].splitlines() if "/events/v1/surveys/" in line]
    return str(line[line.index("/events/v1/surveys/") :])


async def walk_in(world: World, event: dict[str, Any], email: str, *attendees: dict[str, Any]) -> dict[str, Any]:
    wish = registration(email, *attendees)
    body: dict[str, Any] = (
        await world.call(world.participant, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    ).json()
    return body
