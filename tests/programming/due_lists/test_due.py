"""What one has to do, read over HTTP: each on their side, never more than they may read."""

from datetime import date, timedelta

import pytest

from services.common.clock import today_in_paris
from services.programming.retroplanning import jobs
from tests.programming.change_requests.asks import answer, ask
from tests.programming.collaborators.people import joined
from tests.programming.due_lists.lists import due
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_draft_waits_for_its_holder_and_for_nobody_else(world: World) -> None:
    dossier_id, _ = await world.draft()
    (item,) = (await due(world, world.helper)).values()
    campaign = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}", expect=200)).json()
    assert (item["kind"], item["dossier_id"], item["when"]) == ("draft_to_submit", dossier_id, "later")
    assert item["label"] == "Ateliers sociolinguistiques"
    assert item["days_left"] == 30
    assert campaign["closes_at"][:10] in {item["due_on"], str(today_in_paris(world.running.clock.now()) + timedelta(days=29))}
    assert (await world.call(world.helper, "GET", item["link"])).status_code == 200
    for other in (world.stranger, world.state_officer, world.team):
        assert "draft_to_submit" not in await due(world, other)
    assert not await due(world, world.helper, kind="bilan_to_submit")
    assert not await due(world, world.helper, when="late")
    assert not await due(world, world.helper, organisation_id=str(world.lead))


async def test_a_visa_is_the_signatorys_and_a_submitted_dossier_the_teams(world: World) -> None:
    dossier_id, _ = await world.draft()
    await world.call(world.holder, "POST", f"/dossiers/{dossier_id}/sign-off", json={"word": "À relire"}, expect=201)
    assert "sign_off_to_give" in await due(world, world.president)
    assert "sign_off_to_give" not in await due(world, world.holder)
    assert (await world.submit(dossier_id, await world.tag(dossier_id))).status_code == 201
    assert not await due(world, world.president)
    found = await due(world, world.team)
    assert found["admissibility_to_declare"]["count"] == 1
    assert found["admissibility_to_declare"]["todo"] == "Se prononcer sur la recevabilité d'un dossier"
    # The promise is months away: nobody's concern yet; then the funders' and the team's, and never a word to the holder.
    assert "answer_promised" not in found
    dossier = await world.seen(dossier_id, world.team)
    promised = dossier["answer_promised_on"]
    world.running.clock.forward(days=70)
    found = await due(world, world.team)
    assert found["answer_promised"]["due_on"] == promised
    assert found["silence_rejects"]["count"] == 1
    assert (await due(world, world.state_officer))["answer_to_give"]["due_on"] == promised
    assert "answer_to_give" not in await due(world, world.region_officer)
    assert not await due(world, world.holder)


async def test_reviews_to_assign_are_a_managers_then_the_persons_they_are_given_to(world: World) -> None:
    dossier = await world.admitted(state=8_000)
    found = await due(world, world.state_officer)
    assert found["reviews_to_assign"]["count"] == 1
    assert "reviews_to_assign" not in await due(world, world.state_payer)
    (review,) = await world.pages(world.state_officer, "/reviews", dossier_id=dossier["id"])
    wish = {"assignee_id": str(world.state_officer.account_id)}
    await world.change(world.state_officer, "POST", f"/reviews/{review['id']}/assignment", of=f"/reviews/{review['id']}", json=wish)
    found = await due(world, world.state_officer)
    assert found["review_to_give"]["reference"] == dossier["reference"]
    assert "reviews_to_assign" not in found
    assert (await world.call(world.state_officer, "GET", found["review_to_give"]["link"])).status_code == 200


async def test_changes_to_answer_and_counts(world: World) -> None:
    dossier = await world.submitted(state=8_000)
    asked = await ask(world, world.state_officer, dossier["id"], "/content/need", days=5)
    day = asked["due_on"]
    item = (await due(world, world.holder))["changes_to_answer"]
    assert (item["due_on"], item["when"]) == (day, "week")
    counts = (await world.call(world.holder, "GET", "/me/due/counts", expect=200)).json()
    assert counts == {
        **{"total": 1, "late": 0, "today": 0, "week": 1, "later": 0, "undated": 0},
        "kinds": {"changes_to_answer": 1},
    }
    world.running.clock.forward(days=6)
    late = (await due(world, world.holder, when="late"))["changes_to_answer"]
    assert late["days_left"] == -1


