"""The yearly report: written and submitted by the holder, accepted or sent back by each funder."""

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.papers import codes, refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_a_draft_is_the_holder_s_alone(world: World) -> None:
    cpo = await cpos.signed(world)
    where = f"/cpos/{cpo['id']}/reports"
    for who in (world.team, world.state_officer):
        await world.refused(who, "POST", where, 403, "not-party-to-cpo", json={"year": 2026})
    await world.refused(world.stranger, "POST", where, 404, "not-found", json={"year": 2026})
    await world.call(world.helper, "POST", where, json={"year": 2026}, expect=201)
    await world.refused(world.helper, "POST", where, 409, "yearly-report-already-open", json={"year": 2026})
    assert len(await world.pages(world.helper, where)) == 1
    for who in (world.team, world.state_officer):
        assert await world.pages(who, where) == []
        await world.refused(who, "GET", f"{where}/2026", 404, "not-found")


async def test_a_year_to_come_has_no_report_yet(world: World) -> None:
    cpo = await cpos.signed(world)
    where = f"/cpos/{cpo['id']}/reports"
    problem = await world.refused(world.helper, "POST", where, 409, "yearly-report-refused", json={"year": 2027})
    assert problem["starts_on"] == "2027-01-01"
    await world.refused(world.helper, "POST", where, 404, "not-found", json={"year": 2031})


async def test_what_is_missing_is_said_before_it_is_submitted(world: World) -> None:
    cpo = await cpos.signed(world)
    where = f"/cpos/{cpo['id']}/reports/2026"
    await world.call(world.helper, "POST", f"/cpos/{cpo['id']}/reports", json={"year": 2026}, expect=201)
    await world.change(world.helper, "PATCH", where, json={"indicators": [{"code": "autre", "actual": 3}]}, expect=200)
    tag = (await world.call(world.holder, "GET", where, expect=200)).headers["etag"]
    sent = {"headers": {"If-Match": tag}}
    await world.refused(world.helper, "POST", f"{where}/submission", 403, "not-party-to-cpo", **sent)
    problem = await world.refused(world.holder, "POST", f"{where}/submission", 409, "yearly-report-incomplete", **sent)
    assert codes(problem) == {
        "/summary": "missing",
        "/charges_cents": "missing",
        "/produits_cents": "missing",
        "/indicators": "missing",
        "/indicators/0/code": "unknown_code",
    }


async def test_targets_stand_beside_what_was_done(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "state")
    report = (await world.call(world.team, "GET", f"/cpos/{cpo['id']}/reports/2026", expect=200)).json()
    (result,) = report["indicators"]
    assert (result["label"], result["target"], result["actual"]) == ("Adultes accueillis", 40, 42)
    assert (report["planned_charges_cents"], report["charges_cents"]) == (1_500_000, 1_480_000)
    assert [(one["funder_id"], one["answer"]) for one in report["answers"]] == [(str(world.state), "accepted")]


async def test_a_funder_asks_for_more_and_the_holder_submits_again(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0, "caf")
    where = f"/cpos/{cpo['id']}/reports/2026"
    more = {"funder_id": str(world.state), "comment": "Précisez le public."}
    answer = await world.change(world.team, "POST", f"{where}/completion-request", of=where, json=more)
    refusal(answer, 403, "not-party-to-cpo")
    await world.change(world.state_officer, "POST", f"{where}/completion-request", of=where, json=more, expect=201)
    (mail,) = await world.mails(f"Compte rendu 2026 à compléter – {cpo['reference']}")
    assert "Précisez le public." in mail["text"]
    tranche = cpos.tranche(world, cpo, "state", 1)["id"]
    slug = "yearly-report-not-accepted"
    await cpos.refused(world, world.state_officer, cpo, f"tranches/{tranche}/confirmation", 409, slug, {})
    await cpos.confirm(world, cpo, "caf", 1)
    accept = {"funder_id": str(world.state)}
    early = await world.change(world.state_officer, "POST", f"{where}/acceptance", of=where, json=accept)
    refusal(early, 409, "yearly-report-refused")
    await world.change(world.helper, "PATCH", where, json={"summary": "Quarante femmes, deux hommes."}, expect=200)
    await world.change(world.holder, "POST", f"{where}/submission", of=where, expect=201)
    accepted = await world.change(world.state_officer, "POST", f"{where}/acceptance", of=where, json=accept, expect=201)
    assert [(one["answer"], one["submission"]) for one in accepted.json()["answers"]] == [("accepted", 1), ("accepted", 2)]
    await cpos.confirm(world, cpo, "state", 1)


async def test_submitted_it_is_written_no_more(world: World) -> None:
    cpo = await cpos.signed(world)
    await cpos.reported(world, cpo, 0)
    where = f"/cpos/{cpo['id']}/reports/2026"
    refusal(await world.change(world.helper, "PATCH", where, json={"summary": "Z"}), 409, "yearly-report-refused")
    refusal(await world.change(world.holder, "POST", f"{where}/submission", of=where), 409, "yearly-report-refused")
