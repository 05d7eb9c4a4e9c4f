"""Answers in bulk and corrected ones, over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.files import Range, download
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from ..committees import service as committees
from . import bulk, corrections, repository
from .models import BulkLineState
from .schemas import (
    BulkNotificationCreate,
    BulkNotificationLineRead,
    BulkNotificationProgress,
    BulkNotificationRead,
    BulkNotificationReport,
    CorrectionCreate,
    CorrectionRead,
)

PREFIX = "/programming/v1"
router = APIRouter(prefix=PREFIX, tags=["notifications"], route_class=ActRoute)

FUNDER = "Members of the funder; 404 for everybody else."
DECIDERS = "Managers and signatories of the funder."
SEEN = "The holder; the funders asked and the contract's team."


@router.post(
    "/campaigns/{campaign_id}/bulk-notifications",
    status_code=201,
    operation_id="notifyInBulk",
    summary="Notify many decisions at once",
    response_model=BulkNotificationReport,
    openapi_extra=right(DECIDERS),
    responses={200: {"model": BulkNotificationReport, "description": "A dry run: what would leave; nothing is kept."}},
)
async def notify_in_bulk(
    campaign_id: UUID, wish: BulkNotificationCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Everything closed sessions decided for the funder and that is not told yet, narrowed by session, outcome or dossier. The report
    says at once what leaves and why the rest does not; letters and mails follow in the background, each answer once whatever is
    restarted or asked twice. Read `…/bulk-notifications/{bulk_notification_id}` to follow."""
    report = await bulk.ask(session, caller, campaign_id, wish, now=now)
    if wish.dry_run:
        response.status_code = 200
    else:
        response.headers["Location"] = f"{PREFIX}/bulk-notifications/{report['id']}"
    return report


@router.get(
    "/campaigns/{campaign_id}/bulk-notifications",
    operation_id="listBulkNotifications",
    summary="List a funder's bulk notifications",
    response_model=Page[BulkNotificationRead],
    openapi_extra=right("The contract's team and the campaign's funders, each its own."),
)
async def list_bulk_notifications(
    campaign_id: UUID, request: Request, response: Response, reader: Reader, session: Snapshot, caller: Caller,
    limit: Limit = 20, cursor: Cursor = None,
) -> Any:  # fmt: skip
    """Yours, latest first."""
    await committees.seen_campaign(session, caller, campaign_id)
    after = read_cursor(request, cursor)
    values = {
        "campaign_id": campaign_id,
        "organisations": caller.organisation_ids,
        "before": UUID(after[0]) if after else LAST_ID,
        "limit": limit + 1,
    }
    return page(request, response, await fetch(reader, repository.BULKS, values), limit, lambda row: [row["id"]])


@router.get(
    "/bulk-notifications/{bulk_notification_id}",
    operation_id="getBulkNotification",
    summary="Follow a bulk notification",
    response_model=BulkNotificationProgress,
    openapi_extra=right(FUNDER),
)
async def get_bulk_notification(bulk_notification_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """How many wait, are told or could not be; how many letters are ready; how many mails left or were given up."""
    return await bulk.progress(session, caller, bulk_notification_id)


@router.get(
    "/bulk-notifications/{bulk_notification_id}/lines",
    operation_id="listBulkNotificationLines",
    summary="Read the lines of a bulk notification",
    response_model=Page[BulkNotificationLineRead],
    openapi_extra=right(FUNDER),
)
async def list_bulk_notification_lines(
    bulk_notification_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, session: Snapshot,
    state: BulkLineState | None = None, limit: Limit = 100, cursor: Cursor = None,
) -> Any:  # fmt: skip
    """What became of each answer, in the order of the report; `state=failed` gives those to see to."""
    await bulk.seen(session, caller, bulk_notification_id)
    values = bulk.lines_values(bulk_notification_id, state, read_cursor(request, cursor), limit)
    return page(request, response, await fetch(reader, repository.LINES, values), limit, lambda row: [row["number"]])


@router.post(
    "/notifications/{notification_id}/corrections",
    status_code=201,
    operation_id="correctNotification",
    summary="Correct a notified answer",
    response_model=CorrectionRead,
    openapi_extra=right(DECIDERS),
)
async def correct_notification(
    notification_id: UUID, wish: CorrectionCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Another amount, other grounds or conditions, with a reason: a corrective letter cancels and replaces the one before, and the
    envelope follows in the same act. Refused once the grant is under way (agreement drafted, committed, paid, bilan submitted):
    its amount then changes by an amendment."""
    correction = await corrections.correct(session, caller, notification_id, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/notifications/{notification_id}/corrections"
    return correction


@router.get(
    "/notifications/{notification_id}/corrections",
    operation_id="listCorrections",
    summary="Read an answer's corrections",
    response_model=Page[CorrectionRead],
    openapi_extra=right(SEEN),
)
async def list_corrections(notification_id: UUID, caller: Caller, reader: Reader, session: Snapshot) -> Any:
    """Each with its corrective letter; the last one is in force."""
    await corrections.seen(session, caller, notification_id)
    return {"items": await fetch(reader, repository.CORRECTIONS, {"notification_id": notification_id}), "next": None}


@router.get(
    "/notification-corrections/{correction_id}/letter",
    operation_id="downloadCorrectiveLetter",
    summary="Download a corrective letter",
    response_class=Response,
    openapi_extra=right(SEEN),
    responses={
        200: {"content": {"application/pdf": {"schema": {"type": "string", "format": "binary"}}}, "description": "The letter."}
    },
)
async def download_corrective_letter(
    correction_id: UUID, request: Request, caller: Caller, session: Snapshot, byte_range: Range = None
) -> Response:
    """The corrective letter as PDF."""
    stored = await corrections.letter(session, caller, correction_id)
    return download(request.app.state.resources.files, stored, f"rectification-{correction_id}.pdf", byte_range)
