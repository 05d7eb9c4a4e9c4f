"""Scenarios: what if. They touch nothing, and a funder's is its own."""

from typing import Any

import pytest

from tests.programming.coverage.ville import bare, coverage, place, settle
from tests.programming.papers import codes, refusal
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def _dossier(world: World) -> dict[str, Any]:
    await settle(world)
    return await world.submitted_with(place(world.content(state=8_000, caf=4_000), ["2"], ["QP011002", "QP011003"]))


async def _imagine(world: World, who: Person, *amounts: tuple[str, int], expect: int = 201, **more: Any) -> Any:
    (organisation,) = who.memberships
    wish = {
        "organisation_id": str(organisation),
        "title": "Et si…",
        "amounts": [{"request_id": request, "amount_cents": cents} for request, cents in amounts],
        **more,
    }
    return (await world.call(who, "POST", f"/campaigns/{world.campaign_id}/scenarios", json=wish, expect=expect)).json()


async def test_a_scenario_changes_the_matrix_it_is_asked_for_and_nothing_else(world: World) -> None:
    dossier = await _dossier(world)
    before = await coverage(world)
    made = await _imagine(world, world.team, (world.request_of(dossier, world.caf)["id"], 100_001))
    imagined = await coverage(world, scenario_id=made["id"])
    assert imagined["scenario"] == {"id": made["id"], "title": "Et si…"}
    assert bare(before) - bare(imagined) == {("2", "QP011002"), ("2", "QP011003")}
    assert [c["granted"]["amount_cents"] for c in imagined["cells"] if c["objective_code"] == "2"] == [50_001, 50_000, 0]
    after = await coverage(world)
    assert {**after, "computed_at": None} == {**before, "computed_at": None}
    assert (await world.seen(dossier["id"], world.team))["granted_cents"] == 0
    where = f"/campaigns/{world.campaign_id}/coverage/cells/2/QP011002/dossiers"
    (shown,) = await world.pages(world.team, where, scenario_id=made["id"])
    assert shown["granted_cents"] == 50_001


async def test_a_scenario_stands_for_what_is_granted_of_its_requests_only(world: World) -> None:
    await settle(world)
    dossier = await world.reviewed(state=8_000, caf=4_000)
    committee = await world.convene(dossier["id"])
    for officer, funder in ((world.state_officer, world.state), (world.caf_officer, world.caf)):
        await world.grant(officer, committee, world.request_of(dossier, funder)["id"], 100_000)
    made = await _imagine(world, world.team, (world.request_of(dossier, world.caf)["id"], 0))
    assert (await coverage(world, scenario_id=made["id"]))["total"]["granted"]["amount_cents"] == 100_000


async def test_two_scenarios_side_by_side(world: World) -> None:
    dossier = await _dossier(world)
    of_state, of_caf = (world.request_of(dossier, funder)["id"] for funder in (world.state, world.caf))
    left = await _imagine(world, world.team, (of_state, 300_000))
    right = await _imagine(world, world.team, (of_state, 100_000), (of_caf, 50_000))
    where = f"/campaigns/{world.campaign_id}/scenarios/comparison"
    told = (await world.call(world.team, "GET", where, params={"left": left["id"], "right": right["id"]}, expect=200)).json()
    assert (told["total"]["left_cents"], told["total"]["right_cents"], told["total"]["difference_cents"]) == (
        300_000,
        150_000,
        -150_000,
    )
    assert {one["label"]: (one["left_cents"], one["right_cents"]) for one in told["by_funder"]} == {
        "État": (300_000, 100_000),
        "CAF": (0, 50_000),
    }
    assert [one["difference_cents"] for one in told["by_qpv"]] == [-75_000, -75_000, 0]
    assert [(one["label"], one["difference_cents"]) for one in told["by_objective"]] == [
        ("Réussir l'éducation", -150_000),
        ("Rapprocher de l'emploi", 0),
    ]
    assert told["newly_covered"] == told["newly_uncovered"] == []
    against_now = (await world.call(world.team, "GET", where, params={"right": left["id"]}, expect=200)).json()
    assert against_now["left"] == "Voté à ce jour"
    assert len(against_now["newly_covered"]) == 2


async def test_a_funder_s_scenario_is_its_own_until_it_is_shared(world: World) -> None:
    dossier = await _dossier(world)
    request = world.request_of(dossier, world.caf)["id"]
    private = await _imagine(world, world.caf_officer, (request, 100))
    shared = await _imagine(world, world.caf_officer, (request, 200), shared=True)
    root = f"/campaigns/{world.campaign_id}"
    for who in (world.team, world.state_officer, world.holder):
        refusal(await world.call(who, "GET", f"{root}/scenarios/{private['id']}"), 404, "not-found")
        query = {"scenario_id": private["id"]}
        assert (await world.call(who, "GET", f"{root}/coverage", params=query)).status_code in {403, 404}
        compared = await world.call(who, "GET", f"{root}/scenarios/comparison", params={"left": private["id"]})
        assert compared.status_code == 404
        cell = await world.call(who, "GET", f"{root}/coverage/cells/2/QP011002/dossiers", params=query)
        assert cell.status_code == 404
    assert [one["id"] for one in await world.pages(world.state_officer, f"{root}/scenarios")] == [shared["id"]]
    assert len(await world.pages(world.caf_officer, f"{root}/scenarios", limit=1)) == 2
    assert (await world.call(world.holder, "GET", f"{root}/scenarios")).status_code == 404
    gone = await world.change(world.state_officer, "DELETE", f"{root}/scenarios/{shared['id']}")
    refusal(gone, 403, "forbidden")
    await world.change(world.caf_officer, "DELETE", f"{root}/scenarios/{shared['id']}", expect=204)
    assert (await world.call(world.caf_officer, "GET", f"{root}/scenarios/{shared['id']}")).status_code == 404


