"""HTTP of changes by the link received by e-mail: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag
from services.common.origins import origin_of
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import changes, contacts, reaching, service
from .models import Registration
from .people_schemas import (
    AttendeeUpdate,
    EmailChangeRead,
    LinkRequestRead,
    LinkRequestWrite,
    ModeChange,
    RegistrationChanged,
    RegistrationUpdate,
    Replacement,
)
from .reaching import Reach
from .schemas import AttendeeWrite, NeedsWrite

router = APIRouter(prefix="/events/v1/my-registrations/{token}", tags=["registrations"], route_class=ActRoute)

_WHO = "Whoever holds the link received by e-mail."


async def _reached(token: str, session: Session, resources: Held, version: Version) -> Reach:
    return await reaching.by_link(session, resources, token, version)


#: The registration the link leads to, in the version that was read.
ByLink = Annotated[Reach, Depends(_reached)]


@router.patch(
    "",
    operation_id="updateRegistrationByLink",
    summary="Change who answers for a registration, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def update(wish: RegistrationUpdate, reach: ByLink, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Only what is sent changes. A new e-mail counts once it has confirmed by the link it receives; the former one is told."""
    found = await contacts.update(session, resources, reach, wish, now=now)
    return await _answer(response, session, found)


@router.patch(
    "/attendees/{attendee_id}",
    operation_id="updateAttendeeByLink",
    summary="Change a participant's details, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def update_attendee(
    attendee_id: UUID, wish: AttendeeUpdate, reach: ByLink, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Only what is sent changes. Answers are judged by the form as it is now, when they are sent; those that are not are kept."""
    found = await changes.update_attendee(session, resources, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees",
    status_code=201,
    operation_id="addAttendeeByLink",
    summary="Add somebody to the group, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def add(wish: AttendeeWrite, reach: ByLink, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """When a seat is free for them and the group may be so large; nobody of the waiting list is overtaken."""
    found = await changes.add(session, resources, reach, wish, now=now)
    response.headers["Location"] = f"/events/v1/registrations/{found.id}"
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/mode-change",
    status_code=201,
    operation_id="changeAttendeeModeByLink",
    summary="Take part on site, or by visio, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def change_mode(attendee_id: UUID, wish: ModeChange, reach: ByLink, session: Session, now: Now, response: Response) -> Any:
    """The seat of the other mode is theirs before this one goes on; when there is none (`no-seat-left`), they keep the one they have."""
    found = await changes.change_mode(session, reach, attendee_id, wish.mode, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/replacement",
    status_code=201,
    operation_id="replaceAttendeeByLink",
    summary="Send a colleague instead, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def replace(
    attendee_id: UUID, wish: Replacement, reach: ByLink, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """The seat is kept; the former badge, visio link and needs are not: the colleague is a participant of their own."""
    found = await changes.replace(session, resources, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


@router.post(
    "/attendees/{attendee_id}/departure",
    status_code=201,
    operation_id="removeAttendeeByLink",
    summary="Somebody leaves the group, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def leave(attendee_id: UUID, reach: ByLink, session: Session, now: Now, response: Response) -> Any:
    """Their seat goes to who waits; the others keep theirs. The last person cancels the registration instead."""
    found = await changes.leave(session, reach, attendee_id, now=now)
    return await _answer(response, session, found)


@router.put(
    "/attendees/{attendee_id}/needs",
    operation_id="putAttendeeNeedsByLink",
    summary="Say what a participant needs, by its link",
    response_model=RegistrationChanged,
    openapi_extra=right(_WHO, public=True),
)
async def put_needs(attendee_id: UUID, wish: NeedsWrite, reach: ByLink, session: Session, now: Now, response: Response) -> Any:
    """Meals and accessibility: read by the event's organisers alone, forgotten after it. Empty, nothing is kept."""
    found = await changes.put_needs(session, reach, attendee_id, wish, now=now)
    return await _answer(response, session, found)


async def _answer(response: Response, session: Session, found: Registration) -> Any:
    response.headers["ETag"] = etag(found.version)
    return {**await service.shown(session, found), "email_to_confirm": await contacts.pending(session, found)}


#: New addresses that answer, links that are sent again.
public_router = APIRouter(prefix="/events/v1", tags=["registrations"], route_class=ActRoute)
_NEW_ADDRESS = "Whoever holds the link received at the new address."


@public_router.get(
    "/my-email-changes/{email_token}",
    operation_id="getEmailChange",
    summary="Read a change of e-mail",
    response_model=EmailChangeRead,
    openapi_extra=right(_NEW_ADDRESS, public=True),
)
async def read_email_change(email_token: str, session: Snapshot, resources: Held) -> Any:
    """Reading confirms nothing: mail programs that open links beforehand do no harm."""
    return await contacts.read_change(session, resources, email_token)


@public_router.post(
    "/my-email-changes/{email_token}/confirmation",
    status_code=201,
    operation_id="confirmEmailChange",
    summary="Confirm the new e-mail of a registration",
    response_model=RegistrationChanged,
    openapi_extra=right(_NEW_ADDRESS, public=True),
)
async def confirm_email_change(email_token: str, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The registration is followed at this address from now on; links sent to the former one open nothing. Twice is once."""
    return await _answer(response, session, await contacts.confirm_change(session, resources, email_token, now=now))


@public_router.post(
    "/registration-links",
    status_code=202,
    operation_id="askRegistrationLink",
    summary="Receive the link of a registration again",
    response_model=LinkRequestRead,
    openapi_extra=right("Anyone.", public=True, refusals=(429,)),
)
async def ask_link(wish: LinkRequestWrite, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """Sent to the address itself, a few times an hour at most. The answer is the same whatever exists."""
    await contacts.ask_links(session, resources, wish, origin=origin_of(request.client.host if request.client else None), now=now)
    return {"message": "Si une inscription existe pour cette adresse, son lien vient d'y être envoyé."}
