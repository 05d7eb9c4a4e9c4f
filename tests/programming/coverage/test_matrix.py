"""The matrix objective × QPV: every euro once, whoever reads it."""

from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st
from psycopg import sql

from services.common.ids import new_id
from services.programming.coverage import service
from services.programming.coverage.schemas import MatrixRead
from tests.programming.coverage.ville import QPVS, Asked, bare, cell_of, coverage, insert, naive, place, settle
from tests.programming.laws import law
from tests.programming.papers import refusal
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def test_money_is_shared_over_couples_to_the_cent(world: World) -> None:
    await settle(world)
    await insert(
        world, [Asked(("2", "8", "x"), ("QP011002", "QP011003"), world.association, 40, ((world.caf, 10_001, 10_001, 0),))]
    )
    matrix = await coverage(world)
    amounts = [cell["asked"]["amount_cents"] for cell in matrix["cells"] if cell["qpv_code"]]
    assert amounts == [1667, 1667, 1667, 1667, 1667, 1666], "100,01 € over six couples: the cents left go first to the first named"
    assert matrix["total"]["asked"] == {"actions": 1, "holders": 1, "publics": 40, "amount_cents": 10_001}
    assert [t["asked"]["actions"] for t in matrix["by_objective"]] == [1, 1, 1], "one action in each total, not one per cell"
    assert [t["asked"]["publics"] for t in matrix["by_qpv"]] == [40, 40, 0]
    assert not cell_of(matrix, "x", "QP011002")["covered"]


async def test_an_empty_campaign_covers_nothing(world: World) -> None:
    await settle(world)
    matrix = await coverage(world)
    assert bare(matrix) == {(objective, qpv["code"]) for objective in ("2", "8") for qpv in QPVS}
    assert matrix["total"]["granted"] == {"actions": 0, "holders": 0, "publics": 0, "amount_cents": 0}
    assert {q["name"]: q["population"] for q in matrix["qpvs"]} == {q["name"]: q["population"] for q in QPVS}
    assert [o["title"] for o in matrix["objectives"]] == ["Réussir l'éducation", "Rapprocher de l'emploi"]


async def test_a_dossier_goes_from_asked_to_granted_and_covers_its_cells(world: World) -> None:
    await settle(world)
    dossier = await world.submitted_with(place(world.content(state=8_000, caf=4_000), ["2"], ["QP011002", "QP011003"]))
    asked = await coverage(world, stage="asked")
    assert bare(asked) == {("8", "QP011002"), ("8", "QP011003")}
    assert (
        bare(await coverage(world, stage="proposed")) == bare(await coverage(world)) == {(o, q["code"]) for o in "28" for q in QPVS}
    )
    cell = cell_of(asked, "2", "QP011003")
    assert cell["asked"] == {"actions": 1, "holders": 1, "publics": 40, "amount_cents": 600_000}
    assert {f["funder_id"]: f["asked_cents"] for f in cell["funders"]} == {str(world.state): 400_000, str(world.caf): 200_000}
    tag = await world.tag(dossier["id"], world.team)
    where = f"/dossiers/{dossier['id']}/admissibility"
    await world.call(world.team, "POST", where, json={"admissible": True}, headers={"If-Match": tag}, expect=201)
    for officer in (world.state_officer, world.caf_officer):
        await world.review(officer, dossier["id"])
    assert len(bare(await coverage(world, stage="proposed"))) == 2
    committee = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], 100_000)
    granted = await coverage(world)
    assert bare(granted) == {("8", "QP011002"), ("8", "QP011003")}
    assert cell_of(granted, "2", "QP011002")["granted"] == {"actions": 1, "holders": 1, "publics": 40, "amount_cents": 50_000}


