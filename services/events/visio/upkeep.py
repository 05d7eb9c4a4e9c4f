"""What is done by the clock: rooms made in time, organisers told when one is late, rooms ended, recordings looked for."""

from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.clock import in_paris
from services.common.db import Row, driver
from services.common.language import day_in_words
from services.common.mail import queue_mail
from services.common.resources import Resources

from ..agenda import upcoming
from ..networks import service as networks
from . import admission, presence, repository, rooms, rules
from .models import RoomState, VisioRoom
from .providers.contract import TROUBLES, Trouble
from .schemas import LinkRole

#: Events whose sessions are held.
_HELD = {"announced", "open", "closed", "held"}
_LONGEST_LEAD = timedelta(hours=4)


@dataclass
class Due:
    """What there is to do now, each in a transaction of its own."""

    to_make: list[UUID] = field(default_factory=list)
    to_end: list[UUID] = field(default_factory=list)
    to_look_at: list[UUID] = field(default_factory=list)
    to_propose: list[UUID] = field(default_factory=list)


async def due(session: AsyncSession, *, now: datetime) -> Due:
    """Rooms to make, to end and whose recordings to look for, sessions whose presence to propose; late rooms are told."""
    found = Due()
    sessions = await upcoming.visio_sessions(session, since=now, until=now + _LONGEST_LEAD + rules.MADE_BEFORE)
    for row, sitting in zip(sessions, await admission.sittings(session, sessions), strict=True):
        opens_at = sitting.window(LinkRole.VIEWER).opens_at
        begins = min(opens_at, sitting.starts_at.astimezone(UTC) - rules.MADE_BEFORE)
        if sitting.is_cancelled or row["event_status"] not in _HELD or now < begins:
            continue
        room = await rooms.opened(session, row)
        if room is not None and _is_to_make(room, begins, now):
            found.to_make.append(room.id)
        if now >= sitting.starts_at.astimezone(UTC) - rules.ALERT_BEFORE:
            await _alert_if_late(session, row, room, now)
    found.to_end = await _to_end(session, now)
    found.to_look_at = [room.id for room in await repository.rooms_to_look_at(session, now)]
    found.to_propose = await presence.due(session, now)
    return found


def _is_to_make(room: VisioRoom, begins: datetime, now: datetime) -> bool:
    """Not there, not answering, or made for another date; unless it was tried an instant ago."""
    if room.next_try_at is not None and room.next_try_at > now:
        return False
    is_there = room.state is RoomState.READY and room.failure is None
    return not is_there or room.asked_at is None or room.asked_at < begins


async def _to_end(session: AsyncSession, now: datetime) -> list[UUID]:
    """Rooms whose window closed, whose session is not held, or that another account replaced."""
    alive = await repository.rooms_alive(session)
    rows = {row["id"]: row for row in await upcoming.sessions(session, list({room.session_id for room in alive}))}
    sittings = {each.id: each for each in await admission.sittings(session, rows.values())}
    settings = await repository.settings_of(session, rows)
    found = []
    for room in alive:
        sitting, row = sittings[room.session_id], rows[room.session_id]
        over = sitting.window(LinkRole.VIEWER).closes_at <= now or sitting.is_cancelled or not sitting.is_visio
        if not over:
            account = await rooms.account_of(session, settings.get(room.session_id), row["network_id"])
            over = room.account_id != (account.id if account else None)
        if over and (room.next_try_at is None or room.next_try_at <= now):
            found.append(room.id)
    return found


async def _alert_if_late(session: AsyncSession, row: Row, room: VisioRoom | None, now: datetime) -> None:
    """Once, ten minutes before: no room could be made, or no account was chosen."""
    if room is not None and not room.attempts:
        return
    setting = await repository.ensure_setting(session, row["id"], row["event_id"])
    if setting.alerted_at is not None or now >= row["ends_at"]:
        return
    setting.alerted_at = now
    await session.flush()
    network = (await networks.faces(await driver(session), [row["network_id"]]))[row["network_id"]]
    local = in_paris(row["starts_at"])
    why = TROUBLES[(room.failure if room else None) or "no_account"].fr
    text = (
        f"Bonjour,\n\nLa salle de visio de « {row['event_title']} » ({row['reference']}), "
        f"le {day_in_words(local.date())} à {local:%H h %M}, n'a pas pu être préparée.\n\n{why}\n\n"
        "La préparation est réessayée jusqu'à la fin de la séance. Vous pouvez vérifier le compte de visio du réseau, "
        "ou en choisir un autre pour cette séance : les liens déjà envoyés aux participants resteront les mêmes.\n"
    )
    subject = f"Visio en difficulté : {row['event_title']}"
    await queue_mail(session, to=network["contact_email"], subject=subject, text=text)


async def make(resources: Resources, room_id: UUID) -> None:
    """Make the room; what fails is kept with it, and tried again later and later."""
    try:
        await rooms.ready(resources, room_id, now=resources.clock.now(), again=timedelta(0))
    except Trouble:
        return
