"""Requests to join an organisation: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import requests
from .schemas import JoinApproval, JoinRefusal, JoinRequestCreate, JoinRequestRead, OwnJoinRequest, RequestState

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["joining"])

_PATH = "/organisations/{organisation_id}/join-requests"
_MANAGERS = "A manager of the organisation, or an administrator of the platform."
_OWN = "The person who asked."
_FIRST = UUID(int=0)


@router.post(
    "/me/join-requests",
    status_code=201,
    operation_id="askToJoin",
    summary="Ask to join an organisation",
    response_model=OwnJoinRequest,
    openapi_extra=right("Anyone signed in, for themselves.", persons_only=True, refusals=(429,)),
)
async def ask(wish: JoinRequestCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """By its id, its SIRET or its RNA number. Its managers are told by mail (the platform's administrators when it has none); you hear
    by mail what was answered. One request at a time for an organisation."""
    request = await requests.ask(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/me/join-requests/{request['id']}"
    response.headers["ETag"] = etag(request["version"])
    return request


@router.get(
    "/me/join-requests",
    operation_id="listMyJoinRequests",
    summary="Your requests to join organisations",
    response_model=Page[OwnJoinRequest],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def own(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first, with what was answered."""
    last = read_cursor(request, cursor)
    rows = await requests.own(reader, caller, before=UUID(last[0]) if last else LAST_ID, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/me/join-requests/{request_id}",
    operation_id="getMyJoinRequest",
    summary="Read your request",
    response_model=OwnJoinRequest,
    openapi_extra=right(_OWN),
)
async def own_one(request_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """What was answered, not by whom."""
    found = await requests.own_one(reader, caller, request_id)
    response.headers["ETag"] = etag(found["version"])
    return not_modified(request, etag(found["version"])) or found


@router.post(
    "/me/join-requests/{request_id}/withdrawal",
    operation_id="withdrawJoinRequest",
    summary="Withdraw your request",
    response_model=OwnJoinRequest,
    openapi_extra=right(_OWN, persons_only=True),
)
async def withdraw(request_id: UUID, caller: Caller, session: Session, now: Now) -> Any:
    """While nobody has answered."""
    return await requests.withdraw(session, caller, request_id, now=now)


@router.get(
    "/join-requests",
    operation_id="listUnattendedJoinRequests",
    summary="Requests that nobody in the organisation can answer",
    response_model=Page[JoinRequestRead],
    openapi_extra=right("Administrators of the platform."),
)
async def without_manager(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Those made to organisations without a manager, the oldest first; answer them in the organisation."""
    last = read_cursor(request, cursor)
    rows = await requests.without_manager(reader, caller, after=UUID(last[0]) if last else _FIRST, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PATH,
    operation_id="listJoinRequests",
    summary="Who asks to join an organisation",
    response_model=Page[JoinRequestRead],
    openapi_extra=right(_MANAGERS),
)
async def listing(
    organisation_id: UUID,
    caller: Caller,
    reader: Reader,
    request: Request,
    response: Response,
    state: Annotated[list[RequestState] | None, Query(description="Any of these.", max_length=4)] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The newest first; `?state=pending` are those to answer."""
    last = read_cursor(request, cursor)
    before = UUID(last[0]) if last else LAST_ID
    states = [each.value for each in state or ()]
    rows = await requests.listing(reader, caller, organisation_id, states=states, before=before, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PATH + "/{request_id}",
    operation_id="getJoinRequest",
    summary="Read a request to join",
    response_model=JoinRequestRead,
    openapi_extra=right(_MANAGERS),
)
async def read(
    organisation_id: UUID, request_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response
) -> Any:
    """Who asks, with their word."""
    found = await requests.one(reader, caller, organisation_id, request_id)
    response.headers["ETag"] = etag(found["version"])
    return not_modified(request, etag(found["version"])) or found


@router.post(
    _PATH + "/{request_id}/approval",
    operation_id="approveJoinRequest",
    summary="Let somebody join",
    response_model=JoinRequestRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def approve(
    organisation_id: UUID,
    request_id: UUID,
    wish: JoinApproval,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
) -> Any:
    """With the roles you choose. They are told by mail, and members at once."""
    return await requests.approve(session, resources, caller, organisation_id, request_id, wish.roles, now=now)


@router.post(
    _PATH + "/{request_id}/refusal",
    operation_id="refuseJoinRequest",
    summary="Refuse a request to join",
    response_model=JoinRequestRead,
    openapi_extra=right(_MANAGERS, persons_only=True),
)
async def refuse(organisation_id: UUID, request_id: UUID, wish: JoinRefusal, caller: Caller, session: Session, now: Now) -> Any:
    """With a reason, which is mailed to them; your name is not."""
    return await requests.refuse(session, caller, organisation_id, request_id, wish.reason, now=now)
