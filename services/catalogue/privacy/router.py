"""Retention of personal data and its proof. HTTP."""

from typing import Any

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader
from services.common.erasures import ErasureLine, RegisterVerification
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.retention import RetentionTable
from services.common.routing import ActRoute, right

from . import service

router = APIRouter(route_class=ActRoute, prefix="/catalogue/v1", tags=["retention"])

_ADMINISTRATORS = "Administrators of the platform."


@router.get(
    "/retention",
    operation_id="getCatalogueRetention",
    summary="How long personal data are kept",
    response_model=RetentionTable,
    openapi_extra=right("Anyone.", public=True),
)
async def retention(resources: Held, now: Now) -> Any:
    """By kind of data: how long, from when, why, and what becomes of it."""
    return service.retention(resources.settings, now)


@router.get(
    "/erasures",
    operation_id="listCatalogueErasures",
    summary="Register of erasures",
    response_model=Page[ErasureLine],
    openapi_extra=right(_ADMINISTRATORS),
)
async def register(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first: what kind, how many, when; nobody is named."""
    last = read_cursor(request, cursor)
    rows = await service.listing(reader, caller, before_number=int(last[0]) if last else 2**62, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["number"],))


@router.get(
    "/erasures/verification",
    operation_id="verifyCatalogueErasures",
    summary="Verify the register of erasures",
    response_model=RegisterVerification,
    openapi_extra=right(_ADMINISTRATORS),
)
async def verify(caller: Caller, resources: Held) -> Any:
    """Reads every line again: none was removed, added or changed."""
    return await service.verification(caller, resources)
