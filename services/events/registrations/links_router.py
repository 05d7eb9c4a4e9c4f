"""HTTP of new addresses that answer, and of links that are sent again: parse, call one use case, answer."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.origins import asked_from
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import contacts
from .changes_router import answered
from .people_schemas import EmailChangeRead, LinkRequestRead, LinkRequestWrite, RegistrationChanged

router = APIRouter(prefix="/events/v1", tags=["registrations"], route_class=ActRoute)
_NEW_ADDRESS = "Whoever holds the link received at the new address."


@router.get(
    "/my-email-changes/{email_token}",
    operation_id="getEmailChange",
    summary="Read a change of e-mail",
    response_model=EmailChangeRead,
    openapi_extra=right(_NEW_ADDRESS, public=True),
)
async def read_email_change(email_token: str, session: Snapshot, resources: Held) -> Any:
    """Reading confirms nothing: mail programs that open links beforehand do no harm."""
    return await contacts.read_change(session, resources, email_token)


@router.post(
    "/my-email-changes/{email_token}/confirmation",
    status_code=201,
    operation_id="confirmEmailChange",
    summary="Confirm the new e-mail of a registration",
    response_model=RegistrationChanged,
    openapi_extra=right(_NEW_ADDRESS, public=True),
)
async def confirm_email_change(email_token: str, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The registration is followed at this address from now on; links sent to the former one open nothing. Twice is once."""
    return await answered(response, session, await contacts.confirm_change(session, resources, email_token, now=now))


@router.post(
    "/registration-links",
    status_code=202,
    operation_id="askRegistrationLink",
    summary="Receive the link of a registration again",
    response_model=LinkRequestRead,
    openapi_extra=right("Anyone.", public=True, refusals=(429,)),
)
async def ask_link(wish: LinkRequestWrite, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """Sent to the address itself, a few times an hour at most. The answer is the same whatever exists."""
    await contacts.ask_links(session, resources, wish, origin=asked_from(request), now=now)
    return {"message": "Si une inscription existe pour cette adresse, son lien vient d'y être envoyé."}
