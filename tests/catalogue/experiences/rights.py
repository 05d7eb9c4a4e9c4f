"""What the table of rights needs of sheets made of closed dossiers."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from tests.catalogue.experiences.closed import closes, dossier, follow
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A contract the first centre follows, with a dossier that closed."""
    contract_id = new_id()
    await follow(world, contract_id, centre_id=ids["centre_id"])
    await closes(world, dossier(contract_id))
    return {"contract_id": str(contract_id)}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"followContract": {"name": "Z"}}
