"""HTTP of the files a document joins: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.files import Range, download, file_content
from services.common.pagination import Page
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..centres.service import audience
from ..files.service import stored_file, stored_thumbnail
from . import attached
from .drafts_router import DOCUMENTALISTS
from .router import PREFIX, READERS
from .schemas import DocumentFile

router = APIRouter(tags=["files"], route_class=ActRoute)

_FILE = file_content()


@router.get(
    PREFIX + "/{document_id}/files",
    operation_id="listDocumentFiles",
    summary="A document's files",
    response_model=Page[DocumentFile],
    openapi_extra=right(READERS, public=True, refusals=(410,)),
)
async def listing(document_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now) -> Any:
    """Those of what is published now, all on one page. A file that still waits for its virus scan is not there yet."""
    found = await attached.listing(reader, await audience(reader, caller), document_id, resources.settings, now=now)
    return {"items": found, "next": None, "total": None}


@router.get(
    PREFIX + "/{document_id}/files/{file_id}",
    operation_id="downloadDocumentFile",
    summary="Download a file of a document",
    response_class=Response,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
    responses={200: _FILE | {"description": "The file."}, 206: _FILE | {"description": "The range asked for."}},
)
async def content(
    document_id: UUID,
    file_id: UUID,
    reader: Reader,
    caller: MaybeCaller,
    resources: Held,
    now: Now,
    request: Request,
    byte_range: Range = None,
) -> Response:
    """As it was received, whole or by a range. Caches keep what is public but ask each time: a document may be withdrawn."""
    seen = await audience(reader, caller)
    row, public = await attached.one(reader, seen, document_id, file_id, resources.settings, now=now)
    return download(resources.files, stored_file(row), row["name"], byte_range, request=request, public=public)


@router.get(
    PREFIX + "/{document_id}/files/{file_id}/thumbnail",
    operation_id="downloadDocumentThumbnail",
    summary="The first page of a document's file",
    response_class=Response,
    openapi_extra=right(READERS, public=True, refusals=(410,)),
    responses={200: file_content("image/webp") | {"description": "A WebP image, 480 pixels at most."}},
)
async def thumbnail(
    document_id: UUID, file_id: UUID, reader: Reader, caller: MaybeCaller, resources: Held, now: Now, request: Request
) -> Response:
    """404 of a file that has none (text, sound), or not yet."""
    seen = await audience(reader, caller)
    row, public = await attached.one(reader, seen, document_id, file_id, resources.settings, now=now)
    return download(resources.files, stored_thumbnail(row), f"{row['name']}.webp", None, request=request, public=public)


@router.delete(
    "/catalogue/v1/files/{file_id}",
    status_code=204,
    operation_id="deleteFile",
    summary="Delete a file",
    openapi_extra=right(DOCUMENTALISTS),
)
async def forget(file_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Only one that no draft and no version joins, past ones included: what was shown is kept."""
    await attached.forget(session, caller, file_id, now=now)
