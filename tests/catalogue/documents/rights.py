"""What the table of rights needs of drafts and documents."""

from collections.abc import Mapping
from typing import Any

from tests.catalogue.world import World, content

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "createDraft": {"centre_id": ids["centre_id"], "kind": "study", "content": content("Z")},
        "updateDraft": {"content": {"title": "Z"}},
        "sendDraftBack": {"reason": "Z"},
        "publishDraft": {},
        "withdrawDocument": {"reason": "Z"},
    }
