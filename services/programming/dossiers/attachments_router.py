"""Attachments over HTTP: the body is the file itself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch_one
from services.common.etag import etag
from services.common.files import ROUTE_LIMIT, Range, announced_length, download, file_content
from services.common.problems import NotFound
from services.common.resources import Held
from services.common.routing import ActRoute, UploadRoute, right

from ..permanent_files import scanning as antivirus
from ..permanent_files.schemas import ScanStatus
from . import access, attachments, history, pieces, repository
from .attachment_schemas import AttachmentAdded, PermanentFilesUse, PermanentFilesUsed
from .router import HOLDER, READERS, WRITERS

PREFIX = "/programming/v1/dossiers/{dossier_id}/attachments"
router = APIRouter(prefix=PREFIX, tags=["dossiers"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["dossiers"], route_class=UploadRoute)

_FILE = file_content()


@upload_router.post(
    "",
    status_code=201,
    operation_id="attachFile",
    summary="Attach a file",
    response_model=AttachmentAdded,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right(WRITERS) | {"requestBody": {"required": True, **_FILE}},
)
async def attach_file(
    dossier_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    kind: Annotated[str, Query(pattern=r"^[a-z0-9_-]{1,40}$", description="Which document it is.", examples=["statuts"])],
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.", examples=["statuts.pdf"])],
) -> Any:
    """Send the file itself as the body. Its type is read from its content: PDF, images, office documents."""
    resources = request.app.state.resources
    limit, most = resources.settings.upload_limit_mb * 1024 * 1024, resources.settings.attachments_per_dossier
    upload = attachments.Upload(kind, name, request.stream(), limit, most, announced_length(request))
    attachment, dossier = await attachments.attach(session, resources, caller, dossier_id, upload, now=now)
    response.headers["Location"] = f"{PREFIX.format(dossier_id=dossier_id)}/{attachment.id}"
    shown = {**attachment.model_dump(), "renamed": attachment.name != name}
    return {**shown, "dossier_etag": etag(access.writing_version(dossier), "holder")}


@router.get(
    "/{attachment_id}",
    operation_id="downloadAttachment",
    summary="Download an attachment",
    response_class=Response,
    openapi_extra=right(READERS),
    responses={200: _FILE | {"description": "The file."}, 206: _FILE | {"description": "The range asked for."}},
)
async def download_attachment(
    dossier_id: UUID, attachment_id: UUID, request: Request, reader: Reader, caller: Caller, byte_range: Range = None
) -> Response:
    """The file as it was received, whole or the one range asked for. With a virus scanner, readers wait for its verdict; a file in
    quarantine is handed to nobody."""
    values = {"dossier_id": dossier_id, "organisations": access.reader_ids(caller)}
    seen = await fetch_one(reader, repository.CAPACITIES, values)
    if seen is None:
        raise NotFound()
    row = await fetch_one(reader, history.ATTACHMENT, {"dossier_id": dossier_id, "attachment_id": attachment_id})
    own = bool(seen["as_holder"] or seen["as_collaborator"])
    if row is None or (row["not_sent_yet"] and not own):
        raise NotFound()
    antivirus.require_clean(ScanStatus(row["status"]), row["status_reason"], own=own)
    return download(request.app.state.resources.files, attachments.stored_file(row), row["name"], byte_range)


@router.delete(
    "/{attachment_id}",
    status_code=204,
    operation_id="removeAttachment",
    summary="Remove an attachment",
    openapi_extra=right(WRITERS),
)
async def remove_attachment(dossier_id: UUID, attachment_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Remove a file from a draft."""
    await attachments.remove(session, caller, dossier_id, attachment_id, now=now)


@router.post(
    "/from-permanent-files",
    status_code=201,
    operation_id="attachPermanentFiles",
    summary="Attach what the permanent file holds",
    response_model=PermanentFilesUsed,
    openapi_extra=right(HOLDER),
)
async def attach_permanent_files(
    dossier_id: UUID, wish: PermanentFilesUse, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """Attach by reference the documents the campaign asks for that the holder keeps and that are still good; or those named. `pieces`
    says what became of each document asked for. For the holder's members: whoever was invited to write the dossier was not given the
    organisation's papers.

    Nothing is copied: a submitted dossier keeps the very version it was sent with, whatever becomes of the permanent file.
    """
    most = resources.settings.attachments_per_dossier
    attached, told, dossier = await pieces.use(session, caller, dossier_id, wish, most=most, now=now)
    response.headers["Location"] = f"/programming/v1/dossiers/{dossier_id}"
    return {
        "attached": attached,
        "pieces": [{"code": one.code, "outcome": one.outcome} for one in told],
        "missing": [one.code for one in told if one.missing],
        "dossier_etag": etag(dossier.version, "holder"),
    }
