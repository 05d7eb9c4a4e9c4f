"""The calendar of a campaign, computed backwards from the promised answer. HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Path, Request, Response

from services.common.auth import Caller
from services.common.calendars import MEDIA_TYPE
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import service
from .schemas import RetroplanningFeedMade, RetroplanningFeedRead, RetroplanningRead, RetroplanningTrial
from .service import Feed, Shown

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["retroplanning"])

READERS = "Members of the contract's team and of the campaign's funders."
LEAD = "Members of the organisation that leads the contract."
FeedToken = Annotated[str, Path(pattern=r"^[A-Za-z0-9_-]{20,100}$", description="Secret of the address.")]
_CALENDAR: dict[int | str, dict[str, Any]] = {
    200: {"description": "The calendar (RFC 5545).", "content": {"text/calendar": {"schema": {"type": "string"}}}},
    304: {"description": "Nothing new since."},
}


@router.get(
    "/campaigns/{campaign_id}/retroplanning",
    operation_id="getRetroplanning",
    summary="Read the calendar of a campaign",
    response_model=RetroplanningRead,
    openapi_extra=right(READERS),
)
async def get_retroplanning(
    campaign_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller, now: Now
) -> Any:
    """From the promised answer back to the information of holders: for each step its last day, its planned day, the margin in worked
    days, who answers for it and how it stands; then what does not fit, why, and what to change."""
    return _answer(request, response, await service.show(session, caller, campaign_id, now=now))


@router.patch(
    "/campaigns/{campaign_id}/retroplanning",
    operation_id="tryRetroplanning",
    summary="Try other durations or dates out",
    response_model=RetroplanningRead,
    openapi_extra=right(LEAD),
)
async def try_retroplanning(
    campaign_id: UUID, wish: RetroplanningTrial, response: Response, session: Session, caller: Caller, now: Now, version: Version
) -> Any:
    """What if: merge patch of a draft, answered with the calendar it would give. Nothing in force changes until `application`."""
    shown = await service.try_out(session, caller, campaign_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(shown.version, shown.mark)
    return shown.read


@router.get(
    "/campaigns/{campaign_id}/retroplanning/trial",
    operation_id="getRetroplanningTrial",
    summary="Read what is tried out",
    response_model=RetroplanningRead,
    openapi_extra=right(LEAD),
)
async def get_trial(campaign_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller, now: Now) -> Any:
    """The calendar as it would be; the one in force while nothing is tried out (`trial` says which)."""
    return _answer(request, response, await service.show_trial(session, caller, campaign_id, now=now))


@router.delete(
    "/campaigns/{campaign_id}/retroplanning/trial",
    status_code=204,
    operation_id="dropRetroplanningTrial",
    summary="Forget what is tried out",
    openapi_extra=right(LEAD),
)
async def drop_trial(campaign_id: UUID, session: Session, caller: Caller, now: Now, version: Version) -> None:
    """The calendar in force stays as it is."""
    await service.drop_trial(session, caller, campaign_id, version=version, now=now)


@router.post(
    "/campaigns/{campaign_id}/retroplanning/application",
    status_code=201,
    operation_id="applyRetroplanning",
    summary="Apply what was tried out",
    response_model=RetroplanningRead,
    openapi_extra=right(LEAD),
)
async def apply_retroplanning(
    campaign_id: UUID, response: Response, session: Session, caller: Caller, now: Now, version: Version
) -> Any:
    """Durations and settings are in force; dates of the campaign move where they still may (a draft campaign). `If-Match` is the calendar's."""
    shown = await service.apply(session, caller, campaign_id, version=version, now=now)
    response.headers["ETag"] = etag(shown.version, shown.mark)
    response.headers["Location"] = f"{router.prefix}/campaigns/{campaign_id}/retroplanning"
    return shown.read


@router.get(
    "/campaigns/{campaign_id}/retroplanning.ics",
    operation_id="downloadRetroplanning",
    summary="Download the calendar of a campaign",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=right(READERS),
)
async def download(campaign_id: UUID, request: Request, session: Snapshot, caller: Caller, resources: Held, now: Now) -> Response:
    """Every step as an entry whose `UID` never changes: at its own date, else on its last day."""
    address = f"{resources.settings.public_url}{request.url.path}"
    answer = _sent(request, await service.calendar(session, caller, campaign_id, address, now=now))
    answer.headers["Content-Disposition"] = 'attachment; filename="retroplanning.ics"'
    return answer


@router.post(
    "/campaigns/{campaign_id}/retroplanning/feed",
    status_code=201,
    operation_id="renewRetroplanningFeed",
    summary="Get the calendar's secret address, or renew it",
    response_model=RetroplanningFeedMade,
    openapi_extra=right(READERS, secret_answer=True),
)
async def renew_feed(campaign_id: UUID, session: Session, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """Yours alone, shown this once; the one before, if any, opens nothing any more."""
    created_at, token = await service.renew_feed(session, caller, campaign_id, now=now)
    response.headers["Location"] = f"{router.prefix}/campaigns/{campaign_id}/retroplanning/feed"
    return {"created_at": created_at, "url": f"{resources.settings.public_url}{router.prefix}/retroplanning-feeds/{token}.ics"}


@router.get(
    "/campaigns/{campaign_id}/retroplanning/feed",
    operation_id="getRetroplanningFeed",
    summary="Whether you follow this calendar",
    response_model=RetroplanningFeedRead,
    openapi_extra=right("Whoever made an address, for their own.", refusals=(404,)),
)
async def own_feed(campaign_id: UUID, reader: Reader, caller: Caller) -> Any:
    """Since when; the address was shown once (404 when there is none)."""
    return await service.own_feed(reader, caller, campaign_id)


@router.delete(
    "/campaigns/{campaign_id}/retroplanning/feed",
    status_code=204,
    operation_id="revokeRetroplanningFeed",
    summary="Revoke your secret address",
    openapi_extra=right("Whoever made an address, for their own.", refusals=(404,)),
)
async def revoke_feed(campaign_id: UUID, session: Session, caller: Caller, now: Now) -> None:
    """It opens nothing any more."""
    await service.revoke_feed(session, caller, campaign_id, now=now)


@router.get(
    "/retroplanning-feeds/{feed_token}.ics",
    operation_id="followRetroplanning",
    summary="Follow the calendar of a campaign",
    response_class=Response,
    responses=_CALENDAR,
    openapi_extra=right("Whoever holds the address.", public=True, refusals=(404,)),
)
async def follow(feed_token: FeedToken, request: Request, session: Snapshot, resources: Held, now: Now) -> Response:
    """For calendar programs; `If-None-Match` is honoured."""
    address = f"{resources.settings.public_url}{request.url.path}"
    return _sent(request, await service.feed(session, feed_token, address, now=now))


def _answer(request: Request, response: Response, shown: Shown) -> Any:
    tag = etag(shown.version, shown.mark)
    response.headers["ETag"] = tag
    return not_modified(request, tag) or shown.read


def _sent(request: Request, feed: Feed) -> Response:
    answer = not_modified(request, feed.tag) or Response(feed.content, media_type=MEDIA_TYPE)
    answer.headers.update({"ETag": feed.tag, "Cache-Control": "private, max-age=300"})
    return answer
