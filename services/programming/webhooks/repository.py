"""All the SQL about webhooks."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute, fetch_in

from ..announcements import STORED
from ..tables import KERNEL
from .models import WebhookDelivery, WebhookDeliveryState, WebhookEndpoint, WebhookState

_E: Any = WebhookEndpoint.__table__  # type: ignore[attr-defined]
_D: Any = WebhookDelivery.__table__  # type: ignore[attr-defined]
_O: Any = KERNEL.outbox
_WAITING = _D.c.state == WebhookDeliveryState.WAITING
_STATES = bindparam("states", type_=ARRAY(sa.String))
_TYPES = bindparam("types", type_=ARRAY(sa.String))
_SUBJECT = bindparam("subject", type_=sa.String)

ENDPOINTS = (
    sa.select(*_E.c)
    .where(_E.c.organisation_id == sa.any_(bindparam("organisations", type_=ARRAY(sa.Uuid))))
    .where(_E.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_E.c.id.desc())
    .limit(bindparam("limit"))
)
DELIVERIES = (
    sa.select(*(column for column in _D.c if column.name not in {"history", "position", "endpoint_id"}))
    .where(_D.c.endpoint_id == bindparam("endpoint_id"), _D.c.id < bindparam("before_id", type_=sa.Uuid))
    .where(sa.or_(_STATES.is_(None), _D.c.state.cast(sa.String) == sa.any_(_STATES)))
    .where(sa.or_(_TYPES.is_(None), _D.c.type == sa.any_(_TYPES)))
    .where(sa.or_(_SUBJECT.is_(None), _D.c.subject == _SUBJECT))
    .where(sa.or_(bindparam("replay_id", type_=sa.Uuid).is_(None), _D.c.replay_id == bindparam("replay_id", type_=sa.Uuid)))
    .order_by(_D.c.id.desc())
    .limit(bindparam("limit"))
)

# Endpoints.


async def endpoint(session: AsyncSession, endpoint_id: UUID, *, lock: bool = False) -> WebhookEndpoint | None:
    """`lock` takes the row and reads it again: what was read before waiting may be stale."""
    return await session.get(WebhookEndpoint, endpoint_id, with_for_update=lock or None, populate_existing=lock)


async def count_endpoints(session: AsyncSession, organisation_id: UUID) -> int:
    """How many the organisation has; two creations at once count one after the other."""
    await alone(session, f"webhooks {organisation_id}")
    counted = sa.select(sa.func.count()).select_from(_E).where(_E.c.organisation_id == organisation_id)
    return int((await execute(session, counted)).scalar_one())


async def listening(session: AsyncSession, type_name: str, organisations: Sequence[UUID] | None, *, at: datetime) -> list[UUID]:
    """Endpoints that were there then, want this type and are not disabled, of these organisations (None: of any), in one order."""
    wanted = sa.select(_E.c.id).where(_E.c.state != WebhookState.DISABLED, _E.c.created_at <= at)
    wanted = wanted.where(sa.or_(sa.func.cardinality(_E.c.event_types) == 0, sa.literal(type_name) == sa.any_(_E.c.event_types)))
    if organisations is not None:
        wanted = wanted.where(_E.c.organisation_id.in_(organisations))
    return list((await execute(session, wanted.order_by(_E.c.id))).scalars())


async def wake(session: AsyncSession, endpoint_id: UUID, *, now: datetime, unless_since: datetime | None = None) -> bool:
    """Say that a job is to send what waits. False when one is queued already (`unless_since`: and not for so long)."""
    asleep = _E.c.woken_at.is_(None) if unless_since is None else sa.or_(_E.c.woken_at.is_(None), _E.c.woken_at < unless_since)
    said = sa.update(_E).where(_E.c.id == endpoint_id, _E.c.state == WebhookState.ENABLED, asleep).values(woken_at=now)
    return (await execute(session, said)).rowcount == 1


async def begin(session: AsyncSession, endpoint_id: UUID) -> None:
    await execute(session, sa.update(_E).where(_E.c.id == endpoint_id).values(woken_at=None))


async def due_endpoints(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    """Enabled endpoints with something to send now, that nothing holds."""
    held = sa.and_(_E.c.held_until.is_not(None), _E.c.held_until > now)
    may = sa.select(_E.c.id).where(_E.c.state == WebhookState.ENABLED, ~held)
    firsts = _firsts(_D.c.endpoint_id.in_(may))
    wanted = sa.select(firsts.c.endpoint_id).where(firsts.c.next_attempt_at <= now).distinct()
    return list((await execute(session, wanted.order_by(firsts.c.endpoint_id).limit(limit))).scalars())


# Events, in the outbox.


def _told(row: Any) -> Row:
    return {**row._mapping, "type": row.type.removeprefix(STORED)}


async def event(session: AsyncSession, event_id: UUID) -> Row | None:
    row = (await execute(session, sa.select(_O).where(_O.c.id == event_id, _O.c.type.startswith(STORED)))).one_or_none()
    return None if row is None else _told(row)


async def complete(session: AsyncSession, event_id: UUID, data: Mapping[str, Any]) -> None:
    """What was not known yet when it was announced."""
    await execute(session, sa.update(_O).where(_O.c.id == event_id).values(data=dict(data)))


async def events_between(
    session: AsyncSession,
    since: datetime,
    until: datetime,
    *,
    types: Sequence[str],
    subject: UUID | None,
    after: UUID,
    limit: int,
) -> list[Row]:
    """Events of that period in the order they were written, after one of them; `types` empty: all."""
    wanted = sa.select(_O).where(_O.c.at >= since, _O.c.at <= until, _O.c.id > after)
    wanted = wanted.where(_O.c.type.in_([STORED + name for name in types]) if types else _O.c.type.startswith(STORED))
    if subject is not None:
        wanted = wanted.where(_O.c.subject == str(subject))
    return [_told(row) for row in await execute(session, wanted.order_by(_O.c.id).limit(limit))]


async def forget_events(session: AsyncSession, before: datetime) -> int:
    """Events too old to be replayed, that nothing waits for."""
    kept = sa.exists().where(_D.c.event_id == _O.c.id)
    return (await execute(session, sa.delete(_O).where(_O.c.at < before, _O.c.type.startswith(STORED), ~kept))).rowcount


# Deliveries.


def _firsts(which: Any) -> Any:
    """The first of each subject among what waits: one pass over it, however much there is."""
    kept = (_D.c.id, _D.c.endpoint_id, _D.c.position, _D.c.next_attempt_at)
    ordered = sa.select(*kept).where(which, _WAITING).ext(distinct_on(_D.c.endpoint_id, _D.c.subject))
    return ordered.order_by(_D.c.endpoint_id, _D.c.subject, _D.c.position).subquery()


async def add_deliveries(session: AsyncSession, rows: Sequence[Row]) -> int:
    """Queue them in this order; one that is queued already for the same event (and replay) is left as it is."""
    if not rows:
        return 0
    adding = upsert(_D).on_conflict_do_nothing(index_elements=["endpoint_id", "event_id", "replay_id"]).returning(_D.c.id)
    return len((await execute(session, adding, list(rows))).all())


async def delivery(session: AsyncSession, endpoint_id: UUID, delivery_id: UUID, *, lock: bool = False) -> WebhookDelivery | None:
    wanted = select(WebhookDelivery).where(WebhookDelivery.id == delivery_id, WebhookDelivery.endpoint_id == endpoint_id)
    return (await session.exec(wanted.with_for_update() if lock else wanted)).first()


async def heads(session: AsyncSession, endpoint_id: UUID, now: datetime, limit: int) -> list[tuple[Row, Row]]:
    """The first of each subject, when it is due: (delivery, event)."""
    firsts = _firsts(_D.c.endpoint_id == endpoint_id)
    wanted = (
        sa.select(_D.c.id, _D.c.attempts, _D.c.expires_at, _D.c.history, _D.c.event_id)
        .join(firsts, firsts.c.id == _D.c.id)
        .where(firsts.c.next_attempt_at <= now)
        .order_by(firsts.c.next_attempt_at, firsts.c.position)
        .limit(limit)
    )
    found = [dict(row._mapping) for row in await execute(session, wanted)]
    known = await execute(session, sa.select(_O).where(_O.c.id.in_([one["event_id"] for one in found])))
    events = {row.id: _told(row) for row in known}
    return [(one, events[one["event_id"]]) for one in found if one["event_id"] in events]


async def record(session: AsyncSession, delivery_id: UUID, *, attempts_before: int, **values: Any) -> bool:
    """What came of an attempt; False when the delivery is gone, or another worker has recorded its own meanwhile."""
    same = sa.and_(_D.c.id == delivery_id, _WAITING, _D.c.attempts == attempts_before)
    return (await execute(session, sa.update(_D).where(same).values(**values))).rowcount == 1


async def expire(session: AsyncSession, endpoint_id: UUID, now: datetime) -> None:
    """Give up what has waited its whole life."""
    over = sa.update(_D).where(_D.c.endpoint_id == endpoint_id, _WAITING, _D.c.expires_at <= now)
    await execute(session, over.values(state=WebhookDeliveryState.FAILED, last_error="expired"))


async def prolong(session: AsyncSession, endpoint_id: UUID, *, now: datetime, until: datetime) -> None:
    """What was held back may leave now, and has its life before it."""
    waiting = sa.update(_D).where(_D.c.endpoint_id == endpoint_id, _WAITING)
    await execute(session, waiting.values(next_attempt_at=now, expires_at=until))


async def waiting_among(session: AsyncSession, endpoint_id: UUID, event_ids: Sequence[UUID]) -> set[UUID]:
    wanted = sa.select(_D.c.event_id).where(_D.c.endpoint_id == endpoint_id, _WAITING, _D.c.event_id.in_(event_ids))
    return set((await execute(session, wanted)).scalars())


async def put_in_order(session: AsyncSession, endpoint_id: UUID, subjects: Sequence[str]) -> None:
    """Everything that waits for these subjects leaves in the order it happened (the ids of events are in order)."""
    drawn = sa.func.nextval(sa.func.pg_get_serial_sequence("webhook_deliveries", "position"))
    waiting = (
        sa.select(_D.c.id)
        .where(_D.c.endpoint_id == endpoint_id, _WAITING, _D.c.subject.in_(subjects))
        .order_by(_D.c.event_id, _D.c.position)
        .with_for_update()
        .subquery()
    )
    placed = sa.select(waiting.c.id, drawn.label("position")).subquery()
    await execute(session, sa.update(_D).where(_D.c.id == placed.c.id).values(position=placed.c.position))


async def forget_deliveries(session: AsyncSession, before: datetime, limit: int) -> int:
    old = sa.select(_D.c.id).where(_D.c.created_at < before).order_by(_D.c.created_at).limit(limit)
    return (await execute(session, sa.delete(_D).where(_D.c.id.in_(old)))).rowcount


async def listing(session: AsyncSession, values: Mapping[str, Any]) -> list[Row]:
    return await fetch_in(session, DELIVERIES, values)
