"""Export and erasure of a person's data, across the services. HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.erasures import ErasureLine, RegisterVerification
from services.common.etag import etag, not_modified
from services.common.files import Range, download, file_content
from services.common.origins import asked_from
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.retention import RetentionTable
from services.common.routing import ActRoute, right

from . import erasing, exports, service
from .schemas import AccountErasureCreate, AccountErasureRead, DataExportRead

router = APIRouter(route_class=ActRoute, prefix="/directory/v1", tags=["personal-data"])

_ONESELF = "Anyone signed in, for themselves."
_ADMINISTRATORS = "Administrators of the platform."


@router.post(
    "/me/export",
    status_code=201,
    operation_id="askMyDataExport",
    summary="Ask for all that is held about you",
    response_model=DataExportRead,
    openapi_extra=right(_ONESELF, persons_only=True, refusals=(429,)),
)
async def ask_export(caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """Every service writes what it holds of you; a mail tells you when the whole is ready, or at `due_at` what came and who is
    missing. Three a day at most."""
    made = await exports.ask(session, resources, caller, now=now)
    response.headers["Location"] = f"{router.prefix}/me/export/{made['id']}"
    response.headers["ETag"] = etag(made["version"])
    return made


@router.get(
    "/me/export/{export_id}",
    operation_id="getMyDataExport",
    summary="Where your export is",
    response_model=DataExportRead,
    openapi_extra=right(_ONESELF, persons_only=True),
)
async def read_export(export_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """Who answered, who has not yet."""
    found = await exports.one(reader, caller, export_id)
    response.headers["ETag"] = etag(found["version"])
    return not_modified(request, etag(found["version"])) or found


@router.get(
    "/me/export/{export_id}/file",
    operation_id="downloadMyDataExport",
    summary="Download your export",
    response_class=Response,
    responses={200: file_content("application/zip")},
    openapi_extra=right(_ONESELF, persons_only=True, refusals=(409, 410)),
)
async def download_export(
    export_id: UUID, caller: Caller, reader: Reader, resources: Held, now: Now, request: Request, byte_range: Range = None
) -> Any:
    """A ZIP, for seven days: `lisez-moi.json`, then one JSON document per service, room by room."""
    stored = await exports.file(reader, caller, export_id, now=now)
    return download(resources.files, stored, "mes-donnees-canevas.zip", byte_range, request=request)


@router.post(
    "/me/erasure",
    status_code=201,
    operation_id="askMyErasure",
    summary="Ask to be forgotten",
    response_model=AccountErasureRead,
    openapi_extra=right(_ONESELF, persons_only=True, refusals=(401, 429)),
)
async def ask_erasure(
    wish: AccountErasureCreate, caller: Caller, request: Request, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Confirmed by your password, done at `effective_at` unless you change your mind. Refused while you alone manage a living
    organisation: hand it over first. Then your name and address go from every service; what you did stays, without your name."""
    made = await erasing.ask(session, resources, caller, wish, origin=asked_from(request), now=now)
    response.headers["Location"] = f"{router.prefix}/me/erasure"
    response.headers["ETag"] = etag(made["version"])
    return made


@router.get(
    "/me/erasure",
    operation_id="getMyErasure",
    summary="Your last request to be forgotten",
    response_model=AccountErasureRead,
    openapi_extra=right(_ONESELF, persons_only=True),
)
async def read_erasure(caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """404 when you never asked."""
    found = await erasing.last(reader, caller)
    response.headers["ETag"] = etag(found["version"])
    return not_modified(request, etag(found["version"])) or found


@router.delete(
    "/me/erasure",
    status_code=204,
    operation_id="cancelMyErasure",
    summary="Change your mind",
    openapi_extra=right(_ONESELF, persons_only=True),
)
async def cancel_erasure(caller: Caller, session: Session, now: Now) -> None:
    """Until `effective_at`: nothing will be erased."""
    await erasing.cancel(session, caller, now=now)


@router.get(
    "/retention",
    operation_id="getDirectoryRetention",
    summary="How long personal data are kept",
    response_model=RetentionTable,
    openapi_extra=right("Anyone.", public=True),
)
async def retention(resources: Held, now: Now) -> Any:
    """By kind of data: how long, from when, why, and what becomes of it."""
    return service.retention(resources.settings, now)


@router.get(
    "/erasures",
    operation_id="listDirectoryErasures",
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
    operation_id="verifyDirectoryErasures",
    summary="Verify the register of erasures",
    response_model=RegisterVerification,
    openapi_extra=right(_ADMINISTRATORS),
)
async def verify(caller: Caller, resources: Held) -> Any:
    """Reads every line again: none was removed, added or changed."""
    return await service.verification(caller, resources)
