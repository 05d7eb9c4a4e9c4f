"""Double clicks, lost answers and last-minute crowds: a dossier is submitted once, and references have no hole."""

import asyncio
import json
from collections.abc import AsyncIterator
from datetime import datetime, timedelta
from typing import Any

import httpx
import pytest

from tests.programming.papers import SWORN, refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio

CROWD = 16


def submission(world: World, dossier_id: str, tag: str, **headers: str) -> tuple[Any, str, str, dict[str, Any]]:
    sent = {"json": SWORN, "headers": {"If-Match": tag, **headers}}
    return world.holder, "POST", f"/dossiers/{dossier_id}/submission", sent


async def receipt_of(world: World, dossier_id: str) -> dict[str, Any]:
    return dict((await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/submission", expect=200)).json())


async def submitted_once(world: World, dossier_id: str) -> None:
    """One submission, one reference, one mail, one line in the journal."""
    reference = (await receipt_of(world, dossier_id))["reference"]
    (kept,) = await world.running.rows("SELECT reference FROM submissions WHERE dossier_id = %(id)s", id=dossier_id)
    assert kept["reference"] == reference
    assert len(await world.mails(reference)) == 1
    acts = await world.pages(world.holder, f"/dossiers/{dossier_id}/journal")
    assert [line["act"] for line in acts].count("dossier.submitted") == 1
    drawn = await world.running.rows("SELECT last_reference AS n FROM campaigns WHERE id = %(id)s", id=world.campaign_id)
    assert reference.endswith(f"-{drawn[0]['n']:04d}")


async def test_of_sixteen_clicks_at_once_exactly_one_submits(world: World) -> None:
    dossier_id, tag = await world.draft()
    answers = await world.at_once(submission(world, dossier_id, tag) for _ in range(CROWD))
    (accepted,) = [answer for answer in answers if answer.status_code == 201]
    for answer in answers:
        if answer is not accepted:
            assert refusal(answer, 409, "already-submitted")["reference"] == accepted.json()["reference"]
    await submitted_once(world, dossier_id)


async def test_the_same_request_sent_again_gets_the_same_answer_and_acts_once(world: World) -> None:
    dossier_id, tag = await world.draft()
    key = {"Idempotency-Key": f"double-clic-{dossier_id}"}
    first = await world.submit(dossier_id, tag, headers=key, expect=201)
    again = await world.submit(dossier_id, tag, headers=key, expect=201)
    assert again.content == first.content
    assert again.headers["location"] == first.headers["location"]
    assert ("idempotency-replayed" in first.headers, again.headers["idempotency-replayed"]) == (False, "true")
    await submitted_once(world, dossier_id)


async def test_sixteen_sendings_of_the_same_request_at_once_act_once(world: World) -> None:
    dossier_id, tag = await world.draft()
    key = {"Idempotency-Key": f"foule-{dossier_id}"}
    answers = await world.at_once(submission(world, dossier_id, tag, **key) for _ in range(CROWD))
    accepted = [answer for answer in answers if answer.status_code == 201]
    assert len({answer.content for answer in accepted}) == 1
    for answer in answers:
        if answer not in accepted:
            refusal(answer, 409, "idempotency-in-flight")
            assert answer.headers["retry-after"]
    await submitted_once(world, dossier_id)


async def test_the_same_key_with_another_body_is_refused_and_changes_nothing(world: World) -> None:
    dossier_id, tag = await world.draft()
    headers = {"If-Match": tag, "Idempotency-Key": f"autre-{dossier_id}"}
    receipt = (await world.submit(dossier_id, tag, headers=headers, expect=201)).json()
    sent = {"json": {**SWORN, "signatory_name": "Autre Exemple"}, "headers": headers}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/submission", 422, "idempotency-conflict", **sent)
    assert await receipt_of(world, dossier_id) == receipt


async def test_a_key_is_its_callers_own(world: World) -> None:
    key = {"Idempotency-Key": "commune"}
    wish = {"campaign_id": world.campaign_id, "organisation_id": str(world.association)}
    opened = [
        await world.call(who, "POST", "/dossiers", json=wish, headers=key, expect=201) for who in (world.holder, world.helper)
    ]
    assert opened[0].json()["id"] != opened[1].json()["id"]


async def test_a_refusal_is_not_remembered_under_its_key(world: World) -> None:
    dossier_id, tag = await world.draft({**world.content(), "title": ""})
    key = {"Idempotency-Key": f"repris-{dossier_id}"}
    refusal(await world.submit(dossier_id, tag, headers=key), 409, "dossier-incomplete")
    await world.change(world.holder, "PATCH", f"/dossiers/{dossier_id}", json={"title": "Titre"}, expect=200)
    assert (await world.submit(dossier_id, await world.tag(dossier_id), headers=key)).status_code == 201


@pytest.mark.parametrize("key", ["", "x" * 256])
async def test_a_key_has_between_1_and_255_characters(world: World, key: str) -> None:
    dossier_id, tag = await world.draft()
    headers = {"If-Match": tag, "Idempotency-Key": key}
    path = f"/dossiers/{dossier_id}/submission"
    await world.refused(world.holder, "POST", path, 422, "malformed-request", json=SWORN, headers=headers)


async def test_dossiers_submitted_at_once_are_numbered_without_double_or_hole(world: World) -> None:
    drafts = [await world.draft() for _ in range(CROWD)]
    spoiled, tag = await world.draft({**world.content(), "title": ""})
    answers = await world.at_once([submission(world, spoiled, tag), *(submission(world, *draft) for draft in drafts)])
    refusal(answers[0], 409, "dossier-incomplete")
    assert {answer.status_code for answer in answers[1:]} == {201}
    numbers = sorted(int(answer.json()["reference"][-4:]) for answer in answers[1:])
    assert numbers == list(range(1, CROWD + 1))


async def test_a_save_and_a_submission_at_once_leave_what_was_submitted_as_it_was_read(world: World) -> None:
    dossier_id, tag = await world.draft()
    edit = {"json": {"title": "Édité entre-temps"}, "headers": {"If-Match": tag}}
    answers = await world.at_once([submission(world, dossier_id, tag), (world.helper, "PATCH", f"/dossiers/{dossier_id}", edit)])
    submitted, saved = answers
    read = await world.seen(dossier_id, world.holder)
    if submitted.status_code == 201:
        refusal(saved, 409, "dossier-locked")
        assert (read["status"], read["title"]) == ("submitted", "Ateliers sociolinguistiques")
    else:
        refusal(submitted, 412, "stale-version")
        assert (read["status"], read["title"]) == ("draft", "Édité entre-temps")


async def waits_across_the_deadline(world: World, dossier_id: str, tag: str) -> httpx.Response:
    """The submission arrives now, waits for the dossier's row, and goes on a minute after the deadline."""
    async with world.holding("dossiers", dossier_id):
        sending = asyncio.create_task(world.submit(dossier_id, tag))
        await world.until_waiting()
        world.running.clock.forward(minutes=1)
    return await sending


async def test_a_submission_that_arrives_in_time_is_in_time_however_long_it_then_waits(world: World) -> None:
    dossier_id, tag = await world.draft()
    deadline = await world.at_deadline()
    answer = await waits_across_the_deadline(world, dossier_id, tag)
    assert answer.status_code == 201
    assert datetime.fromisoformat((await receipt_of(world, dossier_id))["submitted_at"]) == deadline


@pytest.mark.parametrize("key", [{}, {"Idempotency-Key": "ligne lente"}])
async def test_a_slow_line_does_not_make_a_submission_late(world: World, key: dict[str, str]) -> None:
    dossier_id, tag = await world.draft()
    await world.at_deadline()

    async def slowly() -> AsyncIterator[bytes]:
        body = json.dumps(SWORN).encode()
        yield body[:10]
        world.running.clock.forward(minutes=1)
        yield body[10:]

    headers = {"If-Match": tag, "Content-Type": "application/json", **key}
    path = f"/dossiers/{dossier_id}/submission"
    await world.call(world.holder, "POST", path, content=slowly(), headers=headers, expect=201)


async def test_a_submission_that_arrives_late_is_late_whatever_it_waits_for(world: World) -> None:
    dossier_id, tag = await world.draft()
    world.running.clock.at = await world.at_deadline() + timedelta(microseconds=1)
    refusal(await waits_across_the_deadline(world, dossier_id, tag), 409, "deadline-passed")
