"""HTTP of views and downloads: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Response
from fastapi.responses import StreamingResponse

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now, today_in_paris
from services.common.db import Reader
from services.common.files import file_content
from services.common.pagination import Limit, Page
from services.common.resources import Held
from services.common.routing import ActRoute, right
from services.common.streams import streamed

from ..vocabulary.schemas import TerritoryCode, ThemeCode
from . import service
from .schemas import MostRead, UsageRead

router = APIRouter(prefix="/catalogue/v1", tags=["usage"], route_class=ActRoute)


@router.get(
    "/documents/{document_id}/usage",
    operation_id="getDocumentUsage",
    summary="How much a document is read",
    response_model=UsageRead,
    openapi_extra=right(
        "Whoever may read the document, for its totals; documentalists of its centre, month by month.", public=True, refusals=(410,)
    ),
)
async def of_document(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now) -> Any:
    """Views and downloads, robots left out; figures are a few seconds old. Nothing is kept about who reads."""
    return await service.of_document(reader, caller, document_id, resources.settings, now=now)


@router.get(
    "/most-read",
    operation_id="listMostRead",
    summary="What is read most",
    response_model=Page[MostRead],
    openapi_extra=right("Anyone, of what they may read.", public=True),
)
async def most_read(
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    theme: Annotated[list[ThemeCode], Query(description="Any of these, with what is below them.")] = [],  # noqa: B006
    territory: Annotated[list[TerritoryCode], Query(description="Any of these, with what is below them.")] = [],  # noqa: B006
    months: Annotated[int, Query(ge=1, le=36, description="This month and those before it, in all.")] = 12,
    limit: Limit = 20,
) -> Any:
    """The most viewed first; one page, however many documents were read."""
    items = await service.most_read(
        reader, caller, resources.settings, themes=theme, territories=territory, months=months, limit=limit, now=now
    )
    return {"items": items, "next": None}


@router.get(
    "/centres/{centre_id}/usage.csv",
    operation_id="exportCentreUsage",
    summary="A year of a centre's views and downloads",
    response_class=StreamingResponse,
    responses={200: {"description": "The table.", **file_content("text/csv")}},
    openapi_extra=right("Documentalists of the centre (members of the organisation that keeps it)."),
)
async def centre_table(
    centre_id: UUID,
    reader: Reader,
    caller: Caller,
    resources: Held,
    now: Now,
    year: Annotated[int | None, Query(ge=2000, le=2999, description="This year by default.")] = None,
) -> Response:
    """One line per document and month, for the centre's annual report (CSV, UTF-8, comma)."""
    centre = await service.require_documentalist(reader, caller, centre_id)
    year = year or today_in_paris(now).year
    name = f"usage-{centre['code']}-{year}.csv"
    headers = {"Content-Disposition": f'attachment; filename="{name}"', "Cache-Control": "private, no-store"}
    table = service.centre_table(resources.database, centre_id, year)
    return await streamed(table, media_type="text/csv; charset=utf-8", headers=headers)
