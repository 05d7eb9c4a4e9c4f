"""Dated notices that amend a campaign already open, and reach every draft's holder. HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..campaigns import service as campaigns
from . import repository, service
from .schemas import DossierNotice, NoticeCreate, NoticeReach, NoticeRead

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["notices"])

_LAST = 2**31 - 1
HOLDER = "Members of the holder."


@router.post(
    "/campaigns/{campaign_id}/notices",
    status_code=201,
    operation_id="publishNotice",
    summary="Amend an open campaign by a notice",
    response_model=NoticeRead,
    openapi_extra=right("Members of the organisation that leads the contract."),
)
async def publish_notice(
    campaign_id: UUID,
    wish: NoticeCreate,
    caller: Caller,
    request: Request,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Changes the form, the charter, the criteria or the attachments asked, from a day on, and tells every draft's holder by mail.

    `If-Match` is the campaign's ETag. Dossiers already submitted keep the form they were submitted under. A notice takes effect a
    few days (a setting) before the deadline at the latest; it is never changed nor withdrawn: publish another.
    """
    days = request.app.state.resources.settings.notice_days
    notice = await service.publish(session, caller, campaign_id, wish, version=version, days=days, now=now)
    response.headers["Location"] = f"{router.prefix}/campaigns/{campaign_id}/notices/{notice.id}"
    response.headers["ETag"] = _tag(notice.applied_at)
    return notice.model_dump()


def _tag(applied_at: Any) -> str:
    return etag(1, "announced" if applied_at is None else "inforce")


@router.get(
    "/campaigns/{campaign_id}/notices",
    operation_id="listNotices",
    summary="List the notices of a campaign",
    response_model=Page[NoticeRead],
    openapi_extra=right("Anyone, once the campaign is open.", public=True),
)
async def list_notices(
    campaign_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    reader: Reader,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """What changed in the rules since the opening, latest first."""
    await service.require_seen(session, campaign_id)
    after = read_cursor(request, cursor)
    values = {"campaign_id": campaign_id, "before": int(after[0]) if after else _LAST, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.LISTING, values), limit, lambda row: [row["number"]])


@router.get(
    "/campaigns/{campaign_id}/notices/{notice_id}",
    operation_id="getNotice",
    summary="Read a notice",
    response_model=NoticeRead,
    openapi_extra=right("Anyone.", public=True),
)
async def get_notice(campaign_id: UUID, notice_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """A notice with what it changes."""
    row = await fetch_one(reader, repository.ONE, {"campaign_id": campaign_id, "notice_id": notice_id})
    if row is None:
        raise NotFound()
    tag = _tag(row["applied_at"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or row


@router.get(
    "/campaigns/{campaign_id}/notices/{notice_id}/reach",
    operation_id="getNoticeReach",
    summary="Read how far a notice went",
    response_model=NoticeReach,
    openapi_extra=right("Members of the organisation that leads the contract."),
)
async def get_notice_reach(campaign_id: UUID, notice_id: UUID, session: Snapshot, reader: Reader, caller: Caller) -> Any:
    """How many holders were told, by mail or not, and how many said they read it."""
    await campaigns.require_team(session, caller, campaign_id)
    if await fetch_one(reader, repository.ONE, {"campaign_id": campaign_id, "notice_id": notice_id}) is None:
        raise NotFound()
    return await fetch_one(reader, repository.REACH, {"notice_id": notice_id})


@router.get(
    "/dossiers/{dossier_id}/notices",
    operation_id="listDossierNotices",
    summary="List the notices told to a dossier's holder",
    response_model=Page[DossierNotice],
    openapi_extra=right(HOLDER),
)
async def list_dossier_notices(
    dossier_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    reader: Reader,
    caller: Caller,
    unread: Annotated[bool, Query(description="Only those nobody acknowledged yet.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Notices that concern this dossier, latest first: what changed, and what the draft lacked when it was told."""
    await service.require_holder(session, caller, dossier_id)
    after = read_cursor(request, cursor)
    before = int(after[0]) if after else _LAST
    values = {"dossier_id": dossier_id, "before": before, "unread": unread, "limit": limit + 1}
    return page(request, response, await fetch(reader, repository.OF_DOSSIER, values), limit, lambda row: [row["number"]])


@router.post(
    "/dossiers/{dossier_id}/notices/{notice_id}/acknowledgement",
    status_code=201,
    operation_id="acknowledgeNotice",
    summary="Say a notice was read",
    response_model=DossierNotice,
    openapi_extra=right(HOLDER),
)
async def acknowledge_notice(
    dossier_id: UUID, notice_id: UUID, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Takes the notice off the list of those not yet read. Once is enough for the whole organisation."""
    delivery, notice = await service.acknowledge(session, caller, dossier_id, notice_id, now=now)
    response.headers["Location"] = f"{router.prefix}/dossiers/{dossier_id}/notices"
    return {**notice.model_dump(), **delivery.model_dump()}
