"""Instruction over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..dossiers import instruction
from . import conflicts, conflicts_repository, repository, service
from .models import ReviewStatus
from .schemas import (
    AdmissibilityCreate,
    AdmissibilityRead,
    AssignmentCreate,
    Confirmation,
    ReopeningCreate,
    ReviewRead,
    ReviewSummary,
    ReviewUpdate,
    is_behind,
)

router = APIRouter(prefix="/programming/v1/reviews", tags=["reviews"], route_class=ActRoute)
dossier_router = APIRouter(prefix="/programming/v1/dossiers", tags=["reviews"], route_class=ActRoute)

FUNDER = "Members of the funder asked."
SEEN = "Members of the funder asked, and of the contract's team."


@dossier_router.post(
    "/{dossier_id}/admissibility",
    status_code=201,
    operation_id="declareAdmissibility",
    summary="Declare a dossier admissible or not",
    response_model=AdmissibilityRead,
    openapi_extra=right("Members of the organisation that leads the contract."),
)
async def declare_admissibility(
    dossier_id: UUID, wish: AdmissibilityCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Admissible: each funder asked gets its review. Not admissible: the holder is told why."""
    dossier, reviews = await service.declare_admissibility(session, caller, dossier_id, wish, version=version, now=now)
    response.headers["Location"] = f"{dossier_router.prefix}/{dossier_id}"
    response.headers["ETag"] = etag(dossier.version, "full")
    return {"dossier_id": dossier.id, "status": dossier.status, "reviews": reviews}


@dossier_router.get(
    "/{dossier_id}/reviews",
    operation_id="listDossierReviews",
    summary="Read a dossier's reviews",
    response_model=Page[ReviewSummary],
    openapi_extra=right("Funders asked by the dossier and the contract's team; another funder's review appears once given."),
)
async def list_dossier_reviews(dossier_id: UUID, caller: Caller, reader: Reader, session: Snapshot) -> Any:
    """Funders decide together: each sees the others' avis once given."""
    await instruction.seen(session, caller, dossier_id)
    rows = await fetch(reader, repository.OF_DOSSIER, {"dossier_id": dossier_id, "organisations": caller.organisation_ids})
    return {"items": await conflicts.hide(reader, caller, rows), "next": None}


@router.get(
    "",
    operation_id="listReviews",
    summary="List the reviews to do and done",
    response_model=Page[ReviewSummary],
    openapi_extra=right(SEEN),
)
async def list_reviews(
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    campaign_id: UUID | None = None,
    funder_id: UUID | None = None,
    dossier_id: UUID | None = None,
    assignee_id: UUID | None = None,
    status: Annotated[list[ReviewStatus] | None, Query()] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """A funder's queue, oldest first."""
    after = read_cursor(request, cursor)
    filters: dict[str, Any] = {
        "campaign_id": campaign_id,
        "funder_id": funder_id,
        "dossier_id": dossier_id,
        "assignee_id": assignee_id,
        "status": status and [s.value for s in status],
    }
    filters = {name: value for name, value in filters.items() if value is not None}
    values = {
        **filters,
        "organisations": caller.organisation_ids,
        "after": UUID(after[0]) if after else UUID(int=0),
        "limit": limit + 1,
    }
    rows = await fetch(reader, repository.listing(frozenset(filters)), values)
    return page(request, response, await conflicts.hide(reader, caller, rows), limit, lambda row: [row["id"]])


@router.get("/{review_id}", operation_id="getReview", summary="Read a review", response_model=ReviewRead, openapi_extra=right(SEEN))
async def get_review(review_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """Scores, avis, amount proposed and comments. `dossier_changed` when the dossier was sent again since it was written. Refused (403) to who is in conflict of interest, and to who has yet to give their
    own reading."""
    rows = await fetch(reader, repository.ONE, {"review_id": review_id, "organisations": caller.organisation_ids})
    if not rows:
        raise NotFound()
    asked = {"account_id": caller.account_id, "review_ids": [review_id]}
    conflicts.require_open((await fetch(reader, conflicts_repository.HIDDEN, asked))[0])
    response.headers["ETag"] = _tag(rows[0])
    return not_modified(request, _tag(rows[0])) or rows[0]


def _tag(row: Any) -> str:
    """Who holds the review as it was is shown that the dossier was sent again since."""
    behind = is_behind(row["submission_number"], row["last_submission_number"])
    return etag(row["version"], f"behind{row['last_submission_number']}" if behind else "")


async def _shown(session: Any, review: Any, response: Response) -> Any:
    row = await service.shown(session, review)
    response.headers["ETag"] = _tag(row)
    return row


@router.patch(
    "/{review_id}", operation_id="saveReview", summary="Save a review", response_model=ReviewRead, openapi_extra=right(FUNDER)
)
async def save_review(
    review_id: UUID, wish: ReviewUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Autosave of scores, avis, amount and comments. Whoever writes first becomes the instructor."""
    review = await service.save(session, caller, review_id, wish, version=version, now=now)
    return await _shown(session, review, response)


@router.post(
    "/{review_id}/assignment",
    status_code=201,
    operation_id="assignReview",
    summary="Assign a review",
    response_model=ReviewRead,
    openapi_extra=right(FUNDER),
)
async def assign_review(
    review_id: UUID,
    wish: AssignmentCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Give the review to a colleague, or back to the queue. The colleague is a member of the funder, without conflict of interest."""
    review = await service.assign(session, resources, caller, review_id, wish.assignee_id, version=version, now=now)
    return await _shown(session, review, response)


@router.post(
    "/{review_id}/completion",
    status_code=201,
    operation_id="completeReview",
    summary="Give the avis",
    response_model=ReviewRead,
    openapi_extra=right(FUNDER),
)
async def complete_review(review_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The review is given: every criterion is scored, with an avis and an amount."""
    review = await service.complete(session, caller, review_id, version=version, now=now)
    return await _shown(session, review, response)


@router.post(
    "/{review_id}/reopening",
    status_code=201,
    operation_id="reopenReview",
    summary="Take an avis back",
    response_model=ReviewRead,
    openapi_extra=right(FUNDER),
)
async def reopen_review(
    review_id: UUID, wish: ReopeningCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Correct a given review, with a reason, while no committee has spoken."""
    review = await service.reopen(session, caller, review_id, wish.reason, version=version, now=now)
    return await _shown(session, review, response)


@router.post(
    "/{review_id}/confirmation",
    status_code=201,
    operation_id="confirmReview",
    summary="Confirm a review after the dossier changed",
    response_model=ReviewRead,
    openapi_extra=right(FUNDER),
)
async def confirm_review(
    review_id: UUID, wish: Confirmation, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The dossier was sent again since the review was written: its changes were read, and the review holds for them, given or not. To
    correct a given one, take it back first."""
    review = await service.confirm(session, caller, review_id, wish.submission_number, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{review_id}"
    return await _shown(session, review, response)
