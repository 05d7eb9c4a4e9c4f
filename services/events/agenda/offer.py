"""Use cases of what comes back and of what speakers agree to: series, last year's event again, dated consents."""

from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import FieldError, NotFound

from ..networks import service as networks
from ..tables import KERNEL
from . import consents, repository, service, timing
from .errors import ConsentYetToCome, NoSuchSpeaker, SeriesHasEvents
from .models import Event, EventSeries, EventSession, EventStatus, SessionStatus
from .offer_schemas import Duplication, SeriesCreate, SeriesUpdate, SpeakerConsent

#: What belongs to one event and no other.
_OWN = {"id", "reference", "status", "title", "documents", "vague_date", "sort_on", "expected_on", "starts_at", "ends_at"}
_OWN |= {"is_full", "status_reason", "copied_from_id", "created_by", "created_at", "updated_at", "version"}
_OWN |= {"registration_opens_at", "registration_closes_at"}
_OWN_OF_SESSION = {"id", "event_id", "number", "status", "starts_at", "ends_at", "programme", "cancelled_reason"}
_OWN_OF_SESSION |= {"previous_starts_at", "moved_online", "sequence", "version"}


async def open_series(session: AsyncSession, caller: Principal, wish: SeriesCreate, *, now: datetime) -> EventSeries:
    await networks.organised_by(session, caller, wish.network_id)
    series = EventSeries(**wish.model_dump(), created_at=now)
    session.add(series)
    await session.flush()
    await _note(session, series, "series.opened", caller, now, {"title": series.title})
    return series


async def change_series(
    session: AsyncSession, caller: Principal, series_id: UUID, wish: SeriesUpdate, *, version: int, now: datetime
) -> EventSeries:
    series = await _held_series(session, caller, series_id, version)
    changes = {}
    for name, value in wish.model_dump(exclude_unset=True, exclude_none=True).items():
        changes[name] = [getattr(series, name), value]
        setattr(series, name, value)
    series.version += 1
    await session.flush()
    await _note(session, series, "series.changed", caller, now, changes)
    return series


async def remove_series(session: AsyncSession, caller: Principal, series_id: UUID, *, version: int, now: datetime) -> None:
    """A series nothing is in is taken away."""
    series = await _held_series(session, caller, series_id, version)
    if await repository.has_events(session, series.id):
        raise SeriesHasEvents()
    await _note(session, series, "series.removed", caller, now, {"title": series.title})
    await session.delete(series)


async def series_listing(reader: AsyncConnection[Any], *, network_id: UUID | None, after_id: UUID, limit: int) -> list[Row]:
    return await fetch(reader, repository.SERIES_LISTING, {"network_id": network_id, "after_id": after_id, "limit": limit})


async def one_series(reader: AsyncConnection[Any], series_id: UUID) -> Row:
    row = await fetch_one(reader, repository.ONE_SERIES, {"id": series_id})
    if row is None:
        raise NotFound()
    return row


async def duplicate(session: AsyncSession, caller: Principal, event_id: UUID, wish: Duplication, *, now: datetime) -> Event:
    """An organiser takes an event up again: an idea with the same content, its sessions so many whole days later.

    Hours stay as people read them in Paris, programmes follow. Documents, consents of speakers, registrations and seats stay
    with the event they were for; capacities belong to the registrations' room and are said again there.
    """
    source = await service.seen_by_organiser(session, caller, event_id)
    network = await networks.get(session, source.network_id)
    kept = await _sessions_to_copy(session, source)
    days = timing.days_between(min(each.starts_at for each in kept), wish.first_session_on) if kept else 0
    fields = {name: getattr(source, name) for name in type(source).model_fields if name not in _OWN}
    instants: dict[str, Any] = {
        name: _later(getattr(source, name), days) for name in ("registration_opens_at", "registration_closes_at")
    }
    copy = Event(
        **fields,
        **(instants if kept else {}),
        id=new_id(),
        reference=await networks.next_reference(session, network, now),
        title=wish.title or source.title,
        sort_on=wish.first_session_on,
        expected_on=None if kept else wish.first_session_on,
        copied_from_id=source.id,
        created_by=caller.account_id,
        created_at=now,
        updated_at=now,
    )
    session.add(copy)
    await session.flush()
    for number, each in enumerate(kept, 1):
        session.add(_session_copy(each, copy.id, number, days))
    await session.flush()
    await service.refresh(session, copy, now)
    await session.flush()
    await service.note(session, copy, "event.duplicated", caller, now, {"from": source.reference, "days": days})
    return copy


