"""HTTP of the resource centres: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import CentreCreate, CentreMemberRead, CentreMemberWrite, CentreRead, CentreUpdate

router = APIRouter(prefix="/catalogue/v1/centres", tags=["centres"], route_class=ActRoute)

_DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."


@router.get(
    "",
    operation_id="listCentres",
    summary="Resource centres",
    response_model=Page[CentreRead],
    openapi_extra=right("Anyone.", public=True),
)
async def listing(reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None) -> Any:
    """The resource centres whose documents are here, in the order of their codes."""
    after = read_cursor(request, cursor)
    rows = await service.listing(reader, after_code=after[0] if after else "", limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["code"],))


@router.post(
    "",
    status_code=201,
    operation_id="openCentre",
    summary="Open a resource centre",
    response_model=CentreRead,
    openapi_extra=right("Administrators of the platform."),
)
async def create(wish: CentreCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """The members of that organisation become its documentalists: they write documents, its managers publish them."""
    centre = await service.open_centre(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{centre.id}"
    response.headers["ETag"] = etag(centre.version)
    return centre.model_dump()


@router.get(
    "/{centre_id}",
    operation_id="getCentre",
    summary="Read a resource centre",
    response_model=CentreRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read(centre_id: UUID, reader: Reader, request: Request, response: Response) -> Any:
    """How the centre presents itself, and where to write to it."""
    centre = await service.one(reader, centre_id)
    tag = response.headers["ETag"] = etag(centre["version"])
    return not_modified(request, tag) or centre


@router.patch(
    "/{centre_id}",
    operation_id="updateCentre",
    summary="Change how a centre presents itself",
    response_model=CentreRead,
    openapi_extra=right("Managers of the centre; administrators of the platform."),
)
async def change(
    centre_id: UUID, wish: CentreUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Only what is sent changes. The code does not: references begin with it."""
    centre = await service.change(session, caller, centre_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(centre.version)
    return centre.model_dump()


@router.get(
    "/{centre_id}/members",
    operation_id="listCentreMembers",
    summary="The centre's network",
    response_model=Page[CentreMemberRead],
    openapi_extra=right(_DOCUMENTALISTS),
)
async def members(
    centre_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Organisations whose people read what is kept for members."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await service.members(session, caller, centre_id, after_id=after_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["organisation_id"],))


@router.put(
    "/{centre_id}/members/{organisation_id}",
    operation_id="putCentreMember",
    summary="Enter an organisation in the network",
    response_model=CentreMemberRead,
    responses={201: {"model": CentreMemberRead, "description": "Entered."}},
    openapi_extra=right(_DOCUMENTALISTS),
)
async def put_member(
    centre_id: UUID, organisation_id: UUID, wish: CentreMemberWrite, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Done twice, it only changes the name shown."""
    member, is_new = await service.put_member(session, caller, centre_id, organisation_id, wish, now=now)
    response.status_code = 201 if is_new else 200
    return member.model_dump()


@router.delete(
    "/{centre_id}/members/{organisation_id}",
    status_code=204,
    operation_id="removeCentreMember",
    summary="Take an organisation out of the network",
    openapi_extra=right(_DOCUMENTALISTS),
)
async def remove_member(centre_id: UUID, organisation_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """What is kept for members is closed to its people from now on."""
    await service.remove_member(session, caller, centre_id, organisation_id, now=now)