async def test_a_funder_imagines_what_is_asked_of_it_only(world: World) -> None:
    dossier = await _dossier(world)
    of_state = world.request_of(dossier, world.state)["id"]
    wish = {"organisation_id": str(world.caf), "title": "T", "amounts": [{"request_id": of_state, "amount_cents": 1}]}
    where = f"/campaigns/{world.campaign_id}/scenarios"
    await world.refused(world.caf_officer, "POST", where, 403, "not-your-requests", json=wish)
    await world.refused(
        world.caf_officer, "POST", where, 403, "not-your-requests", json={**wish, "organisation_id": str(world.lead)}
    )
    assert (await world.call(world.holder, "POST", where, json=wish)).status_code == 404


async def test_amounts_stay_within_what_submitted_dossiers_ask(world: World) -> None:
    dossier = await _dossier(world)
    request = world.request_of(dossier, world.caf)["id"]
    draft, _ = await world.draft(place(world.content(caf=4_000), ["2"], ["QP011002"]))
    drafted = (await world.seen(draft, world.holder))["requests"][0]["id"]
    amounts = [
        {"request_id": request, "amount_cents": 400_001},
        {"request_id": request, "amount_cents": 1},
        {"request_id": drafted, "amount_cents": 1},
    ]
    wish = {"organisation_id": str(world.lead), "title": "T", "amounts": amounts}
    problem = await world.refused(
        world.team, "POST", f"/campaigns/{world.campaign_id}/scenarios", 409, "scenario-refused", json=wish
    )
    assert codes(problem) == {
        "/amounts/0/amount_cents": "above_ask",
        "/amounts/1/request_id": "repeated",
        "/amounts/2/request_id": "unknown_request",
    }


async def _compute(world: World, who: Person, **wish: Any) -> dict[str, Any]:
    (organisation,) = who.memberships
    body = {"organisation_id": str(organisation), "title": "Calculé", "funder_id": str(world.caf), **wish}
    made = await world.call(who, "POST", f"/campaigns/{world.campaign_id}/scenarios/computed", json=body, expect=201)
    return {one["request_id"]: one["amount_cents"] for one in made.json()["amounts"]}


async def test_a_rule_imagines_every_request_of_a_funder_and_touches_nothing(world: World) -> None:
    await settle(world, envelopes={"caf": 600_000})
    better, worse = [await world.reviewed(state=8_000, caf=4_000) for _ in range(2)]
    await world.submitted(caf=1_000)
    first, second = (world.request_of(dossier, world.caf)["id"] for dossier in (better, worse))
    tenth = await _compute(world, world.caf_officer, rule="uniform_cut", percent=10)
    assert (tenth[first], tenth[second], sorted(tenth.values())[0]) == (360_000, 360_000, 0)
    asked = await _compute(world, world.team, rule="uniform_cut", basis="asked", total_cents=450_000)
    assert (asked[first], sum(asked.values())) == (200_000, 450_000)
    to_the_envelope = await _compute(world, world.team, rule="uniform_cut")
    assert (to_the_envelope[first], to_the_envelope[second]) == (300_000, 300_000)
    ranked = await _compute(world, world.caf_officer, rule="by_score")
    assert (ranked[first], ranked[second]) == (400_000, 200_000)
    given = await _compute(world, world.caf_officer, rule="by_score", total_cents=100_000)
    assert (given[first], given[second]) == (100_000, 0)
    assert (await world.seen(better["id"], world.team))["granted_cents"] == 0
    where = f"/campaigns/{world.campaign_id}/scenarios/computed"
    wish = {"organisation_id": str(world.caf), "title": "T", "funder_id": str(world.state), "rule": "by_score"}
    await world.refused(world.caf_officer, "POST", where, 403, "not-your-requests", json=wish)
    await world.refused(world.holder, "POST", where, 404, "not-found", json=wish)
    both = {**wish, "funder_id": str(world.caf), "rule": "uniform_cut", "percent": 5, "total_cents": 100}
    assert codes(await world.refused(world.caf_officer, "POST", where, 409, "scenario-refused", json=both)) == {
        "/percent": "contradiction"
    }
    nothing = {**wish, "organisation_id": str(world.lead), "funder_id": str(world.region)}
    problem = await world.refused(world.team, "POST", where, 409, "scenario-refused", json=nothing)
    assert codes(problem) == {"/funder_id": "nothing_asked"}


async def test_a_rule_tells_nobody_the_avis_on_a_dossier_they_have_an_interest_in(world: World) -> None:
    await settle(world)
    theirs, other = [await world.reviewed(caf=4_000) for _ in range(2)]
    wish = {"funder_id": str(world.caf), "kind": "family", "dossier_id": theirs["id"]}
    await world.call(world.caf_officer, "POST", "/conflicts", json=wish, expect=201)
    kept, shown = (world.request_of(dossier, world.caf)["id"] for dossier in (theirs, other))
    for rule in ({"rule": "uniform_cut", "percent": 0}, {"rule": "by_score", "total_cents": 400_000}):
        assert await _compute(world, world.caf_officer, **rule) == {shown: 400_000}, rule
    assert kept in await _compute(world, world.team, rule="uniform_cut", percent=0)
