"""What a multi-year agreement makes its parties do, from its draft to its renewal."""

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.due_lists.lists import due
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_draft_is_approved_by_its_funders_then_signed_by_each_party(world: World) -> None:
    cpo = await cpos.drawn(world)
    for name in ("state", "caf"):
        found = await due(world, cpos.officer(world, name))
        assert (found["cpo_to_approve"]["resource_id"], found["cpo_to_approve"]["label"]) == (cpo["id"], cpo["title"])
        assert (await world.call(cpos.officer(world, name), "GET", found["cpo_to_approve"]["link"])).status_code == 200
        await cpos.act(world, cpos.officer(world, name), cpo, "approval", {"funder_id": str(cpos.funder(world, name))})
        assert "cpo_to_approve" not in await due(world, cpos.officer(world, name))
    for who, organisation in (
        (world.state_signatory, world.state),
        (world.caf_signatory, world.caf),
        (world.president, world.association),
    ):
        assert (await due(world, who))["cpo_to_sign"]["reference"] == cpo["reference"]
        await cpos.act(world, who, cpo, "signature", cpos.signing(organisation))
        assert "cpo_to_sign" not in await due(world, who)
    for who in (world.stranger, world.region_officer, world.holder):
        assert not [kind for kind in await due(world, who) if kind.startswith("cpo_to_sign")]


async def test_each_anniversary_has_a_report_then_answers_then_confirmations(world: World) -> None:
    cpo = await cpos.signed(world)
    assert "cpo_report_to_submit" not in await due(world, world.helper), "months before the anniversary"
    cpos.at(world, 2026, 12, 8)
    found = await due(world, world.helper)
    assert (found["cpo_report_to_submit"]["due_on"], found["cpo_report_to_submit"]["when"]) == ("2026-12-31", "later")
    assert "cpo_tranche_to_confirm" not in await due(world, world.state_officer), "nothing to confirm without the report"
    await cpos.reported(world, cpo, 0)
    assert "cpo_report_to_submit" not in await due(world, world.helper)
    assert "cpo_report_to_answer" in await due(world, world.caf_officer)
    where = f"/cpos/{cpo['id']}/reports/2026"
    more = {"funder_id": str(world.caf), "comment": "Précisez le public."}
    await world.change(world.caf_officer, "POST", f"{where}/completion-request", of=where, json=more, expect=201)
    assert "cpo_report_to_answer" not in await due(world, world.caf_officer)
    assert "cpo_report_to_submit" in await due(world, world.holder), "it was sent back"
    await world.change(world.holder, "POST", f"{where}/submission", of=where, expect=201)
    for name in ("caf", "state"):
        who, body = cpos.officer(world, name), {"funder_id": str(cpos.funder(world, name))}
        assert "cpo_report_to_answer" in await due(world, who)
        await world.change(who, "POST", f"{where}/acceptance", of=where, json=body, expect=201)
    found = await due(world, world.state_officer)
    assert (found["cpo_tranche_to_confirm"]["due_on"], "cpo_report_to_answer" in found) == ("2027-01-01", False)
    await cpos.confirm(world, await cpos.read(world, cpo), "state", 1)
    assert "cpo_tranche_to_confirm" not in await due(world, world.state_officer)


async def test_a_confirmed_year_waits_for_its_dossier_once_it_is_called(world: World) -> None:
    cpo = await cpos.signed(world)
    assert "cpo_dossier_to_submit" in await due(world, world.holder), "the first year is firm, and its campaign is open"
    assert "cpo_dossier_to_submit" not in await due(world, world.helper), "managers and signatories submit"
    await cpos.light_dossier(world, cpo)
    assert "cpo_dossier_to_submit" not in await due(world, world.holder)


async def test_an_amendment_waits_for_each_signatory_and_a_renewal_for_the_team(world: World) -> None:
    cpo = await cpos.signed(world)
    third = cpos.tranche(world, cpo, "state", 2)["id"]
    body = {"reason": "Baisse de crédits.", "changes": [{"tranche_id": third, "amount_cents": 500_000}]}
    answer = await cpos.act(world, world.team, cpo, "amendments", body, expect=None)
    assert answer.status_code == 201, answer.text
    number = answer.json()["number"]
    for who, organisation in ((world.state_signatory, world.state), (world.president, world.association)):
        assert "cpo_amendment_to_sign" in await due(world, who)
        where = f"/cpos/{cpo['id']}/amendments/{number}"
        await world.change(who, "POST", f"{where}/signature", of=where, json=cpos.signing(organisation), expect=201)
        assert "cpo_amendment_to_sign" not in await due(world, who)
    assert "cpo_amendment_to_sign" not in await due(world, world.caf_signatory), "its tranches did not move"
    cpos.at(world, 2028, 9, 1)
    await cpos.morning(world)
    assert (await due(world, world.team))["cpo_to_renew"]["due_on"] == "2028-12-31"
