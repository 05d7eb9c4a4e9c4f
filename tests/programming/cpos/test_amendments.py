"""Amendments: signed by the holder and the funders concerned, applied by the last signature; and a funder that leaves."""

from typing import Any

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.papers import codes, refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio

REASON = "Le public a doublé."


async def _proposed(world: World, cpo: dict[str, Any], *changes: dict[str, Any]) -> dict[str, Any]:
    made: dict[str, Any] = (
        await cpos.act(world, world.team, cpo, "amendments", {"reason": REASON, "changes": list(changes)})
    ).json()
    return made


async def _sign(world: World, amendment: dict[str, Any], who: Any, organisation_id: Any, *, expect: int | None = 201) -> Any:
    where = f"/cpos/{amendment['cpo_id']}/amendments/{amendment['number']}"
    body = cpos.signing(organisation_id)
    return await world.change(who, "POST", f"{where}/signature", of=where, json=body, expect=expect)


async def test_it_is_applied_by_the_last_signature(world: World) -> None:
    cpo = await cpos.signed(world)
    tranche = cpos.tranche(world, cpo, "state", 1)
    amendment = await _proposed(world, cpo, {"tranche_id": tranche["id"], "amount_cents": 900_000})
    assert (amendment["number"], amendment["kind"], amendment["status"]) == (1, "amendment", "proposed")
    assert set(amendment["parties"]) == {str(world.association), str(world.state)}, "those it concerns, and no other"
    assert (amendment["total_before_cents"], amendment["total_after_cents"]) == (2_900_000, 3_200_000)
    assert amendment["changes"][0]["amount_before_cents"] == 600_000
    where = f"/cpos/{cpo['id']}/amendments/1"
    for who, organisation in ((world.state_officer, world.state), (world.holder, world.association), (world.team, world.state)):
        refusal(await _sign(world, amendment, who, organisation, expect=None), 403, "not-party-to-cpo")
    refusal(await _sign(world, amendment, world.caf_signatory, world.caf, expect=None), 404, "not-found")
    await _sign(world, amendment, world.president, world.association)
    refusal(await _sign(world, amendment, world.president, world.association, expect=None), 409, "cpo-already-signed")
    assert (await cpos.read(world, cpo))["total_cents"] == 2_900_000
    assert (await _sign(world, amendment, world.state_signatory, world.state)).json()["status"] == "applied"
    after = await cpos.read(world, cpo)
    assert (after["total_cents"], after["signed_cents"]) == (3_200_000, 2_900_000)
    assert cpos.tranche(world, after, "state", 1)["amount_cents"] == 900_000
    refusal(await _sign(world, amendment, world.state_signatory, world.state, expect=None), 409, "cpo-amendment-settled")
    read = (await world.call(world.helper, "GET", where, expect=200)).json()
    assert [one["organisation_id"] for one in read["signatures"]] == [str(world.association), str(world.state)]


async def test_two_last_signatures_at_once_apply_it_once(world: World) -> None:
    cpo = await cpos.signed(world)
    amendment = await _proposed(world, cpo, {"tranche_id": cpos.tranche(world, cpo, "state", 1)["id"], "amount_cents": 900_000})
    await _sign(world, amendment, world.president, world.association)
    where = f"/cpos/{cpo['id']}/amendments/1"
    tag = {"If-Match": (await world.call(world.team, "GET", where, expect=200)).headers["etag"]}
    wish = {"json": cpos.signing(world.state), "headers": tag}
    answers = await world.at_once([(world.state_signatory, "POST", f"{where}/signature", wish)] * 4)
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]
    assert (await cpos.read(world, cpo))["total_cents"] == 3_200_000


async def test_it_never_goes_below_what_is_committed_or_paid(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    award = (await cpos.notified(world, dossier_id, "state", "caf"))["state"]
    await world.commit(world.state_payer, award["id"], amount_cents=700_000)
    await cpos.pay(world, award["id"], 500_000)
    tranche_id = cpos.tranche(world, cpo, "state", 0)["id"]
    below = {"reason": REASON, "changes": [{"tranche_id": tranche_id, "amount_cents": 699_999}]}
    problem = await cpos.refused(world, world.team, cpo, "amendments", 409, "cpo-amendment-below-paid", below)
    assert (problem["limit_cents"], codes(problem)) == (700_000, {"/changes/0/amount_cents": "below_paid"})
    amendment = await _proposed(world, cpo, {"tranche_id": tranche_id, "amount_cents": 750_000})
    await _sign(world, amendment, world.president, world.association)
    await world.commit(world.state_payer, award["id"])
    refused = refusal(
        await _sign(world, amendment, world.state_signatory, world.state, expect=None), 409, "cpo-amendment-below-paid"
    )
    assert refused["limit_cents"] == 800_000, "more was committed while it waited for its signatures"
    waiting = (await world.call(world.team, "GET", f"/cpos/{cpo['id']}/amendments/1", expect=200)).json()
    assert (waiting["status"], len(waiting["signatures"])) == ("proposed", 1), "the refused signature is not kept"
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 0)["amount_cents"] == 800_000


