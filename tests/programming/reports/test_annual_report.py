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


async def decide_all(world: World) -> None:
    for act in ("closing", "instruction", "decision"):
        await world.act(act)


async def test_its_totals_are_those_the_api_gives(world: World) -> None:
    first = await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000})
    await world.awarded(state=1_000, region=2_000)
    await world.submitted(caf=3_000)
    await world.commit(world.state_payer, first["awards"]["state"]["id"])
    await decide_all(world)
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


async def test_its_coverage_and_its_multi_year_share_are_those_the_api_gives(world: World) -> None:
    await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000})
    await world.awarded(state=1_000, region=2_000)
    root = f"/contracts/{world.contract_id}"
    own = {"organisation_id": str(world.caf), "year": year(world)}
    measure = {**own, "label": "Permanences", "qpv_codes": ["QP011002"], "amount_cents": 1_234_500, "staff_hundredths": 150}
    recorded = (await world.call(world.caf_officer, "POST", f"{root}/droit-commun", json=measure, expect=201)).json()
    late = {**measure, "year": year(world) + 1}
    await world.call(world.caf_officer, "POST", f"{root}/droit-commun", json=late, expect=201)
    given = {"label": "Gardiennage", "amount_cents": 90_000}
    counterpart = {**own, "landlord": "Bailleur", "qpv_code": "QP011002", "abatement_cents": 120_000, "actions": [given]}
    await world.call(world.caf_officer, "POST", f"{root}/tfpb", json=counterpart, expect=201)
    for title in ("Ouvrir la bibliothèque le dimanche", "Tenir une régie de quartier"):
        lead = {"objective_code": "2", "title": title, "qpv_codes": ["QP011002"]}
        path = (await world.call(world.team, "POST", f"{root}/action-leads", json=lead, expect=201)).headers["location"]
    await world.change(world.team, "PUT", f"{path}/links", of=path, json={"measure_ids": [recorded["id"]]}, expect=200)
    await decide_all(world)
    told = await content(world)

    matrix = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/coverage", expect=200)).json()
    (table,) = told["coverage"]["tables"]
    drawn = [[(cell["actions"], cell["amount"]) for cell in row["cells"]] for row in table["rows"]]
    codes = [qpv["code"] for qpv in matrix["qpvs"]]
    assert drawn == [
        [
            (cell["granted"]["actions"], euros(cell["granted"]["amount_cents"]) if cell["granted"]["actions"] else "")
            for cell in matrix["cells"]
            if (cell["objective_code"], cell["qpv_code"]) in {(objective["code"], code) for code in codes}
        ]
        for objective in matrix["objectives"]
    ]
    assert table["totals"][-1]["amount"] == told["coverage"]["total"] == euros(matrix["total"]["granted"]["amount_cents"])
    assert told["coverage"]["actions"] == matrix["total"]["granted"]["actions"] == 2
    assert told["coverage"]["bare"] == len(matrix["uncovered"])

    share = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/multi-year-share", expect=200)).json()
    (said,) = told["multi_year"]
    assert [row["granted"] for row in said["rows"]] == [
        *(euros(one["granted_cents"]) for one in share["by_funder"]),
        euros(share["granted_cents"]),
    ]
    assert said["rows"][-1]["agreements"] == str(share["agreements"])
    assert said["missing_agreements"] == share["missing_agreements"]

    beside = told["beside"]
    layer = matrix["droit_commun"]
    assert (beside["droit_commun"]["measures"], beside["droit_commun"]["amount"]) == (1, euros(layer["amount_cents"]))
    assert beside["droit_commun"]["staff"] == "1,5"
    assert (beside["tfpb"]["abatement"], beside["tfpb"]["actions"]) == (euros(120_000), euros(90_000))
    assert beside["signatories"]["signed"] == matrix["signatories"]["signed"]
    leads = await world.pages(world.team, f"{root}/action-leads")
    assert [row["qualification"] for row in beside["leads"]["rows"]] == [lead["qualification_label"] for lead in leads]
    assert [row["answers"] for row in beside["leads"]["rows"]] == ["–", "1 mesure"]


async def test_two_calls_of_a_year_are_one_coverage_and_two_shares(world: World) -> None:
    totals = []
    for euros_granted in (8_000, 3_000):
        await world.awarded(state=euros_granted)
        await decide_all(world)
        matrix = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/coverage", expect=200)).json()
        totals.append(matrix["total"]["granted"]["amount_cents"])
        if len(totals) == 1:
            await world.prepare_campaign(title="Second appel")
            await world.act("opening")
    own = {"organisation_id": str(world.caf), "label": "Permanences", "amount_cents": 100_000}
    for of in (year(world), year(world) + 1):
        await world.call(
            world.caf_officer, "POST", f"/contracts/{world.contract_id}/droit-commun", json={**own, "year": of}, expect=201
        )
    told = await content(world)
    assert totals == [800_000, 300_000]
    assert (told["coverage"]["actions"], told["coverage"]["total"]) == (2, euros(1_100_000))
    assert [share["rows"][-1]["granted"] for share in told["multi_year"]] == [euros(cents) for cents in totals]
    assert told["beside"]["droit_commun"]["measures"] == 1, "those of the year alone"


async def test_what_is_decided_and_not_notified_is_not_in_it(world: World) -> None:
    dossier = await world.reviewed(state=8_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 800_000)
    told = await content(world)
    assert told["funders"][-1]["granted"] == euros(0)
    assert told["actions"] == []
    assert (told["coverage"]["known"], told["coverage"]["total"]) == (False, euros(0)), "the campaign is not decided"


async def test_a_year_without_anything_says_so_and_invents_nothing(world: World) -> None:
    told = await content(world)
    assert (told["delays"]["measured"], told["coverage"]["empty"], told["multi_year"][0]["known"], told["actions"]) == (
        *(False, True, False),
        [],
    )
    report = await made(world)
    document = await world.call(world.team, "GET", report["document"], expect=200)
    assert printed.is_accessible(document.content)


async def test_it_is_an_accessible_pdf_with_its_outline(world: World) -> None:
    await world.awarded(state=8_000)
    await decide_all(world)
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
