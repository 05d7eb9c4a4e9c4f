"""Use cases of the agenda: organisers prepare events and their sessions, and say where they stand; everybody reads them."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from pydantic import ValidationError
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import forms, journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, driver, fetch, fetch_one
from services.common.etag import require_version
from services.common.language import Text
from services.common.problems import FieldError, MalformedRequest, NotFound
from services.common.resources import Resources
from services.common.validation import field_errors

from ..networks import service as networks
from ..tables import KERNEL
from ..vocabulary import service as vocabulary
from . import consents, figures, repository, rules, timing
from .errors import (
    EventActNotPossible,
    EventIsOver,
    EventNotDated,
    LastSession,
    ProgrammeOutsideSession,
    RegistrationsCloseAfterTheEnd,
    SessionCancelled,
    SessionHasParticipants,
    SessionsOverlap,
    UnknownSeries,
)
from .models import Event, EventSession, EventStatus, SessionStatus
from .schemas import EventCreate, EventUpdate, SessionUpdate, SessionWrite
from .telling import News, moved_on, tell

#: Fields whose absence means something.
_NULLABLE = {"vague_date", "expected_on", "registration_opens_at", "registration_closes_at", "form", "series_id"}
#: States whose dates were promised to everybody.
_PROMISED = frozenset({EventStatus.ANNOUNCED, EventStatus.OPEN, EventStatus.CLOSED, EventStatus.POSTPONED, EventStatus.CANCELLED})
#: States whose participants have something to be told: organisers register people before the opening, and keep them when they postpone.
_FOLLOWED = _PROMISED | {EventStatus.TENTATIVE}
#: States in which anybody may have registered.
_REGISTERED_FOR = _PROMISED - {EventStatus.ANNOUNCED} | rules.OVER
#: What a change of makes calendars look again.
_CALENDAR = {"starts_at", "ends_at", "place", "room", "is_on_site", "is_visio", "title"}


async def create(session: AsyncSession, resources: Resources, caller: Principal, wish: EventCreate, *, now: datetime) -> Event:
    """An organiser notes an idea."""
    network = await networks.organised_by(session, caller, wish.network_id)
    if wish.form is not None:
        forms.require_followable(wish.form)
    await _require_series(session, network.id, wish.series_id)
    values = {name: getattr(wish, name) for name in type(wish).model_fields} | _plain(wish)
    event = Event(
        **values,
        reference=await networks.next_reference(session, network, now),
        theme_path=await vocabulary.theme_paths(session, resources.siblings, wish.theme_codes, now=now),
        territory_path=await vocabulary.territory_paths(session, resources.siblings, wish.territory_codes, now=now),
        sort_on=rules.sort_day(None, wish.expected_on, today_in_paris(now)),
        created_by=caller.account_id,
        created_at=now,
        updated_at=now,
    )
    session.add(event)
    await session.flush()
    await note(session, event, "event.begun", caller, now, {"title": event.title})
    return event


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    event_id: UUID,
    wish: EventUpdate,
    *,
    version: int,
    now: datetime,
) -> Event:
    """An organiser changes how the event presents itself and how one registers."""
    event = await held_by_organiser(session, caller, event_id)
    require_version(event.version, version)
    given = {name: getattr(wish, name) for name in wish.model_fields_set} | _plain(wish, partial=True)
    given = {name: value for name, value in given.items() if value is not None or name in _NULLABLE}
    if given.get("form") is not None:
        forms.require_followable(given["form"])
    changed = sorted(name for name, value in given.items() if getattr(event, name) != value)
    _require_sayable(event, changed)
    if "series_id" in changed:
        await _require_series(session, event.network_id, given["series_id"])
    if "documents" in changed and consents.adds_replay(event.documents, given["documents"]):
        consents.require(await repository.sessions_of(session, event.id))
    for name in changed:
        setattr(event, name, given[name])
    if "expected_on" in changed:
        event.sort_on = rules.sort_day(event.starts_at, event.expected_on, event.sort_on)
    if "registration_closes_at" in changed:
        _require_closing_before_the_end(event)
    if "theme_codes" in changed:
        event.theme_path = await vocabulary.theme_paths(session, resources.siblings, event.theme_codes, now=now)
    if "territory_codes" in changed:
        event.territory_path = await vocabulary.territory_paths(session, resources.siblings, event.territory_codes, now=now)
    await touch(session, event, "event.changed", caller, now, {"fields": changed})
    return event


async def act(
    session: AsyncSession, caller: Principal, event_id: UUID, act: str, *, reason: str | None = None, version: int, now: datetime
) -> Event:
    """An organiser does one of `rules.ACTS`: what is promised has a date, what is cancelled or postponed says why."""
    event = await held_by_organiser(session, caller, event_id)
    require_version(event.version, version)
    leads_to, origins = rules.ACTS[act]
    if event.status not in origins:
        raise EventActNotPossible(status=event.status.value, possible_acts=rules.possible_acts(event.status))
    if leads_to in rules.DATED and event.starts_at is None:
        raise EventNotDated()
    before, event.status, event.status_reason = event.status, leads_to, reason
    if leads_to is EventStatus.CANCELLED:
        for each in await repository.sessions_of(session, event.id):
            if each.status is SessionStatus.PLANNED:
                each.status, each.cancelled_reason = SessionStatus.CANCELLED, reason or ""
                each.sequence, each.version = each.sequence + 1, each.version + 1
    if before in _FOLLOWED and leads_to in {EventStatus.CANCELLED, EventStatus.POSTPONED}:
        await tell(session, event.id, News.CANCELLED if leads_to is EventStatus.CANCELLED else News.POSTPONED)
    if before in {EventStatus.POSTPONED, EventStatus.TENTATIVE} and leads_to in {EventStatus.ANNOUNCED, EventStatus.OPEN}:
        await tell(session, event.id, News.RESUMED)
    if before in _FOLLOWED or leads_to in _FOLLOWED:
        await moved_on(session, event.id)
    await touch(session, event, f"event.{leads_to.value}", caller, now, {"status": [before.value, leads_to.value]}, reason)
    return event


async def add_session(
    session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, wish: SessionWrite, *, now: datetime
) -> EventSession:
    """An organiser sets a date: the event has one more session."""
    event = await held_by_organiser(session, caller, event_id)
    if event.status in rules.OVER:
        raise EventIsOver()
    await _require_place(session, resources, wish, now=now)
    sessions = await repository.sessions_of(session, event.id)
    _require_possible(wish, None, sessions)
    if consents.has_replay(event.documents):
        consents.require([*sessions, wish])
    added = EventSession(
        **{**{name: getattr(wish, name) for name in type(wish).model_fields}, **_plain(wish)},
        event_id=event.id,
        number=max((each.number for each in sessions), default=0) + 1,
    )
    session.add(added)
    await session.flush()
    if event.status in _FOLLOWED:
        await tell(session, event.id, News.SESSION_ADDED, session_id=added.id)
    await refresh(session, event, now)
    await touch(session, event, "event.session_added", caller, now, {"session_id": str(added.id), "number": added.number})
    return added


async def change_session(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    event_id: UUID,
    session_id: UUID,
    wish: SessionUpdate,
    *,
    version: int,
    now: datetime,
) -> EventSession:
    """An organiser moves a session or says more of it; participants are told what their calendars must know."""
    event, found = await _held_session(session, caller, event_id, session_id)
    require_version(found.version, version)
    if found.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    given = {name: getattr(wish, name) for name in wish.model_fields_set} | _plain(wish, partial=True)
    given = {name: value for name, value in given.items() if value is not None or name == "place"}
    if "programme" not in given and {"starts_at", "ends_at"} & given.keys():
        given["programme"] = timing.carried_programme(found, given)
    whole = _whole(found, given)
    others = await repository.sessions_of(session, event.id)
    _require_possible(whole, found.id, others)
    if consents.has_replay(event.documents):
        consents.require([whole if each.id == found.id else each for each in others])
    await _require_place(session, resources, whole, now=now)
    changed = {name: value for name, value in given.items() if getattr(found, name) != value}
    _require_movable(event, found, changed.keys())
    _remember_promise(event, found, changed)
    for name, value in changed.items():
        setattr(found, name, value)
    found.version += 1
    if changed.keys() & _CALENDAR:
        found.sequence += 1
        if event.status in _FOLLOWED:
            await tell(session, event.id, News.MOVED, session_id=found.id)
    await refresh(session, event, now)
    await touch(session, event, "event.session_changed", caller, now, {"session_id": str(found.id), "fields": sorted(changed)})
    return found


async def cancel_session(
    session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID, reason: str, *, version: int, now: datetime
) -> EventSession:
    """One session is cancelled, the others stand: participants are told, and certificates count without it."""
    event, found = await _held_session(session, caller, event_id, session_id)
    require_version(found.version, version)
    if found.status is SessionStatus.CANCELLED:
        raise SessionCancelled()
    if found.status is SessionStatus.HELD or event.status is EventStatus.CANCELLED:
        raise EventIsOver()
    if rules.would_lose_its_date(event.status, session_id, await repository.sessions_of(session, event.id)):
        raise LastSession(possible_acts=["cancellation", "postponement"])
    found.status, found.cancelled_reason = SessionStatus.CANCELLED, reason
    found.sequence, found.version = found.sequence + 1, found.version + 1
    if event.status in _FOLLOWED:
        await tell(session, event.id, News.SESSION_CANCELLED, session_id=found.id)
    await moved_on(session, event.id)
    await refresh(session, event, now)
    await touch(session, event, "event.session_cancelled", caller, now, {"session_id": str(found.id)}, reason)
    return found


async def remove_session(
    session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID, *, version: int, now: datetime
) -> None:
    """A session nobody could register for yet is taken away."""
    event, found = await _held_session(session, caller, event_id, session_id)
    require_version(found.version, version)
    if event.status in _REGISTERED_FOR:
        raise SessionHasParticipants()
    await session.delete(found)
    await session.flush()
    await refresh(session, event, now)
    await touch(session, event, "event.session_removed", caller, now, {"session_id": str(session_id)})


async def get(session: AsyncSession, event_id: UUID, *, lock: bool = False) -> Event:
    event = await repository.get(session, event_id, lock=lock)
    if event is None:
        raise NotFound()
    return event


async def held_by_organiser(session: AsyncSession, caller: Principal, event_id: UUID) -> Event:
    """The event, locked, for one of its organisers: 404 when they may not even see it, 403 when they only see it."""
    event = await repository.get(session, event_id, lock=True)
    if event is None:
        raise NotFound()
    network = await networks.get(session, event.network_id)
    if event.status in rules.HIDDEN and not caller.belongs_to(network.organisation_id):
        raise NotFound()
    await networks.organised_by(session, caller, event.network_id)
    return event


async def seen_by_organiser(session: AsyncSession, caller: Principal, event_id: UUID) -> Event:
    """The same without holding it: for what organisers only read."""
    event = await get(session, event_id)
    network = await networks.get(session, event.network_id)
    if event.status in rules.HIDDEN and not caller.belongs_to(network.organisation_id):
        raise NotFound()
    await networks.organised_by(session, caller, event.network_id)
    return event


async def sessions_of(session: AsyncSession, event_id: UUID) -> Sequence[EventSession]:
    """In the order of their numbers, cancelled ones too."""
    return await repository.sessions_of(session, event_id)


async def session_of(session: AsyncSession, event_id: UUID, session_id: UUID) -> EventSession:
    found = await repository.session_of(session, session_id)
    if found is None or found.event_id != event_id:
        raise NotFound()
    return found


async def set_full(session: AsyncSession, event_id: UUID, is_full: bool) -> None:
    """The registrations say whether a seat is left."""
    await repository.set_full(session, event_id, is_full)


async def steady(session: AsyncSession, event_id: UUID) -> Row | None:
    """The event's own columns, which no organiser changes before this transaction ends; many registrants hold it so together.

    First lock of an act on registrations, before the desk's: organisers take the event alone (`held_by_organiser`), then desks.
    """
    return await repository.steady(session, event_id)


async def hold_fullness(session: AsyncSession, event_id: UUID) -> bool:
    """Whether the event was full; what is counted next is true until `set_full`, whichever desk it is counted from."""
    return await repository.lock_fullness(session, event_id)


async def row(reader: AsyncConnection[Any], event_id: UUID) -> Row | None:
    """The event's own columns, whoever asks."""
    return await fetch_one(reader, repository.ONE, {"id": event_id})


