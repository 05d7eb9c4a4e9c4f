"""HTTP of changes by account: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session
from services.common.etag import Version, etag
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import changes, contacts, reaching, service
from .models import Registration
from .people_schemas import AttendeeUpdate, ModeChange, RegistrationChanged, RegistrationUpdate, Replacement
from .reaching import Reach
from .schemas import AttendeeWrite, NeedsWrite

router = APIRouter(prefix="/events/v1/registrations/{registration_id}", tags=["registrations"], route_class=ActRoute)

_WHO = "Who registered with their account; organisers of the event."


async def _reached(registration_id: UUID, session: Session, caller: Caller, version: Version) -> Reach:
    return await reaching.by_account(session, caller, registration_id, version)


#: One's own registration, or one of an event one organises, in the version that was read.
ByAccount = Annotated[Reach, Depends(_reached)]


@router.patch(
    "",
    operation_id="updateRegistration",
    summary="Change who answers for a registration",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def update(
    wish: RegistrationUpdate, reach: ByAccount, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Only what is sent changes. A new e-mail counts once it has confirmed by the link it receives; the former one is told."""
    found = await contacts.update(session, resources, reach, wish, now=now)
    return await _answer(response, session, found)


@router.patch(
    "/attendees/{attendee_id}",
    operation_id="updateAttendee",
    summary="Change a participant's details",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def update_attendee(
    attendee_id: UUID, wish: AttendeeUpdate, reach: ByAccount, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Only what is sent changes. Answers are judged by the form as it is now, when they are sent; those that are not are kept."""
    found = await changes.update_attendee(session, resources, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees",
    status_code=201,
    operation_id="addAttendee",
    summary="Add somebody to the group",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def add(wish: AttendeeWrite, reach: ByAccount, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """When a seat is free for them and the group may be so large; nobody of the waiting list is overtaken."""
    found = await changes.add(session, resources, reach, wish, now=now)
    response.headers["Location"] = f"/events/v1/registrations/{found.id}"
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/mode-change",
    status_code=201,
    operation_id="changeAttendeeMode",
    summary="Take part on site, or by visio",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def change_mode(attendee_id: UUID, wish: ModeChange, reach: ByAccount, session: Session, now: Now, response: Response) -> Any:
    """The seat of the other mode is theirs before this one goes on; when there is none (`no-seat-left`), they keep the one they have."""
    found = await changes.change_mode(session, reach, attendee_id, wish.mode, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/replacement",
    status_code=201,
    operation_id="replaceAttendee",
    summary="Send a colleague instead",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def replace(
    attendee_id: UUID, wish: Replacement, reach: ByAccount, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """The seat is kept; the former badge, visio link and needs are not: the colleague is a participant of their own."""
    found = await changes.replace(session, resources, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/departure",
    status_code=201,
    operation_id="removeAttendee",
    summary="Somebody leaves the group",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def leave(attendee_id: UUID, reach: ByAccount, session: Session, now: Now, response: Response) -> Any:
    """Their seat goes to who waits; the others keep theirs. The last person cancels the registration instead."""
    found = await changes.leave(session, reach, attendee_id, now=now)
    return await _answer(response, session, found)


@router.put(
    "/attendees/{attendee_id}/needs",
    operation_id="putAttendeeNeeds",
    summary="Say what a participant needs",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO),
)
async def put_needs(attendee_id: UUID, wish: NeedsWrite, reach: ByAccount, session: Session, now: Now, response: Response) -> Any:
    """Meals and accessibility: read by the event's organisers alone, forgotten after it. Empty, nothing is kept."""
    found = await changes.put_needs(session, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


async def _answer(response: Response, session: Session, found: Registration) -> Any:
    response.headers["ETag"] = etag(found.version)
    return {**await service.shown(session, found), "email_to_confirm": await contacts.pending(session, found)}
