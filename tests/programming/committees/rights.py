"""What the table of rights needs of what happens during a session and after it."""

from collections.abc import Mapping
from typing import Any

from tests.programming.committees.filled import as_csv
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {"decideBySheet": {"dry_run": "true"}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The State's officer steps out on a dossier of a session under way."""
    dossier = await world.reviewed(state=1_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/dossiers/{dossier['id']}/deports"
    made = await world.call(world.state_officer, "POST", where, json={"organisation_id": str(world.state)}, expect=201)
    return {"deport_id": made.json()["id"], "voter_id": str(world.state)}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "stepOut": {"organisation_id": str(world.state)},
        "voteOnDossier": {"choice": "for"},
        "reopenDecision": {"reason": "Z"},
        "decideInBulk": {"lines": [{"request_id": ids["request_id"], "outcome": "adjourned"}], "dry_run": True},
        "decideBySheet": as_csv([["Identifiant", "Décision"], [ids["request_id"], "ajourné"]]),
    }
