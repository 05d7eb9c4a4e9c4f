"""HTTP of the files of a centre: parse, call one use case, answer. The body of a sending is the file itself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import etag, not_modified
from services.common.files import ROUTE_LIMIT, Range, download, file_content
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right

from . import service
from .schemas import StoredFileRead, StoredFileSummary

PREFIX = "/catalogue/v1"
router = APIRouter(prefix=PREFIX, tags=["files"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["files"], route_class=UploadRoute)

DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
FILE = file_content()


@upload_router.post(
    "/centres/{centre_id}/files",
    status_code=201,
    operation_id="sendFile",
    summary="Send a file",
    response_model=StoredFileSummary,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right(DOCUMENTALISTS) | {"requestBody": {"required": True, **FILE}},
)
async def send(
    centre_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.", examples=["conseils-citoyens.pdf"])],
) -> Any:
    """Send the file itself as the body; a large one, or on a bad line, goes better by `beginUpload`.

    Its type is read from its content: PDF, office documents, images, video, audio, text, HTML. Archives are refused. Its text and
    its first page are read afterwards.
    """
    announced = request.headers.get("content-length", "")
    sending = service.Sending(name, request.stream(), int(announced) if announced.isdecimal() else None)
    file = await service.receive(session, resources, caller, centre_id, sending, now=now)
    response.headers["Location"] = f"{PREFIX}/files/{file.id}"
    response.headers["ETag"] = etag(file.version)
    return {**file.model_dump(exclude={"text"}), "has_thumbnail": file.thumbnail_key is not None}


@router.get(
    "/centres/{centre_id}/files",
    operation_id="listFiles",
    summary="The files of a centre",
    response_model=Page[StoredFileSummary],
    openapi_extra=right(DOCUMENTALISTS),
)
async def listing(
    centre_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Everything the centre has sent, joined to a document or not, the newest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(session, caller, centre_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/files/{file_id}",
    operation_id="getFile",
    summary="Read about a file",
    response_model=StoredFileRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def read(file_id: UUID, caller: Caller, reader: Reader, request: Request, response: Response) -> Any:
    """Its scan, its pages, whether its text could be read and how it begins."""
    row = await service.one(reader, caller, file_id)
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.get(
    "/files/{file_id}/content",
    operation_id="downloadFile",
    summary="Download a file of the centre",
    response_class=Response,
    openapi_extra=right(DOCUMENTALISTS, refusals=(409,)),
    responses={200: FILE | {"description": "The file."}, 206: FILE | {"description": "The range asked for."}},
)
async def content(
    file_id: UUID, caller: Caller, reader: Reader, resources: Held, request: Request, byte_range: Range = None
) -> Response:
    """As it was received, even before its scan; not when the virus scanner refused it (409)."""
    row = await service.content(reader, caller, file_id)
    return download(resources.files, service.stored_file(row), row["name"], byte_range, request=request)


@router.get(
    "/files/{file_id}/thumbnail",
    operation_id="downloadFileThumbnail",
    summary="The first page of a file of the centre",
    response_class=Response,
    openapi_extra=right(DOCUMENTALISTS, refusals=(409,)),
    responses={200: file_content("image/webp") | {"description": "A WebP image, 480 pixels at most."}},
)
async def thumbnail(file_id: UUID, caller: Caller, reader: Reader, resources: Held, request: Request) -> Response:
    """404 until it was drawn, and of a file that has none (text, sound)."""
    row = await service.content(reader, caller, file_id)
    return download(resources.files, service.stored_thumbnail(row), f"{row['name']}.webp", None, request=request)
