"""HTTP of the search engine: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller, MaybeCaller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.language import preferred
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..centres.service import audience
from . import service
from .schemas import QueryText, Search, SearchAnswer, Suggestions, UnansweredSearchRead

router = APIRouter(prefix="/catalogue/v1", tags=["search"], route_class=ActRoute)

_TOLD = ("facets", "did_you_mean", "corrected", "widened_with", "relaxed", "shortened")
_READERS = "Anyone, of what is public; members of the centre's network, of what is for members; documentalists, of everything."
_DOCUMENTALISTS = "Documentalists of any centre."


@router.get(
    "/search",
    operation_id="searchDocuments",
    summary="Find documents",
    response_model=SearchAnswer,
    openapi_extra=right(_READERS, public=True) | published(Search),
)
async def search(request: Request, response: Response, reader: Reader, caller: MaybeCaller, resources: Held, now: Now) -> Any:
    """Documents whose title, abstract, keywords, sections or files have every word: without regard to case, accents, plurals or
    elisions, widened with acronyms and synonyms of the trade. `"…"` or « … » looks for words side by side, `-word` leaves out,
    `word*` completes. By relevance, at most a thousand are listed: words in the title come first, then exact and recent ones.
    Words found nowhere are corrected when they are a slip away from one that is (`corrected`).
    Words that say nothing (le, de…) are not looked for; without any word, everything is found."""
    wish = read_query(request, Search)
    after = read_cursor(request, wish.cursor)
    found = await service.search(
        reader,
        await audience(reader, caller),
        wish,
        resources.settings,
        after=after,
        language=preferred(request.headers.get("accept-language")),
        now=now,
    )
    keys = iter(found.keys[wish.limit - 1 :])
    answer = page(request, response, found.items, wish.limit, key=lambda _: next(keys), total=found.total)
    return {
        **answer,
        **{name: getattr(found, name) for name in _TOLD},
    }


@router.get(
    "/suggestions",
    operation_id="suggestSearches",
    summary="Complete what is being typed",
    response_model=Suggestions,
    openapi_extra=right(_READERS, public=True),
)
async def suggest(
    reader: Reader,
    caller: MaybeCaller,
    now: Now,
    q: Annotated[QueryText, Query(description="What is typed so far; its last word may be unfinished.", examples=["conseils cit"])],
    limit: Annotated[int, Query(ge=1, le=20, description="Most items in the answer.")] = 8,
) -> Any:
    """Titles of documents one may read, themes and terms, from the second letter on."""
    return {"items": await service.suggestions(reader, await audience(reader, caller), q, limit=limit, now=now)}


@router.get(
    "/unanswered-searches",
    operation_id="listUnansweredSearches",
    summary="What was looked for in vain",
    response_model=Page[UnansweredSearchRead],
    openapi_extra=right(_DOCUMENTALISTS),
)
async def unanswered(
    reader: Reader, caller: Caller, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """Words that found nothing, the most often looked for first: a document to write, or a term to record. Nothing is kept of who
    looked for them; what looks like an address or a number is not kept at all."""
    rows = await service.unanswered(reader, caller, after=read_cursor(request, cursor), limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["count"], row["id"]))


@router.delete(
    "/unanswered-searches/{search_id}",
    status_code=204,
    operation_id="settleUnansweredSearch",
    summary="Strike out a vain search",
    openapi_extra=right(_DOCUMENTALISTS),
)
async def settle(search_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Once dealt with. Looked for in vain again, it comes back."""
    await service.settle_unanswered(session, caller, search_id, now=now)
