"""The annual report: its totals are the API's, it is for the team and the funders until it is published, and made once."""

from typing import Any
from uuid import UUID

import pytest

from services.common.language import euros
from services.programming.campaigns import service as campaigns
from services.programming.contracts import service as contracts
from services.programming.reports import programme
from services.programming.reports.annual_reports import make_annual_report
from tests.programming.papers import refusal
from tests.programming.reports import printed
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


def year(world: World) -> int:
    return world.running.clock.now().year


async def asked(world: World, who: Person | None = None) -> dict[str, Any]:
    where = f"/contracts/{world.contract_id}/annual-reports"
    answer = await world.call(who or world.team, "POST", where, json={"year": year(world)}, expect=201)
    assert answer.headers["location"].endswith(f"/annual-reports/{answer.json()['id']}")
    return dict(answer.json())


async def made(world: World) -> dict[str, Any]:
    report = await asked(world)
    await world.running.run_jobs()
    return dict((await world.call(world.team, "GET", f"/annual-reports/{report['id']}", expect=200)).json())


async def content(world: World) -> dict[str, Any]:
    """What the report is drawn from."""
    async with world.running.resources.database.sessions() as session:
        contract = await contracts.get(session, UUID(world.contract_id))
        calls = await campaigns.of_contract_year(session, contract.id, year(world))
        return await programme.content(session, contract, calls, year(world), 1, now=world.running.clock.now())


async def test_its_totals_are_those_the_api_gives(world: World) -> None:
    first = await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000})
    await world.awarded(state=1_000, region=2_000)
    await world.submitted(caf=3_000)
    await world.commit(world.state_payer, first["awards"]["state"]["id"])
    awards = await world.pages(world.team, "/awards", campaign_id=world.campaign_id)
    dossiers = await world.pages(world.team, "/dossiers", campaign_id=world.campaign_id)
    funders = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
    told = await content(world)
    said = {figure["label"]: figure["value"] for figure in told["figures"]}
    granted = sum(award["granted_cents"] for award in awards)
    assert granted == (6_000 + 1_000 + 2_000) * 100
    assert (said["Dossiers déposés"], said["Dossiers recevables"], said["Dossiers soutenus"]) == (str(len(dossiers)), "2", "2")
    assert (said["Porteurs candidats"], said["Porteurs soutenus"]) == ("1", "1")
    assert said["Subventions notifiées"] == told["funders"][-1]["granted"] == told["coverage"]["total"] == euros(granted)
    assert told["funders"][-1]["asked"] == euros(sum(dossier["asked_cents"] for dossier in dossiers))
    for line in told["funders"][:-1]:
        funder = next(f for f in funders if f["short_name"] == line["funder"])
        own = [award for award in awards if award["funder_id"] == funder["organisation_id"]]
        assert line["granted"] == euros(sum(award["granted_cents"] for award in own))
        assert line["paid"] == euros(sum(award["paid_cents"] - award["repaid_cents"] for award in own))
        assert line["envelope"] == euros(sum(budget["amount_cents"] for budget in funder["budget_lines"]))
    monitoring = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/monitoring", expect=200)).json()
    assert [row["funder"] for row in told["delays"]["rows"]] == [f["funder"] for f in (*monitoring["funders"], monitoring["total"])]
    listed = {row["reference"]: row["total"] for group in told["actions"] for row in group["rows"]}
    by_dossier: dict[str, int] = {}
    for award in awards:
        by_dossier[award["reference"]] = by_dossier.get(award["reference"], 0) + award["granted_cents"]
    assert listed == {reference: euros(cents) for reference, cents in by_dossier.items()}


async def test_what_is_decided_and_not_notified_is_not_in_it(world: World) -> None:
    dossier = await world.reviewed(state=8_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 800_000)
    told = await content(world)
    assert told["funders"][-1]["granted"] == euros(0)
    assert told["actions"] == []