async def row_in(session: AsyncSession, event_id: UUID) -> Row | None:
    """The same in a transaction."""
    return await row(await driver(session), event_id)


async def is_organised_by(session: AsyncSession, caller: Principal, event_id: UUID) -> bool:
    event = await get(session, event_id)
    return caller.belongs_to((await networks.get(session, event.network_id)).organisation_id)


async def session_rows(reader: AsyncConnection[Any], event_ids: Sequence[UUID]) -> list[Row]:
    """Sessions of these events, in the order of their numbers."""
    return await fetch(reader, repository.SESSIONS, {"event_ids": list(event_ids)})


async def offered(
    reader: AsyncConnection[Any], network_id: UUID, since: datetime, until: datetime, days: tuple[date, date], *, now: datetime
) -> list[Row]:
    """What the network offers over a period, counted (`figures.offered`)."""
    return await figures.offered(reader, network_id, since, until, days, now=now)


async def touch(
    session: AsyncSession,
    event: Event,
    act: str,
    caller: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """The event (locked) is at its next version, and the journal says why."""
    event.version, event.updated_at = event.version + 1, now
    await session.flush()
    await note(session, event, act, caller, now, changes, reason)


async def note(
    session: AsyncSession,
    event: Event,
    act: str,
    caller: Principal | None,
    now: datetime,
    changes: dict[str, Any],
    reason: str | None = None,
) -> None:
    """A line of the event's journal, without any participant's name."""
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=("event", event.id), actor=caller, changes=changes, reason=reason
    )


