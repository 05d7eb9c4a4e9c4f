"""A holder is dissolved or merged: its successor reads and acts on its agreements, and what was done stays as it was."""

from typing import Any

import pytest

from tests.programming.cpos import agreements as cpos
from tests.programming.dossiers.successions import dissolve, newcomer, reinstate
from tests.programming.papers import SWORN
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


def heir_president(world: World) -> Person:
    return member_of(world.neighbour, roles=["signatory"])


async def submits(world: World, who: Person, cpo: dict[str, Any]) -> dict[str, Any]:
    """The light dossier of the agreement's first year."""
    body = {**SWORN, "campaign_id": world.campaign_id}
    where = f"/cpos/{cpo['id']}/years/{cpo['year_list'][0]['year']}/dossier"
    made: dict[str, Any] = (await world.call(who, "POST", where, json=body, expect=201)).json()
    return made


async def test_the_successor_reads_what_the_holder_was_party_to_and_the_holder_goes_on_reading(world: World) -> None:
    cpo = await cpos.signed(world)
    await dissolve(world, world.association, world.neighbour)
    for who in (world.stranger, world.helper, world.state_officer, world.team):
        seen = await cpos.read(world, cpo, who)
        assert seen == {**cpo, "successor_id": str(world.neighbour)}, "as it was signed, its holder's name included"
    for holder_id in (world.association, world.neighbour):
        found = await world.pages(world.stranger, "/cpos", holder_id=str(holder_id))
        assert [one["id"] for one in found] == [cpo["id"]]
    assert (await cpos.journal(world, cpo))[-1]["act"] == "cpo.succeeded"
    _, other = newcomer(world, "Une autre")
    await world.refused(other, "GET", f"/cpos/{cpo['id']}", 404, "not-found")


async def test_done_twice_nothing_is_done_and_a_correction_gives_the_agreement_back(world: World) -> None:
    cpo = await cpos.signed(world)
    for _ in range(2):
        await dissolve(world, world.association, world.neighbour)
    await reinstate(world, world.association)
    await world.refused(world.stranger, "GET", f"/cpos/{cpo['id']}", 404, "not-found")
    assert await cpos.read(world, cpo, world.holder) == cpo
    assert [line["act"] for line in await cpos.journal(world, cpo)][-2:] == ["cpo.succeeded", "cpo.given_back"]


async def test_a_chain_is_followed_to_its_end(world: World) -> None:
    cpo = await cpos.signed(world)
    last, heir = newcomer(world, "La Dernière")
    await dissolve(world, world.neighbour, last)
    await dissolve(world, world.association, world.neighbour)
    assert (await cpos.read(world, cpo, heir))["successor_id"] == str(last)
    await world.refused(world.stranger, "GET", f"/cpos/{cpo['id']}", 404, "not-found")


async def test_what_is_not_signed_yet_is_the_successors_to_sign_in_its_own_name(world: World) -> None:
    cpo = await cpos.approved(world)
    for name in cpos.parties(cpo, world):
        await cpos.act(world, cpos.signatory(world, name), cpo, "signature", cpos.signing(cpos.funder(world, name)))
    await dissolve(world, world.association, world.neighbour)
    seen = await cpos.read(world, cpo, world.stranger)
    assert (seen["holder_name"], seen["holder_id"]) == ("La Voisine fictive", str(world.association))
    old = cpos.signing(world.association)
    problem = await cpos.refused(world, world.president, cpo, "signature", 403, "cpo-holder-succeeded", old)
    assert problem["successor_id"] == str(world.neighbour)
    await cpos.refused(world, world.stranger, cpo, "signature", 403, "not-party-to-cpo", cpos.signing(world.neighbour))
    await cpos.act(world, heir_president(world), cpo, "signature", cpos.signing(world.neighbour))
    assert (await cpos.read(world, cpo))["status"] == "in_force"
    await reinstate(world, world.association)
    assert (await cpos.read(world, cpo))["holder_name"] == "La Voisine fictive", "what is signed stays as it was signed"


async def test_a_funder_that_takes_over_signs_once_for_both(world: World) -> None:
    cpo = await cpos.approved(world)
    await cpos.act(world, world.state_signatory, cpo, "signature", cpos.signing(world.state))
    await dissolve(world, world.association, world.caf)
    await cpos.act(world, world.caf_signatory, cpo, "signature", cpos.signing(world.caf))
    assert (await cpos.read(world, cpo))["status"] == "in_force"


