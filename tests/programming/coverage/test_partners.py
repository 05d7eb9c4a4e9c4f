"""What partners do beside subsidies: droit commun and TFPB counterparts."""

from typing import Any

import pytest

from tests.programming.coverage.ville import coverage, settle
from tests.programming.papers import refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


def measure(world: World, **more: Any) -> dict[str, Any]:
    return {
        "organisation_id": str(world.caf),
        "label": "Permanences",
        "objective_codes": ["2"],
        "qpv_codes": ["QP011002", "QP011003"],
        "year": world.running.clock.now().year,
        "amount_cents": 10_001,
        **more,
    }


def counterpart(world: World, **more: Any) -> dict[str, Any]:
    return {
        "organisation_id": str(world.neighbour),
        "landlord": "Bailleur imaginaire",
        "qpv_code": "QP011002",
        "year": world.running.clock.now().year,
        "abatement_cents": 3_000_000,
        "actions": [{"label": "Gardiennage", "amount_cents": 1_200_000}, {"label": "Encombrants", "amount_cents": 500_000}],
        **more,
    }


async def test_droit_commun_stands_beside_the_matrix_and_never_in_it(world: World) -> None:
    await settle(world)
    where = f"/contracts/{world.contract_id}/droit-commun"
    await world.call(world.caf_officer, "POST", where, json=measure(world), expect=201)
    people = measure(world, objective_codes=[], qpv_codes=[], amount_cents=None, staff_hundredths=150)
    await world.call(world.team, "POST", where, json=people, expect=201)
    await world.call(world.team, "POST", where, json=measure(world, year=2020), expect=201)
    matrix = await coverage(world)
    layer = matrix["droit_commun"]
    assert (layer["measures"], layer["amount_cents"], layer["staff_hundredths"]) == (2, 10_001, 150), "of the campaign's year"
    assert [(c["objective_code"], c["qpv_code"], c["amount_cents"], c["staff_hundredths"]) for c in layer["cells"]] == [
        (None, None, 0, 150),
        ("2", "QP011002", 5_001, 0),
        ("2", "QP011003", 5_000, 0),
    ]
    assert matrix["total"]["granted"]["amount_cents"] == 0
    assert len(matrix["uncovered"]) == 4, "droit commun covers no cell of the programme"
    contract = (await world.call(world.team, "GET", f"/contracts/{world.contract_id}/coverage", expect=200)).json()
    assert contract["droit_commun"]["measures"] == 3


async def test_tfpb_is_followed_by_neighbourhood(world: World) -> None:
    await settle(world, signatories=[world.neighbour])
    where = f"/contracts/{world.contract_id}/tfpb"
    made = await world.call(world.stranger, "POST", where, json=counterpart(world), expect=201)
    assert made.json()["actions_cents"] == 1_700_000
    assert (await coverage(world))["tfpb"] == {
        "qpvs": [{"qpv_code": "QP011002", "landlords": 1, "abatement_cents": 3_000_000, "actions_cents": 1_700_000}],
        "abatement_cents": 3_000_000,
        "actions_cents": 1_700_000,
    }
    await world.refused(world.stranger, "POST", where, 409, "counterpart-repeated", json=counterpart(world))
    path = f"{where}/{made.json()['id']}"
    changed = await world.change(world.stranger, "PATCH", path, json={"actions": []}, expect=200)
    assert changed.json()["actions_cents"] == 0
    await world.change(world.team, "DELETE", path, expect=204)
    assert await world.pages(None, where) == []


async def test_only_partners_record_and_only_what_is_theirs(world: World) -> None:
    await settle(world)
    root = f"/contracts/{world.contract_id}"
    for who, organisation in (
        (world.stranger, world.neighbour),
        (world.holder, world.association),
        (world.caf_officer, world.state),
    ):
        wish = measure(world, organisation_id=str(organisation))
        await world.refused(who, "POST", f"{root}/droit-commun", 403, "not-a-partner", json=wish)
        wish = counterpart(world, organisation_id=str(organisation))
        await world.refused(who, "POST", f"{root}/tfpb", 403, "not-a-partner", json=wish)
    made = await world.call(world.caf_officer, "POST", f"{root}/droit-commun", json=measure(world), expect=201)
    path = made.headers["location"]
    refusal(await world.change(world.state_officer, "PATCH", path, json={"label": "À moi"}), 403, "not-a-partner")
    refusal(await world.change(world.state_officer, "DELETE", path), 403, "not-a-partner")
    changed = await world.change(world.caf_officer, "PATCH", path, json={"amount_cents": 5, "label": "Ateliers"}, expect=200)
    assert (changed.json()["amount_cents"], changed.json()["label"]) == (5, "Ateliers")
    assert (await world.call(None, "GET", path, expect=200)).json()["label"] == "Ateliers"
    assert [one["amount_cents"] for one in await world.pages(None, f"{root}/droit-commun", limit=1)] == [5]


async def test_codes_are_the_contract_s_and_a_measure_has_means(world: World) -> None:
    await settle(world)
    where = f"/contracts/{world.contract_id}/droit-commun"
    for wrong in ({"objective_codes": ["99"]}, {"qpv_codes": ["QP099999"]}):
        await world.refused(world.caf_officer, "POST", where, 409, "unknown-place", json=measure(world, **wrong))
    none = measure(world, amount_cents=None)
    await world.refused(world.caf_officer, "POST", where, 422, "measure-without-means", json=none)
    made = await world.call(world.caf_officer, "POST", where, json=measure(world), expect=201)
    emptied = await world.change(world.caf_officer, "PATCH", made.headers["location"], json={"amount_cents": None})
    refusal(emptied, 422, "measure-without-means")
    stale = await world.call(
        world.caf_officer, "PATCH", made.headers["location"], json={"amount_cents": 1}, headers={"If-Match": '"9"'}
    )
    refusal(stale, 412, "stale-version")


async def test_each_record_leaves_a_line_in_the_contract_s_journal(world: World) -> None:
    await settle(world)
    made = await world.call(
        world.caf_officer, "POST", f"/contracts/{world.contract_id}/droit-commun", json=measure(world), expect=201
    )
    await world.change(world.caf_officer, "DELETE", made.headers["location"], expect=204)
    acts = await world.running.rows(
        "SELECT act FROM journal_lines WHERE resource_id = %(id)s AND act LIKE 'measure.%%' ORDER BY id", id=world.contract_id
    )
    assert [line["act"] for line in acts] == ["measure.recorded", "measure.removed"]