async def test_inadmissible_dossiers_and_drafts_count_for_nothing(world: World) -> None:
    await settle(world)
    dossier = await world.submitted_with(place(world.content(caf=4_000), ["2"], ["QP011002"]))
    await world.draft(place(world.content(caf=4_000), ["2"], ["QP011002"]))
    assert (await coverage(world))["total"]["asked"]["actions"] == 1
    tag = await world.tag(dossier["id"], world.team)
    body = {"admissible": False, "reason": "Hors du contrat."}
    where = f"/dossiers/{dossier['id']}/admissibility"
    await world.call(world.team, "POST", where, json=body, headers={"If-Match": tag}, expect=201)
    assert (await coverage(world))["total"]["asked"] == {"actions": 0, "holders": 0, "publics": 0, "amount_cents": 0}


async def test_what_names_no_qpv_has_its_column_and_its_cap(world: World) -> None:
    """2.5 % of the lines that count: 250 000 € of P147 here, of which 6 250 € may go outside the QPVs."""
    await settle(world, envelopes={"p147": 25_000_000})
    first, second = world.state, world.caf
    rows = ((first, 900_000, 900_000, 600_000), (second, 400_000, 0, 400_000))
    await insert(world, [Asked(("2",), (), world.association, 12, rows)])
    matrix = await coverage(world)
    outside = matrix["outside_qpv"]
    assert cell_of(matrix, "2", None)["granted"]["amount_cents"] == 1_000_000
    assert None not in {qpv for _, qpv in bare(matrix)}
    assert (outside["cap_bp"], outside["envelope_cents"], outside["cap_cents"]) == (250, 25_000_000, 625_000)
    assert (outside["used_cents"], outside["left_cents"], outside["breached"]) == (0, 625_000, False), "line `l` is not the P147's"
    await world.running.rows(
        "UPDATE funding_requests SET budget_line = 'p147' WHERE funder_id = %(funder)s RETURNING id", funder=first
    )
    outside = (await coverage(world))["outside_qpv"]
    assert (outside["used_cents"], outside["proposed_cents"], outside["left_cents"]) == (600_000, 900_000, 25_000)
    await world.running.rows("UPDATE funding_requests SET granted_cents = 700000 WHERE funder_id = %(f)s RETURNING id", f=first)
    outside = (await coverage(world))["outside_qpv"]
    assert (outside["left_cents"], outside["breached"]) == (-75_000, True)


async def test_a_qpv_renamed_or_added_after_the_opening_loses_no_euro(world: World) -> None:
    """The campaign keeps the codes of its opening; the contract goes on with those of 2024 and says whom they succeed."""
    await settle(world)
    await insert(world, [Asked(("2",), ("QP011002",), world.association, 5, ((world.caf, 300, 300, 300),))])
    now = [
        {"code": "QN01102M", "name": "La Conte – Ozanam – Nord", "population": 2_200, "former_codes": ["QP011002"]},
        QPVS[1],
        {"code": "QN01109N", "name": "Quartier nouveau", "population": 900},
    ]
    await world.change(world.team, "PATCH", f"/contracts/{world.contract_id}", json={"qpvs": now}, expect=200)
    campaign = await coverage(world)
    assert [(q["code"], q["name"], q["succeeded_by"]) for q in campaign["qpvs"]] == [
        ("QP011002", "La Conte – Ozanam – Nord", "QN01102M"),
        ("QP011003", "Saint-Jacques – Le Viguier", None),
    ]
    where = f"/contracts/{world.contract_id}/coverage"
    contract = (await world.call(world.team, "GET", where, expect=200)).json()
    assert [(q["code"], q["in_force"]) for q in contract["qpvs"]] == [
        ("QN01102M", True),
        ("QP011003", True),
        ("QN01109N", True),
        ("QP011002", False),
    ]
    assert contract["total"]["granted"]["amount_cents"] == 300
    assert ("2", "QN01102M") not in bare(contract), "what was granted under its former code covers it"
    assert ("2", "QN01109N") in bare(contract)
    assert not any(qpv == "QP011002" for _, qpv in bare(contract)), "a code of the past is not due"


