"""From an event to the deliveries it makes, and from a delivery to the job that sends it."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.ids import new_id
from services.common.jobs import enqueue

from ..dossiers import instruction
from . import audience, repository
from .rules import LIFE

SEND = "programming:send_deliveries"
#: At most so many jobs send at once, however many workers there are: slow receivers never take all of them.
_LANES = 2


async def fan_out(session: AsyncSession, event_id: UUID, *, now: datetime) -> None:
    """One delivery for each endpoint that asked for the type and whose organisation may read it now. Twice does no harm."""
    event = await repository.event(session, event_id)
    if event is None:
        return
    await complete(session, event)
    scope = audience.scope_of(event)
    allowed = (await audience.readers(session, [scope]))[scope]
    endpoints = await repository.listening(session, event["type"], None if allowed is None else sorted(allowed), at=event["at"])
    await repository.add_deliveries(session, [delivery(one, event, now=now) for one in endpoints])
    for endpoint_id in endpoints:
        await wake(session, endpoint_id, now=now)


async def complete(session: AsyncSession, event: Row) -> None:
    """A dossier's reference is drawn last in its submission, after the act was announced."""
    data = event["data"]
    if "reference" in data and data["reference"] is None:
        dossier = (await instruction.look_up(session, [UUID(data["dossier_id"])])).get(UUID(data["dossier_id"]))
        if dossier is not None and dossier.reference is not None:
            event["data"] = {**data, "reference": dossier.reference}
            await repository.complete(session, event["id"], event["data"])


def delivery(endpoint_id: UUID, event: Mapping[str, Any], *, now: datetime, replay_id: UUID | None = None) -> Row:
    return {
        "id": new_id(),
        "endpoint_id": endpoint_id,
        "event_id": event["id"],
        "type": event["type"],
        "subject": event["subject"],
        "replay_id": replay_id,
        "state": "waiting",
        "attempts": 0,
        "next_attempt_at": now,
        "expires_at": now + LIFE,
        "created_at": now,
        "history": [],
    }


async def wake(session: AsyncSession, endpoint_id: UUID, *, now: datetime, unless_since: datetime | None = None) -> None:
    """Have what waits for the endpoint sent, by one job whatever is waiting."""
    if await repository.wake(session, endpoint_id, now=now, unless_since=unless_since):
        # Never scheduled for later: a job that waits for its hour would hold those behind it in the lane.
        await enqueue(session, SEND, lock=f"webhooks:{endpoint_id.int % _LANES}", endpoint_id=str(endpoint_id))


async def wake_all(session: AsyncSession, endpoints: Iterable[UUID], *, now: datetime, unless_since: datetime) -> None:
    for endpoint_id in endpoints:
        await wake(session, endpoint_id, now=now, unless_since=unless_since)
