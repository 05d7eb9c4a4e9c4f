"""Probable duplicates and overlaps over HTTP, for funders and the contract's team."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Row, Session, Snapshot
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import overlaps
from .schemas import DismissalCreate, OverlapListing, OverlapRead

overlaps_router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["similar"])

_READERS = "Members of the funders asked and of the contract's team, among dossiers they both read and do not hold."
_DISMISSING = "Members of a funder that both dossiers ask, or of the team."


@overlaps_router.get(
    "/dossiers/{dossier_id}/overlaps",
    operation_id="listDossierOverlaps",
    summary="Probable duplicates and overlaps of a dossier",
    response_model=Page[OverlapRead],
    openapi_extra=right(_READERS) | published(OverlapListing),
)
async def list_of_dossier(dossier_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot) -> Any:
    """Other dossiers you read that may be the same action or share a part of it, whatever the campaign, with why and the
    passages they share. New submissions are compared within a minute or two. The holder never sees this."""
    wish = read_query(request, OverlapListing)
    found = await overlaps.of_dossier(session, caller, dossier_id, wish, read_cursor(request, wish.cursor))
    return _page(request, response, wish, found)


@overlaps_router.get(
    "/campaigns/{campaign_id}/overlaps",
    operation_id="listCampaignOverlaps",
    summary="Probable duplicates and overlaps in a campaign",
    response_model=Page[OverlapRead],
    openapi_extra=right("Members of the campaign's funders and of the contract's team, among the dossiers they read.")
    | published(OverlapListing),
)
async def list_of_campaign(campaign_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot) -> Any:
    """Pairs of dossiers you read, at least one of them in this campaign, strongest or newest first."""
    wish = read_query(request, OverlapListing)
    found = await overlaps.of_campaign(session, caller, campaign_id, wish, read_cursor(request, wish.cursor))
    return _page(request, response, wish, found)


def _page(request: Request, response: Response, wish: OverlapListing, found: list[Row]) -> Any:
    def keys(row: Row) -> list[Any]:
        return [row["score_bp"] if wish.sort == "-score" else row["found_at"].isoformat(), row["id"]]

    return page(request, response, found, wish.limit, keys)


@overlaps_router.post(
    "/overlaps/{overlap_id}/dismissal",
    status_code=201,
    operation_id="dismissOverlap",
    summary="Dismiss an overlap",
    response_model=OverlapRead,
    openapi_extra=right(_DISMISSING),
)
async def dismiss_overlap(
    overlap_id: UUID, wish: DismissalCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Say why the two dossiers are nothing to your organisation. Other organisations still see the overlap as it is."""
    response.headers["Location"] = f"{overlaps_router.prefix}/overlaps/{overlap_id}/dismissal"
    return await overlaps.dismiss(session, caller, overlap_id, wish, now=now)


@overlaps_router.delete(
    "/overlaps/{overlap_id}/dismissal",
    status_code=204,
    operation_id="bringBackOverlap",
    summary="Take a dismissal back",
    openapi_extra=right(_DISMISSING),
)
async def bring_back_overlap(
    overlap_id: UUID,
    caller: Caller,
    session: Session,
    now: Now,
    organisation_id: Annotated[UUID, Query(description="The organisation that dismissed it.")],
) -> None:
    """The overlap is again to be looked at by your organisation."""
    await overlaps.bring_back(session, caller, overlap_id, organisation_id, now=now)
