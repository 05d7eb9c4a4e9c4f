"""Legal parameters over HTTP."""

from typing import Any

from fastapi import APIRouter, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch
from services.common.pagination import Page
from services.common.routing import ActRoute, right

from . import repository, service
from .schemas import ParameterRead, ParameterWrite

router = APIRouter(prefix="/programming/v1/parameters", tags=["parameters"], route_class=ActRoute)


@router.get(
    "",
    operation_id="listParameters",
    summary="Read the legal parameters",
    response_model=Page[ParameterRead],
    openapi_extra=right("Anyone.", public=True),
)
async def list_parameters(reader: Reader) -> Any:
    """Thresholds and delays, each with the day it applies from and the text it comes from."""
    return {"items": await fetch(reader, repository.ALL, {}), "next": None}


@router.post(
    "",
    status_code=201,
    operation_id="recordParameter",
    summary="Record a new value",
    response_model=ParameterRead,
    openapi_extra=right("The platform's administrators."),
)
async def record_parameter(wish: ParameterWrite, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """A text changed a threshold or a delay: its new value applies from the day given, on what is computed from then on."""
    response.headers["Location"] = router.prefix
    return await service.record(session, caller, wish, now=now)
