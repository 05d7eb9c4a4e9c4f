"""What the table of rights needs of saved searches and followed documents."""

from collections.abc import Mapping
from typing import Any
from uuid import UUID

from services.catalogue.subscriptions import rules
from services.catalogue.subscriptions.rules import Purpose
from tests.catalogue.subscriptions.morning import save
from tests.catalogue.world import World

#: A change of a search that is not the caller's is 404 whatever is sent.
QUERIES: dict[str, dict[str, Any]] = {}
#: What the documentalist erased of theirs is gone.
SPENT = {"getSavedSearchFeed", "showUnsubscription", "unsubscribe"}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A search of the first centre's documentalist."""
    saved = await save(world, world.documentalist, frequency="never")
    secret = world.running.resources.settings.secret_key.get_secret_value()
    return {
        "saved_search_id": saved["id"],
        "feed_format": "atom",
        "feed_token": rules.token(secret, Purpose.READ_FEED, UUID(saved["id"])),
        "unsubscribe_token": rules.token(secret, Purpose.END_SEARCH, UUID(saved["id"])),
    }


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"saveSearch": {"name": "Z", "criteria": {}, "frequency": "never"}}
