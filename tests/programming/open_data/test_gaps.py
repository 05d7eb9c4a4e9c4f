"""What publications lack: said to the funder, mended, never made up; and what is a person's stays at home."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.open_data.conftest import OPEN_DATA, Press
from tests.programming.open_data.papers import HOLDER_SIRET
from tests.programming.papers import refusal
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_a_beneficiary_nothing_identifies_is_left_out_until_the_funder_mends_it(press: Press) -> None:
    world = press.world
    world.organisations[world.association] |= {"siret": None, "rna": None}
    award = (await world.awarded(state=8_000))["awards"]["state"]
    world.organisations[world.association] |= {"rna": "W119000001"}
    other = (await world.awarded(state=5_000))["awards"]["state"]
    await press.identify()
    made = await press.publish()
    assert (made["rows"], made["left_out"]) == (1, 1)
    assert await press.gaps() == {award["id"]: ["identifier_missing"], other["id"]: ["siret_missing"]}
    items = await world.pages(world.state_officer, f"/funders/{press.funder}/publication/gaps")
    assert [(item["published"], item["gaps"][0]["severity"]) for item in items] == [(False, "blocking"), (True, "advice")]
    assert items[0]["gaps"][0]["column"] == "idBeneficiaire"
    path = f"/funders/{press.funder}/beneficiaries/{world.association}"
    assert path in items[0]["gaps"][0]["way_out"]
    english = {"Accept-Language": "en"}
    page = await world.call(world.state_officer, "GET", f"/funders/{press.funder}/publication/gaps", headers=english)
    assert page.json()["items"][0]["gaps"][0]["detail"].startswith("The beneficiary has neither")
    await world.call(world.state_officer, "PUT", path, json={"siret": HOLDER_SIRET}, expect=200)
    assert await press.gaps() == {}
    assert (await press.publish())["rows"] == 2
    assert [row["idBeneficiaire"] for row in await press.file()] == [HOLDER_SIRET] * 2


async def test_nobody_but_a_manager_states_anything_and_only_of_whom_they_fund(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000)
    path = f"/funders/{press.funder}/beneficiaries/{world.association}"
    for who in (member_of(world.state), world.state_payer, world.caf_officer, world.holder):
        await world.refused(who, "PUT", path, 403, "not-for-you-to-publish", json={"siret": HOLDER_SIRET})
    unknown = f"/funders/{press.funder}/beneficiaries/{new_id()}"
    refusal(await world.call(world.state_officer, "PUT", unknown, json={"siret": HOLDER_SIRET}), 404, "not-found")
    found = refusal(await world.call(world.state_officer, "PUT", path, json={"siret": "1"}), 422, "malformed-request")
    assert [error["pointer"] for error in found["errors"]] == ["/siret"]


async def test_a_company_is_published_once_it_is_known_not_to_be_a_person(press: Press) -> None:
    world = press.world
    world.organisations[world.association] |= {"kind": "company", "name": "Dupont Jeanne"}
    told = await world.awarded(region=8_000)
    region = f"/funders/{world.region}"
    identity = {"name": f"Région {world.region}", "siret": HOLDER_SIRET, "contact_email": "opendata@region.example.org"}
    await world.call(world.region_officer, "PUT", f"{region}/publication", json=identity, expect=201)
    wish: dict[str, Any] = {"json": {"year": press.year}}
    await world.refused(world.region_officer, "POST", f"{region}/publications", 409, "nothing-to-publish", **wish)
    path = f"{region}/beneficiaries/{world.association}"
    await world.call(world.region_officer, "PUT", path, json={"legal_person": True}, expect=200)
    assert (await world.call(world.region_officer, "POST", f"{region}/publications", **wish)).json()["rows"] == 1
    await world.call(world.region_officer, "PUT", path, json={"legal_person": False}, expect=200)
    withdrawn = await world.call(world.region_officer, "POST", f"{region}/publications", expect=201, **wish)
    assert (withdrawn.json()["version"], withdrawn.json()["rows"], withdrawn.json()["left_out"]) == (2, 0, 1)
    (item,) = await world.pages(world.region_officer, f"{region}/publication/gaps")
    assert (item["award_id"], item["late"]) == (told["awards"]["region"]["id"], False)
    assert [(gap["code"], gap["severity"]) for gap in item["gaps"]] == [("natural_person", "withheld")]


async def test_what_is_missing_is_counted_for_the_funder_s_members(press: Press) -> None:
    world = press.world
    await world.awarded(state=8_000)
    world.organisations[world.association] |= {"siret": None, "rna": None}
    await world.awarded(state=5_000)
    (item,) = (await world.call(member_of(world.state), "GET", "/open-data/subventions/gaps", expect=200)).json()["items"]
    assert (item["funder_id"], item["identified"]) == (press.funder, False)
    (year,) = item["years"]
    assert (year["awards"], year["complete"], year["published_version"]) == (2, 0, None)
    assert year["missing"] == {"funder_unidentified": 2, "identifier_missing": 1}
    await press.identify()
    await press.publish()
    world.running.clock.forward(days=100)
    (item,) = (await world.call(member_of(world.state), "GET", "/open-data/subventions/gaps", expect=200)).json()["items"]
    (year,) = item["years"]
    assert (year["complete"], year["missing"], year["late"]) == (1, {"identifier_missing": 1}, 1)
    assert (year["published_version"], year["published_rows"]) == (1, 1)
    for who in (world.holder, world.team):
        assert (await world.call(who, "GET", "/open-data/subventions/gaps", expect=200)).json()["items"] == []


async def test_a_title_that_looks_like_a_formula_is_published_as_it_is(press: Press) -> None:
    world = press.world
    title = '=cmd|"calc" ; l\'« été », à 9 h'
    dossier = await world.submitted_with({**world.content(state=8_000), "title": title})
    await world.running.rows(
        "UPDATE dossiers SET title = %(t)s WHERE id = %(id)s RETURNING id", t=f"{title}\r\n fin", id=dossier["id"]
    )
    tag = await world.tag(dossier["id"], world.team)
    where = f"/dossiers/{dossier['id']}"
    await world.call(world.team, "POST", f"{where}/admissibility", json={"admissible": True}, headers={"If-Match": tag}, expect=201)
    await world.review(world.state_officer, dossier["id"])
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 100_100)
    await world.close(committee_id)
    await world.call(world.state_officer, "POST", f"{where}/notifications", json={"funder_id": press.funder}, expect=201)
    (award,) = await world.pages(world.state_officer, "/awards", dossier_id=dossier["id"])
    await press.amend(award["id"], 100_050)
    await press.identify()
    await press.publish()
    (row,) = await press.file()
    assert (row["objet"], row["montant"]) == (f"{title} fin", "1000.50")


async def test_the_platform_publishes_what_would_be_late_once_and_then_keeps_it_up_to_date(press: Press) -> None:
    world = press.world
    award = (await world.awarded(state=8_000))["awards"]["state"]
    await press.identify()
    address = f"{OPEN_DATA}/subventions/{press.funder}/{press.year}.csv"
    world.running.clock.forward(days=30)
    await press.nightfall()
    refusal(await world.call(None, "GET", address), 404, "not-found")
    (waiting,) = (await world.call(world.state_officer, "GET", "/open-data/subventions/gaps", expect=200)).json()["items"]
    before = waiting["years"][0]["publish_before_on"]
    world.running.clock.forward(days=58)
    year = award["year"]
    address = f"{OPEN_DATA}/subventions/{press.funder}/{year}.csv"
    for _ in range(2):
        await press.nightfall()
    assert len(await press.file(address)) == 1
    history = f"{OPEN_DATA}/subventions/{press.funder}/{year}/versions"
    (only,) = await world.pages(None, history)
    assert only["published_at"][:10] <= before
    (mail,) = [mail for mail in await world.mails("données ouvertes") if address in mail["text"] or only["funder"] in mail["text"]]
    assert mail["to"] == "opendata@prefecture.example.org"
    world.running.clock.forward(days=1)
    await press.amend(award["id"], 500_000)
    await press.nightfall()
    assert [item["version"] for item in await world.pages(None, history)] == [2, 1]
    assert len([m for m in await world.mails("données ouvertes") if only["funder"] in m["text"]]) == 1


async def test_a_funder_with_nothing_complete_holds_nobody_up(press: Press) -> None:
    world = press.world
    world.organisations[world.association] |= {"siret": None, "rna": None}
    await world.awarded(state=8_000)
    await press.identify()
    year = press.year
    world.running.clock.forward(days=120)
    await press.nightfall()
    refusal(await world.call(None, "GET", f"{OPEN_DATA}/subventions/{press.funder}/{year}.csv"), 404, "not-found")
    jobs = await world.running.jobs("programming:publish_subsidies")
    assert [job["status"] for job in jobs if job["args"]["funder_id"] == press.funder] == ["succeeded"]
