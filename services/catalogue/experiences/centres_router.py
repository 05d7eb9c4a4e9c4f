"""HTTP of the contracts a centre follows: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, VersionIfAny, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import FollowedContractRead, FollowedContractWrite

router = APIRouter(prefix="/catalogue/v1/centres", tags=["experiences"], route_class=ActRoute)

_DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
_MANAGERS = "Managers of the organisation that keeps the centre."


@router.get(
    "/{centre_id}/followed-contracts",
    operation_id="listFollowedContracts",
    summary="Contracts a centre follows",
    response_model=Page[FollowedContractRead],
    openapi_extra=right(_DOCUMENTALISTS),
)
async def listing(
    centre_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Those whose closed dossiers become its drafts."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await service.followed(session, caller, centre_id, after_id=after_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["contract_id"],))


@router.get(
    "/{centre_id}/followed-contracts/{contract_id}",
    operation_id="getFollowedContract",
    summary="Read a followed contract",
    response_model=FollowedContractRead,
    openapi_extra=right(_DOCUMENTALISTS),
)
async def read(centre_id: UUID, contract_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """Since when, and by what name."""
    row = await service.one_followed(session, caller, centre_id, contract_id)
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.put(
    "/{centre_id}/followed-contracts/{contract_id}",
    operation_id="followContract",
    summary="Follow a contract",
    response_model=FollowedContractRead,
    responses={201: {"model": FollowedContractRead, "description": "Followed."}},
    openapi_extra=right(_MANAGERS),
)
async def follow(
    centre_id: UUID,
    contract_id: UUID,
    wish: FollowedContractWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: VersionIfAny,
    response: Response,
) -> Any:
    """From now on its closed dossiers become drafts of the centre; those that waited too. One centre follows a contract.

    Creates without `If-Match` (201); replaces the version named by `If-Match` (200).
    """
    row, is_new = await service.follow(session, caller, centre_id, contract_id, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(row.version)
    return row.model_dump()


@router.delete(
    "/{centre_id}/followed-contracts/{contract_id}",
    status_code=204,
    operation_id="unfollowContract",
    summary="Stop following a contract",
    openapi_extra=right(_MANAGERS),
)
async def unfollow(centre_id: UUID, contract_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Drafts already made stay; dossiers that close from now on wait for a centre."""
    await service.unfollow(session, caller, centre_id, contract_id, version=version, now=now)
