"""HTTP of the agenda: parse, call one use case, answer."""

from datetime import date
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from pydantic import BaseModel, ConfigDict, Field

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.texts import Words, patterns

from ..networks.router import ORGANISERS
from . import collisions, service, views
from .models import EventSession
from .offer_schemas import SessionPlanned
from .schemas import (
    Audience,
    EventCreate,
    EventFormat,
    EventRead,
    EventSessionRead,
    EventStatus,
    EventSummary,
    EventUpdate,
    SessionUpdate,
    SessionWrite,
    StatusReason,
)

router = APIRouter(prefix="/events/v1/events", tags=["agenda"], route_class=ActRoute)


class AgendaQuery(BaseModel):
    """What part of the agenda is asked for."""

    model_config = ConfigDict(extra="forbid")

    network_id: list[UUID] = Field([], max_length=20, description="Any of these networks: their agendas side by side.")
    format: list[EventFormat] = Field([], max_length=20, description="Any of these.")
    status: list[EventStatus] = Field([], max_length=10, description="Any of these; `full` is not one: read it on each event.")
    audience: list[Audience] = Field([], max_length=10, description="For any of these.")
    theme: list[str] = Field([], max_length=20, description="Any of these themes, or of those below them.")
    territory: list[str] = Field([], max_length=20, description="Any of these territories, or of those inside them.")
    series_id: UUID | None = Field(None, description="Of this series.")
    document_id: UUID | None = Field(None, description="Those that name this document of the catalogue, past ones too.")
    since: date | None = Field(None, description="From this day on (Paris); by default today.")
    until: date | None = Field(None, description="Until this day.")
    q: Words = Field("", description="Words of the title.")
    limit: int = Field(20, ge=1, le=100, description="Most items in the answer.")
    cursor: str | None = Field(None, max_length=2000, description="`next` of the previous page.")


@router.get(
    "",
    operation_id="listEvents",
    summary="The agenda",
    response_model=Page[EventSummary],
    openapi_extra=right("Anyone; organisers also see the ideas and the unlisted events of their networks.", public=True)
    | published(AgendaQuery, spelt_out=[EventStatus]),
)
async def listing(reader: Reader, caller: MaybeCaller, request: Request, response: Response, now: Now) -> Any:
    """Events from a day on, in the order of their dates. Those whose date is not known stand where they are expected."""
    query = read_query(request, AgendaQuery)
    after = read_cursor(request, query.cursor)
    since = query.since or (date.min if query.document_id or query.series_id else today_in_paris(now))
    document = query.document_id and f'[{{"document_id": "{query.document_id}"}}]'
    asked = {
        "after_on": date.fromisoformat(after[0]) if after else since,
        "after_id": UUID(after[1]) if after else UUID(int=0),
        "until_on": query.until,
        "network_ids": query.network_id or None,
        "series_id": query.series_id,
        "document": document,
        "formats": [each.value for each in query.format] or None,
        "statuses": [each.value for each in query.status] or None,
        "audiences": [each.value for each in query.audience] or None,
        "themes": query.theme or None,
        "territories": query.territory or None,
        "patterns": patterns(query.q) or None,
        "limit": query.limit + 1,
    }
    rows = await views.listing(reader, caller, asked, now=now)
    return page(request, response, rows, query.limit, key=lambda row: (row["sort_on"], row["id"]))


