"""Yearly reports of agreements over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag
from services.common.pagination import Page
from services.common.routing import ActRoute, right

from . import service, yearly_reports
from .models import CpoReport, YearlyReportAnswer
from .report_schemas import (
    ReportCompletionCreate,
    YearlyReportAnswerCreate,
    YearlyReportCreate,
    YearlyReportRead,
    YearlyReportUpdate,
)
from .router import PARTIES, router

reports_router = APIRouter(prefix=f"{router.prefix}/cpos/{{cpo_id}}/reports", tags=["cpos"], route_class=ActRoute)

HOLDER = "Members of the holder."


async def _answered(session: Any, caller: Caller, report: CpoReport, response: Response) -> Any:
    cpo = await service.seen(session, caller, report.cpo_id)
    response.headers["ETag"] = etag(report.version)
    response.headers["Location"] = f"{router.prefix}/cpos/{report.cpo_id}/reports/{report.year}"
    return (await yearly_reports.shown(session, cpo, [report]))[0]


@reports_router.get(
    "",
    operation_id="listYearlyReports",
    summary="Read the yearly reports",
    response_model=Page[YearlyReportRead],
    openapi_extra=right(PARTIES),
)
async def list_yearly_reports(cpo_id: UUID, session: Snapshot, caller: Caller) -> Any:
    """The reports, oldest first. A draft is its holder's alone."""
    cpo, reports = await yearly_reports.all_seen(session, caller, cpo_id)
    return {"items": await yearly_reports.shown(session, cpo, reports), "next": None}


@reports_router.post(
    "",
    status_code=201,
    operation_id="openYearlyReport",
    summary="Begin a yearly report",
    response_model=YearlyReportRead,
    openapi_extra=right(HOLDER),
)
async def open_yearly_report(
    cpo_id: UUID, wish: YearlyReportCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Begin the report of a year under way or past. The next year's tranches are confirmed on it."""
    report = await yearly_reports.open_report(session, caller, cpo_id, wish.year, now=now)
    return await _answered(session, caller, report, response)


@reports_router.get(
    "/{year}",
    operation_id="getYearlyReport",
    summary="Read a yearly report",
    response_model=YearlyReportRead,
    openapi_extra=right(f"{PARTIES} A draft: the holder alone."),
)
async def get_yearly_report(cpo_id: UUID, year: int, session: Snapshot, caller: Caller, response: Response) -> Any:
    """What was aimed at beside what was done, and what each funder answered."""
    cpo, report = await yearly_reports.seen(session, caller, cpo_id, year)
    response.headers["ETag"] = etag(report.version)
    return (await yearly_reports.shown(session, cpo, [report]))[0]


@reports_router.patch(
    "/{year}",
    operation_id="saveYearlyReport",
    summary="Write a yearly report",
    response_model=YearlyReportRead,
    openapi_extra=right(HOLDER),
)
async def save_yearly_report(
    cpo_id: UUID,
    year: int,
    wish: YearlyReportUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Merge patch, as often as you like until it is submitted; again once a funder asked for more."""
    report = await yearly_reports.update(session, caller, cpo_id, year, wish, version=version, now=now)
    return await _answered(session, caller, report, response)


@reports_router.post(
    "/{year}/submission",
    status_code=201,
    operation_id="submitYearlyReport",
    summary="Submit a yearly report",
    response_model=YearlyReportRead,
    openapi_extra=right("Managers and signatories of the holder.", persons_only=True),
)
async def submit_yearly_report(
    cpo_id: UUID, year: int, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Every funder and the team read it from then on."""
    report = await yearly_reports.submit(session, caller, cpo_id, year, version=version, now=now)
    return await _answered(session, caller, report, response)


@reports_router.post(
    "/{year}/acceptance",
    status_code=201,
    operation_id="acceptYearlyReport",
    summary="Accept a yearly report",
    response_model=YearlyReportRead,
    openapi_extra=right("Managers and signatories of the funder they name."),
)
async def accept_yearly_report(
    cpo_id: UUID,
    year: int,
    wish: YearlyReportAnswerCreate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The funder accepts it: it may confirm its next tranche."""
    accepted = YearlyReportAnswer.ACCEPTED
    report = await yearly_reports.answer(
        session, caller, cpo_id, year, wish.funder_id, accepted, wish.comment, version=version, now=now
    )
    return await _answered(session, caller, report, response)


@reports_router.post(
    "/{year}/completion-request",
    status_code=201,
    operation_id="requestReportCompletion",
    summary="Ask for more",
    response_model=YearlyReportRead,
    openapi_extra=right("Managers and signatories of the funder they name."),
)
async def request_report_completion(
    cpo_id: UUID,
    year: int,
    wish: ReportCompletionCreate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The funder says what is missing: the holder is told by mail, writes it and submits again."""
    more = YearlyReportAnswer.COMPLETION_REQUESTED
    report = await yearly_reports.answer(
        session, caller, cpo_id, year, wish.funder_id, more, wish.comment, version=version, now=now
    )
    return await _answered(session, caller, report, response)
