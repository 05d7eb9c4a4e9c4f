"""What the table of rights needs of yearly plans."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The first network's plan of 2027."""
    path = f"/networks/{ids['network_id']}/plans/2027"
    await world.call(world.manager, "PUT", path, json=bodies(world, ids)["putPlan"], expect=201)
    return {"year": "2027"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"putPlan": {"formats": [{"format": "journee", "wanted": 6}]}}
