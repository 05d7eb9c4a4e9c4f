"""Contracts over HTTP: who opens and changes them, and the versions of their framework."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import FRAMEWORK, codes, contract
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio

NOWHERE = f"/contracts/{new_id()}"


def fresh(world: World, **changes: Any) -> dict[str, Any]:
    """A contract nobody has signed yet (departments 971 to 975 are the tests' own)."""
    number = int(new_id().hex[-6:], 16)
    return {**contract(world.lead, f"CN97{number % 5 + 1}{number // 5 % 100:02d}N"), **changes}


def where(world: World) -> str:
    return f"/contracts/{world.contract_id}"


async def test_the_administrator_opens_a_contract_for_the_organisation_that_leads_it(world: World) -> None:
    made = await world.call(Person(administrator=True), "POST", "/contracts", json=fresh(world), expect=201)
    assert made.headers["location"] == f"/programming/v1/contracts/{made.json()['id']}"
    read = await world.call(None, "GET", made.headers["location"], expect=200)
    assert read.json() == made.json()
    assert read.headers["etag"] == made.headers["etag"]
    assert (read.json()["framework_number"], read.json()["framework"]) == (0, None)


async def test_nobody_else_opens_a_contract(world: World) -> None:
    for who in (member_of(world.lead), member_of(world.lead, roles=["signatory"]), world.state_officer, world.holder):
        await world.refused(who, "POST", "/contracts", 403, "not-contract-lead", json=fresh(world))
    await world.refused(None, "POST", "/contracts", 401, "unauthenticated", json=fresh(world))


async def test_a_code_belongs_to_one_contract(world: World) -> None:
    taken = fresh(world)
    await world.call(world.team, "POST", "/contracts", json=taken, expect=201)
    await world.refused(world.team, "POST", "/contracts", 409, "contract-code-taken", json=taken)


async def test_a_contract_ends_after_it_starts(world: World) -> None:
    backwards = fresh(world, starts_on="2030-12-31", ends_on="2024-01-01")
    await world.refused(world.team, "POST", "/contracts", 422, "contract-period-refused", json=backwards)


@pytest.mark.parametrize(
    ("changes", "pointer"),
    [
        ({"code": "CN0110🎨I"}, "/code"),
        ({"code": "QN01102I"}, "/code"),
        ({"qpvs": [{"code": "QP01100🎨", "name": "La Conte"}]}, "/qpvs/0/code"),
        ({"qpvs": [{"code": "QN01102X", "name": "La Conte"}]}, "/qpvs/0/code"),
        ({"qpvs": []}, "/qpvs"),
        ({"lead_organisation_id": "73282932000🎨"}, "/lead_organisation_id"),
        ({"starts_on": "2027-02-29"}, "/starts_on"),
    ],
)
async def test_a_malformed_contract_is_pointed_at(shared_world: World, changes: dict[str, Any], pointer: str) -> None:
    body = fresh(shared_world, **changes)
    problem = await shared_world.refused(shared_world.team, "POST", "/contracts", 422, "malformed-request", json=body)
    assert list(codes(problem)) == [pointer]


@pytest.mark.parametrize("code", ["QP011002", "QN01102N", "QN02A01M", "QN97101I"])
async def test_both_generations_of_qpv_codes_are_kept(shared_world: World, code: str) -> None:
    body = fresh(shared_world, qpvs=[{"code": code, "name": "La Conte"}])
    made = (await shared_world.call(shared_world.team, "POST", "/contracts", json=body, expect=201)).json()
    assert [qpv["code"] for qpv in made["qpvs"]] == [code]


async def test_a_patch_changes_what_it_names_and_nothing_else(world: World) -> None:
    before = (await world.call(None, "GET", where(world))).json()
    await world.change(world.team, "PATCH", where(world), json={"name": "Contrat renommé"}, expect=200)
    assert (await world.call(None, "GET", where(world))).json() == {**before, "name": "Contrat renommé"}


async def test_null_clears_what_is_optional_and_leaves_what_is_not(world: World) -> None:
    patch = {"mid_term_review_year": None, "name": None}
    await world.change(world.team, "PATCH", where(world), json=patch, expect=200)
    read = (await world.call(None, "GET", where(world))).json()
    assert (read["mid_term_review_year"], read["name"]) == (None, "Contrat de ville imaginaire")


async def test_a_change_names_the_version_it_was_made_on(world: World) -> None:
    first = (await world.call(None, "GET", where(world))).headers["etag"]
    body = {"json": {"name": "Un"}}
    await world.refused(world.team, "PATCH", where(world), 428, "precondition-required", **body)
    changed = await world.call(world.team, "PATCH", where(world), headers={"If-Match": first}, expect=200, **body)
    for stale in (first, '"0"', "anything", "*"):
        await world.refused(world.team, "PATCH", where(world), 412, "stale-version", headers={"If-Match": stale}, **body)
    assert (await world.call(None, "GET", where(world))).headers["etag"] == changed.headers["etag"]


async def test_who_holds_the_latest_version_is_not_sent_it_again(world: World) -> None:
    tag = (await world.call(None, "GET", where(world))).headers["etag"]
    for held in (tag, f'"other", W/{tag}'):
        again = await world.call(None, "GET", where(world), headers={"If-None-Match": held}, expect=304)
        assert (again.content, again.headers["etag"]) == (b"", tag)
    await world.change(world.team, "PATCH", where(world), json={"name": "Un"}, expect=200)
    await world.call(None, "GET", where(world), headers={"If-None-Match": tag}, expect=200)


async def test_only_the_lead_and_the_administrator_change_a_contract(world: World) -> None:
    tag = (await world.call(None, "GET", where(world))).headers["etag"]
    body = {"json": {"name": "Un"}, "headers": {"If-Match": tag}}
    for who in (world.state_officer, world.holder):
        await world.refused(who, "PATCH", where(world), 403, "not-contract-lead", **body)
        await world.refused(who, "POST", f"{where(world)}/frameworks", 403, "not-contract-lead", json=FRAMEWORK)
    await world.refused(world.team, "PATCH", NOWHERE, 404, "not-found", **body)
    await world.refused(world.team, "POST", f"{NOWHERE}/frameworks", 404, "not-found", json=FRAMEWORK)
    await world.refused(None, "GET", NOWHERE, 404, "not-found")
    await world.change(Person(administrator=True), "PATCH", where(world), json={"name": "Deux"}, expect=200)


async def test_every_version_of_the_framework_stays_readable(world: World) -> None:
    later = {**FRAMEWORK, "adopted_on": "2027-06-30", "transversal_concerns": []}
    second = (await world.call(world.team, "POST", f"{where(world)}/frameworks", json=later, expect=201)).json()
    assert second["number"] == 2
    kept = (await world.call(None, "GET", f"{where(world)}/frameworks", expect=200)).json()["items"]
    assert [(one["number"], one["adopted_on"]) for one in kept] == [(2, "2027-06-30"), (1, "2024-03-31")]
    assert [one["code"] for one in kept[1]["transversal_concerns"]] == ["climat"]
    assert (await world.call(None, "GET", where(world))).json()["framework"] == kept[0]


async def test_a_framework_adopted_later_does_not_change_a_campaign_already_open(world: World) -> None:
    later = {"adopted_on": "2027-06-30", "enjeux": [{"code": "E", "title": "E", "objectives": [{"code": "99", "title": "O"}]}]}
    await world.call(world.team, "POST", f"{where(world)}/frameworks", json=later, expect=201)
    campaign = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}", expect=200)).json()
    assert (campaign["framework_number"], campaign["objective_codes"]) == (1, ["2", "8"])


async def test_a_framework_that_does_not_hold_together_is_refused_and_none_is_adopted(world: World) -> None:
    twice = {"code": "E", "title": "E", "objectives": [{"code": "2", "title": "Un"}, {"code": "2", "title": "Deux"}]}
    body = {"adopted_on": "2027-06-30", "enjeux": [twice]}
    problem = await world.refused(world.team, "POST", f"{where(world)}/frameworks", 422, "framework-refused", json=body)
    assert codes(problem) == dict.fromkeys(["/enjeux/0/objectives/0/code", "/enjeux/0/objectives/1/code"], "repeated_code")
    assert (await world.call(None, "GET", where(world))).json()["framework_number"] == 1


async def test_contracts_are_listed_by_code_each_exactly_once(world: World) -> None:
    for _ in range(3):
        await world.sign_contract()
    seen = await world.pages(None, "/contracts", limit=2)
    listed = [one["code"] for one in seen]
    assert listed == sorted(set(listed))
    assert len(listed) >= 4
