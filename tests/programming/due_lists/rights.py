"""What the table of rights needs of due lists."""

from collections.abc import Mapping
from typing import Any

from tests.programming.world import World
from tests.support import Person

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """Somebody's secret address, that nobody else renews or revokes."""
    address = (await world.call(Person(), "POST", "/me/due/feed", expect=201)).json()["url"]
    return {"ending_token": "not-a-token-of-any-mail", "due_feed_token": address.rpartition("/")[2].removesuffix(".ics")}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"setReminderPreferences": {"frequency": "daily"}}
