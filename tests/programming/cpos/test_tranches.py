"""Tranches: confirmed on the previous year's report, carried by the year's light dossier, drawn on the envelopes."""

from typing import Any

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.papers import SWORN, codes, refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_no_tranche_is_confirmed_without_the_previous_year_s_report(world: World) -> None:
    cpo = await cpos.signed(world)
    where = f"tranches/{cpos.tranche(world, cpo, 'state', 1)['id']}/confirmation"
    problem = await cpos.refused(world, world.state_officer, cpo, where, 409, "yearly-report-missing", {})
    assert problem["year"] == 2026
    await world.call(world.helper, "POST", f"/cpos/{cpo['id']}/reports", json={"year": 2026}, expect=201)
    await cpos.refused(world, world.state_officer, cpo, where, 409, "yearly-report-missing", {})
    cpo = await cpos.signed(world)
    where = f"tranches/{cpos.tranche(world, cpo, 'state', 1)['id']}/confirmation"
    await cpos.reported(world, cpo, 0, "caf")
    await cpos.refused(world, world.state_officer, cpo, where, 409, "yearly-report-not-accepted", {})
    await cpos.confirm(world, cpo, "caf", 1)
    accept = f"/cpos/{cpo['id']}/reports/2026"
    body = {"funder_id": str(world.state)}
    await world.change(world.state_officer, "POST", f"{accept}/acceptance", of=accept, json=body, expect=201)
    await cpos.confirm(world, cpo, "state", 1)
    assert [one["status"] for one in (await cpos.read(world, cpo))["tranches"]] == ["confirmed"] * 4 + ["forecast"] * 2


