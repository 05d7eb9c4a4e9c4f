"""What the table of rights needs of searches."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.world import World

QUERIES: dict[str, dict[str, Any]] = {"searchDocuments": {"q": "conseils", "facets": "true"}, "suggestSearches": {"q": "cons"}}
#: The first who may takes it off the list.
SPENT = {"settleUnansweredSearch"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A search made in vain."""
    await world.call(None, "GET", "/search", params={"q": "introuvable assurément"}, expect=200)
    kept = await world.pages(world.documentalist, "/unanswered-searches", limit=100)
    return {"search_id": next(each["id"] for each in kept if each["text"] == "introuvable assurement")}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {}
