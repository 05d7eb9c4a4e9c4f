"""Awards over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import repository, service
from .schemas import AwardListing, AwardRead, CommitmentCreate

router = APIRouter(prefix="/programming/v1/awards", tags=["awards"], route_class=ActRoute)

PARTIES = "Members of the holder, of the funder, and of the organisation that leads the contract."


@router.get(
    "",
    operation_id="listAwards",
    summary="List the awards",
    response_model=Page[AwardRead],
    openapi_extra=right(PARTIES) | published(AwardListing),
)
async def list_awards(request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """Grants that were notified, latest first, with what is committed, paid, justified and to repay."""
    wish = read_query(request, AwardListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {"organisations": caller.organisation_ids, "before": UUID(after[0]) if after else LAST_ID, "limit": wish.limit + 1}
    rows = await fetch(reader, repository.listing(frozenset(given)), {**given, **values})
    return page(request, response, rows, wish.limit, lambda row: [row["id"]])


@router.get(
    "/{award_id}",
    operation_id="getAward",
    summary="Read an award",
    response_model=AwardRead,
    openapi_extra=right(PARTIES),
)
async def get_award(award_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """One grant, from its notification to its last justified euro."""
    row = await fetch_one(reader, repository.ONE, {"award_id": award_id, "organisations": caller.organisation_ids})
    if row is None:
        raise NotFound()
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.post(
    "/{award_id}/commitment",
    status_code=201,
    operation_id="commitAward",
    summary="Commit the expense",
    response_model=AwardRead,
    openapi_extra=right("Managers, signatories and payers of the funder."),
)
async def commit_award(
    award_id: UUID, wish: CommitmentCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Engagement comptable: the funder sets the money aside. An agreement that is due must be signed before."""
    award = await service.commit_funds(session, caller, award_id, wish.amount_cents, version=version, now=now)
    response.headers["ETag"] = etag(award.version)
    response.headers["Location"] = f"{router.prefix}/{award.id}"
    return award
