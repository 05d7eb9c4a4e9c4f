"""What the table of rights needs of presence and of the welcome desk."""

from collections.abc import Mapping
from typing import Any

from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """The secret key of the participant's badge."""
    rows = await world.running.rows("SELECT key FROM attendees WHERE id = %(id)s", id=ids["attendee_id"])
    return {"badge_key": str(rows[0]["key"])}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    scan = {"attendee_id": ids["attendee_id"]}
    return {
        "checkIn": {**scan, "device_id": "accueil"},
        "synchroniseCheckIns": {"device_id": "accueil", "scans": [{**scan, "client_id": "1", "scanned_at": world.day(30)}]},
        "receiveWalkIn": {"given_name": "Sans", "family_name": "Inscription", "audience": "resident"},
        "validatePresence": {"everybody": True},
        "replaceBadge": {},
    }
