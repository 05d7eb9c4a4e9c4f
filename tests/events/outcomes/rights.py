"""What the table of rights needs of outcomes."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The network has a centre, to which a support was proposed."""
    wish = {"centre_id": str(new_id())}
    await world.change(world.manager, "PATCH", f"/networks/{ids['network_id']}", json=wish, expect=200)
    support = {"role": "support", "title": "Diaporama d'ouverture"}
    path = f"/events/{ids['event_id']}/outcomes"
    made = (await world.call(world.organiser, "POST", path, json=support, expect=201)).json()
    return {"outcome_id": str(made["id"])}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"proposeOutcome": {"role": "support", "title": f"Diaporama {new_id().hex[-6:]}"}}
