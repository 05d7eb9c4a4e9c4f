"""All the SQL about letters, invitations, reminders and messages."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch, fetch_in
from services.common.ids import new_id

from .models import EventMessage, Invitation, Letter, Method, Reminder, ReminderPlan

_L: Any = Letter.__table__  # type: ignore[attr-defined]
_I: Any = Invitation.__table__  # type: ignore[attr-defined]
_P: Any = ReminderPlan.__table__  # type: ignore[attr-defined]
_R: Any = Reminder.__table__  # type: ignore[attr-defined]
_M: Any = EventMessage.__table__  # type: ignore[attr-defined]

_ids = bindparam("ids", type_=ARRAY(sa.Uuid))
INVITATIONS = sa.select(*_I.c).where(_I.c.attendee_id == sa.func.any(_ids))
PLANS = sa.select(_P.c.event_id, _P.c.hours).where(_P.c.event_id == sa.func.any(_ids))
MESSAGES = (
    sa.select(*_M.c)
    .where(_M.c.event_id == bindparam("id", type_=sa.Uuid), _M.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_M.c.id.desc())
    .limit(bindparam("limit"))
)


async def claim(session: AsyncSession, event_id: UUID, registration_id: UUID, recipient_id: UUID, said: Row) -> bool:
    """Whether this letter (`news`, `edition`, `written_at`) had not been written to them yet; it is, from now on."""
    row = {"id": new_id(), "event_id": event_id, "registration_id": registration_id, "recipient_id": recipient_id, **said}
    return (await execute(session, insert(_L).values(**row).on_conflict_do_nothing())).rowcount == 1


async def was_told_since(session: AsyncSession, registration_id: UUID, news: str, since: datetime) -> bool:
    asked = sa.select(sa.literal(1)).where(_L.c.registration_id == registration_id, _L.c.news == news, _L.c.written_at >= since)
    return (await execute(session, asked.limit(1))).first() is not None


async def was_written_to(session: AsyncSession, registration_id: UUID, recipient_id: UUID) -> bool:
    asked = sa.select(sa.literal(1)).where(_L.c.registration_id == registration_id, _L.c.recipient_id == recipient_id)
    return (await execute(session, asked.limit(1))).first() is not None


async def invitations(session: AsyncSession, attendee_ids: Sequence[UUID]) -> list[Row]:
    return await fetch_in(session, INVITATIONS, {"ids": list(attendee_ids)})


async def read_invitations(reader: AsyncConnection[Any], attendee_ids: Sequence[UUID]) -> list[Row]:
    return await fetch(reader, INVITATIONS, {"ids": list(attendee_ids)})


async def put_invitation(
    session: AsyncSession, attendee_id: UUID, session_id: UUID, method: Method, sequence: int, said: str, now: datetime
) -> None:
    values = {"method": method, "sequence": sequence, "said": said, "told_at": now}
    written = insert(_I).values(attendee_id=attendee_id, session_id=session_id, **values)
    await execute(session, written.on_conflict_do_update(index_elements=[_I.c.attendee_id, _I.c.session_id], set_=values))


async def plan(session: AsyncSession, event_id: UUID) -> ReminderPlan | None:
    return (await session.exec(select(ReminderPlan).where(ReminderPlan.event_id == event_id))).first()


async def plans(session: AsyncSession, event_ids: Sequence[UUID]) -> dict[UUID, list[int]]:
    return {row["event_id"]: row["hours"] for row in await fetch_in(session, PLANS, {"ids": list(event_ids)})}


async def claim_reminder(session: AsyncSession, session_id: UUID, hours: int, held_on: date, now: datetime) -> bool:
    """Whether this reminder had not gone out yet; it has, from now on."""
    row = {"session_id": session_id, "hours": hours, "held_on": held_on, "sent_at": now}
    return (await execute(session, insert(_R).values(**row).on_conflict_do_nothing())).rowcount == 1


async def message(session: AsyncSession, message_id: UUID) -> EventMessage | None:
    return (await session.exec(select(EventMessage).where(EventMessage.id == message_id))).first()


async def messages(session: AsyncSession, event_id: UUID, *, before_id: UUID, limit: int) -> list[Row]:
    return await fetch_in(session, MESSAGES, {"id": event_id, "before_id": before_id, "limit": limit})


async def message_instants(session: AsyncSession, event_id: UUID, since: datetime) -> list[datetime]:
    """When messages were written since, the oldest first."""
    asked = sa.select(_M.c.written_at).where(_M.c.event_id == event_id, _M.c.written_at > since).order_by(_M.c.written_at)
    return list((await execute(session, asked)).scalars())


_of_events = bindparam("event_ids", type_=ARRAY(sa.Uuid))
_recipients = sa.or_(
    _L.c.recipient_id == sa.func.any(_ids), _L.c.recipient_id == sa.func.any(bindparam("contacts", type_=ARRAY(sa.Uuid)))
)
LETTERS_OF = (
    sa.select(_L.c.event_id, _L.c.news, _L.c.written_at)
    .where(_L.c.event_id == sa.func.any(_of_events), _recipients)
    .order_by(_L.c.written_at, _L.c.id)
)


async def forget_letters(session: AsyncSession, event_ids: Sequence[UUID], session_ids: Sequence[UUID]) -> int:
    """Which mails were written to whom about these events, and what calendars were told of their sessions."""
    await execute(session, sa.delete(_I).where(_I.c.session_id.in_(list(session_ids))))
    return int((await execute(session, sa.delete(_L).where(_L.c.event_id.in_(list(event_ids))))).rowcount)
