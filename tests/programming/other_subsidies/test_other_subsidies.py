"""What a holder asks for or got elsewhere is told to the funders of its dossiers, never before its letters."""

from datetime import timedelta
from typing import Any

import pytest

from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def told(world: World, who: Person, dossier_id: str) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(who, "GET", f"/dossiers/{dossier_id}/other-subsidies", expect=200)).json()
    return found


async def test_funders_read_the_other_requests_once_told_and_those_declared(world: World) -> None:
    year = world.running.clock.now().year
    first = await world.reviewed(state=8_000, caf=4_000)
    other = await world.submitted(region=6_000)
    where = f"/organisations/{world.association}/declared-subsidies"
    wish = {"year": year, "funder_name": "Département imaginaire", "asked_cents": 2_000_000}
    made = await world.call(world.helper, "POST", where, json=wish, expect=201)

    async def lines(who: Person) -> set[tuple[Any, ...]]:
        found = (await told(world, who, other["id"]))["items"]
        return {(one["source"], one["this_dossier"], one["asked_cents"], one["state"], one["granted_cents"]) for one in found}

    waiting = {
        ("platform", False, 800_000, "asked", None),
        ("platform", False, 400_000, "asked", None),
        ("platform", True, 600_000, "asked", None),
        ("declared", False, 2_000_000, "asked", None),
    }
    assert await lines(world.region_officer) == await lines(world.holder) == await lines(world.team) == waiting

    committee = await world.convene(first["id"])
    await world.grant(world.state_officer, committee, world.request_of(first, world.state)["id"], 500_000)
    refusal = {"outcome": "refused", "motive": "Enveloppe épuisée."}
    await world.decide(world.caf_officer, committee, world.request_of(first, world.caf)["id"], **refusal)
    await world.close(committee)
    for reader in (world.region_officer, world.holder, world.team):
        assert await lines(reader) == waiting, "decided is not told"
    wishes = ((world.state_officer, world.state), (world.caf_officer, world.caf))
    for officer, funder in wishes:
        body = {"funder_id": str(funder)}
        await world.call(officer, "POST", f"/dossiers/{first['id']}/notifications", json=body, expect=201)
    after = await told(world, world.region_officer, other["id"])
    states = {(one["funder_name"], one["state"], one["granted_cents"]) for one in after["items"]}
    assert {("État", "granted", 500_000), ("CAF", "refused", None)} <= states
    assert (after["granted_cents"], after["asked_cents"]) == (500_000, 2_600_000)

    granted = {"state": "granted", "granted_cents": 2_400_000, "funder_id": str(world.state)}
    await world.change(world.helper, "PATCH", made.headers["location"], json=granted, expect=200)
    after = await told(world, world.region_officer, other["id"])
    assert [(one["code"], one["if_granted"], one["amount_cents"]) for one in after["warnings"]] == [
        ("agreement_required", False, 2_900_000)
    ], "what a funder grants here and elsewhere adds up"
    assert after["public_granted_cents"] == 2_900_000
    own = (await world.call(world.helper, "GET", f"/organisations/{world.association}/other-subsidies", expect=200)).json()
    assert own["by_funder"] == after["by_funder"]
    for stranger in (world.stranger, world.caf_officer):
        await world.refused(stranger, "GET", f"/dossiers/{other['id']}/other-subsidies", 404, "not-found")


async def test_drafts_show_nothing_and_another_year_is_another_account(world: World) -> None:
    await world.draft()
    own = f"/organisations/{world.association}/other-subsidies"
    assert (await world.call(world.holder, "GET", own, expect=200)).json()["items"] == []
    await world.submitted()
    assert len((await world.call(world.holder, "GET", own, expect=200)).json()["items"]) == 2
    assert (await world.call(world.holder, "GET", own, params={"year": 2031}, expect=200)).json()["items"] == []


async def test_declarations_are_their_holders_own_and_coherent(world: World) -> None:
    where = f"/organisations/{world.association}/declared-subsidies"
    wish = {"year": 2027, "funder_name": "Fondation fictive", "asked_cents": 100_000, "public_money": False}
    made = await world.call(world.helper, "POST", where, json=wish, expect=201)
    at, tag = made.headers["location"], made.headers["etag"]
    assert (made.json()["state"], made.json()["state_label"]) == ("asked", "Demandée")
    for stranger in (world.stranger, world.state_officer, world.team):
        await world.refused(stranger, "GET", where, 404, "not-found")
        await world.refused(stranger, "GET", f"/organisations/{world.association}/other-subsidies", 404, "not-found")
        await world.refused(stranger, "POST", where, 404, "not-found", json=wish)
        await world.refused(stranger, "GET", at, 404, "not-found")
        await world.refused(stranger, "PATCH", at, 404, "not-found", json={}, headers={"If-Match": tag})
        await world.refused(stranger, "DELETE", at, 404, "not-found")
    contradictory = {"json": {"state": "granted"}, "headers": {"If-Match": tag}}
    await world.refused(world.helper, "PATCH", at, 422, "subsidy-declaration-refused", **contradictory)
    await world.refused(world.helper, "POST", where, 422, "subsidy-declaration-refused", json={**wish, "granted_cents": 5})
    await world.refused(world.helper, "PATCH", at, 428, "precondition-required", json={})
    granted = {"state": "granted", "granted_cents": 50_000}
    sent = [(world.helper, "PATCH", at, {"json": granted, "headers": {"If-Match": tag}}) for _ in range(2)]
    assert sorted(answer.status_code for answer in await world.at_once(sent)) == [200, 412]
    refused = (await world.change(world.helper, "PATCH", at, json={"state": "refused"}, expect=200)).json()
    assert refused["granted_cents"] is None
    assert len(await world.pages(world.helper, where, limit=1)) == 1
    await world.call(world.helper, "DELETE", at, expect=204)
    assert await world.pages(world.helper, where) == []


async def test_de_minimis_aids_count_for_three_rolling_years(world: World) -> None:
    where, today = f"/organisations/{world.association}/de-minimis-aids", world.running.clock.now().date()
    account = f"/organisations/{world.association}/other-subsidies"
    before = (await world.call(world.holder, "GET", account, expect=200)).json()["de_minimis"]
    assert (before["declared"], before["ceiling_cents"], before["left_cents"]) == (False, 30_000_000, 30_000_000)

    async def received(cents: int, days_ago: int) -> str:
        wish = {
            "funder_name": "Région fictive",
            "regulation": "(UE) 2023/2831",
            "amount_cents": cents,
            "granted_on": (today - timedelta(days=days_ago)).isoformat(),
        }
        return str((await world.call(world.helper, "POST", where, json=wish, expect=201)).json()["id"])

    await received(20_000_000, 1_200)
    recent = await received(29_000_000, 30)
    standing = (await world.call(world.holder, "GET", account, expect=200)).json()["de_minimis"]
    assert (standing["declared"], standing["total_cents"], standing["left_cents"]) == (True, 29_000_000, 1_000_000)
    await received(2_000_000, 1)
    dossier = await world.submitted()
    seen = await told(world, world.state_officer, dossier["id"])
    assert [one["code"] for one in seen["warnings"]] == ["de_minimis_exceeded"]
    await world.refused(world.stranger, "GET", where, 404, "not-found")
    await world.refused(world.stranger, "DELETE", f"/de-minimis-aids/{recent}", 404, "not-found")
    await world.call(world.helper, "DELETE", f"/de-minimis-aids/{recent}", expect=204)
    assert len(await world.pages(world.helper, where)) == 2
