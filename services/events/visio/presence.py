"""What was seen in the rooms, proposed as presence once a session is over; the organiser validates."""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import in_paris

from ..agenda import upcoming
from ..attendance import proposals
from . import admission, repository, rules
from .models import MovementKind
from .schemas import LinkRole

SOURCE = "visio"
#: Notices of people who leave at the very end are waited for.
_GRACE = timedelta(minutes=5)
#: Who came and went is kept so long for a proposal that would be asked again; presence itself is the organiser's to keep.
KEPT = timedelta(days=60)


async def due(session: AsyncSession, now: datetime) -> list[UUID]:
    """Sessions that are over, of which something was seen and not proposed yet."""
    waiting = await repository.unproposed(session, since=now - KEPT)
    rows = await upcoming.sessions(session, waiting)
    ends = {each.id: each.window(LinkRole.VIEWER).closes_at for each in await admission.sittings(session, rows)}
    return [row["id"] for row in rows if ends[row["id"]] + _GRACE <= now and row["status"] != "cancelled"]


async def forget(session: AsyncSession, *, now: datetime) -> None:
    """Movements that can serve no proposal any more are personal data nobody needs."""
    await repository.forget_movements(session, now - KEPT)


async def propose(session: AsyncSession, session_id: UUID, *, now: datetime) -> None:
    """Propose every stay of a participant; proposed twice, a stay is once."""
    found = await upcoming.sessions(session, [session_id])
    if not found:
        return
    setting = await repository.ensure_setting(session, session_id, found[0]["event_id"])
    if setting.proposed_at is not None:
        return
    closes_at = (await admission.sittings(session, found))[0].window(LinkRole.VIEWER).closes_at
    seen = await repository.movements(session, session_id)
    attendees = await repository.attendees_of_links(session, {each.link_id for each in seen if each.link_id is not None})
    links = {(each.room_id, each.connection): each.link_id for each in seen if each.link_id is not None}
    rooms = {room.id: room for room in await repository.rooms_of(session, [session_id])}
    for room_id, room in rooms.items():
        moves = [rules.Movement(each.connection, MovementKind(each.kind), each.at) for each in seen if each.room_id == room_id]
        ended_at = min(room.ended_at, closes_at) if room.ended_at else None
        for stay in rules.stays(moves, ended_at):
            link_id = links.get((room_id, stay.connection))
            attendee_id = attendees.get(link_id) if link_id else None
            if attendee_id is not None:
                await proposals.propose(
                    session,
                    event_id=found[0]["event_id"],
                    session_id=session_id,
                    attendee_id=attendee_id,
                    source=SOURCE,
                    joined_at=in_paris(stay.joined_at),
                    left_at=in_paris(stay.left_at) if stay.left_at else None,
                    mark=rules.mark(room_id, stay),
                    now=now,
                )
    setting.proposed_at = now
    await session.flush()