async def test_the_road_after_the_decision(world: World) -> None:
    dossier = await world.reviewed(state=8_000)
    committee_id = await world.convene(dossier["id"])
    assert {"agenda_to_send", "session_to_hold"} & (await due(world, world.team)).keys()
    request = world.request_of(dossier, world.state)
    await world.decide(world.state_officer, committee_id, request["id"], outcome="granted", amount_cents=500_000)
    assert "decisions_to_notify" not in await due(world, world.state_officer)
    await world.close(committee_id)
    found = await due(world, world.state_officer)
    assert found["decisions_to_notify"]["count"] == 1
    assert not await due(world, world.holder), "the holder learns nothing before the letters"
    assert "minutes_to_sign" in await due(world, world.team)
    await world.call(
        world.state_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json={"funder_id": str(world.state)}, expect=201
    )
    await world.running.run_jobs()
    found = await due(world, world.state_officer)
    assert "decisions_to_notify" not in found
    world.running.clock.forward(days=40)
    found = await due(world, world.state_officer)
    assert found["award_to_commit"]["reference"] == dossier["reference"]


async def test_an_invited_writer_has_the_draft_and_its_reader_nothing(world: World) -> None:
    dossier_id, _ = await world.draft()
    writer, collaborator_id = await joined(world, dossier_id)
    reader, _ = await joined(world, dossier_id, "reader")
    found = (await due(world, writer))["draft_to_complete"]
    assert (found["dossier_id"], found["organisation_id"]) == (dossier_id, str(world.association))
    assert (await world.call(writer, "GET", found["link"])).status_code == 200
    assert not await due(world, reader)
    assert (await due(world, world.helper)).keys() == {"draft_to_submit"}, "the holder's own have it once"
    await world.call(writer, "DELETE", f"/collaborations/{collaborator_id}", expect=204)
    assert not await due(world, writer)


async def test_a_visa_that_does_not_come_is_worth_a_call(world: World) -> None:
    dossier_id, _ = await world.draft()
    await world.call(world.holder, "POST", f"/dossiers/{dossier_id}/sign-off", json={"word": ""}, expect=201)
    assert "sign_off_awaited" not in await due(world, world.holder)
    world.running.clock.forward(days=3, minutes=1)
    assert "sign_off_awaited" in await due(world, world.holder)
    for other in (world.president, world.helper):
        assert "sign_off_awaited" not in await due(world, other), "only who asked"


async def test_an_answer_to_read_leaves_the_list_once_it_was_read(world: World) -> None:
    dossier = await world.submitted(state=8_000)
    asked = await ask(world, world.state_officer, dossier["id"], "/content/need", days=5)
    where = f"/dossiers/{dossier['id']}/change-requests/{asked['id']}"
    await world.refused(world.state_officer, "POST", f"{where}/reading", 409, "not-answered")
    assert (await answer(world, asked, content__need="Dit plus haut.")).status_code == 201
    found = (await due(world, world.state_officer))["changes_answer_to_read"]
    assert (await world.call(world.state_officer, "GET", found["link"])).json()["status"] == "answered"
    assert "changes_answer_to_read" not in await due(world, world.state_payer), "of who asked alone"
    await world.refused(world.holder, "POST", f"{where}/reading", 403, "not-for-you-to-ask-for-changes")
    await world.refused(world.team, "POST", f"{where}/reading", 403, "not-for-you-to-ask-for-changes")
    for _ in range(2):
        await world.call(world.state_officer, "POST", f"{where}/reading", expect=201)
    assert "changes_answer_to_read" not in await due(world, world.state_officer)


async def test_steps_of_a_calendar_that_are_late_or_near(world: World) -> None:
    async def computed() -> None:
        async with world.running.resources.database.transaction() as session:
            await jobs.call_milestones.run(session, world.running.resources, timestamp=0)
        await world.running.run_jobs()

    await computed()
    steps = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/retroplanning", expect=200)).json()["steps"]
    committee = next(step for step in steps if step["kind"] == "technical_committee")
    now = world.running.clock.now()
    ahead = date.fromisoformat(committee["latest_on"]) - today_in_paris(now)
    world.running.clock.forward(days=ahead.days - 7)
    await computed()
    found = await world.pages(world.team, "/me/due", kind="retroplanning_step")
    (line,) = [item for item in found if item["due_on"] == committee["latest_on"]]
    assert line["label"].startswith("Comité technique")
    assert line["when"] == "later"
    assert (await world.call(world.team, "GET", line["link"])).status_code == 200
    world.running.clock.forward(days=8)
    found = await world.pages(world.team, "/me/due", kind="retroplanning_step", when="late")
    assert any(item["days_left"] == -1 for item in found)
    assert not await world.pages(world.holder, "/me/due", kind="retroplanning_step")
