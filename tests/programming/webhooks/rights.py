"""What the table of rights needs of webhooks."""

from collections.abc import Mapping
from datetime import timedelta
from typing import Any

from tests.programming.world import World

QUERIES: dict[str, dict[str, Any]] = {}


async def prepare(world: World, ids: Mapping[str, str]) -> dict[str, str]:
    """A webhook of the State, with one delivery."""
    wish = {"organisation_id": str(world.state), "url": "http://127.0.0.1:9/", "event_types": ["webhook.test"]}
    made = (await world.call(world.state_officer, "POST", "/webhooks", json=wish, expect=201)).json()
    sent = (await world.call(world.state_officer, "POST", f"/webhooks/{made['id']}/tests", expect=201)).json()
    return {"webhook_id": made["id"], "delivery_id": sent["id"]}


def bodies(world: World, ids: Mapping[str, str]) -> dict[str, Any]:
    since = (world.running.clock.now() - timedelta(days=1)).isoformat()
    return {
        "createWebhook": {"organisation_id": str(world.state), "url": "http://127.0.0.1:9/"},
        "updateWebhook": {"description": "Z"},
        "replayWebhookEvents": {"since": since},
    }
