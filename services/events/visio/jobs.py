"""Jobs of visio: every minute what is due is found, then done room by room."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import notices, presence, rooms, upkeep


@job("events:visio_make_room")
async def make_room(session: AsyncSession, resources: Resources, room_id: str) -> None:
    await upkeep.make(resources, UUID(room_id))


@job("events:visio_end_room")
async def end_room(session: AsyncSession, resources: Resources, room_id: str) -> None:
    await rooms.end(resources, UUID(room_id), now=resources.clock.now())


@job(notices.ROOM_ENDED)
async def room_ended(session: AsyncSession, resources: Resources, room_id: str) -> None:
    await rooms.ended_by_provider(resources, UUID(room_id), now=resources.clock.now())


@job(notices.LOOK_FOR_RECORDINGS)
async def look_for_recordings(session: AsyncSession, resources: Resources, room_id: str) -> None:
    await rooms.look_for_recordings(resources, UUID(room_id), now=resources.clock.now())


@job("events:visio_propose_presence")
async def propose_presence(session: AsyncSession, resources: Resources, session_id: str) -> None:
    await presence.propose(session, UUID(session_id), now=resources.clock.now())


@job("events:visio_due", cron="* * * * *")
async def visio_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every minute: rooms to make and to end, recordings to look for, presence to propose, organisers to tell of a late room."""
    due = await upkeep.due(session, now=max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC)))
    for wanted, room_ids in ((make_room, due.to_make), (end_room, due.to_end), (look_for_recordings, due.to_look_at)):
        for room_id in room_ids:
            await enqueue(session, wanted, lock=f"visio:{room_id}", room_id=str(room_id))
    for session_id in due.to_propose:
        await enqueue(session, propose_presence, lock=f"visio:{session_id}", session_id=str(session_id))


@job("events:visio_forget", cron="23 3 * * *")
async def visio_forget(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: who came and went two months ago is forgotten."""
    await presence.forget(session, now=datetime.fromtimestamp(timestamp, UTC))


JOBS: list[Job] = [make_room, end_room, room_ended, look_for_recordings, propose_presence, visio_due, visio_forget]
