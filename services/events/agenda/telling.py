"""What participants must be told of an event: written with the act as a job, carried out by the room that writes to people."""

from enum import Enum
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.ids import new_id
from services.common.jobs import enqueue

#: `event_id`, `news`, `session_id` when one session is concerned, and `telling_id`, drawn here so that a job that runs twice tells once.
TELL_PARTICIPANTS = "events:tell_participants"
#: `event_id`: its state, its dates or its sessions changed; carried out by the room that gives seats.
EVENT_MOVED_ON = "events:tend_event"


class News(Enum):
    """What happened to an event people are registered for."""

    CANCELLED = "cancelled"
    POSTPONED = "postponed"
    MOVED = "moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_ADDED = "session_added"
    #: It was postponed, and is on again.
    RESUMED = "resumed"


async def tell(session: AsyncSession, event_id: UUID, news: News, *, session_id: UUID | None = None) -> None:
    """Once committed, everybody registered is told."""
    more: dict[str, Any] = {"session_id": str(session_id)} if session_id else {}
    more["telling_id"] = str(new_id())
    await enqueue(session, TELL_PARTICIPANTS, lock=f"event:{event_id}", event_id=str(event_id), news=news.value, **more)


async def moved_on(session: AsyncSession, event_id: UUID) -> None:
    """Once committed, waiting lists go on, or end."""
    await enqueue(session, EVENT_MOVED_ON, lock=f"tend:{event_id}", event_id=str(event_id))
