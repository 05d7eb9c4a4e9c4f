"""Campaigns over HTTP."""

from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Row, Session, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import Forbidden, NotFound
from services.common.routing import ActRoute, right

from . import repository, rules, service
from .models import CampaignStatus, Nature
from .schemas import (
    Advice,
    BudgetLineRead,
    CampaignCreate,
    CampaignRead,
    CampaignSummary,
    CampaignUpdate,
    Charter,
    EnvelopeUpdate,
    FunderCreate,
    FunderRead,
)

router = APIRouter(prefix="/programming/v1/campaigns", tags=["campaigns"], route_class=ActRoute)

LEAD = "Members of the organisation that leads the contract."


def _shown(row: Row, now: Any) -> Row:
    return {**row, "status": rules.status_at(CampaignStatus(row["status"]), row["closes_at"], now)}


def _tag(version: int, status: CampaignStatus) -> str:
    """The deadline closes a campaign without a new version: the status is part of the tag."""
    return etag(version, status.value.replace("_", ""))


async def _visible(reader: Any, campaign_id: UUID, caller: MaybeCaller) -> Row:
    organisations = caller.organisation_ids if caller else []
    row = await fetch_one(reader, repository.ONE, {"campaign_id": campaign_id, "organisations": organisations})
    if row is None:
        raise NotFound()
    return row


