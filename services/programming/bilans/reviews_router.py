"""Instruction of bilans over HTTP: one review per award."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..awards import service as awards
from . import instruction, repository
from .router import READERS
from .schemas import BilanAcceptance, BilanCompletionRequest, BilanRejection, BilanReviewDecided, BilanReviewRead

router = APIRouter(prefix="/programming/v1/bilan-reviews", tags=["bilans"], route_class=ActRoute)

DECIDERS = "Managers and signatories of the funder."


def _decided(response: Response, review: Any, award: Any) -> dict[str, Any]:
    response.headers["ETag"] = etag(review.version)
    response.headers["Location"] = f"{router.prefix}/{review.id}"
    money = awards.money_of(award)
    return {**review.model_dump(), "to_repay_cents": money.to_repay, "left_to_pay_cents": money.left_to_pay}


@router.get(
    "/{bilan_review_id}",
    operation_id="getBilanReview",
    summary="Read a funder's instruction of a bilan",
    response_model=BilanReviewRead,
    openapi_extra=right(READERS),
)
async def get_review(bilan_review_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """What one funder says of the bilan: awaited, to review, accepted, to be completed, rejected."""
    row = await fetch_one(reader, repository.REVIEW, {"review_id": bilan_review_id, "organisations": caller.organisation_ids})
    if row is None:
        raise NotFound()
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.post(
    "/{bilan_review_id}/acceptance",
    status_code=201,
    operation_id="acceptBilan",
    summary="Accept a bilan",
    response_model=BilanReviewDecided,
    openapi_extra=right(DECIDERS),
)
async def accept_bilan(
    bilan_review_id: UUID, wish: BilanAcceptance, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Say what is justified of your grant. What was paid beyond it is to be repaid, and the holder is told."""
    review, award = await instruction.accept(session, caller, bilan_review_id, wish, version=version, now=now)
    return _decided(response, review, award)


@router.post(
    "/{bilan_review_id}/rejection",
    status_code=201,
    operation_id="rejectBilan",
    summary="Reject a bilan",
    response_model=BilanReviewDecided,
    openapi_extra=right(DECIDERS),
)
async def reject_bilan(
    bilan_review_id: UUID, wish: BilanRejection, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Reject with a reason: nothing is justified, or only the amount you give."""
    review, award = await instruction.reject(session, caller, bilan_review_id, wish, version=version, now=now)
    return _decided(response, review, award)


@router.post(
    "/{bilan_review_id}/completion-request",
    status_code=201,
    operation_id="requestBilanCompletion",
    summary="Ask to complete a bilan",
    response_model=BilanReviewRead,
    openapi_extra=right("Members of the funder."),
)
async def request_completion(
    bilan_review_id: UUID,
    wish: BilanCompletionRequest,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    request: Request,
    response: Response,
) -> Any:
    """Send the bilan back to its holder, who changes it and submits it again. What was submitted stays readable meanwhile."""
    site = f"{request.app.state.resources.settings.public_url}/programming/v1/dossiers"
    acted = await instruction.request_completion(session, caller, bilan_review_id, wish, version=version, now=now, site=site)
    return _decided(response, *acted)
