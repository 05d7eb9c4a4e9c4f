"""HTTP of the networks: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import NetworkCreate, NetworkRead, NetworkUpdate

router = APIRouter(prefix="/events/v1/networks", tags=["networks"], route_class=ActRoute)

#: How routes of every room say it.
ORGANISERS = "Organisers of the network (members of the organisation that runs it)."
MANAGERS = "Managers of the organisation that runs the network."


@router.get(
    "",
    operation_id="listNetworks",
    summary="Networks",
    response_model=Page[NetworkRead],
    openapi_extra=right("Anyone.", public=True),
)
async def listing(reader: Reader, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None) -> Any:
    """The networks whose agendas are here, in the order of their codes."""
    after = read_cursor(request, cursor)
    rows = await service.listing(reader, after_code=after[0] if after else "", limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["code"],))


@router.post(
    "",
    status_code=201,
    operation_id="openNetwork",
    summary="Open a network",
    response_model=NetworkRead,
    openapi_extra=right("Administrators of the platform."),
)
async def create(wish: NetworkCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """The members of that organisation become its organisers: they prepare events and receive participants."""
    network = await service.open_network(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{network.id}"
    response.headers["ETag"] = etag(network.version)
    return network.model_dump()


@router.get(
    "/{network_id}",
    operation_id="getNetwork",
    summary="Read a network",
    response_model=NetworkRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read(network_id: UUID, reader: Reader, request: Request, response: Response) -> Any:
    """How the network presents itself, and where to write to it."""
    network = await service.one(reader, network_id)
    tag = response.headers["ETag"] = etag(network["version"])
    return not_modified(request, tag) or network


@router.patch(
    "/{network_id}",
    operation_id="updateNetwork",
    summary="Change how a network presents itself",
    response_model=NetworkRead,
    openapi_extra=right("Managers of the organisation that runs the network; administrators of the platform."),
)
async def change(
    network_id: UUID, wish: NetworkUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Only what is sent changes. The code does not: references begin with it."""
    network = await service.change(session, caller, network_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(network.version)
    return network.model_dump()
