"""HTTP of the welcome desk: badges, scans, walk-ins; parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

import orjson
from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import not_modified, tag_of
from services.common.files import file_content
from services.common.language import preferred
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from . import badges, documents, welcome
from .router import PDF, pdf_answer
from .schemas import (
    BadgeFormat,
    BadgeRead,
    BadgeReplaced,
    BatchRead,
    BatchWrite,
    CheckInList,
    CheckInRead,
    CheckInWrite,
    WalkInRead,
    WalkInWrite,
)

welcome_router = APIRouter(prefix="/events/v1", tags=["attendance"], route_class=ActRoute)

_SITTING = "/events/{event_id}/sessions/{session_id}"


@welcome_router.get(
    "/badges/{badge_key}",
    operation_id="getBadge",
    summary="A badge as a picture",
    response_class=Response,
    responses={200: file_content("image/png", "image/svg+xml")},
    openapi_extra=right("Whoever holds the badge's secret key, given to the person alone.", public=True),
)
async def badge(
    badge_key: str,
    session: Snapshot,
    request: Request,
    format: Annotated[BadgeFormat | None, Query(description="PNG or SVG; `Accept` says it otherwise.")] = None,
) -> Response:
    """Its QR code says `CNV:<key>`: no address that could move, and short enough to be read from a dim screen, without a network."""
    kind = badges.wanted(format, request.headers.get("accept", ""))
    content = await documents.badge(session, badge_key, kind)
    tag = tag_of(content)
    headers = {"ETag": tag, "Cache-Control": "private, no-cache", "Vary": "Accept"}
    if (fresh := not_modified(request, tag)) is not None:
        fresh.headers.update(headers)
        return fresh
    return Response(content, headers=headers, media_type=badges.MEDIA[kind])


@welcome_router.get(
    "/events/{event_id}/badges.pdf",
    operation_id="getBadgeSheet",
    summary="Badges to cut",
    response_class=Response,
    responses=PDF,
    openapi_extra=right(ORGANISERS),
)
async def badge_sheet(event_id: UUID, caller: Caller, session: Snapshot) -> Response:
    """Ten to a page, in the order of names, for everybody who comes on site."""
    return pdf_answer(*await documents.badge_sheet(session, caller, event_id))


@welcome_router.get(
    "/registrations/{registration_id}/badges",
    operation_id="listRegistrationBadges",
    summary="Your badges",
    response_model=list[BadgeRead],
    openapi_extra=right("Who registered with their account; organisers of the event."),
)
async def own_badges(registration_id: UUID, caller: Caller, session: Snapshot, resources: Held) -> Any:
    """Of those you registered, once they have a seat."""
    return await welcome.own_badges(session, resources, caller, registration_id)


@welcome_router.get(
    "/my-registrations/{token}/badges",
    operation_id="listBadgesByLink",
    summary="Your badges, by the link of your registration",
    response_model=list[BadgeRead],
    openapi_extra=right("Whoever holds the link received by e-mail.", public=True),
)
async def own_badges_by_link(token: str, session: Snapshot, resources: Held) -> Any:
    """Of those you registered, once they have a seat."""
    return await welcome.own_badges_by_link(session, resources, token)


@welcome_router.post(
    "/events/{event_id}/attendees/{attendee_id}/badge-replacement",
    status_code=201,
    operation_id="replaceBadge",
    summary="Replace a badge",
    response_model=BadgeReplaced,
    openapi_extra=right(ORGANISERS, secret_answer=True),
)
async def replace_badge(
    event_id: UUID, attendee_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Lost, or seen by others: its old code opens nothing any more."""
    replaced = await welcome.replace_badge(session, resources, caller, event_id, attendee_id, now=now)
    response.headers["Location"] = replaced["badge_url"]
    return replaced


@welcome_router.get(
    f"{_SITTING}/check-in-list",
    operation_id="getCheckInList",
    summary="Who is expected, for devices that may lose the network",
    response_model=CheckInList,
    openapi_extra=right(ORGANISERS),
)
async def check_in_list(
    event_id: UUID, session_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response
) -> Any:
    """Names, audience, seat, and the SHA-256 of each badge's key: a device compares it with the code it scans. 304 when unchanged."""
    found = CheckInList.model_validate(await welcome.check_in_list(session, caller, event_id, session_id))
    tag = tag_of(orjson.dumps(found.model_dump(mode="json")))
    response.headers["ETag"] = tag
    response.headers["Cache-Control"] = "private, no-cache"
    return not_modified(request, tag) or found


@welcome_router.post(
    f"{_SITTING}/check-ins",
    status_code=201,
    operation_id="checkIn",
    summary="Somebody is there",
    response_model=CheckInRead,
    openapi_extra=right(ORGANISERS),
)
async def check_in(
    event_id: UUID, session_id: UUID, wish: CheckInWrite, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """By the badge's code, the registration's code or the person's id. A second scan works too, and says when the first one was."""
    response.headers["Location"] = f"{welcome_router.prefix}/events/{event_id}/sessions/{session_id}/presence"
    return await welcome.check_in(session, caller, event_id, session_id, wish, now=now)


@welcome_router.post(
    f"{_SITTING}/check-ins/batch",
    status_code=201,
    operation_id="synchroniseCheckIns",
    summary="Scans recorded without a network",
    response_model=BatchRead,
    openapi_extra=right(ORGANISERS),
)
async def check_in_batch(
    event_id: UUID,
    session_id: UUID,
    wish: BatchWrite,
    caller: Caller,
    session: Session,
    now: Now,
    request: Request,
    response: Response,
) -> Any:
    """Each scan with its own instant and its own result. Sent again, nothing is counted twice, whatever the order."""
    response.headers["Location"] = f"{welcome_router.prefix}/events/{event_id}/sessions/{session_id}/presence"
    language = preferred(request.headers.get("accept-language"))
    items = await welcome.check_in_batch(session, caller, event_id, session_id, wish, language=language, now=now)
    return {"items": items}


@welcome_router.post(
    f"{_SITTING}/walk-ins",
    status_code=201,
    operation_id="receiveWalkIn",
    summary="Somebody came without being registered",
    response_model=WalkInRead,
    openapi_extra=right(ORGANISERS),
)
async def walk_in(
    event_id: UUID,
    session_id: UUID,
    wish: WalkInWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """Registered at the door and scanned at once. A free seat, or (with a reason) an absent person's chair; never beyond the room."""
    received = await welcome.walk_in(session, resources, caller, event_id, session_id, wish, now=now)
    response.headers["Location"] = f"{welcome_router.prefix}/registrations/{received['registration_id']}"
    return received
