"""Reports over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.files import Range, download, file_content
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.pdf import own_pdf
from services.common.routing import ActRoute, right

from . import annual_reports, booklets, repository
from .schemas import AnnualReportCreate, AnnualReportRead, BookletRead

router = APIRouter(prefix="/programming/v1", tags=["reports"], route_class=ActRoute)

TEAM = "Members of the organisation that leads the contract."
READERS = "The contract's team and the year's funders; anyone once it is published."
_PDF = file_content("application/pdf")


@router.post(
    "/committees/{committee_id}/booklet",
    status_code=201,
    operation_id="askBooklet",
    summary="Ask for a session's booklet",
    response_model=BookletRead,
    openapi_extra=right(TEAM),
)
async def ask_booklet(committee_id: UUID, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """One page per dossier of the agenda, as PDF, ready in seconds. Ask again when the agenda changed, or when reviews were given
    since; while it is being made, asking again changes nothing."""
    booklet = await booklets.ask(session, caller, committee_id, now=now)
    response.headers["Location"] = f"{router.prefix}/committees/{committee_id}/booklet"
    return booklet


@router.get(
    "/committees/{committee_id}/booklet",
    operation_id="downloadBooklet",
    summary="Download a session's booklet",
    response_class=Response,
    openapi_extra=right("The contract's team and the campaign's funders."),
    responses={200: _PDF | {"description": "The booklet."}},
)
async def download_booklet(
    committee_id: UUID, request: Request, caller: Caller, session: Snapshot, now: Now, byte_range: Range = None
) -> Response:
    """The last booklet made. It holds the reviews' internal comments: it is not for holders. Refused (409) until it is ready, and once
    the agenda or the session changed after it was made. Who has declared an interest in a dossier gets it without the avis on it."""
    booklet, stored = await booklets.document(session, caller, committee_id)
    if (copy := await booklets.own_copy(session, caller, committee_id, now=now)) is not None:
        return own_pdf(copy, f"livret-{booklet.made_at:%Y-%m-%d}.pdf")
    return download(request.app.state.resources.files, stored, f"livret-{booklet.made_at:%Y-%m-%d}.pdf", byte_range)


@router.post(
    "/contracts/{contract_id}/annual-reports",
    status_code=201,
    operation_id="askAnnualReport",
    summary="Ask for the year's report",
    response_model=AnnualReportRead,
    openapi_extra=right(TEAM),
)
async def ask_annual_report(
    contract_id: UUID, wish: AnnualReportCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """A new edition of the annual report, made in seconds from what the platform knows then; the one under way if there is one."""
    report = await annual_reports.ask(session, caller, contract_id, wish.year, now=now)
    response.headers["Location"] = f"{router.prefix}/annual-reports/{report.id}"
    response.headers["ETag"] = etag(report.version)
    return report


@router.get(
    "/contracts/{contract_id}/annual-reports",
    operation_id="listAnnualReports",
    summary="List a contract's annual reports",
    response_model=Page[AnnualReportRead],
    openapi_extra=right(
        "Anyone: what is published; the contract's team: every edition; a funder: those of its years.", public=True
    ),
)
async def list_annual_reports(
    contract_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: MaybeCaller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Editions, the latest first."""
    everything, years = await annual_reports.unpublished_years(session, caller, contract_id)
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    values = {"contract_id": contract_id, "everything": everything, "years": list(years), "before": before, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.LISTING, values), limit, lambda row: [row["id"]])


@router.get(
    "/annual-reports/{report_id}",
    operation_id="getAnnualReport",
    summary="Read an annual report's state",
    response_model=AnnualReportRead,
    openapi_extra=right(READERS, public=True),
)
async def get_annual_report(report_id: UUID, request: Request, response: Response, session: Snapshot, caller: MaybeCaller) -> Any:
    """Whether the edition is made, and whether it is published."""
    report = await annual_reports.seen(session, caller, report_id)
    tag = response.headers["ETag"] = etag(report.version)
    return not_modified(request, tag) or report


@router.get(
    "/annual-reports/{report_id}/document",
    operation_id="downloadAnnualReport",
    summary="Download an annual report",
    response_class=Response,
    openapi_extra=right(READERS, public=True),
    responses={200: _PDF | {"description": "The report."}},
)
async def download_annual_report(
    report_id: UUID, request: Request, session: Snapshot, caller: MaybeCaller, byte_range: Range = None
) -> Response:
    """The edition as PDF: figures, delays, coverage, supported actions."""
    report, stored = await annual_reports.document(session, caller, report_id)
    name = f"rapport-annuel-{report.year}-{report.edition}.pdf"
    return download(request.app.state.resources.files, stored, name, byte_range)


@router.post(
    "/annual-reports/{report_id}/publication",
    status_code=201,
    operation_id="publishAnnualReport",
    summary="Publish an annual report",
    response_model=AnnualReportRead,
    openapi_extra=right(TEAM),
)
async def publish_annual_report(
    report_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """From now on anybody reads this edition. It does not change any more; a later edition may be published beside it."""
    report = await annual_reports.publish(session, caller, report_id, version=version, now=now)
    response.headers["ETag"] = etag(report.version)
    response.headers["Location"] = f"{router.prefix}/annual-reports/{report.id}"
    return report
