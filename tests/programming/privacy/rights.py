"""What the table of rights needs of retention."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from services.common.sealing import seal
from services.programming.privacy import repository, rules
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The name of an erased signatory, sealed."""
    resources, sealed_id = world.running.resources, new_id()
    now = resources.clock.now()
    row = {"id": sealed_id, "act": "dossier.submission", "act_id": new_id(), "reference": "Z", "kept_until": now.date()}
    hidden = seal(resources.settings.secret_key, rules.PURPOSE, '{"name": "Z", "function": "Z"}')
    async with resources.database.transaction() as session:
        await repository.seal(session, {**row, "sealed": hidden, "sealed_at": now})
    return {"sealed_id": str(sealed_id)}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"openSealedSignature": {"reason": "Réquisition de la chambre régionale des comptes."}}
