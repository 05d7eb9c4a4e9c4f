"""What the table of rights needs of harvests: a source that was harvested, and a pair to be decided."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.harvests.stand_in import add, harvest, only, pairs, record, standing_in
from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    await world.published("Déjà là", links=[{"url": "https://ailleurs.example/notices/1", "label": "Là"}])
    async with standing_in(only(record(1))) as there:
        source = await add(world, there.url)
        run = await harvest(world, source)
    (pair,) = await pairs(world, source)
    return {"harvest_source_id": source["id"], "harvest_run_id": run["id"], "duplicate_id": pair["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    # An address nobody answers at: what is tried is who may, not what is read.
    source = {"centre_id": world.centre_id, "name": "Une autre source", "base_url": "http://127.0.0.1:9/oai", "schedule": "manual"}
    return {
        "addHarvestSource": source,
        "updateHarvestSource": {"name": "Z"},
        "startHarvest": {},
        "decideHarvestDuplicate": {"decision": "refuse"},
    }
