"""What the table of rights needs of feeds."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    answer = await world.call(world.participant, "POST", "/me/feed", expect=201)
    return {"feed_token": answer.json()["url"].rpartition("/")[2].removesuffix(".ics")}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