async def record_consent(
    session: AsyncSession, caller: Principal, event_id: UUID, wish: SpeakerConsent, *, version: int, now: datetime
) -> Event:
    """An organiser notes what a speaker answered, and when. Who takes back their consent has the replay taken off the event."""
    event = await service.held_by_organiser(session, caller, event_id)
    require_version(event.version, version)
    if wish.consented_on > today_in_paris(now):
        said = Text("Ce jour n'est pas encore venu.", "That day has not come yet.")
        raise ConsentYetToCome(errors=[FieldError("/consented_on", said, "to_come")])
    answers = {"image_consent": wish.image_consent, "replay_consent": wish.replay_consent}
    sessions = await repository.sessions_of(session, event.id)
    found = False
    for each in sessions:
        written = consents.answered(each.programme, wish.name, answers, wish.consented_on)
        if written is not None:
            found, each.programme, each.version = True, written, each.version + 1
    if not found:
        raise NoSuchSpeaker(errors=[FieldError("/name", NoSuchSpeaker.title, "no_such_speaker")])
    # Who spoke is nobody's business in a journal that outlives the consent.
    changes: dict[str, Any] = {name: value.value for name, value in answers.items() if value is not None}
    if consents.has_replay(event.documents) and changes.get("replay_consent", "given") != "given":
        event.documents = consents.without_replays(event.documents)
        changes["replay_removed"] = True
    await service.touch(session, event, "event.consent_recorded", caller, now, changes)
    return event


async def require_replay_consents(session: AsyncSession, event_id: UUID) -> None:
    """For rooms that attach replays themselves: refused (`ReplayConsentMissing`) while a speaker has not agreed."""
    consents.require(await repository.sessions_of(session, event_id))


async def _sessions_to_copy(session: AsyncSession, source: Event) -> list[EventSession]:
    """Those that stood; all of them when the event was cancelled as a whole."""
    sessions = await repository.sessions_of(session, source.id)
    stood = [each for each in sessions if each.status is not SessionStatus.CANCELLED]
    chosen = stood or (list(sessions) if source.status is EventStatus.CANCELLED else [])
    return sorted(chosen, key=lambda each: each.starts_at)


def _session_copy(each: EventSession, event_id: UUID, number: int, days: int) -> EventSession:
    timed = timing.Timed(each.starts_at, each.ends_at)
    moved, items = timing.moved_by_days(timed, timing.timed_items(each.programme), days)
    fields = {name: getattr(each, name) for name in type(each).model_fields if name not in _OWN_OF_SESSION}
    return EventSession(
        **fields,
        event_id=event_id,
        number=number,
        starts_at=moved.starts_at,
        ends_at=moved.ends_at,
        programme=timing.rewritten(consents.forgotten(each.programme), items),
    )


def _later(instant: datetime | None, days: int) -> datetime | None:
    return None if instant is None else timing.shifted(instant, days)


async def _held_series(session: AsyncSession, caller: Principal, series_id: UUID, version: int) -> EventSeries:
    series = await repository.series(session, series_id, lock=True)
    if series is None:
        raise NotFound()
    await networks.organised_by(session, caller, series.network_id)
    require_version(series.version, version)
    return series


async def _note(
    session: AsyncSession, series: EventSeries, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=("event_series", series.id), actor=caller, changes=changes
    )
