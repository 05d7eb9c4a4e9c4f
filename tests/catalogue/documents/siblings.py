"""What the directory and programming tell the catalogue, signed as they sign it."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from standardwebhooks import Webhook

from services.common.ids import new_id
from tests.catalogue.world import World
from tests.support import EVENTS_SECRET


async def tell(
    world: World, type: str, subject: UUID | str, data: Mapping[str, Any], *, source: str, event_id: UUID | None = None
) -> httpx.Response:
    """One delivery of an event; give the `event_id` again for the same event delivered twice."""
    event_id = event_id or new_id()
    sent_at = datetime.now(UTC)
    envelope = {
        "specversion": "1.0",
        "id": str(event_id),
        "source": source,
        "type": type,
        "subject": str(subject),
        "time": world.running.clock.now().isoformat(),
        "data": data,
    }
    body = orjson.dumps(envelope)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": str(event_id),
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": Webhook(EVENTS_SECRET).sign(str(event_id), sent_at, body.decode()),
    }
    return await world.running.client.post("/catalogue/internal/events", content=body, headers=headers)


async def organisation(
    world: World, organisation_id: UUID, name: str, version: int, *, type: str = "organisation.changed", **more: Any
) -> None:
    """The directory tells an organisation's whole face, then the jobs run."""
    data = {"id": str(organisation_id), "kind": "association", "name": name, "version": version, "successor": None, **more}
    answer = await tell(world, type, organisation_id, data, source="directory")
    assert answer.status_code == 204, answer.text
    await world.running.run_jobs()
