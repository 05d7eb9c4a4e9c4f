"""HTTP of the territories: parse, call one use case, answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Depends, Path, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import VersionIfAny, etag, expected_version, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right
from services.common.texts import Words

from . import service
from .models import Generation, TerritoryKind
from .schemas import Code, Successors, TerritoryDetail, TerritoryRead, TerritoryWrite

router = APIRouter(prefix="/directory/v1/territories", tags=["territories"], route_class=ActRoute)

_ANYONE = "Anyone."
_ADMINISTRATORS = "Administrators of the platform."
CodeInPath = Annotated[Code, Path(description="INSEE code (`REG-76` for a region), SIREN of an EPCI, code of a QPV.")]


@router.get(
    "",
    operation_id="listTerritories",
    summary="Look for territories",
    response_model=Page[TerritoryRead],
    openapi_extra=right(_ANYONE, public=True),
)
async def listing(
    reader: Reader,
    request: Request,
    response: Response,
    q: Annotated[Words, Query(description="Words of the name, or the code.")] = "",
    kind: Annotated[list[TerritoryKind], Query(description="Any of these kinds.")] = [],  # noqa: B006
    parent: Annotated[list[Code], Query(description="Directly within any of these territories.")] = [],  # noqa: B006
    generation: Annotated[list[Generation], Query(description="QPV of any of these generations.")] = [],  # noqa: B006
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """By name. Every word of `q` has to be found, without regard for case or accents."""
    after = read_cursor(request, cursor) or []
    rows = await service.listing(reader, words=q, kinds=kind, parents=parent, generations=generation, after=after, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["sort_name"], row["code"]))


@router.get(
    "/{code}",
    operation_id="getTerritory",
    summary="Read a territory",
    response_model=TerritoryDetail,
    openapi_extra=right(_ANYONE, public=True),
)
async def read(code: CodeInPath, reader: Reader, request: Request, response: Response) -> Any:
    """With what it was and what it became, since neighbourhoods were drawn again in 2024."""
    territory = await service.one(reader, code)
    tag = etag(territory["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or territory


@router.put(
    "/{code}",
    operation_id="putTerritory",
    summary="Create or replace a territory",
    response_model=TerritoryDetail,
    responses={201: {"model": TerritoryDetail, "description": "Created."}},
    openapi_extra=right(_ADMINISTRATORS),
)
async def put(
    code: CodeInPath, wish: TerritoryWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Creates without `If-Match` (201); replaces the version named by `If-Match` (200)."""
    territory, is_new = await service.put(session, caller, code, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(territory["version"])
    return territory


@router.put(
    "/{code}/successors",
    operation_id="putTerritorySuccessors",
    summary="Say what a territory became",
    response_model=TerritoryDetail,
    openapi_extra=right(_ADMINISTRATORS),
)
async def put_successors(
    code: CodeInPath,
    wish: Successors,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    version: int = Depends(expected_version),
) -> Any:
    """Replaces the links from this territory to those it became."""
    territory = await service.set_successors(session, caller, code, wish.codes, version=version, now=now)
    response.headers["ETag"] = etag(territory["version"])
    return territory
