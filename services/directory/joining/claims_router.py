"""Claims of management: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import claims
from .schemas import ClaimCreate, ClaimDecision, ClaimObjection, ManagementClaimRead

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["joining"])

_PATH = "/organisations/{organisation_id}/management-claims"
_MEMBERS = "A member of the organisation, or an administrator of the platform."
_FIRST = UUID(int=0)


@router.post(
    _PATH,
    status_code=201,
    operation_id="claimManagement",
    summary="Claim the management of your organisation",
    response_model=ManagementClaimRead,
    openapi_extra=right("A member of the organisation who does not manage it.", persons_only=True),
)
async def claim(
    organisation_id: UUID,
    wish: ClaimCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """When those who manage cannot be reached. Every member and manager is told by mail; you manage too from `effective_at`, unless a
    manager objects before, or as soon as an administrator of the platform decides so."""
    made = await claims.claim(session, resources, caller, organisation_id, wish.reason, now=now)
    response.headers["Location"] = f"{router.prefix}{_PATH.format(organisation_id=organisation_id)}/{made['id']}"
    response.headers["ETag"] = etag(made["version"])
    return made


@router.get(
    _PATH,
    operation_id="listManagementClaims",
    summary="Claims of management in an organisation",
    response_model=Page[ManagementClaimRead],
    openapi_extra=right(_MEMBERS),
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
    """The newest first."""
    last = read_cursor(request, cursor)
    before = UUID(last[0]) if last else LAST_ID
    rows = await claims.listing(reader, caller, organisation_id, before=before, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/management-claims",
    operation_id="listRunningManagementClaims",
    summary="Every claim of management that runs",
    response_model=Page[ManagementClaimRead],
    openapi_extra=right("Administrators of the platform."),
)
async def waiting(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The oldest first."""
    last = read_cursor(request, cursor)
    rows = await claims.waiting(reader, caller, after=UUID(last[0]) if last else _FIRST, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PATH + "/{claim_id}",
    operation_id="getManagementClaim",
    summary="Read a claim of management",
    response_model=ManagementClaimRead,
    openapi_extra=right(_MEMBERS),
)
async def read(organisation_id: UUID, claim_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """Who claims, why, and where it is."""
    found = await claims.one(reader, caller, organisation_id, claim_id)
    response.headers["ETag"] = etag(found["version"])
    return not_modified(request, etag(found["version"])) or found


@router.post(
    _PATH + "/{claim_id}/objection",
    operation_id="objectToManagementClaim",
    summary="Object to a claim of management",
    response_model=ManagementClaimRead,
    openapi_extra=right("A manager of the organisation.", persons_only=True),
)
async def object_to(organisation_id: UUID, claim_id: UUID, wish: ClaimObjection, caller: Caller, session: Session, now: Now) -> Any:
    """The claim is over, and the claimant is told why."""
    return await claims.object_to(session, caller, organisation_id, claim_id, wish.reason, now=now)


@router.post(
    _PATH + "/{claim_id}/decision",
    operation_id="decideManagementClaim",
    summary="Decide a claim of management at once",
    response_model=ManagementClaimRead,
    openapi_extra=right("Administrators of the platform.", persons_only=True),
)
async def decide(
    organisation_id: UUID,
    claim_id: UUID,
    wish: ClaimDecision,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
) -> Any:
    """One that runs, or that was objected to. All members are told when it is granted."""
    return await claims.decide(
        session,
        resources,
        caller,
        organisation_id,
        claim_id,
        is_granted=wish.is_granted,
        reason=wish.reason,
        now=now,
    )


@router.post(
    _PATH + "/{claim_id}/withdrawal",
    operation_id="withdrawManagementClaim",
    summary="Withdraw your claim of management",
    response_model=ManagementClaimRead,
    openapi_extra=right("The claimant.", persons_only=True),
)
async def withdraw(organisation_id: UUID, claim_id: UUID, caller: Caller, session: Session, now: Now) -> Any:
    """Nothing changes in the organisation."""
    return await claims.withdraw(session, caller, organisation_id, claim_id, now=now)