@router.get(
    "",
    operation_id="listCampaigns",
    summary="List the campaigns",
    response_model=Page[CampaignSummary],
    openapi_extra=right("Anyone; drafts are seen by the contract's team and the funders invited.", public=True),
)
async def list_campaigns(
    request: Request,
    response: Response,
    reader: Reader,
    caller: MaybeCaller,
    now: Now,
    contract_id: UUID | None = None,
    status: Annotated[CampaignStatus | None, Query(description="A campaign past its deadline is closed.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Calls for projects, latest year first. A holder starts here: find the open call, read its charter, open a dossier."""
    after = read_cursor(request, cursor) or ["9999", str(LAST_ID)]
    values = {
        "organisations": caller.organisation_ids if caller else [],
        "before_year": int(after[0]),
        "before_id": UUID(after[1]),
        "contract_id": contract_id,
        "status": status and status.value,
        "now": now,
        "limit": limit + 1,
    }
    rows = [_shown(row, now) for row in await fetch(reader, repository.LISTING, values)]
    return page(request, response, rows, limit, lambda row: [row["year"], row["id"]])


@router.post(
    "",
    status_code=201,
    operation_id="createCampaign",
    summary="Prepare a campaign",
    response_model=CampaignRead,
    openapi_extra=right(LEAD),
)
async def create_campaign(wish: CampaignCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Prepare the yearly call of a contract. It is a draft until `opening`."""
    campaign = await service.create(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{campaign.id}"
    response.headers["ETag"] = _tag(campaign.version, campaign.status)
    return campaign


@router.get(
    "/{campaign_id}",
    operation_id="getCampaign",
    summary="Read a campaign",
    response_model=CampaignRead,
    openapi_extra=right("Anyone; a draft is seen by the contract's team and the funders invited.", public=True),
)
async def get_campaign(
    campaign_id: UUID, request: Request, response: Response, reader: Reader, caller: MaybeCaller, now: Now
) -> Any:
    """The call with its dates, criteria, required attachments and the codes dossiers may use."""
    row = _shown(await _visible(reader, campaign_id, caller), now)
    tag = _tag(row["version"], row["status"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or row


@router.patch(
    "/{campaign_id}",
    operation_id="updateCampaign",
    summary="Change a draft campaign",
    response_model=CampaignRead,
    openapi_extra=right(LEAD),
)
async def update_campaign(
    campaign_id: UUID, wish: CampaignUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Merge patch of a campaign that is not open yet."""
    campaign = await service.update(session, caller, campaign_id, wish, version=version, now=now)
    response.headers["ETag"] = _tag(campaign.version, campaign.status)
    return campaign


def _acts() -> None:
    said = {
        "opening": (
            "openCampaign",
            "Open the campaign",
            "Call for projects: checks that the campaign is ready, then freezes its rules.",
        ),
        "closing": ("closeCampaign", "Close the campaign", "No dossier can be submitted any more. The deadline does it by itself."),
        "instruction": ("startInstruction", "Start the instruction", "The funders' reviews begin in earnest."),
        "decision": ("declareDecided", "Declare the campaign decided", "Every committee has sat."),
        "archiving": ("archiveCampaign", "Archive the campaign", "Nothing changes any more."),
    }
    for name, (operation_id, summary, description) in said.items():

        async def act(
            campaign_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response, name: str = name
        ) -> Any:
            campaign = await service.act(session, caller, campaign_id, name, version=version, now=now)
            response.headers["ETag"] = _tag(campaign.version, campaign.status)
            response.headers["Location"] = f"{router.prefix}/{campaign.id}"
            return campaign

        router.post(
            f"/{{campaign_id}}/{name}",
            status_code=201,
            operation_id=operation_id,
            summary=summary,
            description=description,
            response_model=CampaignRead,
            openapi_extra=right(LEAD),
        )(act)


@router.post(
    "/{campaign_id}/funders",
    status_code=201,
    operation_id="addFunder",
    summary="Add a funder",
    response_model=FunderRead,
    openapi_extra=right(LEAD),
)
async def add_funder(campaign_id: UUID, wish: FunderCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """A funder takes part with its envelopes per budget line and the charter rules of each."""
    await service.add_funder(session, caller, campaign_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{campaign_id}/funders"
    lines = [BudgetLineRead(**line.model_dump(), granted_cents=0) for line in wish.budget_lines]
    return {**wish.model_dump(), "budget_lines": lines}


@router.get(
    "/{campaign_id}/funders",
    operation_id="listFunders",
    summary="Read the funders and their envelopes",
    response_model=Page[FunderRead],
    openapi_extra=right("The contract's team sees every envelope; a funder sees its own."),
)
async def list_funders(campaign_id: UUID, reader: Reader, caller: Caller) -> Any:
    """Envelope, granted and left per budget line."""
    campaign = await _visible(reader, campaign_id, caller)
    leads = caller.belongs_to(campaign["lead_organisation_id"])
    values = {"campaign_id": campaign_id, "organisations": caller.organisation_ids, "everything": leads}
    funders = await fetch(reader, repository.FUNDERS, values)
    if not funders and not leads:
        raise Forbidden()
    lines = await fetch(reader, repository.LINES, {"campaign_id": campaign_id})
    items = [
        {**funder, "budget_lines": [line for line in lines if line["funder_id"] == funder["organisation_id"]]} for funder in funders
    ]
    return {"items": items, "next": None}


@router.put(
    "/{campaign_id}/funders/{funder_id}/budget-lines/{code}/envelope",
    operation_id="setEnvelope",
    summary="Change an envelope",
    response_model=BudgetLineRead,
    openapi_extra=right("Managers and signatories of the funder; the contract's team before opening."),
)
async def set_envelope(
    campaign_id: UUID, funder_id: UUID, code: str, wish: EnvelopeUpdate, caller: Caller, session: Session, now: Now
) -> Any:
    """Raise or lower what a budget line holds, never below what it has granted."""
    return await service.set_envelope(session, caller, campaign_id, funder_id, code, wish, now=now)


@router.get(
    "/{campaign_id}/charter",
    operation_id="getCharter",
    summary="Read the funders' charter",
    response_model=Charter,
    openapi_extra=right("Whoever sees the campaign.", public=True),
)
async def get_charter(campaign_id: UUID, reader: Reader, caller: MaybeCaller) -> Any:
    """Who pays for what: natures, caps, shares, exclusions, with each funder's reason."""
    await _visible(reader, campaign_id, caller)
    rows = await fetch(reader, repository.CHARTER, {"campaign_id": campaign_id})
    return {"rules": [{**row, "budget_line": row["code"]} for row in rows]}


@router.get(
    "/{campaign_id}/advice",
    operation_id="adviseWhomToAsk",
    summary="Whom to ask",
    response_model=Advice,
    openapi_extra=right("Whoever sees the campaign.", public=True),
)
async def advise(
    campaign_id: UUID,
    reader: Reader,
    caller: MaybeCaller,
    nature: Nature,
    holder_kind: Annotated[str, Query(max_length=40)] = "association",
    objective: Annotated[list[str] | None, Query(description="Objective codes.")] = None,
    in_qpv: Annotated[bool, Query(description="Whether the action serves at least one QPV.")] = True,
    language: Literal["fr", "en"] = "fr",
) -> Any:
    """For each budget line, whether such a dossier may ask it, and why not."""
    await _visible(reader, campaign_id, caller)
    lines = [service.line_of(row) for row in await fetch(reader, repository.CHARTER, {"campaign_id": campaign_id})]
    ask = rules.Ask(nature, holder_kind, objective or [], ["QP"] if in_qpv else [])
    judged = [(line, rules.refusals(line, ask)) for line in lines]
    return {
        "lines": [
            {
                "funder_id": line.funder_id,
                "funder": line.funder,
                "budget_line": line.code,
                "label": line.label,
                "eligible": not refused,
                "refusals": [refusal.said.to(language) for refusal in refused],
            }
            for line, refused in judged
        ]
    }


_acts()


def tag_of(version: int, status: CampaignStatus) -> str:
    """The ETag of a campaign, for the other routes that change it."""
    return _tag(version, status)
