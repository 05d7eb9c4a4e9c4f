"""What agreements promise, and how much is multi-year."""

from uuid import UUID

import pytest

from services.programming.bilans.jobs import open_bilan
from services.programming.cpos import life, service
from tests.programming.bilans import acts as bilans
from tests.programming.cpos import agreements as cpos
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_promises_stand_beside_the_envelopes(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.drawn(world)  # a draft promises nothing
    await cpos.light_dossier(world, cpo)
    await cpos.next_campaign(world, 2027, envelopes={"p147": 500_000})
    where = f"/contracts/{world.contract_id}/promises"
    promises = (await world.call(world.team, "GET", where, expect=200)).json()["items"]
    told = {
        (one["year"], one["budget_line"]): (one["confirmed_cents"], one["forecast_cents"], one["drawn_cents"], one["left_cents"])
        for one in promises
    }
    assert told == {
        (2026, "p147"): (800_000, 0, 800_000, 9_200_000),
        (2026, "caf"): (400_000, 0, 400_000, 9_600_000),
        (2027, "p147"): (0, 600_000, 0, -100_000),
        (2027, "caf"): (0, 300_000, 0, 9_700_000),
        (2028, "p147"): (0, 600_000, 0, None),
        (2028, "caf"): (0, 200_000, 0, None),
    }
    later = (await world.call(world.team, "GET", where, params={"from_year": 2028}, expect=200)).json()["items"]
    assert {one["year"] for one in later} == {2028}
    own = (await world.call(world.caf_officer, "GET", where, expect=200)).json()["items"]
    assert {one["funder_id"] for one in own} == {str(world.caf)}
    asked = {"params": {"funder_id": str(world.state)}}
    assert len((await world.call(world.team, "GET", where, expect=200, **asked)).json()["items"]) == 3
    await world.refused(world.caf_officer, "GET", where, 403, "figures-for-funders", **asked)
    await world.refused(world.holder, "GET", where, 403, "figures-for-funders")


async def test_the_share_by_agreements_and_by_euros(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    await cpos.notified(world, dossier_id, "state", "caf")
    await world.awarded(state=8_000, caf=4_000, region=9_000)
    where = f"/campaigns/{world.campaign_id}/multi-year-share"
    share = (await world.call(world.region_officer, "GET", where, expect=200)).json()
    assert (share["agreements"], share["agreements_multi_year"], share["share_agreements_bp"]) == (3, 2, 6666)
    assert (share["granted_cents"], share["multi_year_cents"], share["share_euros_bp"]) == (3_300_000, 1_200_000, 3636)
    assert (share["target_bp"], share["missing_agreements"], share["missing_cents"]) == (5000, 0, 450_000)
    by_funder = {one["funder_id"]: (one["share_agreements_bp"], one["share_euros_bp"]) for one in share["by_funder"]}
    assert by_funder == {str(world.state): (10_000, 5000), str(world.caf): (10_000, 5000), str(world.region): (0, 0)}
    of_contract = (await world.call(world.team, "GET", f"/contracts/{world.contract_id}/multi-year-share", expect=200)).json()
    assert {name: of_contract[name] for name in share if name != "candidates"} == {
        name: share[name] for name in share if name != "candidates"
    }
    for who in (world.holder, world.stranger, member_of(world.neighbour)):
        await world.refused(who, "GET", where, 403, "figures-for-funders")


async def test_other_rooms_ask_for_the_share_without_a_caller(world: World) -> None:
    async with world.running.resources.database.transaction() as session:
        share = await service.multi_year_share(session, contract_id=UUID(world.contract_id))
    assert (share.agreements, share.share_euros_bp, share.missing_cents, share.candidates) == (0, None, 0, [])


async def _bilan_given(world: World, dossier_id: str) -> None:
    """Without it the same action is not asked for again."""
    await bilans.run(world, open_bilan, dossier_id=dossier_id)
    await bilans.fill(world, {"id": dossier_id})
    assert (await bilans.submit(world, {"id": dossier_id})).status_code == 201


async def test_an_action_granted_three_years_running_could_have_its_agreement(world: World) -> None:
    dossiers: list[str] = []
    for year in (2026, 2027, 2028):
        if year > 2026:
            cpos.at(world, year, 2, 1)
            await _bilan_given(world, dossiers[-1])
            cpos.at(world, year, 3, 2)
            await cpos.next_campaign(world, year)
        else:
            cpos.at(world, year, 3, 2)
        dossiers.append((await world.awarded(state=8_000))["id"])
    where = f"/campaigns/{world.campaign_id}/multi-year-share"
    (candidate,) = (await world.call(world.team, "GET", where, expect=200)).json()["candidates"]
    assert (candidate["years"], candidate["dossier_ids"], candidate["granted_cents"]) == ([2026, 2027, 2028], dossiers, 800_000)
    assert candidate["holder_name"] == "Les Ateliers imaginaires"
    wish = cpos.plan(world, dossier_ids=candidate["dossier_ids"])
    del wish["contact"], wish["holder_id"]
    made = (await world.call(world.team, "POST", "/cpos", json=wish, expect=201)).json()
    assert made["action_id"] == candidate["action_id"]
    assert (await world.call(world.team, "GET", where, expect=200)).json()["candidates"] == []


async def test_a_draft_campaign_s_share_is_hidden_from_others(world: World) -> None:
    await world.prepare_campaign(year=2027)
    where = f"/campaigns/{world.campaign_id}/multi-year-share"
    refusal(await world.call(world.holder, "GET", where), 404, "not-found")
    assert (await world.call(world.state_officer, "GET", where, expect=200)).json()["agreements"] == 0


async def test_the_journal_played_again_is_the_agreement(world: World) -> None:
    """The whole road: drawn up, changed, signed, confirmed lower, amended, suspended, a funder leaves, terminated."""
    cpo = await cpos.drawn(world)
    await world.change(world.team, "PATCH", f"/cpos/{cpo['id']}", json={"title": "Autre"}, expect=200)
    for name in ("state", "caf"):
        await cpos.act(world, cpos.officer(world, name), cpo, "approval", {"funder_id": str(cpos.funder(world, name))})
    for name in ("state", "caf"):
        await cpos.act(world, cpos.signatory(world, name), cpo, "signature", cpos.signing(cpos.funder(world, name)))
    await cpos.act(world, world.president, cpo, "signature", cpos.signing(world.association))
    await cpos.light_dossier(world, cpo)
    await _agrees(world, cpo)
    await cpos.reported(world, cpo, 0, "state", "caf")
    await cpos.confirm(world, cpo, "state", 1, amount_cents=123_456)
    await cpos.act(world, world.team, cpo, "suspension", {"reason": "Travaux."})
    await _agrees(world, cpo)
    await cpos.act(world, world.team, cpo, "resumption")
    change = {"tranche_id": cpos.tranche(world, cpo, "state", 2)["id"], "amount_cents": 1_000_000}
    await cpos.act(world, world.team, cpo, "amendments", {"reason": "Plus de public.", "changes": [change]})
    where = f"/cpos/{cpo['id']}/amendments/1"
    for who, party in ((world.president, world.association), (world.state_signatory, world.state)):
        await world.change(who, "POST", f"{where}/signature", of=where, json=cpos.signing(party), expect=201)
    await _agrees(world, cpo)
    await cpos.act(world, world.caf_officer, cpo, f"funders/{world.caf}/withdrawal", {"reason": "Budget."})
    await _agrees(world, cpo)
    await cpos.act(world, world.team, cpo, "termination", {"reason": "Dissolution."})
    after = await _agrees(world, cpo)
    assert after.total_cents == 800_000 + 400_000 + 123_456


async def _agrees(world: World, cpo: dict[str, str]) -> life.State:
    """The journal, from nothing, leads to what the parties read."""
    state = life.replay([line["changes"] for line in await cpos.journal(world, cpo)])
    read = await cpos.read(world, cpo)
    assert (state.status.value, state.total_cents) == (read["status"], read["total_cents"])
    told = {one["id"]: (one["year"], one["funder_id"], one["amount_cents"], one["status"]) for one in read["tranches"]}
    assert told == {one.id: (one.year, one.funder_id, one.amount_cents, one.state.value) for one in state.tranches.values()}
    assert read["total_cents"] == sum(one["amount_cents"] for one in read["tranches"] if one["status"] != "dropped")
    return state
