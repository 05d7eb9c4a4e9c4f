"""The calls for projects open now, over HTTP: for anybody, and for calendars."""

from datetime import datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common import calendars
from services.common.clock import Now
from services.common.db import Reader, Row
from services.common.etag import not_modified, tag_of_parts
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.resources import Held, Resources
from services.common.routing import ActRoute, right

from . import open_calls
from .open_calls_schemas import OpenCall, OpenCallQuery

public_router = APIRouter(prefix="/programming/v1/open-campaigns", tags=["campaigns"], route_class=ActRoute)

_ANYONE = right("Anyone.", public=True)
_FRESH = "public, max-age=60"
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing new since."},
}


@public_router.get(
    "",
    operation_id="listOpenCampaigns",
    summary="List the calls for projects open now",
    response_model=Page[OpenCall],
    openapi_extra=_ANYONE | published(OpenCallQuery),
)
async def list_open_campaigns(request: Request, response: Response, reader: Reader, resources: Held, now: Now) -> Any:
    """Who calls, for which neighbourhoods and objectives, whom to ask for what, until when and with what promised answer.

    Those that close first come first. The answer has an `ETag`: ask again with `If-None-Match`.
    """
    wish = read_query(request, OpenCallQuery)
    found = await _found(reader, resources, wish, now)
    after = read_cursor(request, wish.cursor)
    if after is not None:
        last = (datetime.fromisoformat(after[0]), UUID(after[1]))
        found = [call for call in found if (call["closes_at"], call["id"]) > last]
    shown = found[: wish.limit + 1]
    tag = tag_of_parts(shown)
    response.headers["ETag"], response.headers["Cache-Control"] = tag, _FRESH
    held = not_modified(request, tag)
    return held or page(request, response, shown, wish.limit, lambda call: [call["closes_at"].isoformat(), call["id"]])


@public_router.get(
    "/deadlines.ics",
    operation_id="followDeadlines",
    summary="Follow the deadlines of open calls in a calendar",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=_ANYONE | published(OpenCallQuery),
)
async def follow_deadlines(request: Request, reader: Reader, resources: Held, now: Now) -> Response:
    """Under the same filters as the list. A deadline that is put off moves in the calendar."""
    wish = read_query(request, OpenCallQuery)
    marks = open_calls.marks(await _found(reader, resources, wish, now))
    tag = tag_of_parts(marks)
    answer = not_modified(request, tag)
    if answer is None:
        address = f"{resources.settings.public_url}{request.url.path}"
        content = calendars.write(marks, title=open_calls.title(address), stamp=now)
        answer = Response(content, media_type=calendars.MEDIA_TYPE)
    answer.headers.update({"ETag": tag, "Cache-Control": _FRESH})
    return answer


async def _found(reader: Any, resources: Resources, wish: OpenCallQuery, now: datetime) -> list[Row]:
    settings: Any = resources.settings
    form_url = settings.call_page_url or f"{settings.public_url}/programming/v1/campaigns/{{campaign_id}}"
    calls = await open_calls.calls(reader, now=now, form_url=form_url)
    return open_calls.matching(calls, wish.model_dump(mode="json"))
