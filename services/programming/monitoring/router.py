"""Monitoring over HTTP."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Snapshot
from services.common.files import file_content
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import exports, service
from .schemas import AtRisk, AtRiskListing, ExportFormat, MonitoringRead

router = APIRouter(prefix="/programming/v1", tags=["monitoring"], route_class=ActRoute)

SEEN = "The contract's team (every funder); a funder of the campaign (its own line and the totals)."
_XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: More risks than a workbook's reader goes through; the listing has them all.
_MOST_RISKS = 5_000


@router.get(
    "/campaigns/{campaign_id}/monitoring",
    operation_id="getMonitoring",
    summary="How long everything takes",
    response_model=MonitoringRead,
    openapi_extra=right(SEEN),
)
async def get_monitoring(campaign_id: UUID, caller: Caller, session: Snapshot, now: Now) -> Any:
    """From the submission to the accepted bilan, per funder: days of each step, and how the promise, the legal silence and the
    payment clock are held. `GET /campaigns/{id}/delays` publishes the medians of its first three steps to everybody."""
    return await service.dashboard(session, caller, campaign_id, now=now)


@router.get(
    "/campaigns/{campaign_id}/at-risk",
    operation_id="listAtRisk",
    summary="What is late or will be this week",
    response_model=Page[AtRisk],
    openapi_extra=right("The contract's team (every funder); a funder of the campaign (what is asked of it).")
    | published(AtRiskListing),
)
async def list_at_risk(campaign_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot, now: Now) -> Any:
    """Requests whose promise, legal silence or payment clock has passed or passes within seven days: the latest first, with what
    is missing and whose turn it is. A request comes once per clock."""
    wish = read_query(request, AtRiskListing)
    after = read_cursor(request, wish.cursor)
    rows = await service.at_risk(
        session,
        caller,
        campaign_id,
        clock=wish.clock,
        funder_id=wish.funder_id,
        after=(date.fromisoformat(after[0]), after[1], UUID(after[2])) if after else service.FIRST,
        limit=wish.limit + 1,
        now=now,
    )
    return page(request, response, rows, wish.limit, lambda row: [row["day"], row["clock"].value, row["request_id"]])


@router.get(
    "/campaigns/{campaign_id}/monitoring/export",
    operation_id="exportMonitoring",
    summary="Download the dashboard",
    response_class=Response,
    openapi_extra=right(SEEN),
    responses={200: file_content("text/csv", _XLSX) | {"description": "The dashboard."}},
)
async def export_monitoring(
    campaign_id: UUID,
    caller: Caller,
    session: Snapshot,
    now: Now,
    format: Annotated[ExportFormat, Query(description="A table for machines, or a workbook for people.")] = ExportFormat.XLSX,
) -> Response:
    """The dashboard as CSV, or as a workbook that also lists what is about to be late. One sees there what one reads in JSON."""
    read = MonitoringRead.model_validate(await service.dashboard(session, caller, campaign_id, now=now))
    name = f"suivi-{read.as_of:%Y-%m-%d}.{format.value}"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-cache"}
    if format is ExportFormat.CSV:
        content, media_type = exports.as_csv(read), "text/csv; charset=utf-8"
    else:
        rows = await service.at_risk(session, caller, campaign_id, limit=_MOST_RISKS, now=now)
        risks = [AtRisk.model_validate(row) for row in rows]
        content, media_type = await asyncio.to_thread(exports.as_xlsx, read, risks), _XLSX
    return Response(content, headers=headers, media_type=media_type)
