"""HTTP of the accounts: parse, call one use case, answer."""

from typing import Any

from fastapi import APIRouter, Depends, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, expected_version, not_modified
from services.common.language import Text, preferred
from services.common.origins import asked_from
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import service
from .schemas import AccountRead, AccountUpdate, Acknowledged, AddressGiven, Registration, Verification

router = APIRouter(prefix="/directory/v1", tags=["accounts"], route_class=ActRoute)

_ANYONE = "Anyone."
_SENT = Text(
    "Si cette adresse peut recevoir ce message, il vient de lui être envoyé.",
    "If this address can receive this message, it has just been sent to it.",
)


def _acknowledged(request: Request) -> dict[str, str]:
    return {"message": _SENT.to(preferred(request.headers.get("accept-language")))}


@router.post(
    "/accounts",
    status_code=202,
    operation_id="registerAccount",
    summary="Ask for an account",
    response_model=Acknowledged,
    openapi_extra=right(_ANYONE, public=True, refusals=(429,)),
)
async def register(wish: Registration, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """A confirmation link is mailed to the address; the account opens when it is followed, within 48 hours. The answer is the
    same when the address already has an account: its owner is then told so by mail."""
    await service.register(session, resources, wish, origin=asked_from(request), now=now)
    return _acknowledged(request)


@router.post(
    "/accounts/verification",
    operation_id="verifyAccount",
    summary="Confirm an e-mail address",
    response_model=AccountRead,
    openapi_extra=right("Whoever holds the mailed link.", public=True),
)
async def verify(proof: Verification, session: Session, now: Now, response: Response) -> Any:
    """Opens the account with the `token` of the mailed link, which works once."""
    account = await service.verify(session, proof.token, now=now)
    response.headers["ETag"] = etag(account.version)
    return account


@router.post(
    "/accounts/verification-mails",
    status_code=202,
    operation_id="sendVerificationMailAgain",
    summary="Send the confirmation link again",
    response_model=Acknowledged,
    openapi_extra=right(_ANYONE, public=True, refusals=(429,)),
)
async def send_again(given: AddressGiven, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """The answer is the same whether or not the address has an account."""
    await service.send_verification_again(session, resources, given.email, origin=asked_from(request), now=now)
    return _acknowledged(request)


@router.post(
    "/password-resets",
    status_code=202,
    operation_id="askPasswordReset",
    summary="Ask for a link to choose a new password",
    response_model=Acknowledged,
    openapi_extra=right(_ANYONE, public=True, refusals=(429,)),
)
async def ask_reset(given: AddressGiven, request: Request, session: Session, resources: Held, now: Now) -> Any:
    """The link is mailed and works once, for two hours. The answer is the same whether or not the address has an account."""
    await service.ask_password_reset(session, resources, given.email, origin=asked_from(request), now=now)
    return _acknowledged(request)


@router.get(
    "/me",
    operation_id="getMyAccount",
    summary="Your account",
    response_model=AccountRead,
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def me(caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """Who you are. Your part in organisations is at `/directory/v1/me/memberships`."""
    account = await service.own(reader, caller)
    response.headers["ETag"] = etag(account["version"])
    return not_modified(request, etag(account["version"])) or account


@router.patch(
    "/me",
    operation_id="updateMyAccount",
    summary="Change your name",
    response_model=AccountRead,
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def rename(
    changes: AccountUpdate, caller: Caller, session: Session, now: Now, response: Response, version: int = Depends(expected_version)
) -> Any:
    """Merge patch; `If-Match` carries the ETag that was read."""
    account = await service.rename(session, caller, changes, version=version, now=now)
    response.headers["ETag"] = etag(account.version)
    return account
