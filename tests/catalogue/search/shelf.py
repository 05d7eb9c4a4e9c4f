"""Documents put straight into the search engine, and what is asked of it over HTTP."""

from collections.abc import Iterable
from datetime import timedelta
from typing import Any
from uuid import UUID

from services.catalogue.search import service
from services.catalogue.search.entry import Entry
from services.common.ids import new_id
from tests.catalogue.world import World
from tests.support import Person


def entry(world: World, title: str, abstract: str = "", **more: Any) -> Entry:
    """An entry of the first centre, public, published an hour ago."""
    published_at = world.running.clock.now() - timedelta(hours=1)
    told = {
        "document_id": new_id(),
        "centre_id": UUID(world.centre_id),
        "reference": f"REF-{new_id().hex[-12:]}",
        "kind": "study",
        "title": title,
        "abstract": abstract,
        "language": "fr",
        "dated": None,
        "published_at": published_at,
        "available_at": published_at,
        "members_only": False,
        **more,
    }
    return Entry(**told)


async def shelve(world: World, entries: Iterable[Entry]) -> None:
    async with world.running.resources.database.transaction() as session:
        for each in entries:
            await service.put(session, each)


async def search(world: World, q: str = "", who: Person | None = None, **params: Any) -> dict[str, Any]:
    answer = await world.call(who, "GET", "/search", params={"q": q, "limit": 100, **params}, expect=200)
    body: dict[str, Any] = answer.json()
    return body


async def titles(world: World, q: str, who: Person | None = None, **params: Any) -> list[str]:
    """Titles found with every word as typed, in the order of the answer."""
    found = await search(world, q, who, **params)
    return [] if found["relaxed"] or found["corrected"] else [item["title"] for item in found["items"]]
