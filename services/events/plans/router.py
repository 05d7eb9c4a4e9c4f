"""HTTP of plans: parse, call one use case, answer."""

import asyncio
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import VersionIfAny, etag, not_modified
from services.common.files import file_content
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.tabular import XLSX

from ..networks.router import MANAGERS, ORGANISERS
from . import service, sheets
from .schemas import PlanFace, PlanFormat, PlanRead, PlanWrite, ProgressRead

V1 = "/events/v1"
router = APIRouter(prefix=V1, tags=["plans"], route_class=ActRoute)
Year = Annotated[int, Path(ge=2000, le=2199, description="The year, in Paris.", examples=[2027])]


@router.get(
    "/networks/{network_id}/plans",
    operation_id="listPlans",
    summary="Yearly plans of a network",
    response_model=Page[PlanFace],
    openapi_extra=right(ORGANISERS),
)
async def listing(
    network_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest year first."""
    after = read_cursor(request, cursor)
    rows = await service.listing(session, caller, network_id, before_year=int(after[0]) if after else 9999, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["year"],))


@router.put(
    "/networks/{network_id}/plans/{year}",
    operation_id="putPlan",
    summary="Say what a year is meant to offer",
    response_model=PlanRead,
    openapi_extra=right(MANAGERS),
)
async def put(
    network_id: UUID,
    year: Year,
    wish: PlanWrite,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: VersionIfAny,
    response: Response,
) -> Any:
    """All the targets at once, per format, place and territory. Without `If-Match` the plan is made; with it, replaced."""
    plan, is_new = await service.put(session, resources, caller, network_id, year, wish, version=version, now=now)
    if is_new:
        response.status_code = 201
        response.headers["Location"] = f"{V1}/networks/{network_id}/plans/{year}"
    response.headers["ETag"] = etag(plan["version"])
    return plan


@router.get(
    "/networks/{network_id}/plans/{year}",
    operation_id="getPlan",
    summary="Read a yearly plan",
    response_model=PlanRead,
    openapi_extra=right(ORGANISERS),
)
async def read(network_id: UUID, year: Year, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """Its targets, in the order they were said."""
    plan = await service.one(session, caller, network_id, year)
    tag = response.headers["ETag"] = etag(plan["version"])
    return not_modified(request, tag) or plan


@router.get(
    "/networks/{network_id}/plans/{year}/progress",
    operation_id="readPlanProgress",
    summary="A plan against what there is",
    response_model=ProgressRead,
    openapi_extra=right(ORGANISERS),
)
async def progress(network_id: UUID, year: Year, caller: Caller, session: Snapshot, now: Now) -> Any:
    """What was held and what is planned, by the sessions that begin in the year (Paris); what has no sure date is counted apart. A
    session is held when that was said, or when it is over and was announced."""
    return await service.progress(session, caller, network_id, year, now=now)


@router.get(
    "/networks/{network_id}/plans/{year}/export",
    operation_id="exportPlan",
    summary="Download a plan against what there is",
    response_class=Response,
    openapi_extra=right(ORGANISERS),
    responses={200: file_content("text/csv", XLSX) | {"description": "The plan and its gaps."}},
)
async def export(
    network_id: UUID,
    year: Year,
    caller: Caller,
    session: Snapshot,
    now: Now,
    format: Annotated[PlanFormat, Query(description="A table for machines, or a workbook for people.")] = PlanFormat.XLSX,
) -> Response:
    """What `progress` says, as CSV or as a workbook."""
    read = ProgressRead.model_validate(await service.progress(session, caller, network_id, year, now=now))
    headers = {"Content-Disposition": f'attachment; filename="plan-{year}.{format.value}"', "Cache-Control": "private, no-cache"}
    if format is PlanFormat.CSV:
        return Response(sheets.as_csv(read), headers=headers, media_type="text/csv; charset=utf-8")
    return Response(await asyncio.to_thread(sheets.as_xlsx, read), headers=headers, media_type=XLSX)
