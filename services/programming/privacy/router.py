"""Retention of personal data, erasure with proof, export. HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.erasures import ErasureLine, RegisterVerification
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.retention import RetentionTable
from services.common.routing import ActRoute, right

from . import service
from .schemas import OpenedSignature, SealedSignatureRead, SealOpening

router = APIRouter(route_class=ActRoute, prefix="/programming/v1", tags=["retention"])

_ADMINISTRATORS = "Administrators of the platform."


@router.get(
    "/retention",
    operation_id="getProgrammingRetention",
    summary="How long personal data are kept",
    response_model=RetentionTable,
    openapi_extra=right("Anyone.", public=True),
)
async def retention(resources: Held, now: Now) -> Any:
    """By kind of data: how long, from when, why, and what becomes of it."""
    return service.retention(resources.settings, now)


@router.get(
    "/erasures",
    operation_id="listProgrammingErasures",
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
    operation_id="verifyProgrammingErasures",
    summary="Verify the register of erasures",
    response_model=RegisterVerification,
    openapi_extra=right(_ADMINISTRATORS),
)
async def verify(caller: Caller, resources: Held) -> Any:
    """Reads every line again: none was removed, added or changed."""
    return await service.verification(caller, resources)


@router.get(
    "/sealed-signatures",
    operation_id="listSealedSignatures",
    summary="Acts whose signatory was erased",
    response_model=Page[SealedSignatureRead],
    openapi_extra=right(_ADMINISTRATORS),
)
async def sealed(
    caller: Caller, reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first. The name is shown nowhere; it is sealed until `kept_until`, then destroyed."""
    last = read_cursor(request, cursor)
    rows = await service.sealed(reader, caller, before=UUID(last[0]) if last else LAST_ID, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/sealed-signatures/{sealed_id}/opening",
    operation_id="openSealedSignature",
    summary="Read who had signed, for a court or an auditor",
    response_model=OpenedSignature,
    openapi_extra=right(_ADMINISTRATORS, persons_only=True, secret_answer=True),
)
async def open_seal(sealed_id: UUID, wish: SealOpening, caller: Caller, session: Session, resources: Held, now: Now) -> Any:
    """The reason, who asked and when stay in the journal; the act still shows no name."""
    return await service.open_seal(session, resources, caller, sealed_id, wish, now=now)
