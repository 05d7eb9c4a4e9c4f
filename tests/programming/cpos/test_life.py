"""An agreement from its draft to its end."""

from datetime import date, timedelta
from typing import Any

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.papers import codes, refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_the_team_draws_it_up_and_its_parties_read_it(world: World) -> None:
    cpo = await cpos.drawn(world)
    first = world.running.clock.now().year
    assert cpo["status"] == "draft"
    assert cpo["reference"].startswith("CPO-CN0")
    assert cpo["reference"].endswith(f"-{first}-01")
    assert cpo["total_cents"] == 2_900_000 == sum(one["amount_cents"] for one in cpo["tranches"])
    assert [(y["year"], y["starts_on"], y["ends_on"]) for y in cpo["year_list"]] == [
        (first + i, f"{first + i}-01-01", f"{first + i}-12-31") for i in range(3)
    ]
    assert [one["firm"] for one in cpo["tranches"]] == [True, True, False, False, False, False]
    assert [y["charges_cents"] for y in cpo["year_list"]] == [1_500_000] * 3, "a year without its own budget takes the first's"
    for who in (world.helper, world.state_payer, world.caf_officer, world.team):
        assert (await cpos.read(world, cpo, who))["id"] == cpo["id"]
        assert [one["id"] for one in await world.pages(who, "/cpos", contract_id=world.contract_id)] == [cpo["id"]]
    for who in (world.stranger, world.region_officer):
        refusal(await world.call(who, "GET", f"/cpos/{cpo['id']}"), 404, "not-found")
        assert await world.pages(who, "/cpos", contract_id=world.contract_id) == []


