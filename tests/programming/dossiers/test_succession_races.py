"""A holder ends while its people work: one order or the other, and never a dossier that nobody answers for."""

import asyncio
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

import httpx
import orjson
import pytest
from standardwebhooks import Webhook

from services.common.ids import new_id
from tests.programming.dossiers.successions import DISSOLVED, acts, dissolve, face, newcomer, reinstate
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import EVENTS_SECRET

pytestmark = pytest.mark.anyio


async def delivered(world: World, event_id: str, data: dict[str, Any]) -> httpx.Response:
    """As the directory's job delivers it, signed."""
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": "directory",
        "type": DISSOLVED,
        "subject": data["id"],
        "time": world.running.clock.now().isoformat(),
        "data": data,
    }
    body, sent_at = orjson.dumps(envelope).decode(), datetime.now(UTC)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(EVENTS_SECRET).sign(event_id, sent_at, body),
    }
    return await world.running.client.post("/programming/internal/events", content=body, headers=headers)


async def versions(world: World) -> list[dict[str, Any]]:
    held = {"id": world.association}
    dossiers = "SELECT id, version FROM dossiers WHERE organisation_id = %(id)s ORDER BY id"
    awards = "SELECT id, version FROM awards WHERE holder_id = %(id)s ORDER BY id"
    return [*await world.running.rows(dossiers, **held), *await world.running.rows(awards, **held)]


async def test_an_event_delivered_twice_changes_nothing_the_second_time(world: World) -> None:
    told, (draft_id, _) = await world.awarded(state=8_000), await world.draft()
    heir = face(world, world.neighbour)
    data = face(world, world.association, version=2, dissolved_on="2027-06-30", successor_id=str(world.neighbour), successor=heir)
    event_id = str(new_id())
    answers = await asyncio.gather(*[delivered(world, event_id, data) for _ in range(4)])
    assert {answer.status_code for answer in answers} == {204}
    after = await versions(world)
    again = [await delivered(world, event_id, data), await delivered(world, str(new_id()), data)]
    assert [answer.status_code for answer in again] == [204, 204]
    assert await versions(world) == after
    for dossier_id in (told["id"], draft_id):
        assert (await acts(world, world.stranger, dossier_id)).count("dossier.succeeded") == 1


async def test_an_older_word_that_comes_late_is_not_believed(world: World) -> None:
    dossier = await world.submitted()
    await reinstate(world, world.association, version=3)
    await dissolve(world, world.association, world.neighbour, version=2)
    assert (await world.seen(dossier["id"], world.holder))["successor_id"] is None
    await world.refused(world.stranger, "GET", f"/dossiers/{dossier['id']}", 404, "not-found")


@pytest.mark.parametrize("first", ["submission", "dissolution"])
@pytest.mark.parametrize("succeeded", [True, False])
async def test_a_draft_is_submitted_by_its_holder_or_passes_over_first(world: World, first: str, succeeded: bool) -> None:
    draft_id, tag = await world.draft()
    submitting, ending = world.submit(draft_id, tag), dissolve(world, world.association, world.neighbour if succeeded else None)
    async with world.holding("dossiers", draft_id):
        tasks = []
        for waiting, act in enumerate([submitting, ending] if first == "submission" else [ending, submitting], 1):
            tasks.append(asyncio.ensure_future(act))
            await asyncio.wait_for(world.until_waiting(waiting), 30)
    results = await asyncio.gather(*tasks)
    (answer,) = [result for result in results if isinstance(result, httpx.Response)]
    acting = world.stranger if succeeded else world.holder
    seen = await world.seen(draft_id, acting)
    if first == "submission":
        assert answer.status_code == 201, answer.text
        assert (seen["status"], seen["holder_name"]) == ("submitted", "Les Ateliers imaginaires")
        assert seen["successor_id"] == (str(world.neighbour) if succeeded else None)
        return
    refusal(answer, *((403, "not-the-holder") if succeeded else (409, "holder-dissolved")))
    assert seen["status"] == "draft"
    if succeeded:
        await world.submit(draft_id, await world.tag(draft_id, acting), who=acting, expect=201)


async def test_the_successors_submission_and_the_correction_come_one_after_the_other(world: World) -> None:
    for version in (2, 4, 6, 8):
        draft_id, _ = await world.draft()
        await dissolve(world, world.association, world.neighbour, version=version)
        tag = await world.tag(draft_id, world.stranger)
        answer, _ = await asyncio.gather(
            world.submit(draft_id, tag, who=world.stranger), reinstate(world, world.association, version=version + 1)
        )
        seen = await world.seen(draft_id, world.team if answer.status_code == 201 else world.holder)
        if answer.status_code == 201:
            assert (seen["organisation_id"], seen["successor_id"]) == (str(world.neighbour), None)
        else:
            refusal(answer, 404, "not-found")
            assert (seen["status"], seen["organisation_id"]) == ("draft", str(world.association))
            assert (seen["successor_id"], seen["holder_name"]) == (None, "Les Ateliers imaginaires")


async def test_a_dossier_opened_at_the_last_moment_passes_over_or_is_refused(world: World) -> None:
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    opening = [world.call(world.holder, "POST", "/dossiers", json=wish) for _ in range(12)]
    half = len(opening) // 2
    answers = await asyncio.gather(*opening[:half], dissolve(world, world.association, world.neighbour), *opening[half:])
    opened = [answer for answer in answers if answer is not None and answer.status_code == 201]
    for answer in answers:
        if answer is not None and answer not in opened:
            refusal(answer, 409, "holder-dissolved")
    found = await world.pages(world.stranger, "/dossiers")
    assert {one["id"] for one in found} == {answer.json()["id"] for answer in opened}
    assert all(one["successor_id"] == str(world.neighbour) for one in found)


async def test_links_of_a_chain_told_at_once_lead_to_its_end(world: World) -> None:
    for _ in range(6):
        (first, manager), *middle, (last, heir) = [newcomer(world, f"Maillon {number}") for number in range(5)]
        wish = {"campaign_id": world.campaign_id, "organisation_id": str(first)}
        opened = (await world.call(manager, "POST", "/dossiers", json=wish, expect=201)).json()["id"]
        chain = [first, *(one for one, _ in middle), last]
        links = list(pairwise(chain))
        for link in links[::2]:
            await dissolve(world, *link)
        await asyncio.gather(*(dissolve(world, *link) for link in links[1::2]))
        seen = await world.seen(opened, heir)
        assert (seen["successor_id"], seen["holder_name"]) == (str(last), "Maillon 4")


async def test_a_decision_and_a_succession_at_once_leave_both(world: World) -> None:
    dossier = await world.reviewed(state=8_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 800_000)
    await world.close(committee_id)
    wish = {"funder_id": str(world.state)}
    answer, _ = await asyncio.gather(
        world.call(world.state_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json=wish),
        dissolve(world, world.association, world.neighbour),
    )
    assert answer.status_code == 201, answer.text
    (award,) = await world.pages(world.stranger, "/awards")
    assert (award["holder_id"], award["successor_id"]) == (str(world.association), str(world.neighbour))
