"""HTTP of changes to a registration, by account or by the link received by e-mail: the same acts at two addresses."""

import inspect
from collections.abc import Callable
from functools import wraps
from typing import Annotated, Any, NamedTuple
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
link_router = APIRouter(prefix="/events/v1/my-registrations/{token}", tags=["registrations"], route_class=ActRoute)

_WHO = "Who registered with their account; organisers of the event."
_BEARER = "Whoever holds the link received by e-mail."


async def _by_account(registration_id: UUID, session: Session, caller: Caller, version: Version) -> Reach:
    return await reaching.by_account(session, caller, registration_id, version)


async def _by_link(token: str, session: Session, resources: Held, version: Version) -> Reach:
    return await reaching.by_link(session, resources, token, version)


async def _update(wish: RegistrationUpdate, reach: Reach, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Only what is sent changes. A new e-mail counts once it has confirmed by the link it receives; the former one is told."""
    found = await contacts.update(session, resources, reach, wish, now=now)
    return await answered(response, session, found)


async def _update_attendee(
    attendee_id: UUID, wish: AttendeeUpdate, reach: Reach, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Only what is sent changes. Answers are judged by the form as it is now, when they are sent; those that are not are kept."""
    found = await changes.update_attendee(session, resources, reach, attendee_id, wish, now=now)
    return await answered(response, session, found)


async def _add(wish: AttendeeWrite, reach: Reach, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """When a seat is free for them and the group may be so large; nobody of the waiting list is overtaken."""
    found = await changes.add(session, resources, reach, wish, now=now)
    response.headers["Location"] = f"/events/v1/registrations/{found.id}"
    return await answered(response, session, found)


async def _change_mode(attendee_id: UUID, wish: ModeChange, reach: Reach, session: Session, now: Now, response: Response) -> Any:
    """The seat of the other mode is theirs before this one goes on; when there is none (`no-seat-left`), they keep the one they have."""
    found = await changes.change_mode(session, reach, attendee_id, wish.mode, now=now)
    return await answered(response, session, found)


async def _replace(
    attendee_id: UUID, wish: Replacement, reach: Reach, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """The seat is kept; the former badge, visio link and needs are not: the colleague is a participant of their own."""
    found = await changes.replace(session, resources, reach, attendee_id, wish, now=now)
    return await answered(response, session, found)


async def _leave(attendee_id: UUID, reach: Reach, session: Session, now: Now, response: Response) -> Any:
    """Their seat goes to who waits; the others keep theirs. The last person cancels the registration instead."""
    found = await changes.leave(session, reach, attendee_id, now=now)
    return await answered(response, session, found)


async def _put_needs(attendee_id: UUID, wish: NeedsWrite, reach: Reach, session: Session, now: Now, response: Response) -> Any:
    """Meals and accessibility: read by the event's organisers alone, forgotten after it. Empty, nothing is kept."""
    found = await changes.put_needs(session, reach, attendee_id, wish, now=now)
    return await answered(response, session, found)


async def answered(response: Response, session: Session, found: Registration) -> Any:
    """The registration after a change, with its new version and the address that has yet to confirm."""
    response.headers["ETag"] = etag(found.version)
    return {**await service.shown(session, found), "email_to_confirm": await contacts.pending(session, found)}


class _Act(NamedTuple):
    """What may be done to a registration, wherever it is reached from."""

    method: str
    path: str
    operation: str
    summary: str
    handle: Callable[..., Any]


_ACTS = (
    _Act("PATCH", "", "updateRegistration", "Change who answers for a registration", _update),
    _Act("PATCH", "/attendees/{attendee_id}", "updateAttendee", "Change a participant's details", _update_attendee),
    _Act("POST", "/attendees", "addAttendee", "Add somebody to the group", _add),
    _Act("POST", "/attendees/{attendee_id}/mode-change", "changeAttendeeMode", "Take part on site, or by visio", _change_mode),
    _Act("POST", "/attendees/{attendee_id}/replacement", "replaceAttendee", "Send a colleague instead", _replace),
    _Act("POST", "/attendees/{attendee_id}/departure", "removeAttendee", "Somebody leaves the group", _leave),
    _Act("PUT", "/attendees/{attendee_id}/needs", "putAttendeeNeeds", "Say what a participant needs", _put_needs),
)


def _reaching(handle: Callable[..., Any], reached: Callable[..., Any]) -> Callable[..., Any]:
    """The same function, whose `reach` comes from there."""

    @wraps(handle)
    async def handled(**given: Any) -> Any:
        return await handle(**given)

    signature = inspect.signature(handle)
    kept = [
        each.replace(annotation=Annotated[Reach, Depends(reached)]) if name == "reach" else each
        for name, each in signature.parameters.items()
    ]
    handled.__signature__ = signature.replace(parameters=kept)  # type: ignore[attr-defined]
    return handled


for _act in _ACTS:
    for _router, _reached, _more, _said, _right in (
        (router, _by_account, "", "", right(_WHO)),
        (link_router, _by_link, "ByLink", ", by its link", right(_BEARER, public=True)),
    ):
        _router.add_api_route(
            _act.path,
            _reaching(_act.handle, _reached),
            methods=[_act.method],
            status_code=201 if _act.method == "POST" else 200,
            operation_id=_act.operation + _more,
            summary=_act.summary + _said,
            response_model=RegistrationChanged,
            openapi_extra=_right,
        )
