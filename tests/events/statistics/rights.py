"""What the table of rights needs of statistics."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
