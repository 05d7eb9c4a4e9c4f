"""What the table of rights needs of permanent files."""

from collections.abc import Mapping
from typing import Any

from tests.programming.papers import PDF
from tests.programming.permanent_files.papers import keep
from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {"keepPermanentFile": {"kind": "rib", "name": "rib.pdf"}}
SPENT = {"removePermanentFile"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    kept = await keep(world, "statuts")
    return {"organisation_id": str(world.association), "permanent_file_id": kept["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"keepPermanentFile": PDF, "attachPermanentFiles": {}}
