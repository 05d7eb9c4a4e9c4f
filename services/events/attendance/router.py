"""HTTP of presence: what is proposed, validated, signed; parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag
from services.common.files import file_content
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from . import documents, rules, service
from .schemas import PresenceRow, SheetRead, ValidationWrite

router = APIRouter(prefix="/events/v1", tags=["attendance"], route_class=ActRoute)

PDF: dict[int | str, dict[str, Any]] = {200: file_content("application/pdf")}


def pdf_answer(content: bytes, name: str) -> Response:
    """A paper made for the one who asks: nobody keeps it."""
    headers = {"Content-Disposition": f'inline; filename="{name}"', "Cache-Control": "no-store"}
    return Response(content, headers=headers, media_type="application/pdf")


@router.get(
    "/events/{event_id}/presence",
    operation_id="listPresence",
    summary="Presence at an event",
    response_model=Page[PresenceRow],
    openapi_extra=right(ORGANISERS),
)
async def matrix(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    now: Now,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """People × sessions, in the order of names, with the minutes validated. Cancelled sessions are shown and not counted."""
    after = read_cursor(request, cursor)
    rows = await service.matrix(session, caller, event_id, now=now)
    if after:
        rows = [row for row in rows if _place(row) > (after[0], after[1], after[2])]
    return page(request, response, rows, limit, key=_place)


def _place(row: dict[str, Any]) -> tuple[str, str, str]:
    person = row["person"]
    return (*rules.name_order(person["family_name"], person["given_name"]), str(row["attendee_id"]))


@router.get(
    "/events/{event_id}/sessions/{session_id}/presence",
    operation_id="getPresenceSheet",
    summary="Presence at a session",
    response_model=SheetRead,
    openapi_extra=right(ORGANISERS),
)
async def sheet(event_id: UUID, session_id: UUID, caller: Caller, session: Snapshot, response: Response, now: Now) -> Any:
    """Everybody expected and everybody who came, with what scans and stays propose and what was validated."""
    found = await service.sheet(session, caller, event_id, session_id, now=now)
    response.headers["ETag"] = etag(found["version"])
    return found


@router.post(
    "/events/{event_id}/sessions/{session_id}/presence/validation",
    status_code=201,
    operation_id="validatePresence",
    summary="Validate, or correct, the presence at a session",
    response_model=SheetRead,
    openapi_extra=right(ORGANISERS),
)
async def validate(
    event_id: UUID,
    session_id: UUID,
    wish: ValidationWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """All that is proposed (`everybody`), or some people as said. Only what is validated counts; certificates follow corrections.

    Validating again changes nothing; what was scanned or told since the sheet was read is read first (412).
    """
    found = await service.validate(session, caller, event_id, session_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(found["version"])
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/sessions/{session_id}/presence"
    return found


@router.get(
    "/registrations/{registration_id}/presence",
    operation_id="getRegistrationPresence",
    summary="Your presence",
    response_model=list[PresenceRow],
    openapi_extra=right("Who registered with their account; organisers of the event."),
)
async def own(registration_id: UUID, caller: Caller, session: Snapshot, now: Now) -> Any:
    """The hours validated for those you registered."""
    return await service.own(session, caller, registration_id, now=now)


@router.get(
    "/my-registrations/{token}/presence",
    operation_id="getPresenceByLink",
    summary="Your presence, by the link of your registration",
    response_model=list[PresenceRow],
    openapi_extra=right("Whoever holds the link received by e-mail.", public=True),
)
async def own_by_link(token: str, session: Snapshot, resources: Held, now: Now) -> Any:
    """The hours validated for those you registered."""
    return await service.own_by_link(session, resources, token, now=now)


@router.get(
    "/events/{event_id}/sessions/{session_id}/attendance-sheet.pdf",
    operation_id="getAttendanceSheet",
    summary="Attendance sheet to sign",
    response_class=Response,
    responses=PDF,
    openapi_extra=right(ORGANISERS),
)
async def attendance_sheet(event_id: UUID, session_id: UUID, caller: Caller, session: Snapshot) -> Response:
    """Names in the French order, organisation, mode, a place to sign; some blank lines for who comes unregistered."""
    return pdf_answer(*await documents.sheet(session, caller, event_id, session_id))
