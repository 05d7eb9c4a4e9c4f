"""HTTP of the sessions: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import not_modified
from services.common.origins import asked_from
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..accounts.schemas import PasswordReset
from . import service
from .schemas import Jwks, PasswordChange, Refresh, SessionRead, SignIn, Tokens

router = APIRouter(prefix="/directory/v1", route_class=ActRoute)

UserAgent = Annotated[str, Header(description="How the device is shown in the list of sessions.")]


def _secret(response: Response) -> None:
    response.headers["Cache-Control"] = "no-store"


@router.post(
    "/sessions",
    status_code=201,
    tags=["sessions"],
    operation_id="signIn",
    summary="Sign in",
    response_model=Tokens,
    openapi_extra=right("Anyone with a confirmed account.", public=True, secret_answer=True, refusals=(401, 403, 429)),
)
async def sign_in(
    given: SignIn, request: Request, session: Session, resources: Held, now: Now, response: Response, user_agent: UserAgent = ""
) -> Any:
    """Gives an access token (ten minutes) and a refresh token (once, for the next pair). After five wrong passwords for an
    address from one network, the answer is 429 for up to fifteen minutes, whether or not the address has an account."""
    tokens = await service.sign_in(session, resources, given, origin=asked_from(request), user_agent=user_agent, now=now)
    response.headers["Location"] = f"{router.prefix}/sessions/{tokens.session_id}"
    _secret(response)
    return tokens


@router.post(
    "/sessions/refresh",
    tags=["sessions"],
    operation_id="refreshSession",
    summary="Trade a refresh token for the next pair",
    response_model=Tokens,
    openapi_extra=right("Whoever holds the refresh token.", public=True, secret_answer=True, refusals=(401,)),
)
async def refresh(given: Refresh, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """The new access token says your roles as they are now. If the answer is lost, send the same refresh token again within
    ten seconds. Sent later than that, a token already used closes the whole session: somebody may hold a copy."""
    _secret(response)
    return await service.refresh(session, resources, given.refresh_token, now=now)


@router.get(
    "/sessions",
    tags=["sessions"],
    operation_id="listMySessions",
    summary="Your devices that are signed in",
    response_model=Page[SessionRead],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def listing(
    caller: Caller, reader: Reader, now: Now, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first."""
    before = read_cursor(request, cursor)
    start = UUID(before[0]) if before else LAST_ID
    rows = await service.listing(reader, caller, before=start, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.delete(
    "/sessions/current",
    status_code=204,
    tags=["sessions"],
    operation_id="signOut",
    summary="Sign out",
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def sign_out(caller: Caller, session: Session, resources: Held, now: Now) -> None:
    """The tokens of this session are refused from now on; in the other services, within seconds."""
    await service.close(session, resources, caller, caller.session_id, now=now)


@router.delete(
    "/sessions/{session_id}",
    status_code=204,
    tags=["sessions"],
    operation_id="closeSession",
    summary="Sign a device out",
    openapi_extra=right("The person whose session it is."),
)
async def close(session_id: UUID, caller: Caller, session: Session, resources: Held, now: Now) -> None:
    """For a device that was lost, or left open."""
    await service.close(session, resources, caller, session_id, now=now)


@router.post(
    "/me/password",
    status_code=204,
    tags=["accounts"],
    operation_id="changeMyPassword",
    summary="Change your password",
    openapi_extra=right("Anyone signed in, for themselves.", refusals=(429,)),
)
async def change_password(
    given: PasswordChange, caller: Caller, request: Request, session: Session, resources: Held, now: Now
) -> None:
    """Closes your other sessions. Wrong current passwords count as failed sign-ins."""
    await service.change_password(session, resources, caller, given, origin=asked_from(request), now=now)


@router.post(
    "/password-resets/confirmation",
    status_code=204,
    tags=["accounts"],
    operation_id="resetPassword",
    summary="Choose a new password by a mailed link",
    openapi_extra=right("Whoever holds the mailed link.", public=True),
)
async def reset_password(given: PasswordReset, session: Session, resources: Held, now: Now) -> None:
    """The link works once. All the sessions of the account are closed."""
    await service.reset_password(session, resources, given.token, given.password, now=now)


@router.get(
    "/jwks.json",
    tags=["sessions"],
    operation_id="getSigningKeys",
    summary="Public keys of access tokens",
    response_model=Jwks,
    openapi_extra=right("Anyone.", public=True),
)
async def jwks(request: Request, resources: Held, response: Response) -> Any:
    """JSON Web Key Set (RFC 7517). Keys change rarely and overlap; ask again when a token names a key you do not know."""
    keys = service.published_keys(resources)
    tag = f'"{keys[0]["kid"]}-{len(keys)}"'
    headers = {"Cache-Control": "public, max-age=300", "ETag": tag}
    response.headers.update(headers)
    return not_modified(request, tag) or {"keys": keys}
