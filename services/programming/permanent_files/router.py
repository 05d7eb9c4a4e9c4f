"""Permanent files of organisations over HTTP: the body of a document is the file itself."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import etag, not_modified
from services.common.files import ROUTE_LIMIT, Range, announced_length, download, file_content
from services.common.language import preferred
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right

from . import rules, service
from .schemas import PermanentFileAdded, PermanentFileKind, PermanentFileRead

PREFIX = "/programming/v1"
router = APIRouter(route_class=ActRoute, prefix=PREFIX, tags=["permanent-files"])
upload_router = APIRouter(route_class=UploadRoute, prefix=PREFIX, tags=["permanent-files"])

MEMBERS = "Members of the organisation."
_FILE = file_content()
_OF = "/organisations/{organisation_id}/permanent-files"
KindQuery = Query(pattern=r"^[a-z0-9_-]{1,40}$", description="Which document it is.", examples=["comptes"])


@router.get(
    "/permanent-file-kinds",
    operation_id="listPermanentFileKinds",
    summary="Kinds of documents kept",
    response_model=Page[PermanentFileKind],
    openapi_extra=right("Anyone.", public=True),
)
async def list_kinds(request: Request) -> Any:
    """The documents campaigns usually ask for, and how long each is good. Another code may be kept too, until it is replaced."""
    language = preferred(request.headers.get("accept-language"))
    items = [
        {
            "code": code,
            "label": kind.label.to(language),
            "validity": kind.validity,
            "validity_label": rules.VALIDITIES[kind.validity].to(language),
        }
        for code, kind in rules.KINDS.items()
    ]
    return {"items": items, "next": None}


@router.get(
    _OF,
    operation_id="listPermanentFiles",
    summary="List what an organisation keeps",
    response_model=Page[PermanentFileRead],
    openapi_extra=right(MEMBERS),
)
async def list_permanent_files(
    organisation_id: UUID,
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    now: Now,
    kind: Annotated[str | None, KindQuery] = None,
    history: Annotated[bool, Query(description="Former and removed versions too.")] = False,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """The documents that serve today, newest first: drafts are given those a campaign asks for."""
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(
        reader, caller, organisation_id, kind=kind, history=history, before=before, limit=limit + 1, now=now
    )
    return page(request, response, rows, limit, lambda row: [row["id"]])


@upload_router.post(
    _OF,
    status_code=201,
    operation_id="keepPermanentFile",
    summary="Keep a document for reuse",
    response_model=PermanentFileAdded,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right(MEMBERS) | {"requestBody": {"required": True, **_FILE}},
)
async def keep_permanent_file(
    organisation_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    kind: Annotated[str, KindQuery],
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.", examples=["comptes-2025.pdf"])],
    exercise: Annotated[int | None, Query(ge=2000, le=2100, description="Accounting year it closes.")] = None,
    expires_on: Annotated[date | None, Query(description="Last day it is good.")] = None,
) -> Any:
    """Send the file itself as the body. It becomes the version drafts are given; those before it stay where they were sent."""
    arriving = service.Arriving(kind, name, request.stream(), exercise, expires_on, announced_length(request))
    kept = await service.keep(session, resources, caller, organisation_id, arriving, now=now)
    response.headers["Location"] = f"{PREFIX}/permanent-files/{kept.id}"
    return {**await service.read(session, kept.id, now=now), "renamed": kept.name != name}


@router.get(
    "/permanent-files/{permanent_file_id}",
    operation_id="getPermanentFile",
    summary="Read what is known of a document",
    response_model=PermanentFileRead,
    openapi_extra=right(MEMBERS),
)
async def get_permanent_file(
    permanent_file_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller, now: Now
) -> Any:
    """One version: whether it serves, until when, what the virus scanner said."""
    row = await service.one(reader, caller, permanent_file_id, now=now)
    state = f"{row['status']}{int(row['current'])}{int(row['expired'])}{int(row['removed_at'] is not None)}"
    tag = response.headers["ETag"] = etag(row["number"], state.replace("_", ""))
    return not_modified(request, tag) or row


@router.get(
    "/permanent-files/{permanent_file_id}/content",
    operation_id="downloadPermanentFile",
    summary="Download a document",
    response_class=Response,
    openapi_extra=right(MEMBERS),
    responses={200: _FILE | {"description": "The file."}, 206: _FILE | {"description": "The range asked for."}},
)
async def download_permanent_file(
    permanent_file_id: UUID, reader: Reader, caller: Caller, resources: Held, now: Now, byte_range: Range = None
) -> Response:
    """The file as it was received. Funders read it where it was sent: among the attachments of the dossier."""
    stored, name = await service.content(reader, caller, permanent_file_id, now=now)
    return download(resources.files, stored, name, byte_range)


@router.delete(
    "/permanent-files/{permanent_file_id}",
    status_code=204,
    operation_id="removePermanentFile",
    summary="Remove a document from reuse",
    openapi_extra=right(MEMBERS),
)
async def remove_permanent_file(permanent_file_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """It is given to no draft any more. A dossier sent with it keeps the version it was sent with."""
    await service.remove(session, caller, permanent_file_id, now=now)
