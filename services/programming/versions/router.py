"""A dossier as it was at each submission, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.common.auth import Caller
from services.common.db import Snapshot
from services.common.files import Range, download, file_content
from services.common.language import preferred
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..dossiers.router import READERS
from . import service
from .schemas import ChangesSinceRenewal, DossierComparison, SubmissionRead, SubmissionSummary

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["versions"])

_OF = "/dossiers/{dossier_id}/submissions"
_PDF, _FILE = file_content("application/pdf"), file_content()
_LAST = 2**31 - 1
Number = Annotated[int, Path(ge=1, le=_LAST, description="Number of the submission.")]


def _language(request: Request) -> Any:
    return preferred(request.headers.get("accept-language"))


@router.get(
    _OF,
    operation_id="listSubmissions",
    summary="List a dossier's submissions",
    response_model=Page[SubmissionSummary],
    openapi_extra=right(READERS),
)
async def list_submissions(
    dossier_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Each time the dossier was sent, the last first. None while it is a draft."""
    after = read_cursor(request, cursor)
    rows = await service.listing(session, caller, dossier_id, before=int(after[0]) if after else _LAST, limit=limit + 1)
    return page(request, response, rows, limit, lambda row: [row["number"]])


@router.get(
    _OF + "/{submission_number}",
    operation_id="getSubmission",
    summary="Read a dossier as it was sent",
    response_model=SubmissionRead,
    openapi_extra=right(READERS),
)
async def get_submission(dossier_id: UUID, submission_number: Number, session: Snapshot, caller: Caller) -> Any:
    """The whole dossier at that submission: it never changes."""
    return await service.one(session, caller, dossier_id, submission_number)


@router.get(
    _OF + "/{submission_number}/document",
    operation_id="downloadSubmission",
    summary="Download a dossier as it was sent",
    response_class=Response,
    openapi_extra=right(READERS),
    responses={200: _PDF | {"description": "The dossier, as PDF."}},
)
async def download_submission(
    dossier_id: UUID,
    submission_number: Number,
    session: Snapshot,
    resources: Held,
    caller: Caller,
    byte_range: Range = None,
) -> Response:
    """The dossier as PDF (Cerfa 12156*06 in substance), made shortly after its submission and kept: 409 with `Retry-After` before."""
    stored, name = await service.document(session, resources, caller, dossier_id, submission_number)
    return download(resources.files, stored, name, byte_range)


@router.get(
    _OF + "/{submission_number}/attachments/{attachment_id}",
    operation_id="downloadSubmittedAttachment",
    summary="Download an attachment as it was sent",
    response_class=Response,
    openapi_extra=right(READERS),
    responses={200: _FILE | {"description": "The file."}, 206: _FILE | {"description": "The range asked for."}},
)
async def download_submitted_attachment(
    dossier_id: UUID,
    submission_number: Number,
    attachment_id: UUID,
    session: Snapshot,
    resources: Held,
    caller: Caller,
    byte_range: Range = None,
) -> Response:
    """The very bytes the dossier was sent with, whatever was attached, replaced or removed since."""
    stored, name = await service.attachment(session, resources.files, caller, dossier_id, submission_number, attachment_id)
    return download(resources.files, stored, name, byte_range)


@router.get(
    "/dossiers/{dossier_id}/comparison",
    operation_id="compareSubmissions",
    summary="What changed between two submissions",
    response_model=DossierComparison,
    openapi_extra=right(
        "Members of the holder and the people they invited; funders asked and the contract's team between two submissions."
    ),
)
async def compare_submissions(
    dossier_id: UUID,
    request: Request,
    session: Snapshot,
    caller: Caller,
    since: Annotated[int, Query(alias="from", ge=1, le=_LAST, description="Number of the older submission.")],
    until: Annotated[
        int | None, Query(alias="to", ge=1, le=_LAST, description="Number of the newer one; without it, the dossier as it stands.")
    ] = None,
) -> Any:
    """Field by field, in the order of the form: texts word by word, money in cents, files by their sha256. Without `to`, what the
    holder has changed since that submission, for the holder only."""
    return await service.comparison(session, caller, dossier_id, since, until, language=_language(request))


@router.get(
    "/dossiers/{dossier_id}/changes-since-renewal",
    operation_id="getChangesSinceRenewal",
    summary="What changed since last year",
    response_model=ChangesSinceRenewal,
    openapi_extra=right("Members of the holder and the people they invited; funders and the team that see both dossiers."),
)
async def get_changes_since_renewal(dossier_id: UUID, request: Request, session: Snapshot, caller: Caller) -> Any:
    """What a renewal changes of the dossier it was copied from, and what could not follow: objectives, neighbourhoods or budget lines
    that are gone, dates that moved. 409 of a dossier that did not begin as a copy."""
    return await service.since_renewal(session, caller, dossier_id, language=_language(request))
