"""What the table of rights needs of retention."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

from .acts import erase

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A dossier whose signatory, a homonym of nobody else here, was erased."""
    await world.submitted()
    (before,) = await world.running.rows("SELECT count(*) AS n FROM sealed_signatures")
    return {"sealed_id": await _sealed(world) if before["n"] else str(world.lead)}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"openSealedSignature": {"reason": "Réquisition de la chambre régionale des comptes."}}


async def _sealed(world: World) -> str:
    (row,) = await world.running.rows("SELECT id FROM sealed_signatures LIMIT 1")
    return str(row["id"])


__all__ = ["QUERIES", "bodies", "erase", "prepare"]