async def test_what_was_read_is_not_sent_again_until_its_money_moves(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    award = (await cpos.notified(world, dossier_id, "state"))["state"]
    where = f"/cpos/{cpo['id']}"
    held = {"headers": {"If-None-Match": (await world.call(world.helper, "GET", where, expect=200)).headers["etag"]}}
    await world.call(world.helper, "GET", where, expect=304, **held)
    await world.commit(world.state_payer, award["id"])
    await world.call(world.helper, "GET", where, expect=200, **held)


async def test_the_second_of_a_year_has_the_next_number(world: World) -> None:
    answers = await world.at_once([(world.team, "POST", "/cpos", {"json": cpos.plan(world)})] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    assert sorted(answer.json()["reference"][-2:] for answer in answers) == ["01", "02", "03", "04"]


async def test_only_the_team_draws_it_up(world: World) -> None:
    for who in (world.holder, world.state_officer, world.stranger):
        await world.refused(who, "POST", "/cpos", 403, "not-party-to-cpo", json=cpos.plan(world))


async def test_what_does_not_hold_together_is_pointed_at(world: World) -> None:
    wrong = cpos.plan(
        world, objective_codes=["99"], qpv_codes=["QP999999"], total_cents=1, starts_on="2045-01-01", contact={"full_name": "Z"}
    )
    problem = await world.refused(world.team, "POST", "/cpos", 422, "cpo-refused", json=wrong)
    assert codes(problem) == {
        "/contact/email": "missing",
        "/starts_on": "outside_contract",
        "/objective_codes/0": "unknown_code",
        "/qpv_codes/0": "unknown_code",
        **{f"/tranches/{i}/year": "outside_years" for i in range(6)},
        "/tranches": "no_first_year",
        "/total_cents": "total_differs",
        "/budgets/0/year": "outside_years",
    }
    twice = cpos.plan(world)
    twice["tranches"] += [{**twice["tranches"][0], "budget_line": "other"}]
    twice["funders"] += [{"funder_id": str(world.region), "name": "Région"}]
    problem = await world.refused(world.team, "POST", "/cpos", 422, "cpo-refused", json=twice)
    assert codes(problem) == {"/tranches/6": "repeated", "/funders/2": "brings_nothing"}


async def test_a_total_is_split_over_the_years_to_the_cent(world: World) -> None:
    split = [{"funder_id": str(world.state), "budget_line": "p147", "total_cents": 1_000_001}]
    wish = cpos.plan(world, euros={"state": [1, 1, 1]}, tranches=[], splits=split, total_cents=1_000_001)
    cpo = (await world.call(world.team, "POST", "/cpos", json=wish, expect=201)).json()
    assert [one["amount_cents"] for one in cpo["tranches"]] == [333_334, 333_334, 333_333]
    weighted = {**wish, "splits": [{**split[0], "weights": [5, 3, 2]}]}
    cpo = (await world.call(world.team, "POST", "/cpos", json=weighted, expect=201)).json()
    assert [one["amount_cents"] for one in cpo["tranches"]] == [500_001, 300_000, 200_000]
    assert cpo["total_cents"] == 1_000_001
    uneven = {**wish, "splits": [{**split[0], "weights": [5, 3]}]}
    problem = await world.refused(world.team, "POST", "/cpos", 422, "cpo-refused", json=uneven)
    assert codes(problem) == {"/splits/0/weights": "weights"}


async def test_a_candidate_dossier_gives_what_is_not_said(world: World) -> None:
    dossier = await world.submitted(state=8_000, caf=4_000)
    wish = cpos.plan(world, dossier_ids=[dossier["id"]])
    for said in ("holder_id", "title", "objective_codes", "qpv_codes", "budgets", "contact", "description"):
        del wish[said]
    cpo = (await world.call(world.team, "POST", "/cpos", json=wish, expect=201)).json()
    assert (cpo["holder_id"], cpo["title"], cpo["action_id"]) == (str(world.association), dossier["title"], dossier["action_id"])
    assert cpo["source_dossier_ids"] == [dossier["id"]]
    assert cpo["contact"]["email"] == "contact@ateliers.example.org"
    assert [line["account"] for line in cpo["year_list"][0]["budget"]["produits"]] == ["70"], (
        "the tranches take the requests' place"
    )
    other = {**wish, "holder_id": str(world.neighbour)}
    problem = await world.refused(world.team, "POST", "/cpos", 422, "cpo-refused", json=other)
    assert codes(problem) == {"/dossier_ids": "several_holders"}


async def test_each_funder_approves_then_every_party_signs(world: World) -> None:
    cpo = await cpos.drawn(world)
    await cpos.refused(world, world.president, cpo, "signature", 409, "cpo-state-refused", cpos.signing(world.association))
    state = {"funder_id": str(world.state)}
    for who in (member_of(world.state), world.state_payer, world.team, world.holder, world.caf_officer):
        await cpos.refused(world, who, cpo, "approval", 403, "not-party-to-cpo", state)
    await cpos.act(world, world.state_officer, cpo, "approval", state)
    assert (await cpos.read(world, cpo))["status"] == "draft"
    await cpos.refused(world, world.state_officer, cpo, "approval", 409, "cpo-already-approved", state)
    await cpos.act(world, world.caf_signatory, cpo, "approval", {"funder_id": str(world.caf)})
    assert (await cpos.read(world, cpo))["status"] == "approved"
    for who in (world.holder, world.team, world.state_signatory):
        await cpos.refused(world, who, cpo, "signature", 403, "not-party-to-cpo", cpos.signing(world.association))
    await cpos.act(world, world.president, cpo, "signature", cpos.signing(world.association))
    await cpos.refused(world, world.president, cpo, "signature", 409, "cpo-already-signed", cpos.signing(world.association))
    await cpos.act(world, world.state_signatory, cpo, "signature", cpos.signing(world.state))
    waiting = await cpos.read(world, cpo)
    assert (waiting["status"], waiting["holder_signature"]["signatory_function"]) == ("approved", "Présidente")
    assert {one["status"] for one in waiting["tranches"]} == {"forecast"}
    await cpos.act(world, world.caf_signatory, cpo, "signature", cpos.signing(world.caf))
    bound = await cpos.read(world, cpo)
    assert (bound["status"], bound["signed_cents"]) == ("in_force", 2_900_000)
    assert [one["status"] for one in bound["tranches"]] == ["confirmed"] * 2 + ["forecast"] * 4


async def test_a_draft_changes_and_is_approved_again(world: World) -> None:
    cpo = await cpos.approved(world)
    where = f"/cpos/{cpo['id']}"
    changed = (await world.change(world.team, "PATCH", where, json={"title": "Autre titre"}, expect=200)).json()
    assert (changed["status"], changed["title"]) == ("draft", "Autre titre")
    assert [one["approved_at"] for one in changed["funders"]] == [None, None]
    assert {one["id"] for one in changed["tranches"]} == {one["id"] for one in cpo["tranches"]}
    tranches = [{**t, "amount_cents": 100_000} for t in cpos.plan(world)["tranches"] if t["funder_id"] == str(world.state)]
    wish = {"tranches": tranches, "funders": [{"funder_id": str(world.state), "name": "État"}]}
    changed = (await world.change(world.team, "PATCH", where, json=wish, expect=200)).json()
    assert (changed["total_cents"], len(changed["tranches"]), len(changed["funders"])) == (300_000, 3, 1)
    refusal(await world.call(world.caf_officer, "GET", where), 404, "not-found")
    refusal(await world.change(world.state_officer, "PATCH", where, json={"title": "Z"}), 403, "not-party-to-cpo")


async def test_what_is_signed_by_one_changes_no_more(world: World) -> None:
    cpo = await cpos.approved(world)
    await cpos.act(world, world.president, cpo, "signature", cpos.signing(world.association))
    answer = await world.change(world.team, "PATCH", f"/cpos/{cpo['id']}", json={"title": "Z"})
    refusal(answer, 409, "cpo-already-signed")


async def test_it_comes_into_force_and_ends_by_itself(world: World) -> None:
    first = world.running.clock.now().year + 1
    cpo = await cpos.signed(world, starts_on=f"{first}-01-01", **_shifted(world, 1))
    assert cpo["status"] == "signed"
    cpos.at(world, first, 1, 1)
    assert (await cpos.read(world, cpo))["status"] == "in_force", "on reading, before any job"
    assert [one["id"] for one in await world.pages(world.team, "/cpos", status="in_force", year=first)] == [cpo["id"]]
    await cpos.morning(world)
    await cpos.morning(world)
    acts = [line["act"] for line in await cpos.journal(world, cpo)]
    assert acts[-1] == "cpo.entered_into_force"
    assert acts.count("cpo.entered_into_force") == 1
    cpos.at(world, first + 3, 1, 1)
    assert (await cpos.read(world, cpo))["status"] == "ended"
    await cpos.morning(world)
    assert (await cpos.journal(world, cpo))[-1]["act"] == "cpo.ended"


async def test_suspended_nothing_is_confirmed_until_it_is_resumed(world: World) -> None:
    cpo = await cpos.signed(world)
    for who in (world.state_officer, world.president):
        await cpos.refused(world, who, cpo, "suspension", 403, "not-party-to-cpo", {"reason": "Travaux."})
    await cpos.act(world, world.team, cpo, "suspension", {"reason": "Travaux."})
    suspended = await cpos.read(world, cpo)
    assert (suspended["status"], suspended["reason"]) == ("suspended", "Travaux.")
    later = cpos.tranche(world, cpo, "state", 1)["id"]
    await cpos.refused(world, world.state_officer, cpo, f"tranches/{later}/confirmation", 409, "cpo-state-refused", {})
    refusal(await cpos.light_dossier(world, cpo, expect=None), 409, "cpo-state-refused")
    await cpos.refused(world, world.team, cpo, "suspension", 409, "cpo-state-refused", {"reason": "Encore."})
    await cpos.act(world, world.team, cpo, "resumption")
    assert (await cpos.read(world, cpo))["status"] == "in_force"
    await cpos.light_dossier(world, cpo)


async def test_terminated_what_is_to_come_is_dropped_and_what_was_stays(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.act(world, world.team, cpo, "termination", {"reason": "L'association cesse son activité."})
    ended = await cpos.read(world, cpo)
    assert (ended["status"], ended["total_cents"]) == ("terminated", 1_200_000)
    assert [one["status"] for one in ended["tranches"]] == ["confirmed"] * 2 + ["dropped"] * 4
    assert [y["gap_cents"] for y in ended["year_list"]] == [0, 900_000, 800_000]
    await cpos.refused(world, world.team, cpo, "resumption", 409, "cpo-state-refused")


async def test_the_renewal_is_announced_once_and_drawn_up_once(world: World) -> None:
    cpo = await cpos.signed(world)
    last = date.fromisoformat(cpo["ends_on"])
    cpos.at(world, last.year, 3, 30)
    await cpos.morning(world)
    assert await world.pages(world.team, "/cpos", renewal_due=True, contract_id=world.contract_id) == []
    cpos.at(world, last.year, 3, 31)
    await cpos.morning(world)
    await cpos.morning(world)
    assert [one["id"] for one in await world.pages(world.team, "/cpos", renewal_due=True)] == [cpo["id"]]
    assert len(await world.mails(f"Renouvellement à préparer – {cpo['reference']}")) == 1
    await cpos.refused(world, world.holder, cpo, "renewal", 403, "not-party-to-cpo")
    where, tag = f"/cpos/{cpo['id']}", (await world.call(world.team, "GET", f"/cpos/{cpo['id']}")).headers["etag"]
    wish = {"headers": {"If-Match": tag}}
    answers = await world.at_once([(world.team, "POST", f"{where}/renewal", wish)] * 3)
    assert sorted(answer.status_code for answer in answers) == [201, 409, 409]
    draft = next(answer.json() for answer in answers if answer.status_code == 201)
    assert draft["starts_on"] == (last + timedelta(days=1)).isoformat()
    assert (draft["renews_id"], draft["action_id"], draft["status"]) == (cpo["id"], cpo["action_id"], "draft")
    assert [one["amount_cents"] for one in draft["tranches"]] == [one["amount_cents"] for one in cpo["tranches"]]
    assert [one["firm"] for one in draft["tranches"]] == [True, True, False, False, False, False]
    assert await world.pages(world.team, "/cpos", renewal_due=True) == []
    problem = await cpos.refused(world, world.team, cpo, "renewal", 409, "cpo-already-renewed")
    assert problem["cpo_id"] == draft["id"]


def _shifted(world: World, years: int) -> dict[str, Any]:
    """The plan's tranches and budgets, some years later."""
    wish = cpos.plan(world)
    return {name: [{**one, "year": one["year"] + years} for one in wish[name]] for name in ("tranches", "budgets")}
