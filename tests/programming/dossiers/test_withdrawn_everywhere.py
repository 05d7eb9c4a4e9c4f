"""What a withdrawn dossier leaves elsewhere: votes already cast, sessions to come, acts on many, to-do lists, reminders, looks-alike."""

from typing import Any

import pytest

from services.programming.change_requests.jobs import remind_changes
from tests.programming.change_requests.asks import ask
from tests.programming.dossiers.test_withdrawal import withdraw
from tests.programming.papers import refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_votes_stay_as_they_were_cast_and_nobody_votes_or_gives_an_advice_any_more(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/dossiers/{dossier['id']}"
    await world.call(world.state_officer, "PUT", f"{where}/votes/{world.state}", json={"choice": "for"}, expect=200)
    await withdraw(world, dossier["id"])
    for _ in range(2):  # before the agenda is marked, and after
        await world.refused(
            world.caf_officer, "PUT", f"{where}/votes/{world.caf}", 409, "dossier-withdrawn", json={"choice": "for"}
        )
        await world.refused(world.team, "POST", f"{where}/advice", 409, "dossier-withdrawn")
        await world.running.run_jobs()
    ballot = (await world.call(world.team, "GET", f"{where}/vote", expect=200)).json()
    assert (len(ballot["votes"]), ballot["advice"]) == (1, None), "what was voted stays in the minutes"
    await world.close(session)
    await world.running.run_jobs()


async def test_an_adjourned_dossier_that_is_withdrawn_comes_to_no_other_session(fresh_world: World) -> None:
    world = fresh_world
    dossier = await world.reviewed(caf=4_000)
    first = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    assert (await world.decide(world.caf_officer, first, request, outcome="adjourned")).status_code == 200
    await world.close(first)
    already = await world.convene(dossier["id"])
    await withdraw(world, dossier["id"])
    await world.running.run_jobs()
    (item,) = (await world.call(world.team, "GET", f"/committees/{already}", expect=200)).json()["agenda"]
    assert item["withdrawn_at"] is not None, "its line stays on the agenda sent, marked"
    other = await world.reviewed(caf=4_000)
    second = await world.convene(other["id"])
    carried = await world.change(world.team, "POST", f"/committees/{second}/agenda/carry-over", of=f"/committees/{second}")
    refusal(carried, 409, "nothing-to-carry-over")


async def test_acts_on_many_refuse_its_line_and_keep_the_others(fresh_world: World) -> None:
    world = fresh_world
    gone, kept = [await world.reviewed(caf=4_000) for _ in range(2)]
    session = await world.convene(gone["id"], kept["id"])
    requests = [world.request_of(one, world.caf)["id"] for one in (gone, kept)]
    lines = [{"request_id": one, "outcome": "granted", "amount_cents": 100_000} for one in requests]
    await withdraw(world, gone["id"])
    wish = {"lines": lines, "all_or_nothing": False}
    report = (await world.call(world.caf_officer, "POST", f"/committees/{session}/bulk-decisions", json=wish)).json()
    assert [line["problem"] and line["problem"]["type"].rpartition("/")[2] for line in report["lines"]] == [
        "dossier-withdrawn",
        None,
    ], report
    await world.close(session)
    where = f"/campaigns/{world.campaign_id}/bulk-notifications"
    told = (await world.call(world.caf_officer, "POST", where, json={"funder_id": str(world.caf)}, expect=201)).json()
    await world.running.run_jobs()
    after = (await world.call(world.caf_officer, "GET", f"/bulk-notifications/{told['id']}", expect=200)).json()
    assert (after["notified"], after["waiting"]) == (1, 0)
    assert (await world.seen(gone["id"], world.holder))["requests"][0]["status"] == "withdrawn"
    assert await world.mails(f"Réponse à votre dossier {gone['reference']}") == []


async def test_a_decision_in_bulk_and_a_withdrawal_at_once(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    await world.grant(world.caf_officer, session, request, 100_000)
    await world.close(session)
    where, tag = f"/dossiers/{dossier['id']}", {"If-Match": await world.tag(dossier["id"])}
    why = {"json": {"reason": "Plus de salle."}, "headers": tag}
    notify = {"json": {"funder_id": str(world.caf)}}
    withdrawn, notified = await world.at_once(
        [(world.holder, "POST", f"{where}/withdrawal", why), (world.caf_officer, "POST", f"{where}/notifications", notify)]
    )
    assert sorted((withdrawn.status_code, notified.status_code)) == [201, 409]
    seen = await world.seen(dossier["id"], world.holder)
    told = notified.status_code == 201
    assert (seen["status"], seen["requests"][0]["granted_cents"]) == (("notified", 100_000) if told else ("withdrawn", None))
    assert len(await world.pages(world.holder, "/awards", dossier_id=dossier["id"])) == int(told)
    await world.running.run_jobs()
    assert len(await world.mails(f"Réponse à votre dossier {dossier['reference']}")) == int(told)


async def test_nobody_is_asked_nor_reminded_of_anything_any_more(fresh_world: World) -> None:
    world = fresh_world
    dossier = await world.admitted(state=8_000, caf=4_000)
    (review,) = await world.pages(world.caf_officer, "/reviews", funder_id=str(world.caf))
    path, mine = f"/reviews/{review['id']}", {"assignee_id": str(world.caf_officer.account_id)}
    await world.change(world.caf_officer, "POST", f"{path}/assignment", of=path, json=mine, expect=201)
    await ask(world, world.caf_officer, dossier["id"], "/content/need", days=3)
    everybody = (world.holder, world.president, world.team, world.state_officer, world.caf_officer)

    async def due(who: Any) -> set[str]:
        return {one["kind"] for one in await world.pages(who, "/me/due") if one["dossier_id"] == dossier["id"]}

    assert "changes_to_answer" in await due(world.holder)
    assert "review_to_give" in await due(world.caf_officer)
    await withdraw(world, dossier["id"])
    assert await due(world.holder) == set(), "at once, before any job"
    await world.running.run_jobs()
    for who in everybody:
        assert await due(who) == set(), who
        assert (await world.call(who, "GET", "/me/due/counts", expect=200)).json()["total"] == 0
    before = len(await world.mails(dossier["reference"]))
    world.running.clock.forward(days=2)
    async with world.running.resources.database.transaction() as session:
        await remind_changes.run(session, world.running.resources, timestamp=0)
    await world.running.run_jobs()
    assert len(await world.mails(dossier["reference"])) == before, "no reminder of what is not asked any more"


async def test_it_is_no_longer_found_among_similar_actions_nor_overlaps(fresh_world: World) -> None:
    world = fresh_world
    mine, twin = [await world.admitted(caf=4_000) for _ in range(2)]
    await world.running.run_jobs()
    await withdraw(world, twin["id"])
    await world.running.run_jobs()
    for who, path in (
        (world.caf_officer, f"/dossiers/{mine['id']}/overlaps"),
        (world.holder, f"/dossiers/{mine['id']}/similar-actions"),
    ):
        assert twin["id"] not in str(await world.pages(who, path)), path
