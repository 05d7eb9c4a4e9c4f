"""What providers tell: who comes in and goes out, that a room ended, that something was recorded. Believed once verified."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.problems import MalformedRequest, NotFound
from services.common.resources import Resources

from . import accounts, repository, rooms, rules, tokens
from .errors import ForgedNotice
from .models import MovementKind, VisioAccount, VisioMovement, VisioRoom
from .providers.contract import Forged, Heard, HeardKind, Notice, Trouble, Unreadable

log = structlog.get_logger(__name__)

ROOM_ENDED = "events:visio_room_ended"
LOOK_FOR_RECORDINGS = "events:visio_recordings"
_LONGEST_NOTICE = 256 * 1024
_MOVES = {HeardKind.JOINED: MovementKind.JOINED, HeardKind.LEFT: MovementKind.LEFT}


async def hear(session: AsyncSession, resources: Resources, account_key: str, notice: Notice, *, now: datetime) -> None:
    """Keep what a notice says: once however often it comes, in whatever order; 403 when it is not the provider's.

    What is of no known room, or far from its window, is left out without a word: a server may tell more than was asked.
    """
    account = await repository.account_by_key(session, account_key)
    if account is None or account.retired_at is not None:
        raise NotFound()
    if len(notice.body) > _LONGEST_NOTICE:
        raise MalformedRequest()
    try:
        heard = accounts.provider(resources, account, accounts.web(resources), now).heard(notice, now=now)
    except (Forged, Trouble) as error:
        log.warning("visio_notice_refused", account_id=str(account.id))
        raise ForgedNotice() from error
    except Unreadable as error:
        raise MalformedRequest() from error
    for each in heard:
        await _keep(session, resources, account, each, now)


async def say_ended(resources: Resources, room_token: str) -> None:
    """A provider says, at an address only it was given, that a room ended; a job asks it back. Twice is once."""
    room_id = tokens.room_of(resources.settings, room_token)
    async with resources.database.transaction() as session:
        if await repository.room(session, room_id) is None:
            raise NotFound()
        await enqueue(session, ROOM_ENDED, lock=f"visio:{room_id}", room_id=str(room_id))


async def _keep(session: AsyncSession, resources: Resources, account: VisioAccount, heard: Heard, now: datetime) -> None:
    room = await repository.room_named(session, account.id, heard.meeting_id)
    if room is None:
        return
    if heard.kind is HeardKind.ENDED:
        await enqueue(session, ROOM_ENDED, lock=f"visio:{room.id}", room_id=str(room.id))
    elif heard.kind is HeardKind.RECORDED:
        await enqueue(session, LOOK_FOR_RECORDINGS, lock=f"visio:{room.id}", room_id=str(room.id))
    elif heard.at is not None and heard.connection:
        await _move(session, resources, room, heard, heard.at, now)


async def _move(session: AsyncSession, resources: Resources, room: VisioRoom, heard: Heard, at: datetime, now: datetime) -> None:
    told, _ = await rooms.described(session, resources, room)
    if not told.opens_at - rules.HEARD_AROUND <= at <= told.closes_at + rules.HEARD_AROUND or at > now + rules.HEARD_AHEAD:
        return
    movement = VisioMovement(
        id=new_id(),
        session_id=room.session_id,
        room_id=room.id,
        link_id=await _link(session, room, heard.user_id),
        connection=heard.connection.replace("\x00", "")[:200],
        kind=_MOVES[heard.kind],
        at=at,
        heard_at=now,
    )
    if await repository.add_movement(session, movement):
        setting = await repository.ensure_setting(session, room.session_id, room.event_id)
        setting.proposed_at = None  # what comes late is proposed too
        await session.flush()


async def _link(session: AsyncSession, room: VisioRoom, user_id: str) -> UUID | None:
    """The link somebody came by; organisers, and people a moderator let in, have none."""
    try:
        link_id = UUID(hex=user_id)
    except ValueError:
        return None
    return link_id if await repository.known_links(session, [link_id], room.event_id) else None
