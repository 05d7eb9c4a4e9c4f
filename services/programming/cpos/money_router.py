"""The money of agreements over HTTP: tranches through their years, promises, the multi-year share."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Snapshot
from services.common.routing import ActRoute, right

from . import money, shares
from .money_schemas import CpoMoney, MultiYearShare, Promises
from .router import PARTIES, router

money_router = APIRouter(prefix=router.prefix, tags=["cpos"], route_class=ActRoute)

FUNDERS = "Members of the organisation that leads the contract, and of its funders."


@money_router.get(
    "/cpos/{cpo_id}/money",
    operation_id="getCpoMoney",
    summary="Read an agreement's money",
    response_model=CpoMoney,
    openapi_extra=right(PARTIES),
)
async def get_cpo_money(cpo_id: UUID, session: Snapshot, caller: Caller, now: Now) -> Any:
    """Past, present and future, per year, funder and budget line: forecast, confirmed, granted, committed, paid, justified."""
    return await money.read(session, caller, cpo_id, now=now)


@money_router.get(
    "/contracts/{contract_id}/promises",
    operation_id="getPromises",
    summary="What agreements promise",
    response_model=Promises,
    openapi_extra=right(f"{FUNDERS} A funder reads its own."),
)
async def get_promises(
    contract_id: UUID,
    session: Snapshot,
    caller: Caller,
    now: Now,
    funder_id: Annotated[UUID | None, Query(description="Of this funder alone.")] = None,
    from_year: Annotated[int | None, Query(ge=2000, le=2199, description="This year by default.")] = None,
) -> Any:
    """Envelopes of the years to come: what signed agreements already promise of them, beside what each campaign's line holds."""
    return await shares.promises(session, caller, contract_id, funder_id=funder_id, from_year=from_year, now=now)


@money_router.get(
    "/contracts/{contract_id}/multi-year-share",
    operation_id="getContractMultiYearShare",
    summary="The multi-year share of a contract",
    response_model=MultiYearShare,
    openapi_extra=right(FUNDERS),
)
async def get_contract_multi_year_share(contract_id: UUID, session: Snapshot, caller: Caller, now: Now) -> Any:
    """By agreements and by euros, against the target, with what is missing and the actions that could join."""
    return await shares.share_of_contract(session, caller, contract_id, now=now)


@money_router.get(
    "/campaigns/{campaign_id}/multi-year-share",
    operation_id="getCampaignMultiYearShare",
    summary="The multi-year share of a campaign",
    response_model=MultiYearShare,
    openapi_extra=right(FUNDERS),
)
async def get_campaign_multi_year_share(campaign_id: UUID, session: Snapshot, caller: Caller, now: Now) -> Any:
    """By agreements and by euros, against the target, with what is missing and the actions that could join."""
    return await shares.share_of_campaign(session, caller, campaign_id, now=now)
