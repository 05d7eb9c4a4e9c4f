"""What the table of rights needs of retention: nothing."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
