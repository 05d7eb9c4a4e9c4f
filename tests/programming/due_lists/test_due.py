"""What one has to do, read over HTTP: each on their side, never more than they may read."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.clock import today_in_paris
from tests.programming.change_requests.asks import ask
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def due(world: World, who: Person, **query: Any) -> dict[str, dict[str, Any]]:
    """By kind; each kind once."""
    items = await world.pages(who, "/me/due", limit=2, **query)
    kinds = {item["kind"]: item for item in items}
    assert len(kinds) == len(items), items
    return kinds


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
