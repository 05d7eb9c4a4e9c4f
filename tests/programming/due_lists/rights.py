"""What the table of rights needs of due lists."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {"ending_token": "not-a-token-of-any-mail"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"setReminderPreferences": {"frequency": "daily"}}
