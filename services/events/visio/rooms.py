"""Rooms at providers: made in time, asked for at most every few seconds, ended, their recordings found.

No transaction is open while a provider is asked: it may be slow. What it answered is written afterwards, in a transaction of its own.
"""

import re
import secrets
from datetime import datetime, timedelta
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.ids import new_id
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import upcoming
from . import accounts, repository, rules, tokens
from .models import RoomState, VisioAccount, VisioRecording, VisioRoom, VisioSetting
from .providers import contract
from .providers.contract import Trouble
from .schemas import LinkRole

log = structlog.get_logger(__name__)

#: A provider is asked for a room again after so long at most: BigBlueButton forgets a meeting once everybody left.
_FRESH = timedelta(seconds=60)
#: However many people come at once, it is asked once in so long.
QUIET = timedelta(seconds=10)
#: An end nobody confirms is given up after so long.
_GIVEN_UP = timedelta(hours=24)
_FIRST_LOOK = timedelta(minutes=10)


async def account_of(session: AsyncSession, setting: VisioSetting | None, network_id: UUID) -> VisioAccount | None:
    """The account that serves a session: chosen and still in use, else none when it has an address of its own, else the default."""
    if setting is not None and setting.account_id is not None:
        chosen = await repository.account(session, setting.account_id)
        if chosen is not None and chosen.retired_at is None:
            return chosen
    if setting is not None and setting.account_id is None and setting.address:
        return None
    return await repository.default_account(session, network_id)


async def opened(session: AsyncSession, sitting: Row) -> VisioRoom | None:
    """The session's room at the account that serves it, made known if it was not; None without account nor address."""
    setting = await repository.setting(session, sitting["id"])
    account = await account_of(session, setting, sitting["network_id"])
    if account is None and not (setting and setting.address):
        return None
    account_id = account.id if account else None
    known = await repository.room_of(session, sitting["id"], account_id)
    if known is not None:
        return known
    slug = re.sub(r"[^a-z0-9]+", "-", sitting["reference"].lower())
    name = f"{slug}-{sitting['number']}-{secrets.token_hex(10)}"
    fresh = VisioRoom(session_id=sitting["id"], event_id=sitting["event_id"], account_id=account_id, meeting_id=name)
    return await repository.ensure_room(session, fresh)


async def described(session: AsyncSession, resources: Resources, room: VisioRoom) -> tuple[contract.Room, VisioAccount | None]:
    """The room as providers are told it, and its account."""
    sittings = await upcoming.sessions(session, [room.session_id])
    if not sittings:
        raise NotFound()
    sitting = sittings[0]
    setting = await repository.setting(session, room.session_id) or VisioSetting(session_id=room.session_id, event_id=room.event_id)
    account = await repository.account(session, room.account_id) if room.account_id else None
    window = rules.window(
        sitting["starts_at"], sitting["ends_at"], setting.minutes_before, setting.minutes_after, role=LinkRole.MODERATOR
    )
    title = f"{sitting['event_title']} – {sitting['title']}" if sitting["title"] else sitting["event_title"]
    told = contract.Room(
        meeting_id=room.meeting_id,
        title=title,
        opens_at=window.opens_at,
        closes_at=window.closes_at,
        create_time=room.create_time,
        address=setting.address,
        is_recorded=setting.is_recorded,
        has_waiting_room=setting.has_waiting_room,
        is_webinar=setting.is_webinar,
        notice_address=tokens.notice_address(resources.settings, account.key) if account else "",
        ending_address=tokens.ending_address(resources.settings, room.id),
    )
    return told, account


async def ready(resources: Resources, room_id: UUID, *, now: datetime, again: timedelta = _FRESH) -> VisioRoom:
    """The room, there: the provider is asked unless it answered within `again`. Raises `Trouble` when it is not there.

    Of many who come at once one asks; the others go in when the room was already there, and wait otherwise. Where nothing has to be
    asked, nobody waits for anybody.
    """
    async with resources.database.transaction() as session:
        room = await _one(session, room_id)
        is_there = room.state is RoomState.READY and room.failure is None
        if is_there and room.asked_at is not None and now - room.asked_at < again:
            return room
        told, account = await described(session, resources, room)
        if not await repository.claim(session, room_id, now, min(QUIET, again)):
            if is_there:
                return room
            if accounts.makes_rooms(account):
                raise Trouble(room.failure or "preparing")
    try:
        async with accounts.web(resources) as web:
            create_time = await accounts.provider(resources, account, web, now).create(told)
    except Trouble as trouble:
        await _failed(resources, room_id, trouble, now)
        raise
    async with resources.database.transaction() as session:
        room = await _one(session, room_id, lock=True)
        if room.state is not RoomState.READY:
            room.ready_at = now
        room.state, room.create_time, room.ended_at = RoomState.READY, create_time, None
        room.attempts, room.next_try_at, room.failure = 0, None, None
        await session.flush()
    return room


