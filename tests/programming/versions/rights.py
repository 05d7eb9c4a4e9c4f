"""What the table of rights needs of a dossier's versions."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {"compareSubmissions": {"from": 1, "to": 1}}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {"submission_number": "1"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
