"""HTTP of the delays of funders."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter

from services.common.db import Snapshot
from services.common.routing import ActRoute, right

from . import delays

delays_router = APIRouter(prefix="/programming/v1/funders", tags=["retroplanning"], route_class=ActRoute)


@delays_router.get(
    "/{funder_id}/delays",
    operation_id="getFunderDelays",
    summary="How fast a funder answers, over its campaigns",
    response_model=delays.FunderAnswerDelays,
    openapi_extra=right("Anyone.", public=True, refusals=(404,)),
)
async def get_funder_delays(funder_id: UUID, session: Snapshot) -> Any:
    """Median and ninth decile of the days from submission to the letter, overall and by campaign, with the promised days.

    Where fewer than five answers were given nothing is said (`suppressed`).
    """
    return await delays.of_funder(session, funder_id)
