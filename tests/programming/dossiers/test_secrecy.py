"""Before the letters leave, the holder learns nothing of the instruction: not from a field, a version, a filter or the journal."""

from typing import Any

import psycopg
import pytest

from tests.programming.papers import refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def as_the_holder(world: World, dossier_id: str) -> tuple[Any, ...]:
    """Everything the holder can read of its dossier."""
    whole = await world.call(world.holder, "GET", f"/dossiers/{dossier_id}", expect=200)
    listed = await world.pages(world.holder, "/dossiers")
    journal = await world.pages(world.holder, f"/dossiers/{dossier_id}/journal")
    letters = await world.pages(world.holder, f"/dossiers/{dossier_id}/notifications")
    return whole.json(), whole.headers["etag"], listed, journal, letters


async def test_from_admissibility_to_the_letters_nothing_the_holder_reads_changes(world: World) -> None:
    dossier = await world.admitted(state=8_000, caf=4_000)
    reads = await as_the_holder(world, dossier["id"])
    assert reads[0]["status"] == "under_review"

    async def unmoved() -> None:
        assert await as_the_holder(world, dossier["id"]) == reads
        held = {"If-None-Match": reads[1]}
        await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}", headers=held, expect=304)

    await world.review(world.state_officer, dossier["id"], proposed_cents=700_000)
    await unmoved()
    await world.review(world.caf_officer, dossier["id"], opinion="unfavourable", proposed_cents=0)
    await unmoved()
    state, caf = (world.request_of(dossier, funder)["id"] for funder in (world.state, world.caf))
    technical = await world.convene(dossier["id"], kind="technical")
    assert (await world.decide(world.team, technical, state, outcome="proposed", amount_cents=600_000)).status_code == 200
    await world.close(technical)
    await unmoved()
    steering = await world.convene(dossier["id"])
    await world.grant(world.state_officer, steering, state, 600_000)
    refused = await world.decide(world.caf_officer, steering, caf, outcome="refused", motive="Hors priorités.")
    assert refused.status_code == 200
    await unmoved()
    await world.close(steering)
    await unmoved()

    where = f"/dossiers/{dossier['id']}/notifications"
    await world.call(world.state_officer, "POST", where, json={"funder_id": str(world.state)}, expect=201)
    told, tag, *_ = await as_the_holder(world, dossier["id"])
    assert tag != reads[1]
    assert told["status"] == "under_review"
    granted, silent = world.request_of(told, world.state), world.request_of(told, world.caf)
    assert (granted["status"], granted["granted_cents"]) == ("notified", 600_000)
    assert (granted["opinion"], granted["proposed_cents"]) == (None, None)
    assert silent == world.request_of(reads[0], world.caf)


async def test_the_holder_reads_no_review_and_no_session(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    review_id = (await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"]))[0]["id"]
    assert await world.pages(world.holder, "/reviews") == []
    for path in (f"/reviews/{review_id}", f"/committees/{session}", f"/committees/{session}/decisions"):
        await world.refused(world.holder, "GET", path, 404, "not-found")
    refusal(await world.call(world.holder, "GET", "/committees", params={"campaign_id": world.campaign_id}), 404, "not-found")


async def test_every_act_leaves_its_line_and_the_instructions_lines_are_kept_from_the_holder(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, session, world.request_of(dossier, world.caf)["id"], 400_000)
    await world.close(session)
    where = f"/dossiers/{dossier['id']}"
    await world.call(world.caf_officer, "POST", f"{where}/notifications", json={"funder_id": str(world.caf)}, expect=201)
    told = ["request.notified", "dossier.admissible", "dossier.submitted", "dossier.attachment_added", "dossier.opened"]
    assert [line["act"] for line in await world.pages(world.holder, f"{where}/journal", limit=2)] == told
    kept = [told[0], "request.granted", "review.completed", *told[1:]]
    for who in (world.caf_officer, world.team):
        lines = await world.pages(who, f"{where}/journal", limit=2)
        assert [line["act"] for line in lines] == kept
    granted = lines[1]
    assert granted["actor_id"] == str(world.caf_officer.account_id)
    assert granted["organisation_id"] == str(world.caf)
    assert granted["changes"]["decision"] == [None, ["granted", 400_000]]


async def test_a_journal_belongs_to_who_sees_the_dossier(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    for who in (world.stranger, world.region_officer):
        await world.refused(who, "GET", f"/dossiers/{dossier['id']}/journal", 404, "not-found")
    other = await world.submitted(caf=4_000)
    journal = f"/dossiers/{dossier['id']}/journal"
    cursor = (await world.call(world.holder, "GET", journal, params={"limit": 1}, expect=200)).json()["next"]
    elsewhere = f"/dossiers/{other['id']}/journal"
    await world.refused(world.holder, "GET", elsewhere, 400, "invalid-cursor", params={"cursor": cursor})


@pytest.mark.parametrize(
    "rewriting",
    [
        "UPDATE journal_lines SET reason = 'autre'",
        "DELETE FROM journal_lines",
        "TRUNCATE journal_lines",
        "TRUNCATE journal_lines CASCADE",
        "MERGE INTO journal_lines j USING (SELECT 1) s ON true WHEN MATCHED THEN DELETE",
    ],
)
async def test_the_database_itself_refuses_to_rewrite_the_journal(shared_world: World, rewriting: str) -> None:
    before = await shared_world.running.rows("SELECT * FROM journal_lines ORDER BY id")
    assert before
    with pytest.raises(psycopg.errors.RestrictViolation, match="the journal is immutable"):
        await shared_world.running.rows(rewriting)
    assert await shared_world.running.rows("SELECT * FROM journal_lines ORDER BY id") == before
