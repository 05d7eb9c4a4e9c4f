"""HTTP of the external links: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.db import Reader
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import links, views
from .schemas import BrokenLink

router = APIRouter(prefix="/catalogue/v1/broken-links", tags=["drafts"], route_class=ActRoute)


@router.get(
    "",
    operation_id="listBrokenLinks",
    summary="Links that no longer lead anywhere",
    response_model=Page[BrokenLink],
    openapi_extra=right("Anyone signed in, for the centres they keep."),
)
async def listing(
    reader: Reader,
    caller: Caller,
    resources: Held,
    request: Request,
    response: Response,
    centre_id: Annotated[UUID | None, Query(description="Of this centre.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Of published documents of the centres you keep, the newest documents first.

    Each link is looked at every week; one that fails is looked at again the next day, and is broken when it fails again.
    """
    after = read_cursor(request, cursor)
    asked = {
        "centre_id": centre_id,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "before_key": after[1] if after else "g",
        "limit": limit + 1,
    }
    rows = await links.broken(reader, caller, asked)
    shown = [{**row, "document": views.document_face(row, resources.settings)} for row in rows]
    return page(request, response, shown, limit, key=lambda row: (row["id"], row["key"]))