async def end(resources: Resources, room_id: UUID, *, now: datetime) -> None:
    """Nobody is in the room any more; recordings are looked for from then on. Done twice, nothing changes."""
    async with resources.database.transaction() as session:
        room = await _one(session, room_id)
        if room.state is RoomState.ENDED or (room.next_try_at is not None and room.next_try_at > now):
            return
        told, account = await described(session, resources, room)
    late = now - told.closes_at > _GIVEN_UP
    if room.ready_at is not None:
        try:
            async with accounts.web(resources) as web:
                await accounts.provider(resources, account, web, now).end(told)
        except Trouble as trouble:
            if not late:
                await _failed(resources, room_id, trouble, now)
                return
    async with resources.database.transaction() as session:
        room = await _one(session, room_id, lock=True)
        if room.state is RoomState.ENDED:
            return
        was_there = room.ready_at is not None
        room.state, room.ended_at = RoomState.ENDED, room.ended_at or now
        room.attempts, room.next_try_at, room.failure = 0, None, None
        if was_there and told.is_recorded:
            room.recordings_due_at, room.recordings_tries = now + _FIRST_LOOK, 0
        await session.flush()


async def ended_by_provider(resources: Resources, room_id: UUID, *, now: datetime) -> None:
    """The provider says the meeting is over: believed once it says that nobody is there. It is made again if somebody comes in time."""
    async with resources.database.transaction() as session:
        room = await _one(session, room_id)
        if room.state is not RoomState.READY:
            return
        told, account = await described(session, resources, room)
    try:
        async with accounts.web(resources) as web:
            if await accounts.provider(resources, account, web, now).is_running(told):
                return
    except Trouble:
        return
    async with resources.database.transaction() as session:
        room = await _one(session, room_id, lock=True)
        if room.state is RoomState.READY:
            room.state, room.ended_at, room.asked_at = RoomState.PLANNED, now, None
            if told.is_recorded and room.recordings_due_at is None:
                room.recordings_due_at, room.recordings_tries = now + _FIRST_LOOK, 0
            await session.flush()


async def look_for_recordings(resources: Resources, room_id: UUID, *, now: datetime) -> None:
    """What can be watched is kept; looked for again, later and later, for two days."""
    async with resources.database.transaction() as session:
        room = await _one(session, room_id)
        told, account = await described(session, resources, room)
    found: list[contract.Found] = []
    try:
        async with accounts.web(resources) as web:
            found = await accounts.provider(resources, account, web, now).recordings(told)
    except Trouble as trouble:
        log.warning("visio_recordings_not_read", room_id=str(room_id), code=trouble.code)
    async with resources.database.transaction() as session:
        room = await _one(session, room_id, lock=True)
        for each in found:
            playbacks = [{"format": kind, "address": address, "minutes": minutes} for kind, address, minutes in each.playbacks]
            recording = VisioRecording(
                id=new_id(),
                session_id=room.session_id,
                room_id=room.id,
                provider_ref=each.ref,
                name=each.name.replace("\x00", ""),
                playbacks=playbacks,
                starts_at=each.starts_at,
                ends_at=each.ends_at,
                found_at=now,
            )
            await repository.put_recording(session, recording)
        room.recordings_tries += 1
        room.recordings_due_at = rules.next_look(room.recordings_tries, room.ended_at or now)
        if room.recordings_due_at is not None and room.recordings_due_at <= now:
            room.recordings_due_at = now + _FIRST_LOOK
        await session.flush()


async def _failed(resources: Resources, room_id: UUID, trouble: Trouble, now: datetime) -> None:
    async with resources.database.transaction() as session:
        room = await _one(session, room_id, lock=True)
        room.attempts += 1
        room.failure, room.next_try_at = trouble.code, rules.next_try(room.attempts, now)
        await session.flush()
    log.warning("visio_room_trouble", room_id=str(room_id), code=trouble.code, attempts=room.attempts)


async def _one(session: AsyncSession, room_id: UUID, *, lock: bool = False) -> VisioRoom:
    room = await repository.room(session, room_id, lock=lock)
    if room is None:
        raise NotFound()
    return room
