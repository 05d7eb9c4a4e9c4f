"""Action leads over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import leads
from .records import Candidates, LeadCreate, LeadLinks, LeadQuery, LeadRead, LeadUpdate, LinksWrite

router = APIRouter(prefix="/programming/v1/contracts/{contract_id}/action-leads", tags=["coverage"], route_class=ActRoute)

TEAM = "Members of the organisation that leads the contract."
ANYONE = "Anyone; grants count once their campaign is decided, before for the contract's team and the campaign's funders."


async def _shown(session: Any, caller: Any, contract_id: UUID, lead_id: UUID, response: Response) -> Any:
    row = await leads.one(session, caller, contract_id, lead_id)
    response.headers["ETag"] = etag(row["version"])
    return row


@router.get(
    "",
    operation_id="listActionLeads",
    summary="List the action leads",
    response_model=Page[LeadRead],
    openapi_extra=right(ANYONE, public=True) | published(LeadQuery),
)
async def list_action_leads(contract_id: UUID, request: Request, response: Response, caller: MaybeCaller, session: Snapshot) -> Any:
    """Pistes d'action of the contract, each with what covers it now: the programme, droit commun, a part only, or nothing."""
    wish = read_query(request, LeadQuery)
    after = read_cursor(request, wish.cursor)
    rows = await leads.listing(session, caller, contract_id, wish)
    rows = [row for row in rows if after is None or row["id"] > UUID(after[0])]
    return page(request, response, rows[: wish.limit + 1], wish.limit, lambda row: [row["id"]])


@router.post(
    "",
    status_code=201,
    operation_id="recordActionLead",
    summary="Record an action lead",
    response_model=LeadRead,
    openapi_extra=right(TEAM),
)
async def record_action_lead(
    contract_id: UUID, wish: LeadCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """What somebody should do one day, for an objective and some QPVs."""
    lead = await leads.record(session, caller, contract_id, wish, now=now)
    response.headers["Location"] = f"/programming/v1/contracts/{contract_id}/action-leads/{lead.id}"
    return await _shown(session, caller, contract_id, lead.id, response)


@router.get(
    "/{lead_id}",
    operation_id="getActionLead",
    summary="Read an action lead",
    response_model=LeadRead,
    openapi_extra=right(ANYONE, public=True),
)
async def get_action_lead(contract_id: UUID, lead_id: UUID, caller: MaybeCaller, session: Snapshot, response: Response) -> Any:
    """The lead and what covers it: derived when it is read, so never stale (its ETag is that of the lead itself)."""
    return await _shown(session, caller, contract_id, lead_id, response)


@router.patch(
    "/{lead_id}",
    operation_id="changeActionLead",
    summary="Change an action lead",
    response_model=LeadRead,
    openapi_extra=right(TEAM),
)
async def change_action_lead(
    contract_id: UUID,
    lead_id: UUID,
    wish: LeadUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Merge patch: what is not sent stays."""
    await leads.change(session, caller, contract_id, lead_id, wish, version=version, now=now)
    return await _shown(session, caller, contract_id, lead_id, response)


@router.delete(
    "/{lead_id}",
    status_code=204,
    operation_id="removeActionLead",
    summary="Remove an action lead",
    openapi_extra=right(TEAM),
)
async def remove_action_lead(
    contract_id: UUID, lead_id: UUID, caller: Caller, session: Session, now: Now, version: Version
) -> None:
    """What answered it stays where it is."""
    await leads.remove(session, caller, contract_id, lead_id, version=version, now=now)


@router.get(
    "/{lead_id}/links",
    operation_id="listActionLeadLinks",
    summary="Read what answers an action lead",
    response_model=LeadLinks,
    openapi_extra=right(TEAM),
)
async def list_action_lead_links(contract_id: UUID, lead_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Linked dossiers and measures, all of them."""
    return await leads.links(session, caller, contract_id, lead_id)


@router.put(
    "/{lead_id}/links",
    operation_id="linkActionLead",
    summary="Say what answers an action lead",
    response_model=LeadRead,
    openapi_extra=right(TEAM),
)
async def link_action_lead(
    contract_id: UUID,
    lead_id: UUID,
    wish: LinksWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Everything that answers it, in one list: submitted dossiers and measures of the contract."""
    await leads.link(session, caller, contract_id, lead_id, wish, version=version, now=now)
    return await _shown(session, caller, contract_id, lead_id, response)


@router.get(
    "/{lead_id}/candidates",
    operation_id="listActionLeadCandidates",
    summary="Read what may answer an action lead",
    response_model=Candidates,
    openapi_extra=right(TEAM),
)
async def list_action_lead_candidates(contract_id: UUID, lead_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """Dossiers (the latest 50) and measures of the same objective with a QPV in common, not linked yet."""
    return await leads.candidates(session, caller, contract_id, lead_id)
