"""The matrix over HTTP, in every format, and live during a session."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, MaybeCaller, Principal
from services.common.clock import Now
from services.common.db import Snapshot
from services.common.pagination import Page, page, read_cursor
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import documents, live, scenarios, service
from .schemas import CampaignCellQuery, CampaignCoverageQuery, CellDossier, CellQuery, CoverageQuery, MatrixRead

router = APIRouter(prefix="/programming/v1", tags=["coverage"], route_class=ActRoute)

READERS = "Anyone, what is granted, once the campaign is decided; before, its funders and the contract's team, who read it all."
FORMATS: dict[int | str, dict[str, Any]] = {
    200: {
        "content": {media: {"schema": {"type": "string", "format": "binary"}} for media in documents.BINARY}
        | {media: {"schema": {"type": "string"}} for media in documents.TEXT},
        "description": "The matrix, in the format of `?format=` or, without it, of `Accept`.",
    }
}


async def _answer(request: Request, matrix: MatrixRead, query: CoverageQuery, caller: Principal | None) -> Response:
    """Only what anyone may read is kept by those who pass it on."""
    kind = documents.wanted(query.format, request.headers.get("accept", ""))
    made = await documents.write(matrix, kind)
    headers = {"Vary": "Accept, Authorization", "Cache-Control": "no-store" if caller else "public, max-age=60"}
    if made.name:
        headers["Content-Disposition"] = f'inline; filename="{made.name}"'
    return Response(made.content, headers=headers, media_type=made.media_type)


@router.get(
    "/contracts/{contract_id}/coverage",
    operation_id="getContractCoverage",
    summary="Read what the programme covers over a contract",
    response_model=MatrixRead,
    responses=FORMATS,
    openapi_extra=right(READERS, public=True) | published(CoverageQuery),
)
async def get_contract_coverage(contract_id: UUID, request: Request, caller: MaybeCaller, session: Snapshot, now: Now) -> Response:
    """Objective × QPV over all the contract's campaigns that you may read: actions, holders, people, euros by funder, what nobody covers."""
    query = read_query(request, CoverageQuery)
    scope = await service.readable_contract(session, caller, contract_id)
    return await _answer(request, await service.assemble(session, scope, query.stage, now=now), query, caller)


@router.get(
    "/campaigns/{campaign_id}/coverage",
    operation_id="getCampaignCoverage",
    summary="Read what a campaign covers",
    response_model=MatrixRead,
    responses=FORMATS,
    openapi_extra=right(READERS, public=True) | published(CampaignCoverageQuery),
)
async def get_campaign_coverage(campaign_id: UUID, request: Request, caller: MaybeCaller, session: Snapshot, now: Now) -> Response:
    """Objective × QPV: actions, holders, people, euros by funder, what nobody covers; as it stands, or under a scenario."""
    query = read_query(request, CampaignCoverageQuery)
    scope = await service.readable_campaign(session, caller, campaign_id)
    scenario = await scenarios.seen(session, caller, campaign_id, query.scenario_id) if query.scenario_id else None
    return await _answer(request, await service.assemble(session, scope, query.stage, scenario=scenario, now=now), query, caller)


async def _cell(
    request: Request,
    response: Response,
    session: Any,
    caller: Principal,
    scope: service.Scope,
    place: tuple[str, str],
    query: CellQuery,
    scenario: Any = None,
) -> Any:
    after = read_cursor(request, query.cursor)
    rows = await service.cell_dossiers(
        session,
        caller,
        scope,
        objective=place[0],
        qpv=place[1],
        after=after[0] if after else "",
        limit=query.limit + 1,
        scenario=scenario,
    )
    return page(request, response, rows, query.limit, lambda row: [row["reference"]])


@router.get(
    "/campaigns/{campaign_id}/coverage/cells/{objective}/{qpv}/dossiers",
    operation_id="listCampaignCellDossiers",
    summary="List the dossiers of a campaign's cell",
    response_model=Page[CellDossier],
    openapi_extra=right("Anyone signed in, among the dossiers they may see.") | published(CampaignCellQuery),
)
async def list_campaign_cell_dossiers(
    campaign_id: UUID, objective: str, qpv: str, request: Request, response: Response, caller: Caller, session: Snapshot
) -> Any:
    """Dossiers of one cell with their share of the money there; `hors-qpv` for those that name no QPV. For the team, shares add up to the cell."""
    query = read_query(request, CampaignCellQuery)
    scope = await service.campaign_scope(session, caller, campaign_id)
    scenario = await scenarios.seen(session, caller, campaign_id, query.scenario_id) if query.scenario_id else None
    return await _cell(request, response, session, caller, scope, (objective, qpv), query, scenario)


@router.get(
    "/contracts/{contract_id}/coverage/cells/{objective}/{qpv}/dossiers",
    operation_id="listContractCellDossiers",
    summary="List the dossiers of a contract's cell",
    response_model=Page[CellDossier],
    openapi_extra=right("Anyone signed in, among the dossiers they may see.") | published(CellQuery),
)
async def list_contract_cell_dossiers(
    contract_id: UUID, objective: str, qpv: str, request: Request, response: Response, caller: Caller, session: Snapshot
) -> Any:
    """The same over all the contract's campaigns."""
    query = read_query(request, CellQuery)
    scope = await service.contract_scope(session, caller, contract_id)
    return await _cell(request, response, session, caller, scope, (objective, qpv), query)


@router.get(
    "/committees/{committee_id}/coverage/stream",
    operation_id="streamCommitteeCoverage",
    summary="Follow the coverage during a session",
    response_class=Response,
    responses={
        200: {
            "content": {"text/event-stream": {"schema": {"type": "string"}}},
            "description": "Server-sent events: `matrix` at once and after each decision of the campaign (data: `committee_id`, "
            "`newly_covered` and `newly_uncovered` cells, `matrix` as `MatrixRead`), `closed` when the session is; a comment every "
            "15 seconds. It ends after 9 minutes: connect again.",
        }
    },
    openapi_extra=right("The contract's team and the campaign's funders."),
)
async def stream_committee_coverage(committee_id: UUID, request: Request, caller: Caller, session: Snapshot) -> Response:
    """The matrix on the wall: it changes while funders decide. No connection to the database is held while nothing happens."""
    committee = await live.readable(session, caller, committee_id)
    silent = await service.silent_for(session, caller, committee.campaign_id)
    return live.EventStream(live.of(request.app.state).events(committee.id, committee.campaign_id, silent))
