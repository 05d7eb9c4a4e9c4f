"""Events to sibling services: written in the transaction, delivered at least once by jobs, consumed once.

An event is a CloudEvents 1.0 envelope signed as Standard Webhooks. Those of one subject are delivered in order. A consumer
writes the event's id in its inbox in the transaction that applies it, so a second delivery changes nothing.
"""

from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from typing import TYPE_CHECKING, Any, TypeVar
from uuid import UUID

import orjson
import structlog
from fastapi import APIRouter, Request, Response
from sqlalchemy import Insert, Table, insert, select
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession
from standardwebhooks import Webhook, WebhookVerificationError

from .db import Session, execute, write_in
from .ids import new_id
from .jobs import Job, enqueue, enqueue_many, job
from .problems import Problem, Unauthenticated
from .routing import ActRoute, right

if TYPE_CHECKING:
    from .resources import Resources

log = structlog.get_logger(__name__)

T = TypeVar("T")
#: Events that wait and are delivered in one transaction.
_AT_ONCE = 50


@dataclass(frozen=True)
class Event:
    """What happened to `subject` (a resource's id) in the service `source`."""

    id: UUID
    type: str
    source: str
    subject: str
    at: datetime
    data: Mapping[str, Any]


#: Applies an event in the receiving transaction.
Consumer = Callable[[AsyncSession, "Resources", Event], Awaitable[None]]


@lru_cache
def _writing(table: Table) -> Insert:
    return insert(table)


async def publish(
    session: AsyncSession,
    table: Table,
    *,
    type: str,
    subject: UUID,
    data: Mapping[str, Any],
    at: datetime,
    to: Sequence[str],
) -> UUID:
    """Write the event and one delivery per subscriber in the transaction of the act. Returns the event's id."""
    event_id = new_id()
    row = {"id": event_id, "type": type, "subject": str(subject), "at": at, "data": dict(data)}
    await write_in(session, _writing(table), row)
    for subscriber in to:
        await enqueue(session, DELIVER, lock=f"event:{subscriber}:{subject}", event_id=str(event_id), subscriber=subscriber)
    return event_id


async def publish_each(
    session: AsyncSession, table: Table, *, type: str, told: Sequence[tuple[UUID, Mapping[str, Any]]], at: datetime
) -> list[UUID]:
    """Write an event for each subject and its data, in that order, in one statement; nobody is told. Returns their ids."""
    rows = [{"id": new_id(), "type": type, "subject": str(subject), "at": at, "data": dict(data)} for subject, data in told]
    if rows:
        await write_in(session, _writing(table), *rows)
    return [row["id"] for row in rows]  # type: ignore[misc]


async def publish_many(
    session: AsyncSession, table: Table, *, type: str, told: Mapping[UUID, Mapping[str, Any]], at: datetime, to: Sequence[str]
) -> None:
    """`publish` for many subjects at once: two statements, whatever their number."""
    ids = dict(zip(told, await publish_each(session, table, type=type, told=list(told.items()), at=at), strict=True))
    deliveries = [
        (f"event:{subscriber}:{subject}", {"event_id": str(ids[subject]), "subscriber": subscriber})
        for subject in told
        for subscriber in to
    ]
    await enqueue_many(session, DELIVER, deliveries)


@job("kernel:deliver_event", attempts=10)
async def _deliver(session: AsyncSession, resources: "Resources", event_id: str, subscriber: str) -> None:
    table = resources.tables.outbox
    row: Any = (await execute(session, select(table).where(table.c.id == UUID(event_id)))).one()
    envelope = {
        "specversion": "1.0",
        "id": event_id,
        "source": resources.name,
        "type": row.type,
        "subject": row.subject,
        "time": row.at.isoformat(),
        "data": row.data,
    }
    body = orjson.dumps(envelope)
    sent_at = datetime.now(UTC)
    headers = {
        "content-type": "application/cloudevents+json",
        "webhook-id": event_id,
        "webhook-timestamp": str(int(sent_at.timestamp())),
        "webhook-signature": _signer(resources).sign(event_id, sent_at, body.decode()),
    }
    answer = await resources.siblings.request("POST", subscriber, f"/{subscriber}/internal/events", content=body, headers=headers)
    if answer.status_code >= 300:
        raise RuntimeError(f"{subscriber} answered {answer.status_code} to event {event_id}")


DELIVER: Job = _deliver


async def deliver_waiting(
    session: AsyncSession,
    resources: "Resources",
    subscriber: str,
    waiting: Callable[[AsyncSession, int], Awaitable[Sequence[T]]],
    event_of: Callable[[T], UUID | None],
) -> list[T]:
    """Deliver what was published to nobody yet, oldest first, to a sibling that may not be part of the platform; what it took.

    `waiting` gives so many of what waits, locked. Absent or down, nothing fails and nothing is lost: it waits. Taking is for the
    caller to note.
    """
    taken: list[T] = []
    if not resources.siblings.knows(subscriber):
        return taken
    for one in await waiting(session, _AT_ONCE):
        event_id = str(event_of(one))
        try:
            await DELIVER.run(session, resources, event_id=event_id, subscriber=subscriber)
        except Problem as down:
            log.warning("sibling_not_told", subscriber=subscriber, event_id=event_id, error=str(down))
            break  # it does not answer: what is behind waits too
        except RuntimeError as refusal:
            log.warning("sibling_refused", subscriber=subscriber, event_id=event_id, error=str(refusal))
            continue  # it answers, but not to this one: those behind are told
        taken.append(one)
    return taken


def _signer(resources: "Resources") -> Webhook:
    return Webhook(resources.settings.events_secret.get_secret_value())


def inbox_router(service: str, consumers: Mapping[str, Consumer]) -> APIRouter:
    """The address siblings deliver to. Outside the contract: the gateway does not route it."""
    router = APIRouter(route_class=ActRoute)

    @router.post(
        f"/{service}/internal/events",
        status_code=204,
        include_in_schema=False,
        openapi_extra=right("A sibling service, by signature.", public=True, secret_answer=True),
    )
    async def receive(request: Request, session: Session) -> Response:
        resources: Resources = request.app.state.resources
        body = await request.body()
        try:
            envelope = _signer(resources).verify(body, dict(request.headers))
        except (WebhookVerificationError, ValueError) as error:
            raise Unauthenticated() from error
        event = Event(
            id=UUID(envelope["id"]),
            type=envelope["type"],
            source=envelope["source"],
            subject=envelope["subject"],
            at=datetime.fromisoformat(envelope["time"]),
            data=envelope["data"],
        )
        if event.type in consumers and await _is_new(session, resources, event):
            await consumers[event.type](session, resources, event)
        return Response(status_code=204)

    return router


async def _is_new(session: AsyncSession, resources: "Resources", event: Event) -> bool:
    row = {"source": event.source, "event_id": event.id, "received_at": resources.clock.now()}
    written = await execute(session, upsert(resources.tables.inbox).values(row).on_conflict_do_nothing())
    return written.rowcount == 1