@router.post(
    "",
    status_code=201,
    operation_id="createEvent",
    summary="Note an idea of event",
    response_model=EventRead,
    openapi_extra=right(ORGANISERS),
)
async def create(wish: EventCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """An idea with its reference for ever; nobody but its network sees it before it is announced."""
    event = await service.create(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{event.id}"
    return await _answer(response, session, resources, caller, event.id, now)


@router.get(
    "/{event_id}",
    operation_id="getEvent",
    summary="Read an event",
    response_model=EventRead,
    openapi_extra=right("Anyone; an idea, its organisers alone.", public=True),
)
async def read(
    event_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, request: Request, response: Response, now: Now
) -> Any:
    """The event, its sessions, and where its registrations stand."""
    event = await views.one(reader, resources, caller, event_id, now=now)
    tag = response.headers["ETag"] = etag(event["version"], views.view_of(event))
    return not_modified(request, tag) or event


@router.patch(
    "/{event_id}",
    operation_id="updateEvent",
    summary="Change an event",
    response_model=EventRead,
    openapi_extra=right(ORGANISERS),
)
async def change(
    event_id: UUID,
    wish: EventUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Only what is sent changes. How people enrol (`enrolment`) is chosen once, when the event is created."""
    await service.change(session, resources, caller, event_id, wish, version=version, now=now)
    return await _answer(response, session, resources, caller, event_id, now)


def _act_route(act: str, operation_id: str, summary: str, said: str) -> None:
    async def plain(
        event_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
    ) -> Any:
        await service.act(session, caller, event_id, act, version=version, now=now)
        return await _answer(response, session, resources, caller, event_id, now)

    async def explained(
        event_id: UUID,
        wish: StatusReason,
        caller: Caller,
        session: Session,
        resources: Held,
        now: Now,
        version: Version,
        response: Response,
    ) -> Any:
        await service.act(session, caller, event_id, act, reason=wish.reason, version=version, now=now)
        return await _answer(response, session, resources, caller, event_id, now)

    route = explained if act in {"cancellation", "postponement"} else plain
    route.__doc__ = said
    router.add_api_route(
        f"/{{event_id}}/{act.replace('_', '-')}",
        route,
        methods=["POST"],
        status_code=201,
        operation_id=operation_id,
        summary=summary,
        response_model=EventRead,
        openapi_extra=right(ORGANISERS),
    )


_act_route(
    "tentative_announcement", "announceEventTentatively", "Announce without a sure date", "The agenda shows it with its vague date."
)
_act_route("announcement", "announceEvent", "Announce an event", "Its dates are promised; nobody registers yet.")
_act_route("opening", "openRegistrations", "Open registrations", "People register from now on, or from `registration_opens_at`.")
_act_route("closing", "closeRegistrations", "Close registrations", "Nobody registers any more; opening again is possible.")
_act_route("holding", "holdEvent", "Say that an event was held", "Presence and certificates follow.")
_act_route("cancellation", "cancelEvent", "Cancel an event", "All its sessions are cancelled; everybody registered is told why.")
_act_route(
    "postponement", "postponeEvent", "Postpone an event", "Registrations are kept for the dates to come; everybody is told why."
)


@router.post(
    "/{event_id}/sessions",
    status_code=201,
    operation_id="addSession",
    summary="Set a date",
    response_model=SessionPlanned,
    openapi_extra=right(ORGANISERS),
)
async def add_session(
    event_id: UUID, wish: SessionWrite, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """One more session; a cycle has several. Those registered for the whole event are registered for it too.

    `collisions` signals events of any network in the same week for the same people; two sessions of one event never overlap."""
    added = await service.add_session(session, resources, caller, event_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{event_id}/sessions/{added.id}"
    return await _planned(response, session, caller, added, now)


@router.get(
    "/{event_id}/sessions/{session_id}",
    operation_id="getSession",
    summary="Read a session",
    response_model=EventSessionRead,
    openapi_extra=right("Anyone; a session of an idea, its organisers alone.", public=True),
)
async def read_session(
    event_id: UUID, session_id: UUID, reader: Reader, caller: MaybeCaller, request: Request, response: Response
) -> Any:
    """Its date in Paris, its place, its programme."""
    found = await views.session(reader, caller, event_id, session_id)
    tag = response.headers["ETag"] = etag(found["version"], "own" if found["is_organised"] else "")
    return not_modified(request, tag) or found


@router.patch(
    "/{event_id}/sessions/{session_id}",
    operation_id="updateSession",
    summary="Move a session, or say more of it",
    response_model=SessionPlanned,
    openapi_extra=right(ORGANISERS),
)
async def change_session(
    event_id: UUID,
    session_id: UUID,
    wish: SessionUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Only what is sent changes. A new date or place is told to everybody registered, with an updated invitation.

    Moved as a whole, a session takes its programme along."""
    changed = await service.change_session(session, resources, caller, event_id, session_id, wish, version=version, now=now)
    return await _planned(response, session, caller, changed, now)


@router.post(
    "/{event_id}/sessions/{session_id}/cancellation",
    status_code=201,
    operation_id="cancelSession",
    summary="Cancel one session",
    response_model=EventSessionRead,
    openapi_extra=right(ORGANISERS),
)
async def cancel_session(
    event_id: UUID,
    session_id: UUID,
    wish: StatusReason,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The others stand. Everybody registered is told why; certificates count without it."""
    cancelled = await service.cancel_session(session, caller, event_id, session_id, wish.reason, version=version, now=now)
    response.headers["ETag"] = etag(cancelled.version, "own")
    return cancelled.model_dump()


@router.delete(
    "/{event_id}/sessions/{session_id}",
    status_code=204,
    operation_id="removeSession",
    summary="Take a session away",
    openapi_extra=right(ORGANISERS),
)
async def remove_session(event_id: UUID, session_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Before registrations open only; afterwards a session is cancelled."""
    await service.remove_session(session, caller, event_id, session_id, version=version, now=now)


async def _answer(response: Response, session: Session, resources: Held, caller: Caller, event_id: UUID, now: Now) -> Any:
    event = await views.one_in(session, resources, caller, event_id, now=now)
    response.headers["ETag"] = etag(event["version"], views.view_of(event))
    return event


async def _planned(response: Response, session: Session, caller: Caller, planned: EventSession, now: Now) -> Any:
    response.headers["ETag"] = etag(planned.version, "own")
    met = await collisions.signalled(session, caller, planned.event_id, now=now)
    return {**planned.model_dump(), "collisions": met}