async def test_only_its_funder_s_officers_confirm(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state")
    where = f"tranches/{cpos.tranche(world, cpo, 'state', 1)['id']}/confirmation"
    for who in (world.caf_officer, world.team, world.president, member_of(world.state), world.state_payer):
        await cpos.refused(world, who, cpo, where, 403, "not-party-to-cpo", {})
    await cpos.refused(world, world.state_officer, cpo, f"tranches/{cpo['id']}/confirmation", 404, "not-found", {})


async def test_an_amount_other_than_the_forecast_is_recorded_and_leaves_a_gap(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state")
    await cpos.confirm(world, cpo, "state", 1, amount_cents=450_000, reason="Crédits en baisse.")
    after = await cpos.read(world, cpo)
    tranche = cpos.tranche(world, after, "state", 1)
    assert (tranche["amount_cents"], tranche["forecast_cents"], tranche["status"]) == (450_000, 600_000, "confirmed")
    assert after["total_cents"] == cpo["total_cents"] - 150_000
    assert [y["gap_cents"] for y in after["year_list"]] == [0, 150_000, 0]
    line = (await cpos.journal(world, cpo))[-1]
    assert (line["act"], line["reason"]) == ("cpo.tranche_confirmed", "Crédits en baisse.")
    assert line["changes"]["tranches"][tranche["id"]]["amount_cents"] == [600_000, 450_000]
    where = f"tranches/{tranche['id']}/confirmation"
    await cpos.refused(world, world.state_officer, cpo, where, 409, "tranche-not-forecast", {})


async def test_two_officers_confirm_the_same_tranche_and_one_wins(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state")
    where = f"/cpos/{cpo['id']}"
    tag = (await world.call(world.team, "GET", where, expect=200)).headers["etag"]
    url = f"{where}/tranches/{cpos.tranche(world, cpo, 'state', 1)['id']}/confirmation"
    officers = [world.state_officer, world.state_signatory] * 3
    wishes = [{"json": {"amount_cents": 500_000 + i}, "headers": {"If-Match": tag}} for i in range(6)]
    answers = await world.at_once([(who, "POST", url, wish) for who, wish in zip(officers, wishes, strict=True)])
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 5]
    won = next(answer.json() for answer in answers if answer.status_code == 201)
    after = await cpos.read(world, cpo)
    assert cpos.tranche(world, after, "state", 1)["amount_cents"] == cpos.tranche(world, won, "state", 1)["amount_cents"]
    acts = [line["act"] for line in await cpos.journal(world, cpo)]
    assert acts.count("cpo.tranche_confirmed") == 1


async def test_the_light_dossier_asks_nothing_already_known(world: World) -> None:
    cpo = await cpos.signed(world)
    world.running.clock.forward(days=60)  # the deadline is past: money already voted has none
    made = (await cpos.light_dossier(world, cpo)).json()
    assert (made["status"], made["granted_cents"]) == ("decided", 1_200_000)
    dossier = await world.seen(made["dossier_id"], world.team)
    assert (dossier["reference"], dossier["status"]) == (made["reference"], "decided")
    assert (dossier["cpo_id"], dossier["action_id"], dossier["multi_year"]) == (cpo["id"], cpo["action_id"], True)
    assert (dossier["starts_on"], dossier["ends_on"]) == ("2026-01-01", "2026-12-31")
    assert (dossier["title"], dossier["qpv_codes"], dossier["objective_codes"]) == (cpo["title"], ["QP011002"], ["2"])
    assert (dossier["holder"]["name"], dossier["contact"]["email"]) == ("Les Ateliers imaginaires", "contact@ateliers.example.org")
    assert dossier["content"]["description"] == cpo["description"]
    produits = {line["account"] + (line["funder_id"] or ""): line["amount_cents"] for line in dossier["budget"]["produits"]}
    assert produits == {"70": 300_000, f"74{world.state}": 800_000, f"74{world.caf}": 400_000}
    assert {(r["status"], r["granted_cents"]) for r in dossier["requests"]} == {("granted", 800_000), ("granted", 400_000)}
    assert (await cpos.line(world, "p147"))["granted_cents"] == 800_000
    assert (await cpos.line(world, "caf"))["granted_cents"] == 400_000
    receipt = (await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/submission", expect=200)).json()
    assert receipt["reference"] == made["reference"]
    (mail,) = await world.mails(made["reference"])
    assert "convention pluriannuelle" in mail["text"]
    assert "rejet" not in mail["text"]
    holder = await world.seen(made["dossier_id"], world.holder)
    assert {r["status"] for r in holder["requests"]} == {"asked"}, "the holder reads each answer once it is notified"


async def test_each_funder_notifies_the_tranche_as_usual(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    awards = await cpos.notified(world, dossier_id, "state", "caf")
    assert awards["state"]["cpo_id"] == cpo["id"]
    assert {award["id"] for award in await world.pages(world.holder, "/awards", cpo_id=cpo["id"])} == {
        award["id"] for award in awards.values()
    }
    told = await world.seen(dossier_id, world.holder)
    assert {r["motive"] for r in told["requests"]} == {f"Tranche 2026 de la convention pluriannuelle {cpo['reference']}"}
    await world.running.run_jobs()
    (letter, _) = (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/notifications", expect=200)).json()["items"]
    assert letter["letter"]
    again = {"json": {"funder_id": str(world.state)}}
    await world.refused(world.state_officer, "POST", f"/dossiers/{dossier_id}/notifications", 409, "already-notified", **again)


async def test_the_tranche_follows_its_award_to_the_last_justified_euro(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    awards = await cpos.notified(world, dossier_id, "state", "caf")
    await world.commit(world.state_payer, awards["state"]["id"], amount_cents=500_000)
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 0)["status"] == "committed"
    await world.commit(world.state_payer, awards["state"]["id"])
    await cpos.pay(world, awards["state"]["id"], 800_000)
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 0)["status"] == "paid"
    await cpos.justify(world, awards["state"]["id"], 790_000)
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 0)["status"] == "justified"
    money = (await world.call(world.caf_officer, "GET", f"/cpos/{cpo['id']}/money", expect=200)).json()
    first = next(one for one in money["lines"] if (one["year"], one["funder_id"]) == (2026, str(world.state)))
    assert (first["when"], first["forecast_cents"], first["confirmed_cents"], first["granted_cents"]) == (
        "present", 800_000, 800_000, 800_000,
    )  # fmt: skip
    assert (first["committed_cents"], first["paid_cents"], first["justified_cents"]) == (800_000, 800_000, 790_000)
    assert [(y["year"], y["when"], y["forecast_cents"]) for y in money["by_year"]] == [
        (2026, "present", 1_200_000), (2027, "future", 900_000), (2028, "future", 800_000),
    ]  # fmt: skip
    assert (money["total"]["forecast_cents"], money["total"]["granted_cents"]) == (2_900_000, 1_200_000)
    for name in money["total"]:
        assert money["total"][name] == sum(line[name] for line in money["lines"]) == sum(y[name] for y in money["by_year"])


async def test_a_short_envelope_refuses_by_name_and_nothing_is_kept(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.set_envelope(world, "state", 799_999)
    problem = refusal(await cpos.light_dossier(world, cpo, expect=None), 409, "envelope-exceeded")
    assert problem["left_cents"] == 799_999
    assert (await cpos.line(world, "caf"))["granted_cents"] == 0, "the line that was long enough is given back too"
    assert await world.pages(world.holder, "/dossiers", campaign_id=world.campaign_id) == []
    assert (await cpos.read(world, cpo))["year_list"][0]["dossier_id"] is None
    await cpos.set_envelope(world, "state", 800_000)
    assert (await cpos.light_dossier(world, cpo)).json()["reference"].endswith("-0001"), "no number was lost"


async def test_asked_twice_the_first_dossier_is_named(world: World) -> None:
    cpo = await cpos.signed(world)
    dossier_id = (await cpos.light_dossier(world, cpo)).json()["dossier_id"]
    assert (await cpos.read(world, cpo))["year_list"][0]["dossier_id"] == dossier_id
    problem = refusal(await cpos.light_dossier(world, cpo, expect=None), 409, "light-dossier-exists")
    assert problem["dossier_id"] == dossier_id


async def test_two_tabs_at_once_make_one_dossier(world: World) -> None:
    cpo = await cpos.signed(world)
    body = {**SWORN, "campaign_id": world.campaign_id}
    answers = await world.at_once([(world.holder, "POST", f"/cpos/{cpo['id']}/years/2026/dossier", {"json": body})] * 5)
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 4]
    made = next(answer.json()["dossier_id"] for answer in answers if answer.status_code == 201)
    for answer in answers:
        if answer.status_code == 409:
            assert refusal(answer, 409, "light-dossier-exists")["dossier_id"] == made
    assert len(await world.pages(world.team, "/dossiers", campaign_id=world.campaign_id)) == 1
    assert (await cpos.line(world, "p147"))["granted_cents"] == 800_000


async def test_two_agreements_share_an_envelope_that_holds_one(world: World) -> None:
    await cpos.set_envelope(world, "state", 1_000_000)
    agreements = [await cpos.signed(world, euros={"state": [8_000, 6_000]}) for _ in range(2)]
    body = {**SWORN, "campaign_id": world.campaign_id}
    calls = [(world.holder, "POST", f"/cpos/{cpo['id']}/years/2026/dossier", {"json": body}) for cpo in agreements]
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201, 409]
    assert (await cpos.line(world, "p147"))["granted_cents"] == 800_000


async def test_it_is_sworn_by_the_holder_s_officers(world: World) -> None:
    cpo = await cpos.signed(world)
    where, body = f"/cpos/{cpo['id']}/years/2026/dossier", {**SWORN, "campaign_id": world.campaign_id}
    for who in (world.helper, world.team, world.state_officer):
        await world.refused(who, "POST", where, 403, "not-party-to-cpo", json=body)
    await world.refused(world.stranger, "POST", where, 404, "not-found", json=body)
    problem = refusal(await cpos.light_dossier(world, cpo, sworn_statement=False, expect=None), 422, "not-sworn")
    assert codes(problem) == {"/sworn_statement": "required"}


async def test_the_campaign_is_the_contract_s_of_that_year(world: World) -> None:
    cpo = await cpos.signed(world)
    own = world.campaign_id
    await world.prepare_campaign(year=2027)
    draft = world.campaign_id
    refusal(await cpos.light_dossier(world, cpo, campaign_id=draft, expect=None), 404, "not-found")
    await world.act("opening")
    refusal(await cpos.light_dossier(world, cpo, campaign_id=draft, expect=None), 409, "campaign-not-of-the-cpo")
    refusal(await cpos.light_dossier(world, cpo, 1, campaign_id=draft, expect=None), 409, "nothing-confirmed")
    world.campaign_id = own
    world.running.clock.forward(days=60)
    for name in ("instruction", "decision", "archiving"):
        await world.close_expired()
        await world.act(name)
    refusal(await cpos.light_dossier(world, cpo, expect=None), 409, "campaign-not-of-the-cpo")


async def test_a_tranche_without_its_line_in_the_campaign_refuses_the_dossier(world: World) -> None:
    wish = cpos.plan(world)
    tranches = [
        {**one, "budget_line": "elsewhere" if one["budget_line"] == "caf" else one["budget_line"]} for one in wish["tranches"]
    ]
    cpo = await cpos.signed(world, tranches=tranches)
    problem = refusal(await cpos.light_dossier(world, cpo, expect=None), 409, "tranche-without-line")
    assert (problem["funder_id"], problem["budget_line"]) == (str(world.caf), "elsewhere")


async def test_a_tranche_confirmed_later_enters_the_dossier(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state", "caf")
    await cpos.confirm(world, cpo, "state", 1)
    await cpos.next_campaign(world, 2027)
    dossier_id = (await cpos.light_dossier(world, cpo, 1)).json()["dossier_id"]
    await cpos.notified(world, dossier_id, "state")
    before = await world.seen(dossier_id, world.team)
    gap = {line["account"]: line["amount_cents"] for line in before["budget"]["produits"]}
    assert gap == {"70": 300_000, "74": 600_000, "758": 600_000}, "what is still to be found is said"
    assert before["renewal"]
    refusal(await world.call(world.caf_officer, "GET", f"/dossiers/{dossier_id}"), 404, "not-found")
    await cpos.confirm(world, cpo, "caf", 1, amount_cents=250_000)
    after = await world.seen(dossier_id, world.caf_officer)
    assert (after["status"], after["asked_cents"], after["granted_cents"]) == ("notified", 850_000, 850_000)
    assert world.request_of(after, world.caf)["granted_cents"] == 250_000
    assert (await cpos.line(world, "caf"))["granted_cents"] == 250_000
    await cpos.notified(world, dossier_id, "caf")
    assert cpos.tranche(world, await cpos.read(world, cpo), "caf", 1)["request_id"] == world.request_of(after, world.caf)["id"]


@pytest.mark.parametrize("so_far", ["notified", "running", "report_due"])
async def test_to_the_holder_a_late_tranche_takes_nothing_back(world: World, so_far: str) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state", "caf")
    await cpos.confirm(world, cpo, "state", 1)
    await cpos.next_campaign(world, 2027)
    dossier_id = (await cpos.light_dossier(world, cpo, 1)).json()["dossier_id"]
    award = (await cpos.notified(world, dossier_id, "state"))["state"]
    if so_far == "running":
        await world.commit(world.state_payer, award["id"])
    if so_far == "report_due":
        await world.running.rows("UPDATE dossiers SET status = 'report_due' WHERE id = %(id)s RETURNING id", id=dossier_id)

    async def told() -> list[Any]:
        seen = await world.seen(dossier_id, world.holder)
        (listed,) = [one for one in await world.pages(world.holder, "/dossiers", status=so_far) if one["id"] == dossier_id]
        assert (seen["status"], seen["granted_cents"]) == (listed["status"], listed["granted_cents"])
        return [seen["status"], seen["granted_cents"], world.request_of(seen, world.state)]

    before = await told()
    assert before[:2] == [so_far, 600_000]
    await cpos.confirm(world, cpo, "caf", 1, amount_cents=250_000)
    assert await told() == before, "nothing that was told is untold, nothing that was not is"
    entered = world.request_of(await world.seen(dossier_id, world.holder), world.caf)
    assert (entered["status"], entered["granted_cents"], entered["decided_at"]) == ("asked", None, None)
    assert (await world.seen(dossier_id, world.caf_officer))["granted_cents"] == 850_000
    await cpos.notified(world, dossier_id, "caf")
    assert (await world.seen(dossier_id, world.holder))["granted_cents"] == 850_000


async def test_no_tranche_enters_a_dossier_that_is_closed(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state", "caf")
    await cpos.confirm(world, cpo, "state", 1)
    await cpos.next_campaign(world, 2027)
    dossier_id = (await cpos.light_dossier(world, cpo, 1)).json()["dossier_id"]
    await cpos.notified(world, dossier_id, "state")
    await world.running.rows("UPDATE dossiers SET status = 'closed' WHERE id = %(id)s RETURNING id", id=dossier_id)
    refusal(await cpos.confirm(world, cpo, "caf", 1, expect=None), 409, "dossier-state-refused")
    assert cpos.tranche(world, await cpos.read(world, cpo), "caf", 1)["status"] == "forecast"


async def test_a_late_confirmation_beyond_the_envelope_is_refused_whole(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state", "caf")
    await cpos.confirm(world, cpo, "state", 1)
    await cpos.next_campaign(world, 2027, envelopes={"caf": 100_000})
    dossier_id = (await cpos.light_dossier(world, cpo, 1)).json()["dossier_id"]
    refusal(await cpos.confirm(world, cpo, "caf", 1, expect=None), 409, "envelope-exceeded")
    assert cpos.tranche(world, await cpos.read(world, cpo), "caf", 1)["status"] == "forecast"
    assert len((await world.seen(dossier_id, world.team))["requests"]) == 1


async def test_the_holder_is_reminded_once_of_a_dossier_to_make(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.morning(world)
    await cpos.morning(world)
    (mail,) = await world.mails(f"Dossier 2026 à déposer – {cpo['reference']}")
    assert mail["to"] == "contact@ateliers.example.org"
    assert "12\u202f000" in mail["text"]
    other = await cpos.signed(world)
    await cpos.light_dossier(world, other)
    await cpos.morning(world)
    assert await world.mails(f"Dossier 2026 à déposer – {other['reference']}") == []
