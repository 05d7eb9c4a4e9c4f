"""What the table of rights needs of networks."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """Nothing more than the world's own."""
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    network = {"organisation_id": str(new_id()), "code": "ZZZ", "name": "Z", "contact_email": "z@reseau.example"}
    return {"openNetwork": network, "updateNetwork": {"name": "Z"}}
