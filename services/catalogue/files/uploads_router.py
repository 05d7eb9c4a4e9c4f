"""HTTP of resumable uploads, tus 1.0.0 (core, creation, termination, checksum, expiration): any tus client sends through these."""

from email.utils import format_datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Header, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.files import ROUTE_LIMIT, file_content
from services.common.problems import Problem
from services.common.resources import Held
from services.common.routing import Handler, UploadRoute, right

from . import rules, service, uploads
from .models import Upload
from .router import DOCUMENTALISTS, PREFIX

_ADDRESS = f"{PREFIX}/uploads"


class TusRoute(UploadRoute):
    """Every answer says which version of the protocol is spoken, refusals included."""

    def get_route_handler(self) -> Handler:
        handle = super().get_route_handler()

        async def told(request: Request) -> Response:
            try:
                response = await handle(request)
            except Problem as problem:
                problem.headers |= {"Tus-Resumable": rules.TUS}
                raise
            response.headers["Tus-Resumable"] = rules.TUS
            return response

        return told


router = APIRouter(prefix=PREFIX, tags=["files"], route_class=TusRoute)

Tus = Annotated[str | None, Header(alias="tus-resumable", description="`1.0.0`.", examples=["1.0.0"])]


def _answer(upload: Upload, status: int) -> Response:
    headers = {
        "Upload-Offset": str(upload.received),
        "Upload-Length": str(upload.length),
        "Upload-Expires": format_datetime(upload.expires_at, usegmt=True),
        "Cache-Control": "no-store",
    }
    if upload.file_id:
        headers["Content-Location"] = f"{PREFIX}/files/{upload.file_id}"
    return Response(status_code=status, headers=headers)


@router.options(
    "/centres/{centre_id}/uploads",
    status_code=204,
    operation_id="describeUploads",
    summary="What resumable uploads allow",
    response_class=Response,
    openapi_extra=right("Anyone.", public=True),
)
async def describe(centre_id: UUID, resources: Held) -> Response:
    """Versions and extensions of tus, and the largest file, in headers."""
    headers = {
        "Tus-Version": rules.TUS,
        "Tus-Extension": "creation,termination,checksum,expiration",
        "Tus-Checksum-Algorithm": "sha1,sha256",
        "Tus-Max-Size": str(service.limit_of(resources)),
    }
    return Response(status_code=204, headers=headers)


@router.post(
    "/centres/{centre_id}/uploads",
    status_code=201,
    operation_id="beginUpload",
    summary="Begin a resumable upload",
    response_class=Response,
    openapi_extra=right(DOCUMENTALISTS, refusals=(412, 413)),
)
async def begin(
    centre_id: UUID,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    tus_resumable: Tus = None,
    upload_length: Annotated[str | None, Header(description="Bytes of the whole file.", examples=["104857600"])] = None,
    upload_metadata: Annotated[
        str | None, Header(max_length=4000, description="`filename <base64>`.", examples=["filename cmFwcG9ydC5wZGY="])
    ] = None,
) -> Response:
    """Announce a file; then send it to the address in `Location` piece by piece (tus 1.0.0: any of its clients does)."""
    opening = uploads.Opening(tus_resumable, upload_length, upload_metadata)
    upload = await uploads.begin(session, resources, caller, centre_id, opening, now=now)
    response = _answer(upload, 201)
    response.headers["Location"] = f"{resources.settings.public_url}{_ADDRESS}/{upload.id}"
    return response


@router.head(
    "/uploads/{upload_id}",
    operation_id="locateUpload",
    summary="Where an upload is",
    response_class=Response,
    openapi_extra=right(DOCUMENTALISTS, refusals=(410, 412)),
)
async def locate(upload_id: UUID, caller: Caller, session: Snapshot, now: Now, tus_resumable: Tus = None) -> Response:
    """`Upload-Offset` is what really came: go on from there. Once whole, `Content-Location` is the file."""
    return _answer(await uploads.state(session, caller, upload_id, tus_resumable, now=now), 200)


@router.patch(
    "/uploads/{upload_id}",
    status_code=204,
    operation_id="continueUpload",
    summary="Send a piece of an upload",
    response_class=Response,
    max_body_size=ROUTE_LIMIT,
    openapi_extra=right(DOCUMENTALISTS, refusals=(410, 412, 415, 460))
    | {"requestBody": {"required": True, **file_content(rules.PIECE)}},
)
async def go_on(
    upload_id: UUID,
    request: Request,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    tus_resumable: Tus = None,
    upload_offset: Annotated[str | None, Header(description="Where the piece begins.", examples=["0"])] = None,
    upload_checksum: Annotated[
        str | None, Header(description="`sha256 <base64>` of the piece: kept whole or not at all (460).")
    ] = None,
) -> Response:
    """What comes is kept even when the line is cut. Of two requests for the same bytes one wins, the other answers 409."""
    announced = request.headers.get("content-length", "")
    piece = uploads.Piece(
        tus_resumable,
        upload_offset,
        upload_checksum,
        request.headers.get("content-type"),
        int(announced) if announced.isdecimal() else None,
        request.stream(),
    )
    return _answer(await uploads.append(session, resources, caller, upload_id, piece, now=now), 204)


@router.delete(
    "/uploads/{upload_id}",
    status_code=204,
    operation_id="giveUpUpload",
    summary="Give up an upload",
    openapi_extra=right(DOCUMENTALISTS, refusals=(412,)),
)
async def give_up(upload_id: UUID, caller: Caller, session: Session, now: Now, tus_resumable: Tus = None) -> None:
    """What came is forgotten; the file stays if it was whole already."""
    await uploads.give_up(session, caller, upload_id, tus_resumable, now=now)
