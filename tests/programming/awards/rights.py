"""What the table of rights needs of awards and of legal parameters."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    parameter = {"parameter": "payment_within_days", "applies_from": "2031-01-01", "value": 30, "source": "un texte à venir"}
    return {"recordParameter": parameter, "commitAward": {}}
