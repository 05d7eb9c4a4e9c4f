"""HTTP of drafts made of closed dossiers: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.db import Reader
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import ExperienceProposal, ProposalStanding

router = APIRouter(prefix="/catalogue/v1/experience-proposals", tags=["experiences"], route_class=ActRoute)


@router.get(
    "",
    operation_id="listExperienceProposals",
    summary="Closed dossiers, and the drafts made of them",
    response_model=Page[ExperienceProposal],
    openapi_extra=right("Documentalists: what their centres made, and what waits for a centre."),
)
async def listing(
    reader: Reader,
    caller: Caller,
    request: Request,
    response: Response,
    state: Annotated[list[ProposalStanding], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    contract_id: Annotated[UUID | None, Query(description="Of this contract.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest dossiers first. One that waits becomes a draft when a centre follows its contract (`followContract`)."""
    after = read_cursor(request, cursor)
    asked = {
        "states": [each.value for each in state] or None,
        "contract_id": contract_id,
        "before_id": UUID(after[0]) if after else LAST_ID,
        "limit": limit + 1,
    }
    rows = await service.proposals(reader, caller, asked)
    return page(request, response, rows, limit, key=lambda row: (row["dossier_id"],))
