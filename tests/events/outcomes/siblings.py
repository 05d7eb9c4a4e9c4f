"""The catalogue and the directory as this service hears them, signed as they sign; a catalogue that listens."""

from collections.abc import AsyncIterator, Mapping
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

import httpx
import orjson
from fastapi import FastAPI, Request, Response
from standardwebhooks import Webhook

from services.common.ids import new_id
from services.common.jobs import Job
from tests.events.world import World
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
    return await world.running.client.post("/events/internal/events", content=body, headers=headers)


@asynccontextmanager
async def catalogue(world: World, heard: list[dict[str, Any]], *, status: int = 204) -> AsyncIterator[None]:
    """The catalogue joins the platform for a while."""
    app = FastAPI()

    @app.post("/catalogue/internal/events")
    async def receive(request: Request) -> Response:
        heard.append(orjson.loads(await request.body()))
        return Response(status_code=status)

    siblings = world.running.resources.siblings
    before = siblings._apps
    siblings._apps = {**before, "catalogue": app}
    await siblings.close()
    await siblings.open()
    try:
        yield
    finally:
        siblings._apps = before
        await siblings.close()
        await siblings.open()


async def run(world: World, job: Job, **arguments: Any) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await job.run(session, resources, **({"timestamp": 0} if job.cron else {}), **arguments)
