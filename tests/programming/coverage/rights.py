"""What the table of rights needs of coverage."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The State records a measure and a counterpart and writes a scenario; the team records a lead. The campaign stays open."""
    root = f"/contracts/{ids['contract_id']}"
    made = bodies(world, ids)
    measure = await world.call(world.state_officer, "POST", f"{root}/droit-commun", json=made["recordMeasure"], expect=201)
    counterpart = {**made["recordCounterpart"], "landlord": "Y"}
    recorded = await world.call(world.state_officer, "POST", f"{root}/tfpb", json=counterpart, expect=201)
    lead = await world.call(world.team, "POST", f"{root}/action-leads", json=made["recordActionLead"], expect=201)
    where = f"/campaigns/{ids['campaign_id']}/scenarios"
    scenario = await world.call(world.state_officer, "POST", where, json=made["imagineScenario"], expect=201)
    return {
        "measure_id": measure.json()["id"],
        "counterpart_id": recorded.json()["id"],
        "lead_id": lead.json()["id"],
        "scenario_id": scenario.json()["id"],
        "objective": "2",
        "qpv": "QP011002",
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    own = {"organisation_id": str(world.state), "year": 2027}
    return {
        "computeScenario": {
            "organisation_id": str(world.state),
            "title": "Z",
            "funder_id": str(world.state),
            "rule": "uniform_cut",
            "percent": 10,
        },
        "recordMeasure": {**own, "label": "Z", "amount_cents": 1},
        "recordCounterpart": {**own, "landlord": "Z", "qpv_code": "QP011002", "abatement_cents": 1},
        "recordActionLead": {"objective_code": "2", "title": "Z", "qpv_codes": ["QP011002"]},
        "imagineScenario": {
            "organisation_id": str(world.state),
            "title": "Z",
            "amounts": [{"request_id": ids["request_id"], "amount_cents": 100}],
        },
    }
