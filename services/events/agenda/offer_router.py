"""HTTP of what comes back, of agendas side by side, of what others read: parse, call one use case, answer."""

from datetime import timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.journal import JournalLine, lines_of
from services.common.language import Text
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import FieldError, MalformedRequest
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from ..tables import KERNEL
from . import collisions, offer, reading, service, views
from .offer_schemas import (
    AgendaWeeks,
    CollisionsRead,
    Duplication,
    SeriesCreate,
    SeriesRead,
    SeriesUpdate,
    SpeakerConsent,
)
from .schemas import Day, EventRead

V1 = "/events/v1"
router = APIRouter(prefix=V1, tags=["agenda"], route_class=ActRoute)
_JOURNAL = lines_of(KERNEL.journal)
_MOST_WEEKS = 27


@router.get(
    "/events-by-reference/{reference}",
    operation_id="getEventByReference",
    summary="Find an event by its reference",
    response_model=EventRead,
    openapi_extra=right("Anyone; an idea or an unlisted event, its organisers alone.", public=True),
)
async def by_reference(
    reference: str, reader: Reader, caller: MaybeCaller, resources: Held, request: Request, response: Response, now: Now
) -> Any:
    """The event whose reference people quote. References follow each other, so an unlisted event is not found this way."""
    event = await views.one_by_reference(reader, resources, caller, reference, now=now)
    tag = response.headers["ETag"] = etag(event["version"], views.view_of(event))
    return not_modified(request, tag) or event


@router.get(
    "/events/{event_id}/json-ld",
    operation_id="getEventLinkedData",
    summary="Read an event as linked data",
    response_class=Response,
    openapi_extra=right("Anyone; nobody for an idea or an unlisted event.", public=True),
    responses={
        200: {
            "content": {"application/ld+json": {"schema": {"type": "object"}}},
            "description": "schema.org `Event`, or `EventSeries` with its sessions as `subEvent`.",
        }
    },
)
async def linked_data(event_id: UUID, reader: Reader, resources: Held, request: Request, now: Now) -> Response:
    """For search engines and other agendas. It may be pasted in a page as it is: nothing in it closes a script."""
    content, tag = await reading.linked(reader, resources, event_id, now=now)
    return not_modified(request, tag) or Response(content, media_type="application/ld+json", headers={"ETag": tag})


@router.get(
    "/events/{event_id}/collisions",
    operation_id="readCollisions",
    summary="What else happens that week",
    response_model=CollisionsRead,
    openapi_extra=right(ORGANISERS),
)
async def read_collisions(event_id: UUID, session: Snapshot, caller: Caller, now: Now) -> Any:
    """Events of any network in the same week (ISO, in Paris) that share a territory and a public, tentative ones too. Ideas and
    unlisted events of other networks stay hidden."""
    return await collisions.of_event(session, caller, event_id, now=now)


