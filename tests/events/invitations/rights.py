"""What the table of rights needs of invitations."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    return {"letter_kind": "seated"}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {
        "putReminders": {"hours": [48, 2]},
        "sendMessage": {"subject": "Pensez à vos chaussures", "text": "La visite se fait à pied."},
    }