async def test_who_reads_what(world: World) -> None:
    await settle(world)
    await insert(world, [Asked(("2",), ("QP011002",), world.association, 5, ((world.caf, 900, 700, 300),))])
    where = f"/campaigns/{world.campaign_id}/coverage"
    for who in (world.team, world.region_officer):
        assert (await coverage(world, who))["live"]
    for reader in (None, world.holder, world.stranger):
        refusal(await world.call(reader, "GET", where), 403, "coverage-not-published")
    await world.act("closing")
    await world.act("instruction")
    await world.act("decision")
    for reader in (None, world.holder):
        matrix = (await world.call(reader, "GET", where, params={"stage": "asked"}, expect=200)).json()
        cell = cell_of(matrix, "2", "QP011002")
        assert (matrix["live"], matrix["stage"], matrix["outside_qpv"]) == (False, "granted", None)
        assert (cell["asked"], cell["proposed"], cell["granted"]["amount_cents"]) == (None, None, 300)
        assert cell["funders"] == [{"funder_id": str(world.caf), "asked_cents": None, "proposed_cents": None, "granted_cents": 300}]


async def test_over_a_contract_the_public_sees_decided_campaigns_only(world: World) -> None:
    await settle(world)
    await insert(world, [Asked(("2",), ("QP011002",), world.association, 5, ((world.caf, 900, 700, 300),))])
    for name in ("closing", "instruction", "decision"):
        await world.act(name)
    decided = world.campaign_id
    await settle(world)
    await insert(world, [Asked(("8",), ("QP011002",), world.association, 5, ((world.caf, 900, 700, 500),))])
    where = f"/contracts/{world.contract_id}/coverage"
    public = (await world.call(None, "GET", where, expect=200)).json()
    assert ([c["id"] for c in public["campaigns"]], public["total"]["granted"]["amount_cents"]) == ([decided], 300)
    team = (await world.call(world.team, "GET", where, expect=200)).json()
    assert (team["total"]["granted"]["amount_cents"], team["total"]["asked"]["amount_cents"]) == (800, 1_800)
    assert len(team["campaigns"]) == 3, "the world's own, and these two"
    assert (await world.call(world.caf_officer, "GET", where, expect=200)).json()["live"]


async def test_signatories_that_fund_are_named(world: World) -> None:
    await settle(world, signatories=[world.caf, world.neighbour])
    told = (await coverage(world))["signatories"]
    assert (told["signed"], told["taking_part"]) == (3, 1)
    assert [one["organisation_id"] for one in told["signatories"] if one["takes_part"]] == [str(world.caf)]


async def test_the_dossiers_of_a_cell_add_up_to_it(world: World) -> None:
    await settle(world)
    holder, other = new_id(), new_id()
    dossiers = [
        Asked(("2", "8"), ("QP011002",), holder, 3, ((world.caf, 1_001, 501, 333), (world.state, 77, 0, 0))),
        Asked(("8", "2"), ("QP011003", "QP011002"), other, 3, ((world.caf, 999, 999, 999),)),
        Asked(("2",), (), other, 3, ((world.region, 500, 0, 0),)),
    ]
    await insert(world, dossiers)
    matrix = await coverage(world)
    for cell in matrix["cells"]:
        qpv = cell["qpv_code"] or "hors-qpv"
        for scope in (f"/campaigns/{world.campaign_id}", f"/contracts/{world.contract_id}"):
            path = f"{scope}/coverage/cells/{cell['objective_code']}/{qpv}/dossiers"
            found = await world.pages(world.team, path, limit=1)
            for stage in ("asked", "proposed", "granted"):
                assert sum(one[f"{stage}_cents"] for one in found) == cell[stage]["amount_cents"]
            assert len(found) == cell["asked"]["actions"]
            assert await world.pages(world.stranger, path) == []


async def test_a_holder_finds_its_own_dossier_and_not_yet_its_grant(world: World) -> None:
    await settle(world)
    dossier = await world.reviewed(caf=4_000)
    committee = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, committee, world.request_of(dossier, world.caf)["id"], 100_000)
    where = f"/campaigns/{world.campaign_id}/coverage/cells/2/QP011002/dossiers"
    (mine,) = await world.pages(world.holder, where)
    assert (mine["status"], mine["asked_cents"], mine["proposed_cents"], mine["granted_cents"]) == (
        "under_review",
        400_000,
        None,
        None,
    )
    (theirs,) = await world.pages(world.caf_officer, where)
    assert (theirs["proposed_cents"], theirs["granted_cents"]) == (400_000, 100_000)
    assert await world.pages(world.region_officer, where) == [], "nobody asked the region"


