"""The calendar of one's due list, for programs. HTTP."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.common.auth import Caller
from services.common.calendars import MEDIA_TYPE
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import not_modified
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import feeds
from .schemas import DueFeedMade, DueFeedRead

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["due-lists"])

_OWN = "Anyone signed in, for themselves."
DueFeedToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$", description="Secret of the address.")]
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing new since."},
}


@router.post(
    "/me/due/feed",
    status_code=201,
    operation_id="renewDueFeed",
    summary="Get the secret address of your due list, or renew it",
    response_model=DueFeedMade,
    openapi_extra=right(_OWN, secret_answer=True, persons_only=True),
)
async def renew_due_feed(session: Session, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """For your calendar program. Shown this once; the one before, if any, opens nothing any more. It tells what your rights of today
    let you read: renew it once you join another organisation; when one of your rights is taken back it stops by itself."""
    created_at, token = await feeds.renew(session, caller, now=now)
    response.headers["Location"] = f"{router.prefix}/me/due/feed"
    return {"created_at": created_at, "url": f"{resources.settings.public_url}{router.prefix}/due-feeds/{token}.ics"}


@router.get(
    "/me/due/feed",
    operation_id="getDueFeed",
    summary="Whether your due list has an address",
    response_model=DueFeedRead,
    openapi_extra=right("Whoever made an address, for their own.", refusals=(404,), persons_only=True),
)
async def get_due_feed(reader: Reader, caller: Caller) -> Any:
    """Since when, and for which of your organisations; the address was shown once (404 when there is none)."""
    return await feeds.own(reader, caller)


@router.delete(
    "/me/due/feed",
    status_code=204,
    operation_id="revokeDueFeed",
    summary="Revoke the secret address of your due list",
    openapi_extra=right("Whoever made an address, for their own.", refusals=(404,), persons_only=True),
)
async def revoke_due_feed(session: Session, caller: Caller, now: Now) -> None:
    """It opens nothing any more."""
    await feeds.revoke(session, caller, now=now)


@router.get(
    "/due-feeds/{due_feed_token}.ics",
    operation_id="followDueList",
    summary="Follow a due list in a calendar",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=right("Whoever holds the address.", public=True, refusals=(404,)),
)
async def follow_due_list(due_feed_token: DueFeedToken, request: Request, reader: Reader, resources: Held, now: Now) -> Response:
    """What has a day, as whole days, the five hundred soonest; `If-None-Match` is honoured."""
    public_url = resources.settings.public_url
    found = await feeds.follow(reader, due_feed_token, f"{public_url}{request.url.path}", public_url, now=now)
    answer = not_modified(request, found.tag) or Response(found.content, media_type=MEDIA_TYPE)
    answer.headers.update({"ETag": found.tag, "Cache-Control": "private, max-age=300"})
    return answer