async def refresh(session: AsyncSession, event: Event, now: datetime) -> None:
    """Draw from the sessions what the event says of its dates and modes."""
    drawn = rules.span(list(await repository.sessions_of(session, event.id)))
    event.starts_at, event.ends_at = drawn.starts_at, drawn.ends_at
    event.is_on_site, event.is_visio = drawn.is_on_site, drawn.is_visio
    event.sort_on = rules.sort_day(drawn.starts_at, event.expected_on, event.sort_on)


async def _held_session(session: AsyncSession, caller: Principal, event_id: UUID, session_id: UUID) -> tuple[Event, EventSession]:
    event = await held_by_organiser(session, caller, event_id)
    return event, await session_of(session, event_id, session_id)


async def _require_place(session: AsyncSession, resources: Resources, wish: SessionWrite, *, now: datetime) -> None:
    if wish.place is not None and wish.place.territory_code is not None:
        await vocabulary.territory_paths(session, resources.siblings, [wish.place.territory_code], now=now)


async def _require_series(session: AsyncSession, network_id: UUID, series_id: UUID | None) -> None:
    if series_id is None:
        return
    found = await repository.series(session, series_id)
    if found is None or found.network_id != network_id:
        raise UnknownSeries(errors=[FieldError("/series_id", UnknownSeries.title, "unknown_series")])