CODES = st.lists(st.sampled_from(["2", "8", "x"]), min_size=1, max_size=3, unique=True).map(tuple)
QPV_CODES = st.lists(st.sampled_from(["QP011002", "QP011003", "QN01104I"]), max_size=3, unique=True).map(tuple)
FUNDERS, HOLDERS = [new_id() for _ in range(3)], [new_id() for _ in range(2)]


@st.composite
def requests(draw: st.DrawFn) -> tuple[tuple[UUID, int, int, int], ...]:
    asked = []
    for funder in draw(st.lists(st.sampled_from(FUNDERS), min_size=1, max_size=3, unique=True)):
        amount = draw(st.integers(1, 10_000))
        asked.append((funder, amount, draw(st.integers(0, amount)), draw(st.integers(0, amount))))
    return tuple(asked)


DOSSIER = st.builds(Asked, CODES, QPV_CODES, st.sampled_from(HOLDERS), st.integers(0, 500), requests(), st.booleans())


async def test_sums_of_cells_are_sums_of_dossiers_for_every_stage_and_funder(shared_world: World) -> None:
    """The set-based statement against one dossier after the other."""
    world = shared_world
    await settle(world)
    cases: list[list[Asked]] = []

    @law
    @given(st.lists(DOSSIER, max_size=6))
    def draw(dossiers: list[Asked]) -> None:
        cases.append(dossiers)

    draw()
    assert len(cases) >= 20
    for dossiers in cases:
        async with world.running.resources.database.readers.connection() as connection:
            for table in ("dossier_readers", "funding_requests", "dossiers"):
                forget = sql.SQL("DELETE FROM {} WHERE campaign_id = %s").format(sql.Identifier(table))
                await connection.execute(forget, [world.campaign_id])
        await insert(world, dossiers)
        async with world.running.resources.database.sessions() as session:
            _compare(await service.matrix(session, campaign_id=UUID(world.campaign_id)), dossiers)


def _compare(matrix: MatrixRead, dossiers: list[Asked]) -> None:
    expected = naive(dossiers)
    counted = [one for one in dossiers if one.counts]
    for cell in matrix.cells:
        oracle = expected.pop((cell.objective_code, cell.qpv_code), None)
        found = {one.funder_id: [one.asked_cents, one.proposed_cents, one.granted_cents] for one in cell.funders}
        assert found == (oracle["funders"] if oracle else {})
        for stage, figures in enumerate((cell.asked, cell.proposed, cell.granted)):
            assert figures is not None
            assert figures.actions == (oracle["actions"][stage] if oracle else 0)
            assert figures.holders == (len(oracle["holders"][stage]) if oracle else 0)
            assert figures.publics == (oracle["people"][stage] if oracle else 0)
    assert expected == {}
    for stage, name in enumerate(("asked", "proposed", "granted")):
        paid = sum(amounts[stage] for one in counted for _, *amounts in one.requests)
        with_it = [one for one in counted if any(request[stage + 1] for request in one.requests)]
        total = getattr(matrix.total, name)
        assert (total.amount_cents, total.actions) == (paid, len(with_it))
        assert total.holders == len({one.holder for one in with_it})
        assert sum(getattr(cell, name).amount_cents for cell in matrix.cells) == paid
        assert sum(getattr(row, name).amount_cents for row in matrix.by_objective) == paid
        assert sum(getattr(column, name).amount_cents for column in matrix.by_qpv) == paid
        for row in matrix.by_objective:
            assert getattr(row, name).actions == sum(row.objective_code in one.objectives for one in with_it)
        for column in matrix.by_qpv:
            assert getattr(column, name).actions == sum(column.qpv_code in (one.qpvs or (None,)) for one in with_it)
    for funder in matrix.total.funders:
        asked = sum(request[1] for one in counted for request in one.requests if request[0] == funder.funder_id)
        assert funder.asked_cents == asked
