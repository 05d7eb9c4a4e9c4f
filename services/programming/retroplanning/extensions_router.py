"""HTTP of deadlines put off."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..campaigns import extensions as deadlines
from ..campaigns.extension_schemas import CampaignExtended, ExtensionCreate, ExtensionRead
from . import extensions, service

extensions_router = APIRouter(prefix="/programming/v1/campaigns", tags=["campaigns"], route_class=ActRoute)


@extensions_router.post(
    "/{campaign_id}/extension",
    status_code=201,
    operation_id="extendDeadline",
    summary="Put the deadline off",
    response_model=CampaignExtended,
    openapi_extra=right("Members of the organisation that leads the contract."),
)
async def extend_deadline(
    campaign_id: UUID,
    wish: ExtensionCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """A later deadline, with its reason; holders of drafts are written to. What is submitted already keeps its promised date.

    A campaign closed a few days ago reopens, unless an admissibility was decided since. `If-Match` is the campaign's.
    """
    days = resources.settings.reopening_within_days
    told, made = await extensions.extend(session, caller, campaign_id, wish, version=version, reopening_days=days, now=now)
    response.headers["Location"] = f"{extensions_router.prefix}/{campaign_id}/extensions"
    response.headers["ETag"] = etag(made, told.status.value.replace("_", ""))
    return told


@extensions_router.get(
    "/{campaign_id}/extensions",
    operation_id="listExtensions",
    summary="Read the history of deadlines",
    response_model=Page[ExtensionRead],
    openapi_extra=right("Anyone; of a draft, the contract's team and the funders invited.", public=True),
)
async def list_extensions(
    campaign_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    session: Snapshot,
    caller: MaybeCaller,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Each time the deadline was put off: from when to when, why, and when that was said. The oldest first."""
    await service.visible(session, caller, campaign_id)
    after = read_cursor(request, cursor) or ["0"]
    rows = await fetch(reader, deadlines.HISTORY, {"campaign_id": campaign_id, "after": int(after[0]), "limit": limit + 1})
    return page(request, response, rows, limit, lambda row: [row["number"]])
