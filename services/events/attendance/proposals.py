"""Stays that visio providers tell: kept as proposals, which organisers validate. Called by the room that hears the providers."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import driver

from ..agenda import service as agenda
from ..registrations import people
from . import repository


async def propose(
    session: AsyncSession,
    *,
    event_id: UUID,
    session_id: UUID,
    attendee_id: UUID,
    source: str,
    joined_at: datetime,
    left_at: datetime | None,
    mark: str,
    now: datetime,
) -> None:
    """Somebody stayed in the room of a session; `left_at` is None while they are there.

    `mark` names the stay: told twice it is one stay, told again with an end it is completed, in whatever order. Somebody or some
    session that is not of this event is passed over: whoever tells has nothing to mend. Nothing counts before it is validated.
    """
    person = (await people.by_id(await driver(session), [attendee_id])).get(attendee_id)
    sessions = {each.id for each in await agenda.sessions_of(session, event_id)}
    if person is None or person["event_id"] != event_id or session_id not in sessions:
        return
    await repository.sheet(session, event_id, session_id)
    row = {
        "event_id": event_id,
        "session_id": session_id,
        "attendee_id": attendee_id,
        "source": source[:40],
        "mark": mark[:200],
        "joined_at": joined_at,
        "left_at": None if left_at is None else max(left_at, joined_at),
        "told_at": now,
    }
    await repository.put_stay(session, row)
    await repository.raise_version(session, session_id)
