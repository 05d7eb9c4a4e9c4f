"""Bilans over HTTP: reading, drafting, submitting."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, Principal
from services.common.clock import Now, today_in_paris
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import Version, not_modified
from services.common.files import Range, StoredFile, download, file_content
from services.common.language import preferred
from services.common.pagination import LAST_ID, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from ..dossiers.schemas import Completeness
from . import repository, rules, service, submission, views
from .errors import DocumentNotReady
from .schemas import BilanListing, BilanRead, BilanReceipt, BilanSubmissionCreate, BilanSummary, BilanUpdate

router = APIRouter(prefix="/programming/v1", tags=["bilans"], route_class=ActRoute)

READERS = "Members of the holder, of the funders that granted something, and of the contract's team."
HOLDER = "Members of the holder."
_BILAN = "/dossiers/{dossier_id}/bilan"
_PDF = file_content("application/pdf")


async def _shown(session: Any, caller: Principal, dossier_id: UUID, now: Any, response: Response) -> dict[str, Any]:
    """The bilan as it stands in the act's own transaction."""
    row = await repository.whole(session, dossier_id, caller.organisation_ids, today_in_paris(now))
    response.headers["ETag"] = views.tag(row)
    return views.whole(row)


@router.get(
    "/bilans",
    operation_id="listBilans",
    summary="List the bilans",
    response_model=Page[BilanSummary],
    openapi_extra=right(READERS) | published(BilanListing),
)
async def list_bilans(request: Request, response: Response, reader: Reader, caller: Caller, now: Now) -> Any:
    """End-of-grant reports, awaited or submitted, latest first."""
    wish = read_query(request, BilanListing)
    after = read_cursor(request, wish.cursor)
    given = wish.model_dump(mode="json", exclude={"limit", "cursor"}, exclude_none=True)
    values = {"organisations": caller.organisation_ids, "before": UUID(after[0]) if after else LAST_ID, "limit": wish.limit + 1}
    rows = await fetch(reader, repository.listing(frozenset(given)), {**given, **values, "today": today_in_paris(now)})
    return page(request, response, rows, wish.limit, lambda row: [row["id"]])


@router.get(
    _BILAN, operation_id="getBilan", summary="Read a dossier's bilan", response_model=BilanRead, openapi_extra=right(READERS)
)
async def get_bilan(dossier_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, now: Now) -> Any:
    """The bilan opens with the first notified grant, its planned lines and publics already written. The holder reads its draft;
    funders and the team read the last submission, or what was planned before the first."""
    values = {"dossier_id": dossier_id, "organisations": caller.organisation_ids, "today": today_in_paris(now)}
    row = await fetch_one(reader, repository.ONE, values)
    if row is None:
        raise NotFound()
    tag = response.headers["ETag"] = views.tag(row)
    return not_modified(request, tag) or views.whole(row)


@router.patch(_BILAN, operation_id="saveBilan", summary="Save a bilan", response_model=BilanRead, openapi_extra=right(HOLDER))
async def save_bilan(
    dossier_id: UUID, wish: BilanUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Autosave: send what changed, as often as you like. It may be incomplete and unbalanced; see `completeness`."""
    await service.save(session, caller, dossier_id, wish, version=version, now=now)
    return await _shown(session, caller, dossier_id, now, response)


@router.get(
    f"{_BILAN}/completeness",
    operation_id="checkBilanCompleteness",
    summary="What is missing in a bilan",
    response_model=Completeness,
    openapi_extra=right(HOLDER),
)
async def check_completeness(dossier_id: UUID, request: Request, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Everything that stands between this bilan and its submission: the same checks, without submitting."""
    _, bilan = await service.held(session, caller, dossier_id)
    language = preferred(request.headers.get("accept-language"))
    missing = [
        {"pointer": e.pointer, "code": e.code or "refused", "detail": e.detail.to(language), "section": rules.section_of(e.pointer)}
        for e in await service.missing(session, bilan, now=now)
    ]
    return {"complete": not missing, "missing": missing}


@router.post(
    f"{_BILAN}/submission",
    status_code=201,
    operation_id="submitBilan",
    summary="Submit a bilan",
    response_model=BilanReceipt,
    openapi_extra=right("Managers and signatories of the holder.", persons_only=True),
)
async def submit_bilan(
    dossier_id: UUID, wish: BilanSubmissionCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Submit, or submit again what a funder asked to complete. A late bilan is accepted, and marked so.

    When the answer gets lost, send the same request again with the same `Idempotency-Key`: it is submitted once.
    """
    bilan, act = await submission.submit(session, caller, dossier_id, wish, version=version, now=now)
    where = f"{router.prefix}/dossiers/{dossier_id}/bilan"
    response.headers["Location"] = where
    return {
        "dossier_id": dossier_id,
        "reference": bilan.reference,
        "number": act.number,
        "submitted_at": act.submitted_at,
        "late": today_in_paris(act.submitted_at) > act.due_on,
        "document": f"{where}/document",
    }


@router.get(
    f"{_BILAN}/document",
    operation_id="downloadBilan",
    summary="Download a bilan",
    response_class=Response,
    openapi_extra=right(READERS),
    responses={200: _PDF | {"description": "The bilan."}},
)
async def download_bilan(dossier_id: UUID, request: Request, caller: Caller, reader: Reader, byte_range: Range = None) -> Response:
    """The bilan as it was last submitted, as PDF (404 before the first submission)."""
    seen = await fetch_one(reader, repository.SEEN, {"dossier_id": dossier_id, "organisations": caller.organisation_ids})
    if seen is None or seen["number"] == 0:
        raise NotFound()
    row = await fetch_one(reader, repository.SUBMISSION, {"bilan_id": seen["id"], "number": seen["number"]})
    if row is None or row["document_key"] is None:
        raise DocumentNotReady(headers={"Retry-After": "2"})
    stored = StoredFile(row["document_key"], row["document_size"], row["document_sha256"], "application/pdf")
    return download(request.app.state.resources.files, stored, f"bilan-{row['snapshot']['reference']}.pdf", byte_range)
