"""HTTP of statistics: parse, call one use case, answer."""

import asyncio
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response

from services.common.auth import MaybeCaller
from services.common.clock import Now
from services.common.files import file_content
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.tabular import XLSX

from . import exports, service
from .schemas import AttendanceStatistics, Dimension

router = APIRouter(prefix="/events/v1/networks", tags=["statistics"], route_class=ActRoute)

_RIGHT = "Anyone: no figure under three people; organisers of the network: exact figures."
By = Annotated[Dimension, Query(description="What attendance is counted by.")]
Since = Annotated[date | None, Query(description="First day of the events counted; this year's by default.")]
Until = Annotated[date | None, Query(description="Last day; this year's by default.")]


@router.get(
    "/{network_id}/statistics",
    operation_id="getAttendanceStatistics",
    summary="Attendance of a network's events",
    response_model=AttendanceStatistics,
    openapi_extra=right(_RIGHT, public=True),
)
async def read(
    network_id: UUID,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    by: By = Dimension.AUDIENCE,
    since: Since = None,
    until: Until = None,
) -> Any:
    """Requests, seats, presence, hours and different people, by audience, mode, format, theme, month, or level of territory."""
    return await service.attendance(resources, caller, network_id, by, since=since, until=until, now=now)


@router.get(
    "/{network_id}/statistics.csv",
    operation_id="exportAttendanceCsv",
    summary="Attendance of a network's events, as a table",
    response_class=Response,
    responses={200: {"description": "The table.", **file_content("text/csv")}},
    openapi_extra=right(_RIGHT, public=True),
)
async def table(
    network_id: UUID,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    by: By = Dimension.AUDIENCE,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The same figures (CSV, UTF-8, semicolon); `<3` where one is withheld."""
    found = await service.attendance(resources, caller, network_id, by, since=since, until=until, now=now)
    return _file(await asyncio.to_thread(exports.as_csv, found), "text/csv; charset=utf-8", _name(found, "csv"))


@router.get(
    "/{network_id}/statistics.xlsx",
    operation_id="exportAttendanceXlsx",
    summary="Attendance of a network's events, as a workbook",
    response_class=Response,
    responses={200: {"description": "The workbook.", **file_content(XLSX)}},
    openapi_extra=right(_RIGHT, public=True),
)
async def workbook(
    network_id: UUID,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    by: By = Dimension.AUDIENCE,
    since: Since = None,
    until: Until = None,
) -> Response:
    """The same figures, as numbers; `<3` where one is withheld."""
    found = await service.attendance(resources, caller, network_id, by, since=since, until=until, now=now)
    return _file(await asyncio.to_thread(exports.as_xlsx, found), XLSX, _name(found, "xlsx"))


def _name(found: AttendanceStatistics, ending: str) -> str:
    return f"frequentation-{found.by.value}-{found.since}-{found.until}.{ending}"


def _file(content: bytes, media_type: str, name: str) -> Response:
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    return Response(content, media_type=media_type, headers=headers)
