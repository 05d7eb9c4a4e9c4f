"""Scenarios over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from ..committees import service as committees
from . import repository, scenarios, service
from .records import (
    Comparison,
    ComparisonQuery,
    ScenarioComputation,
    ScenarioCreate,
    ScenarioListing,
    ScenarioRead,
    ScenarioSummary,
)

router = APIRouter(prefix="/programming/v1/campaigns/{campaign_id}/scenarios", tags=["coverage"], route_class=ActRoute)

WRITERS = "Members of the organisation it names: the contract's lead, or a funder of the campaign for the requests addressed to it."
READERS = "Members of the organisation that wrote it; once shared, the contract's team and the campaign's funders."


@router.post(
    "",
    status_code=201,
    operation_id="imagineScenario",
    summary="Write a scenario",
    response_model=ScenarioRead,
    openapi_extra=right(WRITERS),
)
async def imagine_scenario(
    campaign_id: UUID, wish: ScenarioCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """What if these amounts were granted? Nothing is touched: read the matrix with `?scenario_id=`, compare two side by side."""
    scenario = await scenarios.imagine(session, caller, campaign_id, wish, now=now)
    response.headers["Location"] = f"/programming/v1/campaigns/{campaign_id}/scenarios/{scenario.id}"
    response.headers["ETag"] = etag(scenario.version)
    return {**scenario.model_dump(), "amounts": wish.amounts}


@router.post(
    "/computed",
    status_code=201,
    operation_id="computeScenario",
    summary="Compute a scenario",
    response_model=ScenarioRead,
    openapi_extra=right("Members of the contract's lead, for any funder; of a funder of the campaign, for itself."),
)
async def compute_scenario(
    campaign_id: UUID, wish: ScenarioComputation, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """What if funder A gave so much, or cut everybody by so much, or took the best scored first until its envelope ends? The rule
    sets the amount of every request to that funder, in whole euros and within what is asked; the scenario then reads and compares
    like any other. Nothing is touched."""
    scenario = await scenarios.compute(session, caller, campaign_id, wish, now=now)
    response.headers["Location"] = f"/programming/v1/campaigns/{campaign_id}/scenarios/{scenario.id}"
    response.headers["ETag"] = etag(scenario.version)
    return {**scenario.model_dump(), "amounts": await scenarios.amounts_of(session, caller, campaign_id, scenario.id)}


@router.get(
    "",
    operation_id="listScenarios",
    summary="List the scenarios you may read",
    response_model=Page[ScenarioSummary],
    openapi_extra=right(READERS) | published(ScenarioListing),
)
async def list_scenarios(
    campaign_id: UUID, request: Request, response: Response, caller: Caller, reader: Reader, session: Snapshot
) -> Any:
    """Yours and those shared, latest first."""
    wish = read_query(request, ScenarioListing)
    await committees.seen_campaign(session, caller, campaign_id)
    after = read_cursor(request, wish.cursor)
    values = {
        "campaign_id": campaign_id,
        "organisations": caller.organisation_ids,
        "before": UUID(after[0]) if after else LAST_ID,
        "limit": wish.limit + 1,
    }
    return page(request, response, await fetch(reader, repository.SCENARIOS, values), wish.limit, lambda row: [row["id"]])


@router.get(
    "/comparison",
    operation_id="compareScenarios",
    summary="Compare two scenarios",
    response_model=Comparison,
    openapi_extra=right(READERS) | published(ComparisonQuery),
)
async def compare_scenarios(campaign_id: UUID, request: Request, caller: Caller, session: Snapshot, now: Now) -> Any:
    """What each side grants by funder, QPV and objective, and the cells that become covered or uncovered."""
    wish = read_query(request, ComparisonQuery)
    return await scenarios.compare(session, caller, campaign_id, wish.left, wish.right, now=now)


@router.get(
    "/{scenario_id}",
    operation_id="getScenario",
    summary="Read a scenario",
    response_model=ScenarioRead,
    openapi_extra=right(READERS),
)
async def get_scenario(
    campaign_id: UUID, scenario_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot
) -> Any:
    """The scenario with its amounts."""
    scenario = await scenarios.seen(session, caller, campaign_id, scenario_id)
    silent = await service.silent_for(session, caller, campaign_id)
    tag = response.headers["ETag"] = etag(scenario.version, f"kept{len(silent)}" if silent else "")
    if (same := not_modified(request, tag)) is not None:
        return same
    return {**scenario.model_dump(), "amounts": await scenarios.amounts_of(session, caller, campaign_id, scenario_id)}


@router.delete(
    "/{scenario_id}",
    status_code=204,
    operation_id="forgetScenario",
    summary="Delete a scenario",
    openapi_extra=right("Members of the organisation that wrote it."),
)
async def forget_scenario(
    campaign_id: UUID, scenario_id: UUID, caller: Caller, session: Session, now: Now, version: Version
) -> None:
    """A draft is no record: it goes for good."""
    await scenarios.forget(session, caller, campaign_id, scenario_id, version=version, now=now)