@pytest.mark.parametrize(("notified", "cents"), [(True, 900_000), (True, 750_000), (False, 900_000), (False, 750_000)])
async def test_what_entered_a_campaign_is_followed_by_its_award_and_envelope(world: World, notified: bool, cents: int) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    if notified:
        await cpos.notified(world, dossier_id, "state", "caf")
    amendment = await _proposed(world, cpo, {"tranche_id": cpos.tranche(world, cpo, "state", 0)["id"], "amount_cents": cents})
    await _sign(world, amendment, world.president, world.association)
    await _sign(world, amendment, world.state_signatory, world.state)
    request = world.request_of(await world.seen(dossier_id, world.team), world.state)
    assert request["granted_cents"] == cents
    assert (await cpos.line(world, "p147"))["granted_cents"] == cents
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 0)["amount_cents"] == cents
    awards = await world.pages(world.state_officer, "/awards", cpo_id=cpo["id"], funder_id=str(world.state))
    assert [award["granted_cents"] for award in awards] == ([cents] if notified else [])


async def test_beyond_the_envelope_the_last_signature_is_refused_whole(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.light_dossier(world, cpo)
    await cpos.set_envelope(world, "state", 850_000)
    amendment = await _proposed(world, cpo, {"tranche_id": cpos.tranche(world, cpo, "state", 0)["id"], "amount_cents": 900_000})
    await _sign(world, amendment, world.president, world.association)
    refusal(await _sign(world, amendment, world.state_signatory, world.state, expect=None), 409, "envelope-exceeded")
    after = await cpos.read(world, cpo)
    assert (after["total_cents"], cpos.tranche(world, after, "state", 0)["amount_cents"]) == (2_900_000, 800_000)


async def test_years_and_funders_change_and_a_funder_joins(world: World) -> None:
    cpo = await cpos.signed(world, euros={"state": [8_000, 6_000, 0], "caf": [4_000, 3_000, 2_000]})
    moved = {"tranche_id": cpos.tranche(world, cpo, "state", 1)["id"], "year": 2028}
    dropped = {"tranche_id": cpos.tranche(world, cpo, "caf", 1)["id"], "drop": True}
    added = {"year": 2027, "funder_id": str(world.region), "budget_line": "region", "amount_cents": 500_000}
    nameless = {"reason": REASON, "changes": [added]}
    problem = await cpos.refused(world, world.team, cpo, "amendments", 409, "cpo-amendment-refused", nameless)
    assert codes(problem) == {"/changes/0/funder_name": "missing"}
    amendment = await _proposed(world, cpo, moved, dropped, {**added, "funder_name": "Région"})
    assert len(amendment["parties"]) == 4
    refusal(await world.call(world.region_officer, "GET", f"/cpos/{cpo['id']}"), 404, "not-found")
    await _sign(world, amendment, cpos.signatory(world, "region"), world.region)
    for name in ("state", "caf"):
        await _sign(world, amendment, cpos.signatory(world, name), cpos.funder(world, name))
    await _sign(world, amendment, world.president, world.association)
    after = await cpos.read(world, cpo, world.region_officer)
    living = {(one["year"], one["funder_id"]): one["amount_cents"] for one in after["tranches"] if one["status"] != "dropped"}
    assert living == {
        (2026, str(world.state)): 800_000,
        (2026, str(world.caf)): 400_000,
        (2027, str(world.region)): 500_000,
        (2028, str(world.state)): 600_000,
        (2028, str(world.caf)): 200_000,
    }
    assert after["total_cents"] == sum(living.values())
    assert [one["name"] for one in after["funders"]] == ["STATE", "CAF", "Région"]


async def test_what_no_amendment_does(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.light_dossier(world, cpo)
    confirmed = cpos.tranche(world, cpo, "state", 0)["id"]
    later = cpos.tranche(world, cpo, "state", 1)["id"]
    for change, code in (
        ({"tranche_id": confirmed, "drop": True}, "already_entered"),
        ({"tranche_id": confirmed, "budget_line": "other"}, "already_entered"),
        ({"tranche_id": confirmed, "funder_id": str(world.caf)}, "not_forecast"),
        ({"tranche_id": later, "year": 2031}, "outside_years"),
        ({"tranche_id": later, "year": 2028}, "repeated"),
        ({"tranche_id": cpo["id"], "amount_cents": 1}, "unknown_tranche"),
    ):
        wish = {"reason": REASON, "changes": [change]}
        problem = await cpos.refused(world, world.team, cpo, "amendments", 409, "cpo-amendment-refused", wish)
        assert codes(problem) == {"/changes/0": code}
    wish = {"reason": REASON, "changes": [{"tranche_id": later}]}
    refusal(await cpos.act(world, world.team, cpo, "amendments", wish, expect=None), 422, "malformed-request")
    for who in (world.president, world.state_signatory):
        await cpos.refused(
            world, who, cpo, "amendments", 403, "not-party-to-cpo", {**wish, "changes": [{"tranche_id": later, "drop": True}]}
        )


async def test_one_amendment_waits_at_a_time_and_may_be_abandoned(world: World) -> None:
    cpo = await cpos.signed(world)
    change = {"tranche_id": cpos.tranche(world, cpo, "state", 1)["id"], "amount_cents": 1}
    await _proposed(world, cpo, change)
    wish = {"reason": REASON, "changes": [change]}
    problem = await cpos.refused(world, world.team, cpo, "amendments", 409, "cpo-amendment-pending", wish)
    assert problem["number"] == 1
    where = f"/cpos/{cpo['id']}/amendments/1"
    refusal(await world.change(world.state_signatory, "POST", f"{where}/abandonment", of=where), 403, "not-party-to-cpo")
    await world.change(world.team, "POST", f"{where}/abandonment", of=where, expect=201)
    assert (await _proposed(world, cpo, change))["number"] == 2
    listed = await world.pages(world.state_officer, f"/cpos/{cpo['id']}/amendments")
    assert [(one["number"], one["status"]) for one in listed] == [(1, "abandoned"), (2, "proposed")]


async def test_a_funder_leaves_and_the_gap_shows(world: World) -> None:
    cpo = await cpos.signed(world, euros={"state": [8_000, 6_000, 6_000], "caf": [4_000, 3_000, 2_000]})
    where = f"funders/{world.caf}/withdrawal"
    for who in (world.team, world.president, world.state_officer):
        await cpos.refused(world, who, cpo, where, 403, "not-party-to-cpo", {"reason": "Budget."})
    cpos.at(world, 2027, 2, 1)
    await cpos.reported(world, cpo, 0, "caf", "state")
    await cpos.confirm(world, cpo, "caf", 1)
    record = (await cpos.act(world, world.caf_officer, cpo, where, {"reason": "Budget."})).json()
    assert (record["number"], record["kind"], record["status"]) == (1, "withdrawal", "applied")
    assert [one["tranche_id"] for one in record["changes"]] == [cpos.tranche(world, cpo, "caf", 2)["id"]]
    assert record["total_before_cents"] - record["total_after_cents"] == 200_000
    after = await cpos.read(world, cpo, world.caf_officer)
    statuses = {(one["year"], one["status"]) for one in after["tranches"] if one["funder_id"] == str(world.caf)}
    assert statuses == {(2026, "confirmed"), (2027, "confirmed"), (2028, "dropped")}
    assert [year["gap_cents"] for year in after["year_list"]] == [0, 0, 200_000]
    assert after["total_cents"] == 2_700_000
    await cpos.refused(world, world.caf_officer, cpo, where, 409, "funder-already-gone", {"reason": "Encore."})
    await cpos.confirm(world, cpo, "state", 1)
    back = {"reason": REASON, "changes": [{"year": 2028, "funder_id": str(world.caf), "budget_line": "caf", "amount_cents": 1}]}
    problem = await cpos.refused(world, world.team, cpo, "amendments", 409, "cpo-amendment-refused", back)
    assert codes(problem) == {"/changes/0/funder_id": "withdrawn"}
    dossier = (await cpos.light_dossier(world, cpo, campaign_id=await cpos.next_campaign(world, 2027), offset=1)).json()
    assert dossier["granted_cents"] == 900_000, "what the funder confirmed before it left is still granted"


async def test_a_past_forecast_stays_when_a_funder_leaves(world: World) -> None:
    cpo = await cpos.signed(world)
    cpos.at(world, 2028, 6, 1)
    await cpos.act(world, world.caf_officer, cpo, f"funders/{world.caf}/withdrawal", {"reason": "Budget."})
    after = await cpos.read(world, cpo)
    left = {one["year"]: one["status"] for one in after["tranches"] if one["funder_id"] == str(world.caf)}
    assert left == {2026: "confirmed", 2027: "forecast", 2028: "dropped"}
