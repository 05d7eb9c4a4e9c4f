"""HTTP of feeds: calendars to follow, public and personal."""

from datetime import UTC, datetime
from email.utils import format_datetime, parsedate_to_datetime
from typing import Any

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import not_modified
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import service
from .schemas import FeedQuery, FeedToken, PersonalFeedMade, PersonalFeedRead
from .service import Feed

router = APIRouter(prefix="/events/v1", tags=["feeds"], route_class=ActRoute)

_TYPE = "text/calendar; charset=utf-8"
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing new since."},
}
_HOLDER = right("Whoever holds the address.", public=True)
_MINE = "Anyone signed in, for themselves."


@router.get(
    "/feeds/agenda.ics",
    operation_id="getAgendaFeed",
    summary="Follow the agenda in a calendar",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=right("Anyone.", public=True) | published(FeedQuery),
)
async def agenda_feed(request: Request, reader: Reader, resources: Held, now: Now) -> Response:
    """Public events of these criteria, from ninety days ago on: each session is an entry, whose `UID` is the session for ever.

    An event whose date is not sure is a whole tentative day; what was cancelled stays sixty days, so that calendars learn it.
    `If-None-Match` and `If-Modified-Since` are honoured without writing the calendar.
    """
    feed = await service.of_agenda(reader, resources, read_query(request, FeedQuery), now=now)
    return await _sent(request, feed, "public, max-age=300")


@router.get(
    "/feeds/personal/{feed_token}.ics",
    operation_id="getPersonalFeed",
    summary="Follow your registrations in a calendar",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=_HOLDER,
)
async def personal_feed(feed_token: FeedToken, request: Request, session: Snapshot, resources: Held, now: Now) -> Response:
    """Sessions you have a seat at, with your own visio links."""
    feed = await service.personal(session, resources, feed_token, now=now)
    return await _sent(request, feed, "private, max-age=300")


@router.get(
    "/my-registrations/{token}/invitation.ics",
    operation_id="getInvitation",
    summary="Sessions of your registration, for your calendar",
    response_class=Response,
    responses={200: _CALENDAR[200]},
    openapi_extra=right("Whoever holds the link received by e-mail.", public=True, refusals=(409,)),
)
async def invitation(token: str, session: Snapshot, resources: Held, now: Now) -> Response:
    """Every session of a confirmed registration, under the `UID` of its mailed invitations."""
    content = await service.of_registration(session, resources, token, now=now)
    headers = {"Cache-Control": "no-store", "Content-Disposition": 'attachment; filename="invitation.ics"'}
    return Response(content, media_type=_TYPE, headers=headers)


@router.post(
    "/me/feed",
    status_code=201,
    operation_id="renewPersonalFeed",
    summary="Get a personal calendar, or renew its address",
    response_model=PersonalFeedMade,
    openapi_extra=right(_MINE, secret_answer=True),
)
async def renew(caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The address is shown this once; the one before, if any, opens nothing any more."""
    made = await service.renew(session, resources, caller, now=now)
    response.headers["Location"] = f"{router.prefix}/me/feed"
    return made


@router.get(
    "/me/feed",
    operation_id="getMyFeed",
    summary="Whether you have a personal calendar",
    response_model=PersonalFeedRead,
    openapi_extra=right(_MINE, refusals=(404,)),
)
async def mine(caller: Caller, reader: Reader) -> Any:
    """Since when; its address was shown once (404 when there is none)."""
    return await service.mine(reader, caller)


@router.delete(
    "/me/feed",
    status_code=204,
    operation_id="revokePersonalFeed",
    summary="Revoke your personal calendar",
    openapi_extra=right(_MINE, refusals=(404,)),
)
async def revoke(caller: Caller, session: Session, now: Now) -> None:
    """Its address opens nothing any more."""
    await service.revoke(session, caller, now=now)


async def _sent(request: Request, feed: Feed, cached: str) -> Response:
    headers = {"ETag": feed.tag, "Cache-Control": cached}
    if feed.updated_at is not None:
        headers["Last-Modified"] = format_datetime(feed.updated_at.astimezone(UTC).replace(microsecond=0), usegmt=True)
    answer = not_modified(request, feed.tag)
    if answer is None and _is_known(request, feed.updated_at):
        answer = Response(status_code=304)
    if answer is None:
        answer = Response(await feed.write(), media_type=_TYPE)
    answer.headers.update(headers)
    return answer


def _is_known(request: Request, updated_at: datetime | None) -> bool:
    """`If-Modified-Since`, for programs that keep no tag (RFC 9110 §13.1.3: it counts without `If-None-Match` only)."""
    held = request.headers.get("if-modified-since")
    if held is None or updated_at is None or "if-none-match" in request.headers:
        return False
    try:
        since = parsedate_to_datetime(held)
    except ValueError:
        return False
    return since.tzinfo is not None and updated_at.replace(microsecond=0) <= since
