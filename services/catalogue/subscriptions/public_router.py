"""HTTP for feed readers and for the links of mails: no sign-in, no cookie."""

from datetime import UTC
from email.utils import format_datetime
from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response
from fastapi.responses import HTMLResponse

from services.common import layout
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import not_modified, tag_of
from services.common.query import published, read_query
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..search.schemas import Criteria
from . import feeds, service, syndication
from .feeds import Feed
from .schemas import FeedFormat, Token

public_router = APIRouter(prefix="/catalogue/v1", tags=["subscriptions"], route_class=ActRoute)

_ANYONE = right("Anyone.", public=True)
HOLDER = right("Whoever holds the address.", public=True)
_FEED: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The feed, fifty entries at most.",
        "content": {media_type: {"schema": {"type": "string"}} for media_type in feeds.MEDIA_TYPES.values()},
    },
    304: {"description": "Nothing new since."},
}
#: A page of ours runs nothing, loads nothing and says nobody where it was.
GUARDED = {
    "Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'",
    "Referrer-Policy": "no-referrer",
    "Cache-Control": "no-store",
    "X-Robots-Tag": "noindex",
}
PAGE: dict[int | str, dict[str, Any]] = {
    200: {"description": "A small page.", "content": {"text/html": {"schema": {"type": "string"}}}}
}


@public_router.get(
    "/feeds/documents.{feed_format}",
    operation_id="getDocumentsFeed",
    summary="Follow documents in a feed reader",
    response_class=Response,
    responses=_FEED,
    openapi_extra=_ANYONE | published(Criteria),
)
async def documents_feed(feed_format: FeedFormat, request: Request, reader: Reader, resources: Held, now: Now) -> Response:
    """The fifty latest public documents of these criteria, in Atom 1.0 or RSS 2.0. `If-None-Match` is honoured."""
    criteria = read_query(request, Criteria)
    return _sent(request, await syndication.of_criteria(reader, criteria, resources.settings, feed_format, now=now), feed_format)


@public_router.get(
    "/feeds/saved-searches/{feed_token}.{feed_format}",
    operation_id="getSavedSearchFeed",
    summary="Follow a saved search in a feed reader",
    response_class=Response,
    responses=_FEED,
    openapi_extra=HOLDER,
)
async def search_feed(
    feed_token: Token, feed_format: FeedFormat, request: Request, reader: Reader, resources: Held, now: Now
) -> Response:
    """Its address is in the saved search. It holds public documents only, whoever saved the search."""
    return _sent(request, await syndication.of_search(reader, feed_token, resources.settings, feed_format, now=now), feed_format)


@public_router.get(
    "/documents/{document_id}/versions.{feed_format}",
    operation_id="getDocumentVersionsFeed",
    summary="Follow a document's versions in a feed reader",
    response_class=Response,
    responses=_FEED,
    openapi_extra=right("Anyone, of a public document.", public=True, refusals=(410,)),
)
async def versions_feed(
    document_id: UUID, feed_format: FeedFormat, request: Request, reader: Reader, resources: Held, now: Now
) -> Response:
    """An entry for each publication, with what changed."""
    return _sent(request, await syndication.of_versions(reader, document_id, resources.settings, feed_format, now=now), feed_format)


@public_router.get(
    "/unsubscriptions/{unsubscribe_token}",
    operation_id="showUnsubscription",
    summary="See what unsubscribing ends",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def show_unsubscription(unsubscribe_token: Token, session: Snapshot, resources: Held) -> Response:
    """A small page with a button. Opening it changes nothing: programs that check the links of mails unsubscribe nobody."""
    sentence = await service.ending(session, resources.settings, unsubscribe_token)
    return html(layout.question("Ne plus recevoir ces courriels", sentence, "Me désinscrire"))


@public_router.post(
    "/unsubscriptions/{unsubscribe_token}",
    operation_id="unsubscribe",
    summary="Unsubscribe in one click",
    response_class=HTMLResponse,
    responses=PAGE,
    openapi_extra=HOLDER,
)
async def unsubscribe(unsubscribe_token: Token, session: Session, resources: Held, now: Now) -> Response:
    """For mail programs (RFC 8058: `List-Unsubscribe=One-Click`) and for the button of the page; whatever is sent is not read. Done
    twice, no harm."""
    await service.unsubscribe(session, resources.settings, unsubscribe_token, now=now)
    return html(layout.answer("C'est fait", "Vous êtes désinscrit. Aucun autre courriel de cette liste ne vous sera écrit."))


def html(page: str) -> Response:
    return HTMLResponse(page, headers=GUARDED)


def _sent(request: Request, feed: Feed, how: FeedFormat) -> Response:
    content = feeds.write(feed, how)
    tag = tag_of(content)
    updated = feed.updated.astimezone(UTC).replace(microsecond=0)
    headers = {
        "ETag": tag,
        "Last-Modified": format_datetime(updated, usegmt=True),
        "Cache-Control": "public, max-age=300",
        "Access-Control-Allow-Origin": "*",
        "Cross-Origin-Resource-Policy": "cross-origin",
    }
    # `If-Modified-Since` is left aside: an entry that was withdrawn takes nothing but its own date away.
    answer = not_modified(request, tag)
    if answer is None:
        answer = Response(content, media_type=f"{feeds.MEDIA_TYPES[how]}; charset=utf-8")
    answer.headers.update(headers)
    return answer
