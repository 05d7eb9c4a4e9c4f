"""Use cases of deliveries: what became of each, sending one again, replaying a period."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from . import audience, queueing, repository, rules, sending, service
from .errors import AlreadyDelivered, ReplayPeriodRefused, ReplayTooLarge, WebhookNotEnabled
from .models import WebhookDelivery, WebhookDeliveryState, WebhookEndpoint, WebhookState
from .rules import LIFE
from .schemas import WebhookReplayCreate, WebhookReplayRead

#: Most events of one replay, and how many are judged at a time.
MOST = 5_000
_BATCH = 1_000


async def one(session: AsyncSession, caller: Principal, endpoint_id: UUID, delivery_id: UUID) -> dict[str, Any]:
    """The delivery with its attempts and what is sent."""
    await service.managed(session, caller, endpoint_id, lock=False)
    delivery = await repository.delivery(session, endpoint_id, delivery_id)
    if delivery is None:
        raise NotFound()
    event = await repository.event(session, delivery.event_id)
    return {**shown(delivery.model_dump()), "body": event and rules.envelope(event, source=sending.SOURCE)}


def shown(row: Row) -> Row:
    return row if row["state"] in {WebhookDeliveryState.WAITING, "waiting"} else {**row, "next_attempt_at": None}


async def retry(
    session: AsyncSession, caller: Principal, endpoint_id: UUID, delivery_id: UUID, *, now: datetime
) -> WebhookDelivery:
    """Try it now, with all its attempts before it. It keeps its place: before what came later for the same resource."""
    endpoint = await service.managed(session, caller, endpoint_id)
    delivery = await repository.delivery(session, endpoint_id, delivery_id, lock=True)
    if delivery is None:
        raise NotFound()
    if delivery.state is WebhookDeliveryState.DELIVERED:
        raise AlreadyDelivered()
    if endpoint.state is WebhookState.DISABLED:
        raise WebhookNotEnabled(webhook_state=endpoint.state.value)
    delivery.state, delivery.attempts = WebhookDeliveryState.WAITING, 0
    delivery.next_attempt_at, delivery.expires_at = now, now + LIFE
    endpoint.held_until = None
    await session.flush()
    await service.note(session, endpoint, "webhook.delivery_retried", caller, now, delivery_id=str(delivery.id))
    await queueing.wake(session, endpoint.id, now=now)
    return delivery


async def replay(
    session: AsyncSession, resources: Resources, caller: Principal, endpoint_id: UUID, wish: WebhookReplayCreate, *, now: datetime
) -> WebhookReplayRead:
    """Queue again what happened in a period, as far as the organisation may read it today. What waits takes its place among it."""
    endpoint = await service.managed(session, caller, endpoint_id)
    if endpoint.state is WebhookState.DISABLED:
        raise WebhookNotEnabled(webhook_state=endpoint.state.value)
    until = wish.until or now
    _require_period(wish.since, until, now - timedelta(days=resources.settings.webhook_retention_days))
    made = await send_again(session, endpoint, wish.since, until, types=wish.event_types, subject=wish.subject, now=now)
    period = [wish.since.isoformat(), until.isoformat()]
    await service.note(session, endpoint, "webhook.replayed", caller, now, period=period, events=made.events)
    return made


async def replay_missed(
    session: AsyncSession, resources: Resources, endpoint: WebhookEndpoint, since: datetime, *, now: datetime
) -> None:
    """What happened while it was disabled, as far as events are kept."""
    oldest = now - timedelta(days=resources.settings.webhook_retention_days)
    await send_again(session, endpoint, max(since, oldest), now, types=(), subject=None, now=now)


def _require_period(since: datetime, until: datetime, oldest: datetime) -> None:
    if until < since:
        said = Text("La fin précède le début.", "The end precedes the beginning.")
        raise ReplayPeriodRefused(errors=[FieldError("/until", said, "before_since")])
    if since < oldest:
        said = Text("Les événements d'alors ne sont plus conservés.", "Events of then are no longer kept.")
        raise ReplayPeriodRefused(errors=[FieldError("/since", said, "too_old")], oldest=oldest.isoformat())


async def send_again(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    since: datetime,
    until: datetime,
    *,
    types: Sequence[str],
    subject: UUID | None,
    now: datetime,
) -> WebhookReplayRead:
    """Events leave in the order they happened, with what waits for the same resources: it all goes forward in time."""
    replay_id = new_id()
    chosen = await _readable(session, endpoint, since, until, types=types or endpoint.event_types, subject=subject)
    waiting = await repository.waiting_among(session, endpoint.id, [event["id"] for event in chosen])
    sent = [event for event in chosen if event["id"] not in waiting]
    rows = [queueing.delivery(endpoint.id, event, now=now, replay_id=replay_id) for event in sent]
    await repository.add_deliveries(session, rows)
    await repository.put_in_order(session, endpoint.id, sorted({event["subject"] for event in sent}))
    await queueing.wake(session, endpoint.id, now=now)
    return WebhookReplayRead(id=replay_id, events=len(rows), already_waiting=len(waiting))


async def _readable(
    session: AsyncSession,
    endpoint: WebhookEndpoint,
    since: datetime,
    until: datetime,
    *,
    types: Sequence[str],
    subject: UUID | None,
) -> list[Row]:
    found: list[Row] = []
    after, full = UUID(int=0), True
    while full:
        batch = await repository.events_between(session, since, until, types=types, subject=subject, after=after, limit=_BATCH)
        scopes = [audience.scope_of(event) for event in batch]
        readers = await audience.readers(session, scopes)
        for event, scope in zip(batch, scopes, strict=True):
            allowed = readers[scope]
            if allowed is None or endpoint.organisation_id in allowed:
                await queueing.complete(session, event)
                found.append(event)
        if len(found) > MOST:
            raise ReplayTooLarge(most=MOST)
        full = len(batch) == _BATCH
        after = batch[-1]["id"] if batch else after
    return found
