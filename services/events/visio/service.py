"""Use cases of visio: what a session chose, following a personal link, entering as an organiser, what was recorded."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import Row
from services.common.etag import require_version
from services.common.language import Text, day_in_words
from services.common.problems import PreconditionRequired
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda import upcoming
from ..agenda.errors import EventIsOver, SessionCancelled
from ..agenda.rules import OVER
from ..agenda.schemas import SessionStatus
from ..registrations import service as registrations
from . import accounts, admission, repository, rooms, rules
from .errors import (
    NotByVisio,
    SessionNotByVisio,
    VisioAccountElsewhere,
    VisioAddressMissing,
    VisioOver,
    VisioRoomNotReady,
    VisioSessionCancelled,
    VisioTooEarly,
)
from .models import ProviderKind, VisioLink, VisioRecording, VisioRoom, VisioSetting
from .providers.contract import TROUBLES, Guest, Trouble
from .rules import Door
from .schemas import STATE_LABELS, LinkRole, MovementKind, VisioWrite

#: Seconds after which it is worth opening the link again.
_RETRY_AFTER = "15"


async def choose(
    session: AsyncSession,
    caller: Principal,
    event_id: UUID,
    session_id: UUID,
    wish: VisioWrite,
    *,
    version: int | None,
    now: datetime,
) -> None:
    """An organiser says how the session is held by visio. Links that were given stay, whatever the provider."""
    event = await agenda.held_by_organiser(session, caller, event_id)
    found = await agenda.session_of(session, event_id, session_id)
    if event.status in OVER:
        raise EventIsOver()
    if found.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    if not found.is_visio:
        raise SessionNotByVisio()
    if wish.account_id is not None:
        account = await repository.account(session, wish.account_id)
        if account is None or account.network_id != event.network_id or account.retired_at is not None:
            raise VisioAccountElsewhere()
        if account.kind is ProviderKind.EXTERNAL and not (wish.address or account.address):
            raise VisioAddressMissing()
    known = await repository.setting(session, session_id, lock=True)
    if known is not None and known.version > 1 and version is None:
        raise PreconditionRequired()
    setting = known or await repository.ensure_setting(session, session_id, event_id)
    if version is not None:
        require_version(setting.version, version)
    for name in type(wish).model_fields:
        setattr(setting, name, getattr(wish, name))
    setting.version, setting.alerted_at = setting.version + 1, None
    session.add(setting)
    await session.flush()
    changes = {"session_id": str(session_id), **wish.model_dump(mode="json", exclude={"address"})}
    await agenda.note(session, event, "visio.chosen", caller, now, changes)


async def of_session(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> Row:
    """What was chosen, which account serves, how the room is; for organisers."""
    event = await agenda.seen_by_organiser(session, caller, event_id)
    found = await agenda.session_of(session, event_id, session_id)
    setting = await repository.setting(session, session_id) or VisioSetting(session_id=session_id, event_id=event_id)
    account = await rooms.account_of(session, setting, event.network_id)
    room = await repository.room_of(session, session_id, account.id if account else None)
    window = rules.window(found.starts_at, found.ends_at, setting.minutes_before, setting.minutes_after, role=LinkRole.VIEWER)
    return {
        **setting.model_dump(),
        **window._asdict(),
        "account": accounts.face(account) if account else None,
        "room": _shown(room) if room else None,
    }


async def recordings(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> Sequence[VisioRecording]:
    """For organisers, who decide what becomes of them."""
    await agenda.seen_by_organiser(session, caller, event_id)
    await agenda.session_of(session, event_id, session_id)
    return await repository.recordings(session, session_id)


async def follow(resources: Resources, token: str, *, now: datetime) -> str:
    """Where this personal link leads now: the provider's address, for this person, until the window closes.

    A second simultaneous use is let in – people come back from a telephone – but leaves a line and is counted; the organiser may
    renew the link.
    """
    async with resources.database.transaction() as session:
        admitted = await admission.admitted(session, resources, token)
        sitting = _through(admitted, now)
        room = await rooms.opened(session, sitting)
    if room is None:
        raise _not_ready("no_account")
    join_address, room = await _entered(resources, room.id, admitted.guest, now)
    async with resources.database.transaction() as session:
        doubled = await _is_inside(session, admitted.link, room)
        await repository.count_use(session, admitted.link.id, now, doubled=doubled)
        if doubled and admitted.registration_id is not None:
            changes = {"link_id": str(admitted.link.id), "session_id": str(sitting["id"])}
            await registrations.note(session, admitted.registration_id, "visio.followed_twice", None, now, changes)
    return join_address


async def moderate(resources: Resources, caller: Principal, event_id: UUID, session_id: UUID, *, now: datetime) -> Row:
    """An organiser enters as moderator, an hour before the beginning at the earliest."""
    async with resources.database.transaction() as session:
        event = await agenda.seen_by_organiser(session, caller, event_id)
        await agenda.session_of(session, event_id, session_id)
        sitting = (await upcoming.sessions(session, [session_id]))[0]
        seen = await admission.sittings(session, [sitting])
        way = rules.way(seen, now, LinkRole.MODERATOR)
        _require_open(way)
        room = await rooms.opened(session, sitting)
        await agenda.note(session, event, "visio.moderated", caller, now, {"session_id": str(session_id)})
    if room is None:
        raise _not_ready("no_account")
    guest = Guest(f"o{caller.account_id.hex}", "Organisation", LinkRole.MODERATOR)
    join_address, _ = await _entered(resources, room.id, guest, now)
    closes_at = seen[0].window(LinkRole.MODERATOR).closes_at
    return {"session_id": session_id, "join_address": join_address, "closes_at": closes_at}


async def _entered(resources: Resources, room_id: UUID, guest: Guest, now: datetime) -> tuple[str, VisioRoom]:
    try:
        room = await rooms.ready(resources, room_id, now=now)
        async with resources.database.transaction() as session:
            told, account = await rooms.described(session, resources, room)
        return accounts.provider(resources, account, accounts.web(resources), now).join(told, guest, now=now), room
    except Trouble as trouble:
        raise _not_ready(trouble.code) from trouble


def _through(admitted: admission.Admitted, now: datetime) -> Row:
    way = rules.way(admitted.seen, now, admitted.guest.role)
    _require_open(way)
    if way.sitting is None:
        raise NotByVisio()
    return next(row for row in admitted.rows if row["id"] == way.sitting.id)


def _require_open(way: rules.Way) -> None:
    match way.door:
        case Door.EARLY:
            assert way.opens_at is not None  # noqa: S101 - `rules.way` says when
            raise VisioTooEarly(_opening(way.opens_at), opens_at=in_paris(way.opens_at).isoformat())
        case Door.OVER:
            raise VisioOver()
        case Door.CANCELLED:
            raise VisioSessionCancelled()
        case Door.NOT_VISIO:
            raise NotByVisio()
        case Door.OPEN:
            return


def _opening(opens_at: datetime) -> Text:
    local = in_paris(opens_at)
    return Text(
        f"La salle ouvre le {day_in_words(local.date())} à {local:%H h %M} (heure de Paris) : rouvrez alors ce même lien.",
        f"The room opens on {local:%Y-%m-%d} at {local:%H:%M} (Paris time): open this same link again then.",
    )


def _not_ready(code: str) -> VisioRoomNotReady:
    said = TROUBLES[code]
    detail = Text(
        f"{said.fr} Rouvrez ce même lien dans quelques instants.", f"{said.en} Open this same link again in a few moments."
    )
    return VisioRoomNotReady(detail, headers={"Retry-After": _RETRY_AFTER}, failure=code)


async def _is_inside(session: AsyncSession, link: VisioLink, room: VisioRoom) -> bool:
    """Somebody came in by this link and was not seen leaving, as far as the provider tells."""
    seen = [
        rules.Movement(each.connection, MovementKind(each.kind), each.at)
        for each in await repository.movements_of_link(session, link.id, room.id)
    ]
    return any(stay.left_at is None for stay in rules.stays(seen, None))


def _shown(room: VisioRoom) -> Row:
    return {
        **room.model_dump(),
        "state_label": STATE_LABELS[room.state],
        "failure_label": TROUBLES[room.failure].fr if room.failure in TROUBLES else None,
    }
