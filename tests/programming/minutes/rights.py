"""What the table of rights needs of printed agendas and minutes."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    made = await world.call(world.team, "POST", f"/committees/{ids['committee_id']}/papers", json={"kind": "agenda"}, expect=201)
    return {"paper_id": made.json()["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"printSessionPaper": {"kind": "agenda"}, "correctMinutes": {"reason": "Z"}}
