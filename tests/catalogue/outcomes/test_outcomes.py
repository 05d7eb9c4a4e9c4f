"""What an event leaves becomes one draft of its network's centre; events are told when it is published, or withdrawn."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any
from uuid import UUID

import orjson
import pytest
from fastapi import FastAPI, Request, Response

from services.catalogue.outcomes import jobs
from services.common.ids import new_id
from services.common.jobs import Job
from tests.catalogue.documents.siblings import tell
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


def proposal(world: World, **more: Any) -> dict[str, Any]:
    """`data` of `event.outcome_proposed` (`services.events.outcomes.rules.proposal`)."""
    return {
        "event_id": str(new_id()),
        "event_reference": "CRDSU-2027-0042",
        "event_title": "La parole des habitants",
        "event_format": "Journée",
        "network_name": "Réseau exemple",
        "network_organisation_id": str(new_id()),
        "centre_id": world.centre_id,
        "role": "replay",
        "title": "Replay de la journée",
        "url": "https://video.example/1",
        "abstract": "Trois conseils citoyens racontent.",
        "dated": "2027-03-12",
        "theme_codes": ["participation", "inconnu"],
        "territory_codes": ["QP011002", "QP999999"],
        "audiences": ["resident", "elected_official", "other"],
        "speakers": [{"name": "Camille Exemple", "role": "Sociologue"}],
        **more,
    }


async def run(world: World, job: Job, **arguments: Any) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await job.run(session, resources, **({"timestamp": 0} if job.cron else {}), **arguments)


async def proposed(world: World, data: dict[str, Any], outcome_id: UUID | None = None) -> UUID:
    outcome_id = outcome_id or new_id()
    answer = await tell(world, "event.outcome_proposed", outcome_id, data, source="events")
    assert answer.status_code == 204, answer.text
    await run(world, jobs.make_outcome, outcome_id=str(outcome_id))
    return outcome_id


async def draft_of(world: World, outcome_id: UUID) -> dict[str, Any]:
    rows = await world.running.rows("SELECT id FROM documents WHERE origin = %(origin)s", origin=f"outcome:{outcome_id}")
    assert len(rows) == 1
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", f"/drafts/{rows[0]['id']}", expect=200)).json()
    return body


async def looked_at(world: World, draft: dict[str, Any]) -> None:
    """The job that looks at a document runs as often as it was written."""
    for row in await world.running.rows(
        "SELECT args FROM procrastinate_jobs WHERE task_name = 'catalogue:tell_events' ORDER BY id"
    ):
        if row["args"]["document_id"] == draft["id"]:
            await run(world, jobs.tell_events, **row["args"])


@asynccontextmanager
async def events(world: World, heard: list[dict[str, Any]], *, status: int = 204) -> AsyncIterator[None]:
    """The events service joins the platform for a while."""
    app = FastAPI()

    @app.post("/events/internal/events")
    async def receive(request: Request) -> Response:
        heard.append(orjson.loads(await request.body()))
        return Response(status_code=status)

    siblings = world.running.resources.siblings
    before = siblings._apps
    siblings._apps = {**before, "events": app}
    await siblings.close()
    await siblings.open()
    try:
        yield
    finally:
        siblings._apps = before
        await siblings.close()
        await siblings.open()


async def told(world: World, draft: dict[str, Any]) -> list[tuple[str, str]]:
    """Type and event of what was delivered about the document, in order."""
    heard: list[dict[str, Any]] = []
    async with events(world, heard):
        await run(world, jobs.deliver_event_news)
    return [(each["type"], each["data"]["event_id"]) for each in heard if each["subject"] == draft["id"]]


async def test_an_outcome_becomes_a_filled_draft(world: World) -> None:
    data = proposal(world)
    draft = await draft_of(world, await proposed(world, data))
    assert (draft["kind"], draft["state"], draft["centre_id"], draft["lacking"]) == ("video", "draft", world.centre_id, [])
    content = draft["content"]
    assert (content["title"], content["dated"], content["abstract"]) == (data["title"], "2027-03-12", data["abstract"])
    assert (content["theme_codes"], content["territory_codes"]) == (["participation"], ["QP011002"])
    assert content["authors"] == [{"name": "Camille Exemple", "role": "Sociologue"}]
    assert content["publics"] == ["residents", "elected_officials"]
    assert [each["url"] for each in content["links"]] == ["https://video.example/1"]
    assert [(each["kind"], each["target"], each["target_id"]) for each in content["relations"]] == [
        ("support_of", "event", data["event_id"])
    ]


@pytest.mark.parametrize(("role", "kind"), [("proceedings", "proceedings"), ("support", "presentation")])
async def test_each_role_has_its_kind(world: World, role: str, kind: str) -> None:
    assert (await draft_of(world, await proposed(world, proposal(world, role=role, url=None))))["kind"] == kind


async def test_told_twice_it_is_made_once(world: World) -> None:
    data, outcome_id = proposal(world), new_id()
    await asyncio.gather(*(tell(world, "event.outcome_proposed", outcome_id, data, source="events") for _ in range(3)))
    await asyncio.gather(*(run(world, jobs.make_outcome, outcome_id=str(outcome_id)) for _ in range(3)))
    await draft_of(world, outcome_id)


async def test_of_a_centre_that_is_not_there_it_waits(world: World) -> None:
    outcome_id = await proposed(world, proposal(world, centre_id=str(new_id())))
    await run(world, jobs.follow_events_hourly)
    (row,) = await world.running.rows("SELECT state FROM event_outcomes WHERE outcome_id = %(id)s", id=outcome_id)
    assert row["state"] == "waiting"


async def test_text_that_is_no_address_nor_name_does_no_harm(world: World) -> None:
    data = proposal(world, url="javascript:alert(1)", title="A\nB\u202e", dated="hier", speakers=[{"name": " \n "}])
    content = (await draft_of(world, await proposed(world, data)))["content"]
    assert (content["title"], content["links"], content["dated"], content["authors"]) == ("A B", [], None, [])


async def test_events_are_told_of_what_is_published_and_withdrawn_and_of_nothing_else(world: World) -> None:
    data = proposal(world)
    outcome_id = await proposed(world, data)
    draft = await draft_of(world, outcome_id)
    heard: list[dict[str, Any]] = []
    await world.publish(draft)
    await looked_at(world, draft)
    async with events(world, heard, status=503):
        await run(world, jobs.deliver_event_news)
    assert heard, "it was tried"
    async with events(world, heard):
        await run(world, jobs.follow_events_hourly)
    mine = [each for each in heard if each["subject"] == draft["id"]]
    assert len({each["id"] for each in mine}) == 1, "the same event: who heard it already knows it again"
    said = mine[-1]["data"]
    assert (said["event_id"], said["origin"], said["kind"]) == (data["event_id"], f"outcome:{outcome_id}", "video")
    assert said["permalink"].endswith(f"/catalogue/d/{draft['reference']}")
    await looked_at(world, draft)
    assert await told(world, draft) == [], "nothing new: nothing said"
    await world.withdraw(draft)
    await looked_at(world, draft)
    assert await told(world, draft) == [("document.withdrawn", data["event_id"])]
    other = await world.published()
    assert [job for job in await world.running.jobs("catalogue:tell_events") if job["args"]["document_id"] == other["id"]] == []


async def test_a_relation_taken_away_and_an_embargo_are_followed(world: World) -> None:
    event_id, other_id = str(new_id()), str(new_id())
    relation = {"kind": "support_of", "target": "event"}
    published = await world.published(relations=[{**relation, "target_id": event_id}])
    await looked_at(world, published)
    assert await told(world, published) == [("document.published", event_id)]
    await world.write(published, relations=[{**relation, "target_id": other_id}])
    await world.publish(published)
    await looked_at(world, published)
    assert sorted(await told(world, published)) == sorted([("document.published", other_id), ("document.withdrawn", event_id)])
    secret = await world.published(relations=[{**relation, "target_id": event_id}], embargo_until="2030-01-01")
    await looked_at(world, secret)
    assert await told(world, secret) == []
    jobs_later = [job for job in await world.running.jobs("catalogue:tell_events") if job["args"]["document_id"] == secret["id"]]
    assert any(job["scheduled_at"] for job in jobs_later), "looked at again the day its embargo ends"


async def test_what_only_members_read_is_told_to_nobody(world: World) -> None:
    relation = {"kind": "support_of", "target": "event", "target_id": str(new_id())}
    published = await world.published(relations=[relation], access="members")
    await looked_at(world, published)
    assert await told(world, published) == []


async def test_an_erased_organisation_is_named_by_no_proposal(world: World) -> None:
    data = proposal(world, centre_id=str(new_id()))
    outcome_id = await proposed(world, data)
    answer = await tell(world, "organisation.erased", data["network_organisation_id"], {}, source="directory")
    assert answer.status_code == 204, answer.text
    (row,) = await world.running.rows("SELECT told FROM event_outcomes WHERE outcome_id = %(id)s", id=outcome_id)
    assert (row["told"]["network_name"], row["told"]["title"]) == ("organisation effacée", data["title"])
