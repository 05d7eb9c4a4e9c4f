"""HTTP of the themes: parse, call one use case, answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import VersionIfAny, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import ThemeCode, ThemeRead, ThemeWrite

router = APIRouter(prefix="/directory/v1/themes", tags=["themes"], route_class=ActRoute)

CodeInPath = Annotated[ThemeCode, Path(description="Stable code of the theme.")]


@router.get(
    "",
    operation_id="listThemes",
    summary="All themes",
    response_model=Page[ThemeRead],
    openapi_extra=right("Anyone.", public=True),
)
async def listing(reader: Reader, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None) -> Any:
    """In the order of their codes, on two levels: `parent_code` is null at the first."""
    after = read_cursor(request, cursor)
    rows = await service.listing(reader, after=after[0] if after else "", limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["code"],))


@router.get(
    "/{code}",
    operation_id="getTheme",
    summary="Read a theme",
    response_model=ThemeRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read(code: CodeInPath, reader: Reader, request: Request, response: Response) -> Any:
    """One theme."""
    theme = await service.one(reader, code)
    tag = etag(theme["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or theme


@router.put(
    "/{code}",
    operation_id="putTheme",
    summary="Create or replace a theme",
    response_model=ThemeRead,
    responses={201: {"model": ThemeRead, "description": "Created."}},
    openapi_extra=right("Administrators of the platform."),
)
async def put(
    code: CodeInPath, wish: ThemeWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Creates without `If-Match` (201); replaces the version named by `If-Match` (200)."""
    theme, is_new = await service.put(session, caller, code, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(theme.version)
    return theme.model_dump()
