"""HTTP of funders' deliberative assemblies."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import repository, service
from .schemas import AssemblyCreate, AssemblyRead, AssemblyUpdate

assemblies_router = APIRouter(prefix="/programming/v1/assemblies", tags=["retroplanning"], route_class=ActRoute)

OFFICER = "Members of the funder whose assembly it is."
ANYONE = "Anyone signed in: assemblies are public meetings."
_FIRST = UUID(int=0)


@assemblies_router.post(
    "",
    status_code=201,
    operation_id="recordAssembly",
    summary="Record an assembly of your organisation",
    response_model=AssemblyRead,
    openapi_extra=right(OFFICER),
)
async def record_assembly(wish: AssemblyCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """When it meets and how long before it takes files: every campaign of this funder counts with it."""
    assembly = await service.record_assembly(session, caller, wish, now=now)
    response.headers["Location"] = f"{assemblies_router.prefix}/{assembly.id}"
    response.headers["ETag"] = etag(assembly.version)
    return assembly


@assemblies_router.get(
    "",
    operation_id="listAssemblies",
    summary="List the assemblies of funders",
    response_model=Page[AssemblyRead],
    openapi_extra=right(ANYONE),
)
async def list_assemblies(
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    organisation_id: Annotated[list[UUID], Query(min_length=1, max_length=50, description="Any of these funders.")],
    from_on: Annotated[date | None, Query(description="From this day on.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The soonest first."""
    after = read_cursor(request, cursor) or [(from_on or date(1900, 1, 1)).isoformat(), str(_FIRST)]
    values = {
        "organisations": organisation_id,
        "after_on": date.fromisoformat(after[0]),
        "after_id": UUID(after[1]),
        "limit": limit + 1,
    }
    rows = await fetch(reader, repository.ASSEMBLIES, values)
    return page(request, response, rows, limit, lambda row: [row["meets_on"].isoformat(), row["id"]])


@assemblies_router.get(
    "/{assembly_id}",
    operation_id="getAssembly",
    summary="Read an assembly",
    response_model=AssemblyRead,
    openapi_extra=right(ANYONE),
)
async def get_assembly(assembly_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller) -> Any:
    """When it meets, and by when it wants files."""
    assembly = await service.read_assembly(session, assembly_id)
    response.headers["ETag"] = etag(assembly.version)
    return not_modified(request, etag(assembly.version)) or assembly


@assemblies_router.patch(
    "/{assembly_id}",
    operation_id="changeAssembly",
    summary="Change an assembly",
    response_model=AssemblyRead,
    openapi_extra=right(OFFICER),
)
async def change_assembly(
    assembly_id: UUID, wish: AssemblyUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Merge patch: calendars that count with it follow."""
    assembly = await service.change_assembly(session, caller, assembly_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(assembly.version)
    return assembly


@assemblies_router.delete(
    "/{assembly_id}",
    status_code=204,
    operation_id="withdrawAssembly",
    summary="Take an assembly back",
    openapi_extra=right(OFFICER),
)
async def withdraw_assembly(assembly_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """It does not meet: no calendar counts with it any more."""
    await service.withdraw_assembly(session, caller, assembly_id, version=version, now=now)