@router.get(
    "/events/{event_id}/journal",
    operation_id="readEventJournal",
    summary="Read an event's journal",
    response_model=Page[JournalLine],
    openapi_extra=right(ORGANISERS),
)
async def read_journal(
    event_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Who did what and when, newest first."""
    await service.seen_by_organiser(session, caller, event_id)
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    values = {"resource_id": event_id, "before_id": before, "confidential_too": True, "limit": limit + 1}
    return page(request, response, await fetch(reader, _JOURNAL, values), limit, lambda row: [row["id"]])


@router.post(
    "/events/{event_id}/duplication",
    status_code=201,
    operation_id="duplicateEvent",
    summary="Take an event up again",
    response_model=EventRead,
    openapi_extra=right(ORGANISERS),
)
async def duplicate(
    event_id: UUID, wish: Duplication, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """An idea with the same content: sessions and programmes so many whole days later, at the same hours in Paris whatever the clock
    does. Documents are left out and speakers are to be asked again. **Seats are not copied**: say them with `…/capacity`."""
    copy = await offer.duplicate(session, caller, event_id, wish, now=now)
    response.headers["Location"] = f"{V1}/events/{copy.id}"
    return await _event(response, session, resources, caller, copy.id, now)


@router.post(
    "/events/{event_id}/speaker-consents",
    status_code=201,
    operation_id="recordSpeakerConsent",
    summary="Record a speaker's consent",
    response_model=EventRead,
    openapi_extra=right(ORGANISERS),
)
async def record_consent(
    event_id: UUID,
    wish: SpeakerConsent,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """What the speaker of that name answered, in every session. A refused replay takes the replay off the event."""
    event = await offer.record_consent(session, caller, event_id, wish, version=version, now=now)
    return await _event(response, session, resources, caller, event.id, now)


@router.get(
    "/agenda-weeks",
    operation_id="compareAgendas",
    summary="Agendas side by side",
    response_model=AgendaWeeks,
    openapi_extra=right("Anyone; organisers also see the ideas and the unlisted events of their networks.", public=True),
)
async def agenda_weeks(
    reader: Reader,
    caller: MaybeCaller,
    now: Now,
    network_id: Annotated[list[UUID] | None, Query(max_length=20, description="Any of these; none: all.")] = None,
    since: Annotated[Day | None, Query(description="From the week of this day; by default this week.")] = None,
    until: Annotated[Day | None, Query(description="To the week of this day; by default twelve weeks, at most 27.")] = None,
) -> Any:
    """Weeks × networks. Events that share a territory and a public the same week name each other in `collides_with`."""
    first = since or today_in_paris(now)
    last = until or first + timedelta(weeks=12)
    if not first <= last <= first + timedelta(weeks=_MOST_WEEKS):
        said = Text("`until` suit `since`, de 27 semaines au plus.", "`until` comes after `since`, by 27 weeks at most.")
        raise MalformedRequest(errors=[FieldError("/query/until", said, "bad_period")])
    return await collisions.side_by_side(reader, caller, network_id or [], since=first, until=last, now=now)


@router.get(
    "/event-series",
    operation_id="listEventSeries",
    summary="Series of events",
    response_model=Page[SeriesRead],
    openapi_extra=right("Anyone.", public=True),
)
async def list_series(
    reader: Reader,
    request: Request,
    response: Response,
    network_id: UUID | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The oldest first."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await offer.series_listing(reader, network_id=network_id, after_id=after_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/event-series",
    status_code=201,
    operation_id="openEventSeries",
    summary="Open a series",
    response_model=SeriesRead,
    openapi_extra=right(ORGANISERS),
)
async def open_series(wish: SeriesCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Events join it with their `series_id`."""
    series = await offer.open_series(session, caller, wish, now=now)
    response.headers["Location"] = f"{V1}/event-series/{series.id}"
    response.headers["ETag"] = etag(series.version)
    return series.model_dump()


@router.get(
    "/event-series/{series_id}",
    operation_id="getEventSeries",
    summary="Read a series",
    response_model=SeriesRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read_series(series_id: UUID, reader: Reader, request: Request, response: Response) -> Any:
    """What comes back, and in whose agenda."""
    series = await offer.one_series(reader, series_id)
    tag = response.headers["ETag"] = etag(series["version"])
    return not_modified(request, tag) or series


@router.patch(
    "/event-series/{series_id}",
    operation_id="updateEventSeries",
    summary="Change a series",
    response_model=SeriesRead,
    openapi_extra=right(ORGANISERS),
)
async def change_series(
    series_id: UUID, wish: SeriesUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Only what is sent changes."""
    series = await offer.change_series(session, caller, series_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(series.version)
    return series.model_dump()


@router.delete(
    "/event-series/{series_id}",
    status_code=204,
    operation_id="removeEventSeries",
    summary="Take a series away",
    openapi_extra=right(ORGANISERS),
)
async def remove_series(series_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Once no event is in it."""
    await offer.remove_series(session, caller, series_id, version=version, now=now)


async def _event(response: Response, session: Session, resources: Held, caller: Caller, event_id: UUID, now: Now) -> Any:
    event = await views.one_in(session, resources, caller, event_id, now=now)
    response.headers["ETag"] = etag(event["version"], views.view_of(event))
    return event
