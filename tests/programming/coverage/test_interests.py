"""Who has declared an interest in a dossier reads nothing of what is proposed for it, not even through sums and scenarios."""

import pytest

from tests.programming.coverage.ville import cell_of, coverage, place, settle
from tests.programming.reviews.rounds import colleague, conflict
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_sums_cells_and_scenarios_say_nothing_of_a_dossier_one_has_an_interest_in(world: World) -> None:
    await settle(world)
    ids: list[str] = []
    for _ in range(2):
        submitted = await world.submitted_with(place(world.content(caf=4_000), ["2"], ["QP011002"]))
        tag = await world.tag(submitted["id"], world.team)
        where = f"/dossiers/{submitted['id']}/admissibility"
        await world.call(world.team, "POST", where, json={"admissible": True}, headers={"If-Match": tag}, expect=201)
        await world.review(world.caf_officer, submitted["id"], proposed_cents=100_000 if ids else 250_000)
        ids.append(submitted["id"])
    nadia = colleague(world)
    before = await coverage(world, nadia)
    assert (before["total"]["proposed"]["amount_cents"], before["kept_from"]) == (350_000, 0)
    await conflict(world, nadia, dossier_id=ids[0])

    told = await coverage(world, nadia)
    assert (told["total"]["proposed"]["amount_cents"], told["kept_from"]) == (100_000, 1)
    assert told["total"]["asked"] == before["total"]["asked"], "what is asked is no avis"
    assert cell_of(told, "2", "QP011002")["proposed"]["amount_cents"] == 100_000
    assert (await coverage(world, world.caf_officer))["total"]["proposed"]["amount_cents"] == 350_000, "others read it all"
    whole = (await world.call(nadia, "GET", f"/contracts/{world.contract_id}/coverage", expect=200)).json()
    assert whole["total"]["proposed"]["amount_cents"] == 100_000
    sheet = (await world.call(nadia, "GET", f"/campaigns/{world.campaign_id}/coverage", params={"format": "csv"}, expect=200)).text
    assert "3500.00" not in sheet
    assert "1000.00" in sheet
    for scope in (f"/campaigns/{world.campaign_id}", f"/contracts/{world.contract_id}"):
        rows = await world.pages(nadia, f"{scope}/coverage/cells/2/QP011002/dossiers")
        assert {row["id"]: row["proposed_cents"] for row in rows} == {ids[0]: None, ids[1]: 100_000}

    # A rule that gives what is proposed would say it just as well.
    wish = {"organisation_id": str(world.caf), "funder_id": str(world.caf), "title": "Tout", "rule": "uniform_cut", "percent": 0}
    where = f"/campaigns/{world.campaign_id}/scenarios"
    own = (await world.call(nadia, "POST", f"{where}/computed", json=wish, expect=201)).json()
    assert [one["amount_cents"] for one in own["amounts"]] == [100_000]
    wish["title"] = "Tout, pour une autre"
    made = (await world.call(world.caf_officer, "POST", f"{where}/computed", json=wish, expect=201)).json()
    read = await world.call(nadia, "GET", f"{where}/{made['id']}", expect=200)
    assert [one["amount_cents"] for one in read.json()["amounts"]] == [100_000]
    others = await world.call(world.caf_officer, "GET", f"{where}/{made['id']}", expect=200)
    assert sorted(one["amount_cents"] for one in others.json()["amounts"]) == [100_000, 250_000]
    assert others.headers["etag"] != read.headers["etag"], "who declares an interest does not go on reading what they kept"
    imagined = await coverage(world, nadia, scenario_id=made["id"])
    assert imagined["total"]["granted"]["amount_cents"] == 100_000
