"""Attachments of a bilan over HTTP: the body is the file itself."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch_one
from services.common.etag import etag
from services.common.files import ROUTE_LIMIT, Range, announced_length, download, file_content
from services.common.problems import NotFound
from services.common.routing import ActRoute, UploadRoute, right

from ..dossiers.attachments import Upload, stored_file
from ..permanent_files import scanning as antivirus
from ..permanent_files.schemas import ScanStatus
from . import attachments, repository
from .router import HOLDER, READERS
from .schemas import BilanAttachmentAdded

PREFIX = "/programming/v1/dossiers/{dossier_id}/bilan/attachments"
router = APIRouter(prefix=PREFIX, tags=["bilans"], route_class=ActRoute)
upload_router = APIRouter(prefix=PREFIX, tags=["bilans"], route_class=UploadRoute)

_FILE = file_content()


@upload_router.post(
    "",
    status_code=201,
    operation_id="attachBilanFile",
    summary="Attach a file to a bilan",
    response_model=BilanAttachmentAdded,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right(HOLDER) | {"requestBody": {"required": True, **_FILE}},
)
async def attach_file(
    dossier_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    kind: Annotated[str, Query(pattern=r"^[a-z0-9_-]{1,40}$", description="Which document it is.", examples=["photos"])],
    name: Annotated[str, Query(min_length=1, max_length=300, description="Its file name.", examples=["photos.pdf"])],
) -> Any:
    """Send the file itself as the body. Its type is read from its content: PDF, images, office documents."""
    resources = request.app.state.resources
    limit, most = resources.settings.upload_limit_mb * 1024 * 1024, resources.settings.attachments_per_dossier
    upload = Upload(kind, name, request.stream(), limit, most, announced_length(request))
    attachment, bilan = await attachments.attach(session, resources, caller, dossier_id, upload, now=now)
    response.headers["Location"] = f"{PREFIX.format(dossier_id=dossier_id)}/{attachment.id}"
    return {**attachment.model_dump(), "renamed": attachment.name != name, "bilan_etag": etag(bilan.version)}


@router.get(
    "/{bilan_attachment_id}",
    operation_id="downloadBilanAttachment",
    summary="Download an attachment of a bilan",
    response_class=Response,
    openapi_extra=right(READERS),
    responses={200: _FILE | {"description": "The file."}, 206: _FILE | {"description": "The range asked for."}},
)
async def download_attachment(
    dossier_id: UUID, bilan_attachment_id: UUID, request: Request, reader: Reader, caller: Caller, byte_range: Range = None
) -> Response:
    """The file as it was received, whole or the one range asked for. Funders see it once it is submitted and, with a virus scanner, once
    it is found clean; a file in quarantine is handed to nobody."""
    seen = await fetch_one(reader, repository.SEEN, {"dossier_id": dossier_id, "organisations": caller.organisation_ids})
    if seen is None:
        raise NotFound()
    row = await fetch_one(reader, repository.ATTACHMENT, {"bilan_id": seen["id"], "attachment_id": bilan_attachment_id})
    if row is None or not (seen["as_holder"] or row["number"] <= seen["number"]):
        raise NotFound()
    antivirus.require_clean(ScanStatus(row["status"]), row["status_reason"], own=bool(seen["as_holder"]))
    return download(request.app.state.resources.files, stored_file(row), row["name"], byte_range)


@router.delete(
    "/{bilan_attachment_id}",
    status_code=204,
    operation_id="removeBilanAttachment",
    summary="Remove an attachment of a bilan",
    openapi_extra=right(HOLDER),
)
async def remove_attachment(dossier_id: UUID, bilan_attachment_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Remove a file that was not submitted yet."""
    await attachments.remove(session, caller, dossier_id, bilan_attachment_id, now=now)