async def test_the_successor_reports_and_the_former_holder_reads(world: World) -> None:
    cpo = await cpos.signed(world)
    year = cpo["year_list"][0]["year"]
    where = f"/cpos/{cpo['id']}/reports"
    await world.call(world.helper, "POST", where, json={"year": year}, expect=201)
    await dissolve(world, world.association, world.neighbour)
    written = {
        "summary": "Quarante-deux adultes accueillis.",
        "indicators": [{"code": "adultes", "actual": 42}],
        "charges_cents": 1_480_000,
        "produits_cents": 1_500_000,
    }
    tag = {"If-Match": (await world.call(world.helper, "GET", f"{where}/{year}", expect=200)).headers["etag"]}
    for method, path, sent in (("PATCH", "", written), ("POST", "/submission", None)):
        await world.refused(world.holder, method, f"{where}/{year}{path}", 403, "cpo-holder-succeeded", json=sent, headers=tag)
    await world.change(world.stranger, "PATCH", f"{where}/{year}", json=written, expect=200)
    await world.change(world.stranger, "POST", f"{where}/{year}/submission", of=f"{where}/{year}", expect=201)
    assert (await world.call(world.helper, "GET", f"{where}/{year}", expect=200)).json()["status"] == "submitted"


async def test_the_successor_submits_the_years_dossier_in_its_own_name(world: World) -> None:
    cpo = await cpos.signed(world)
    await dissolve(world, world.association, world.neighbour)
    body = {**SWORN, "campaign_id": world.campaign_id}
    where = f"/cpos/{cpo['id']}/years/{cpo['year_list'][0]['year']}/dossier"
    await world.refused(world.holder, "POST", where, 403, "cpo-holder-succeeded", json=body)
    made = await submits(world, world.stranger, cpo)
    dossier = await world.seen(made["dossier_id"], world.stranger)
    assert (dossier["organisation_id"], dossier["holder_name"]) == (str(world.neighbour), "La Voisine fictive")
    await world.call(world.state_officer, "POST", f"/dossiers/{dossier['id']}/notifications", json={"funder_id": str(world.state)})
    (award,) = await world.pages(world.stranger, "/awards", cpo_id=cpo["id"])
    assert (award["holder_id"], award["successor_id"]) == (str(world.neighbour), None)
    assert {one["year"]: one["dossier_id"] for one in (await cpos.read(world, cpo))["year_list"]}[award["year"]] == dossier["id"]


async def test_the_dissolved_without_successor_submits_no_year(world: World) -> None:
    cpo = await cpos.signed(world)
    world.organisations[world.association] |= {"dissolved_on": "2026-02-28", "version": 2}
    where = f"/cpos/{cpo['id']}/years/{cpo['year_list'][0]['year']}/dossier"
    body = {**SWORN, "campaign_id": world.campaign_id}
    await world.refused(world.holder, "POST", where, 409, "holder-dissolved", json=body)
    await world.refused(world.team, "POST", "/cpos", 409, "holder-dissolved", json=cpos.plan(world))


@pytest.mark.parametrize("signed_before", [False, True], ids=["not signed yet", "signed by the former holder"])
async def test_an_amendment_on_its_way_is_signed_by_whoever_answers_for_the_holder(world: World, signed_before: bool) -> None:
    cpo = await cpos.signed(world)
    later = cpos.tranche(world, cpo, "state", 1)
    wish = {"reason": "Plus de public.", "changes": [{"tranche_id": later["id"], "amount_cents": 700_000}]}
    number = (await cpos.act(world, world.team, cpo, "amendments", wish)).json()["number"]
    where = f"/cpos/{cpo['id']}/amendments/{number}"

    async def sign(who: Person, party: Any, expect: int | None = 201) -> Any:
        return await world.change(who, "POST", f"{where}/signature", of=where, json=cpos.signing(party), expect=expect)

    if signed_before:
        await sign(world.president, world.association)
    await dissolve(world, world.association, world.neighbour)
    if not signed_before:
        tag = {"If-Match": (await world.call(world.president, "GET", where, expect=200)).headers["etag"]}
        sent = {"json": cpos.signing(world.association), "headers": tag}
        await world.refused(world.president, "POST", f"{where}/signature", 403, "cpo-holder-succeeded", **sent)
        await sign(heir_president(world), world.neighbour)
    await sign(world.state_signatory, world.state)
    read = (await world.call(world.helper, "GET", where, expect=200)).json()
    signer = world.association if signed_before else world.neighbour
    assert read["status"] == "applied"
    assert {one["organisation_id"] for one in read["signatures"]} == {str(signer), str(world.state)}
    assert cpos.tranche(world, await cpos.read(world, cpo), "state", 1)["amount_cents"] == 700_000


async def test_a_renewal_is_the_successors(world: World) -> None:
    cpo = await cpos.signed(world)
    await dissolve(world, world.association, world.neighbour)
    cpos.at(world, 2028, 11, 2)
    renewal = (await cpos.act(world, world.team, cpo, "renewal")).json()
    assert (renewal["holder_id"], renewal["holder_name"]) == (str(world.neighbour), "La Voisine fictive")
    assert renewal["successor_id"] is None
