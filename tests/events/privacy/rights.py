"""What the table of rights needs of privacy."""

from collections.abc import Mapping
from typing import Any

from services.common.ids import new_id
from services.events.privacy import links
from tests.events.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """Somebody asked for their data."""
    resources = world.running.resources
    (request,) = await world.running.rows(
        "INSERT INTO personal_data_requests (id, kind, email, email_hash, origin, asked_at)"
        " VALUES (gen_random_uuid(), 'export', %(email)s, 'x', 'rights', %(now)s) RETURNING id",
        email=f"{new_id().hex}@example.fr",
        now=resources.clock.now(),
    )
    return {"request_token": links.token(resources.settings, request["id"])}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    return {"requestPersonalData": {"email": "quelqu.un@example.fr", "kind": "export"}}
