"""HTTP of invitations: reminders, messages, previews."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import VersionIfAny, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from . import service
from .schemas import EventMessageRead, LetterKind, MessageCreate, RemindersRead, RemindersWrite

router = APIRouter(prefix="/events/v1", tags=["invitations"], route_class=ActRoute)

_PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "The mail's HTML.", "content": {"text/html": {"schema": {"type": "string"}}}}
}
#: A page of ours runs nothing, loads nothing and says nobody where it was.
_GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}


@router.get(
    "/events/{event_id}/reminders",
    operation_id="getReminders",
    summary="When participants are reminded",
    response_model=RemindersRead,
    openapi_extra=right(ORGANISERS),
)
async def reminders(event_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """Hours before each session; seven days and one day unless organisers chose otherwise."""
    found = await service.reminders(session, caller, event_id)
    tag = response.headers["ETag"] = etag(found["version"])
    return not_modified(request, tag) or found


@router.put(
    "/events/{event_id}/reminders",
    operation_id="putReminders",
    summary="Choose when participants are reminded",
    response_model=RemindersRead,
    openapi_extra=right(ORGANISERS),
)
async def put_reminders(
    event_id: UUID, wish: RemindersWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Those who have a seat are written to that many hours before each session begins; each reminder goes out once.

    `If-Match` is required once a choice was made.
    """
    found = await service.put_reminders(session, caller, event_id, wish.hours, version=version, now=now)
    response.headers["ETag"] = etag(found["version"])
    return found


@router.post(
    "/events/{event_id}/messages",
    status_code=201,
    operation_id="sendMessage",
    summary="Write to participants",
    response_model=EventMessageRead,
    openapi_extra=right(ORGANISERS, refusals=(429,)),
)
async def send(event_id: UUID, wish: MessageCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """One mail to each registration's contact and, when they have a seat, to each participant who gave an address of their own.

    Five messages a day at most for an event. Who withdraws before their mail is written is not written to.
    """
    message = await service.send(session, caller, event_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/messages"
    return message.model_dump()


@router.get(
    "/events/{event_id}/messages",
    operation_id="listMessages",
    summary="Messages written to participants",
    response_model=Page[EventMessageRead],
    openapi_extra=right(ORGANISERS),
)
async def messages(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.messages(session, caller, event_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/events/{event_id}/mail-previews/{letter_kind}",
    operation_id="previewMail",
    summary="See a mail before it is sent",
    response_class=HTMLResponse,
    responses=_PAGE,
    openapi_extra=right(ORGANISERS),
)
async def preview(
    event_id: UUID, letter_kind: LetterKind, caller: Caller, session: Snapshot, resources: Held, now: Now
) -> Response:
    """The mail as somebody imaginary would receive it, with the event's facts as they stand."""
    letter = await service.preview(session, resources, caller, event_id, letter_kind, now=now)
    return HTMLResponse(letter.html, headers=_GUARDED)
