"""HTTP of the vocabulary: parse, call one use case, answer."""

from typing import Annotated, Any

from fastapi import APIRouter, Path, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import Version, VersionIfAny, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from . import service
from .schemas import TermKey, TermRead, TermWrite

router = APIRouter(prefix="/catalogue/v1/terms", tags=["vocabulary"], route_class=ActRoute)

KeyInPath = Annotated[TermKey, Path(description="The term, without case nor accents.")]
_DOCUMENTALISTS = "Documentalists of any centre."


@router.get(
    "",
    operation_id="listTerms",
    summary="Terms of the trade",
    response_model=Page[TermRead],
    openapi_extra=right("Anyone.", public=True),
)
async def listing(reader: Reader, request: Request, response: Response, limit: Limit = 100, cursor: Cursor = None) -> Any:
    """Acronyms and synonyms a search widens its words with, beside the synonyms of themes."""
    after = read_cursor(request, cursor)
    rows = await service.terms(reader, after_key=after[0] if after else "", limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["key"],))


@router.get(
    "/{key}",
    operation_id="getTerm",
    summary="Read a term",
    response_model=TermRead,
    openapi_extra=right("Anyone.", public=True),
)
async def read(key: KeyInPath, reader: Reader, request: Request, response: Response) -> Any:
    """One term and its equivalents."""
    term = await service.term(reader, key)
    tag = response.headers["ETag"] = etag(term["version"])
    return not_modified(request, tag) or term


@router.put(
    "/{key}",
    operation_id="putTerm",
    summary="Record a term",
    response_model=TermRead,
    responses={201: {"model": TermRead, "description": "Recorded."}},
    openapi_extra=right(_DOCUMENTALISTS),
)
async def put(
    key: KeyInPath, wish: TermWrite, caller: Caller, session: Session, now: Now, version: VersionIfAny, response: Response
) -> Any:
    """Creates without `If-Match` (201); replaces the version named by `If-Match` (200)."""
    term, is_new = await service.put_term(session, caller, key, wish, version=version, now=now)
    response.status_code = 201 if is_new else 200
    response.headers["ETag"] = etag(term.version)
    return term.model_dump()


@router.delete("/{key}", status_code=204, operation_id="deleteTerm", summary="Forget a term", openapi_extra=right(_DOCUMENTALISTS))
async def delete(key: KeyInPath, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Searches no longer widen their words with it."""
    await service.delete_term(session, caller, key, version=version, now=now)