def _require_sayable(event: Event, changed: Sequence[str]) -> None:
    """What people registered for, sat through and are certified for does not change once it is over."""
    if event.status not in rules.OVER:
        return
    said = Text("Ne change plus une fois l'évènement terminé ou annulé.", "No longer changes once the event is over or cancelled.")
    if settled := [name for name in changed if name not in rules.SAID_AFTERWARDS]:
        raise EventIsOver(errors=[FieldError(f"/{name}", said, "settled") for name in settled])


def _require_closing_before_the_end(event: Event) -> None:
    closes_at, ends_at = event.registration_closes_at, event.ends_at
    if closes_at is not None and ends_at is not None and closes_at > ends_at:
        title = RegistrationsCloseAfterTheEnd.title
        raise RegistrationsCloseAfterTheEnd(errors=[FieldError("/registration_closes_at", title, "after_the_end")])


def _require_possible(wish: SessionWrite, session_id: UUID | None, others: Sequence[EventSession]) -> None:
    """Two sessions of an event are never at once, and a programme stays inside its session."""
    wished = timing.Timed(wish.starts_at, wish.ends_at)
    if there := timing.in_the_way(wished, session_id, others):
        raise SessionsOverlap(
            errors=[FieldError("/starts_at", SessionsOverlap.title, "overlap")], session_id=str(there.id), number=there.number
        )
    items = [timing.Timed(item.starts_at, item.ends_at) for item in wish.programme]
    if positions := timing.outside(wished, items):
        said = ProgrammeOutsideSession.title
        raise ProgrammeOutsideSession(errors=[FieldError(f"/programme/{each}", said, "outside") for each in positions])


def _require_movable(event: Event, found: EventSession, changed: Iterable[str]) -> None:
    """What was held was held then and there; what was said of it may be mended."""
    if event.status not in rules.OVER and found.status is not SessionStatus.HELD:
        return
    said = Text("La séance a eu lieu, ou n'aura pas lieu.", "The session took place, or never will.")
    if settled := sorted(set(changed) & {"starts_at", "ends_at", "is_on_site", "is_visio"}):
        raise EventIsOver(errors=[FieldError(f"/{name}", said, "settled") for name in settled])


def _remember_promise(event: Event, found: EventSession, changed: dict[str, Any]) -> None:
    """What was promised before the first move is kept for those who read that it moved."""
    if event.status not in _PROMISED:
        return
    if "starts_at" in changed:
        found.previous_starts_at = found.previous_starts_at or found.starts_at
    if "is_on_site" in changed:
        found.moved_online = not changed["is_on_site"]


def _whole(found: EventSession, given: dict[str, Any]) -> SessionWrite:
    """The session as it would be: what each field may hold, all of them may not hold together (422)."""
    fields = {name: getattr(found, name) for name in SessionWrite.model_fields}
    try:
        return SessionWrite.model_validate({**fields, **given})
    except ValidationError as error:
        errors = [FieldError(pointer, said, code) for pointer, said, code in field_errors(error.errors())]
        raise MalformedRequest(errors=errors) from error


def _plain(wish: EventCreate | EventUpdate | SessionWrite | SessionUpdate, *, partial: bool = False) -> dict[str, Any]:
    """What is stored as JSON or codes, as it is stored: of what was sent when `partial`, each item whole."""
    stored = {"partners", "documents", "audiences", "place", "programme"} & set(type(wish).model_fields)
    return wish.model_dump(mode="json", include=stored & wish.model_fields_set if partial else stored)
