"""HTTP of the memberships: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, expected_version, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import members
from .schemas import (
    HandoverCreate,
    LegalRepresentation,
    MembershipCreate,
    MembershipRead,
    MembershipUpdate,
    OwnMembership,
    SignatoryRead,
)

router = APIRouter(prefix="/directory/v1", tags=["organisations"], route_class=ActRoute)

_PATH = "/organisations/{organisation_id}/memberships"
_FIRST = UUID(int=0)


@router.get(
    "/me/memberships",
    operation_id="listMyMemberships",
    summary="Your organisations",
    response_model=Page[OwnMembership],
    openapi_extra=right("Anyone signed in, for themselves."),
)
async def own(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Your part in each organisation, as it is now; your access token says what it was when it was issued."""
    after = read_cursor(request, cursor)
    rows = await members.own(reader, caller, after=UUID(after[0]) if after else _FIRST, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["organisation_id"],))


@router.get(
    _PATH,
    operation_id="listMemberships",
    summary="Who has a part in an organisation",
    response_model=Page[MembershipRead],
    openapi_extra=right("A member of the organisation, or an administrator of the platform."),
)
async def listing(
    organisation_id: UUID,
    caller: Caller,
    reader: Reader,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Its members, in the order they opened their accounts."""
    after = read_cursor(request, cursor)
    start = UUID(after[0]) if after else _FIRST
    rows = await members.listing(reader, caller, organisation_id, after=start, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["account_id"],))


@router.post(
    _PATH,
    status_code=201,
    operation_id="addMembership",
    summary="Add somebody to an organisation",
    response_model=MembershipRead,
    openapi_extra=right("A manager of the organisation, or an administrator of the platform.", refusals=(429,)),
)
async def add(
    organisation_id: UUID,
    wish: MembershipCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """The person needs a confirmed account and is told by mail. Their access token says so from its next refresh."""
    membership = await members.add(session, resources, caller, organisation_id, wish, now=now)
    path = _PATH.format(organisation_id=organisation_id)
    response.headers["Location"] = f"{router.prefix}{path}/{membership['account_id']}"
    response.headers["ETag"] = etag(membership["version"])
    return membership


@router.get(
    _PATH + "/{account_id}",
    operation_id="getMembership",
    summary="Read a membership",
    response_model=MembershipRead,
    openapi_extra=right("A member of the organisation, or an administrator of the platform."),
)
async def read(
    organisation_id: UUID, account_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response
) -> Any:
    """Somebody's part in the organisation."""
    membership = await members.one(reader, caller, organisation_id, account_id)
    tag = etag(membership["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or membership


@router.patch(
    _PATH + "/{account_id}",
    operation_id="updateMembership",
    summary="Change somebody's roles",
    response_model=MembershipRead,
    openapi_extra=right("A manager of the organisation, or an administrator of the platform."),
)
async def change(
    organisation_id: UUID,
    account_id: UUID,
    changes: MembershipUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """The last manager keeps the role. When a role is taken back, access tokens that say it are refused at once (in the other
    services, within seconds): refreshed, they say the roles that are left. Who may sign is announced by mail to the managers and
    signatories."""
    membership = await members.change_roles(
        session, resources, caller, organisation_id, account_id, changes.roles, version=version, now=now
    )
    response.headers["ETag"] = etag(membership["version"])
    return membership


@router.delete(
    _PATH + "/{account_id}",
    status_code=204,
    operation_id="removeMembership",
    summary="Remove somebody, or leave",
    openapi_extra=right("A manager of the organisation, an administrator of the platform, or the person, who leaves."),
)
async def remove(organisation_id: UUID, account_id: UUID, caller: Caller, session: Session, resources: Held, now: Now) -> None:
    """The last manager cannot leave before `…/handover`. Access tokens already issued are refused at once (in the other services,
    within seconds); refreshed, they no longer say this part."""
    await members.remove(session, resources, caller, organisation_id, account_id, now=now)


@router.post(
    _PATH + "/{account_id}/representation",
    operation_id="declareLegalRepresentative",
    summary="Say whether a signatory binds the organisation by law",
    response_model=MembershipRead,
    openapi_extra=right("A manager of the organisation, or an administrator of the platform.", persons_only=True),
)
async def represent(
    organisation_id: UUID,
    account_id: UUID,
    wish: LegalRepresentation,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """Several may (co-presidents, delegations). Announced by mail to the managers and signatories; given up with the role."""
    membership = await members.declare_representative(
        session,
        resources,
        caller,
        organisation_id,
        account_id,
        is_one=wish.is_legal_representative,
        version=version,
        now=now,
    )
    response.headers["ETag"] = etag(membership["version"])
    return membership


@router.post(
    "/organisations/{organisation_id}/handover",
    status_code=201,
    operation_id="handOverManagement",
    summary="Hand your role of manager over to another member",
    response_model=MembershipRead,
    openapi_extra=right("A manager of the organisation.", persons_only=True),
)
async def hand_over(
    organisation_id: UUID,
    wish: HandoverCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """They manage and you no longer do, in one act; you may then leave. They are told by mail. Answers their membership."""
    membership = await members.hand_over(session, resources, caller, organisation_id, wish, now=now)
    path = _PATH.format(organisation_id=organisation_id)
    response.headers["Location"] = f"{router.prefix}{path}/{membership['account_id']}"
    response.headers["ETag"] = etag(membership["version"])
    return membership


@router.get(
    "/organisations/{organisation_id}/signatories",
    operation_id="listSignatories",
    summary="Who signs for an organisation",
    response_model=Page[SignatoryRead],
    openapi_extra=right("A member of the organisation, or an administrator of the platform."),
)
async def signatories(organisation_id: UUID, caller: Caller, reader: Reader) -> Any:
    """Its legal representatives first. One page: an organisation has few."""
    return {"items": await members.signatories(reader, caller, organisation_id), "next": None}
