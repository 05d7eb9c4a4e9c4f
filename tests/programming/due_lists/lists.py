"""Reading somebody's due list, as the tests of several rooms do."""

from typing import Any

from tests.programming.world import World
from tests.support import Person


async def due(world: World, who: Person, **query: Any) -> dict[str, dict[str, Any]]:
    """By kind; each kind once."""
    items = await world.pages(who, "/me/due", limit=2, **query)
    kinds = {item["kind"]: item for item in items}
    assert len(kinds) == len(items), items
    return kinds
