"""What the table of rights needs of resource centres."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}
#: The first who may takes the organisation out.
SPENT = {"removeCentreMember"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """An organisation of the first centre's network."""
    path = f"/centres/{world.centre_id}/members/{ids['organisation_id']}"
    await world.call(world.documentalist, "PUT", path, json={"name": "Z"})
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    centre = {"organisation_id": str(new_id()), "code": "ZZZ", "name": "Z", "contact_email": "z@centre.example"}
    return {"openCentre": centre, "updateCentre": {"name": "Z"}, "putCentreMember": {"name": "Z"}}