async def test_a_year_without_anything_says_so_and_invents_nothing(world: World) -> None:
    told = await content(world)
    assert (told["delays"]["measured"], told["coverage"]["empty"], told["multi_year"]["known"], told["actions"]) == (
        *(False, True, False),
        [],
    )
    report = await made(world)
    document = await world.call(world.team, "GET", report["document"], expect=200)
    assert printed.is_accessible(document.content)


async def test_it_is_an_accessible_pdf_with_its_outline(world: World) -> None:
    await world.awarded(state=8_000)
    report = await made(world)
    document = await world.call(world.team, "GET", report["document"], expect=200)
    assert document.headers["content-type"] == "application/pdf"
    assert printed.is_accessible(document.content)
    titles = printed.outline(document.content)
    for heading in (
        "Chiffres clés",
        "Délais",
        "Couverture",
        "Engagements pluriannuels",
        "Actions soutenues",
        "Comment ces chiffres",
    ):
        assert any(heading in title for title in titles), titles


async def test_the_team_and_the_funders_read_it_at_once_and_everybody_once_published(world: World) -> None:
    report = await made(world)
    where = f"/annual-reports/{report['id']}"
    listing = f"/contracts/{world.contract_id}/annual-reports"
    for who in (world.team, world.caf_officer):
        await world.call(who, "GET", where, expect=200)
        await world.call(who, "GET", report["document"], expect=200)
        assert await world.pages(who, listing) == [report]
    for outsider in (None, world.holder, world.stranger):
        refusal(await world.call(outsider, "GET", where), 404, "not-found")
        refusal(await world.call(outsider, "GET", report["document"]), 404, "not-found")
        assert await world.pages(outsider, listing) == []
    refusal(await world.change(world.caf_officer, "POST", f"{where}/publication", of=where), 403, "not-contract-lead")
    published = await world.change(world.team, "POST", f"{where}/publication", of=where, expect=201)
    for anybody in (None, world.holder, world.stranger):
        await world.call(anybody, "GET", report["document"], expect=200)
        assert await world.pages(anybody, listing) == [published.json()]
    again = await world.change(world.team, "POST", f"{where}/publication", of=where)
    refusal(again, 409, "already-published")


async def test_what_is_not_made_is_neither_read_nor_published(world: World) -> None:
    report = await asked(world)
    where = f"/annual-reports/{report['id']}"
    assert report["document"] is None
    await world.refused(world.team, "GET", f"{where}/document", 409, "report-not-ready")
    refusal(await world.change(world.team, "POST", f"{where}/publication", of=where), 409, "report-not-ready")


async def test_asked_by_several_at_once_one_edition_is_made(world: World) -> None:
    sent = {"json": {"year": year(world)}}
    where = f"/contracts/{world.contract_id}/annual-reports"
    answers = await world.at_once([(world.team, "POST", where, sent)] * 6)
    assert {answer.status_code for answer in answers} == {201}
    assert len({answer.json()["id"] for answer in answers}) == 1
    await world.running.run_jobs()
    assert [report["edition"] for report in await world.pages(world.team, where)] == [1]
    assert (await made(world))["edition"] == 2, "asked again once made, it is a new edition"


async def test_the_job_run_twice_keeps_the_edition_as_it_was(world: World) -> None:
    report = await made(world)
    before = (await world.call(world.team, "GET", report["document"], expect=200)).headers["etag"]
    await world.awarded(state=8_000)
    world.running.clock.forward(days=2)
    async with world.running.resources.database.transaction() as session:
        await make_annual_report.run(session, world.running.resources, report_id=report["id"])
    assert (await world.call(world.team, "GET", report["document"], expect=200)).headers["etag"] == before


async def test_a_year_without_a_call_has_no_report_and_only_the_team_asks(world: World) -> None:
    where = f"/contracts/{world.contract_id}/annual-reports"
    await world.refused(world.team, "POST", where, 409, "nothing-to-report", json={"year": 2015})
    for who in (world.caf_officer, world.holder, world.stranger):
        refusal(await world.call(who, "POST", where, json={"year": year(world)}), 403, "not-contract-lead")
