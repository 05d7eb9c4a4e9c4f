"""HTTP of saved searches and followed documents: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import service
from .models import SavedSearch
from .schemas import FollowedDocument, FollowRead, MySubscriptions, SavedSearchCreate, SavedSearchRead, SavedSearchUpdate

PREFIX = "/catalogue/v1"
router = APIRouter(prefix=PREFIX, tags=["subscriptions"], route_class=ActRoute)

_ONESELF = "Anyone signed in, for themselves."


def _answer(response: Response, resources: Held, search: SavedSearch) -> dict[str, Any]:
    response.headers["ETag"] = etag(search.version)
    return service.shown(search.model_dump(), resources.settings)


@router.get(
    "/saved-searches",
    operation_id="listSavedSearches",
    summary="Your saved searches",
    response_model=Page[SavedSearchRead],
    openapi_extra=right(_ONESELF),
)
async def listing(
    reader: Reader, caller: Caller, resources: Held, request: Request, response: Response, limit: Limit = 20, cursor: Cursor = None
) -> Any:
    """The newest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.searches(reader, caller, resources.settings, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "/saved-searches",
    status_code=201,
    operation_id="saveSearch",
    summary="Save a search",
    response_model=SavedSearchRead,
    openapi_extra=right(_ONESELF),
)
async def save(wish: SavedSearchCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """What is published from now on and matches is mailed to your account's address, at seven in the morning in Paris: every day, or
    on Mondays. All your searches come in one mail; nothing new, no mail. Its feed is at `feeds`. Mails and feeds hold public documents
    only."""
    search = await service.save(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/saved-searches/{search.id}"
    return _answer(response, resources, search)


@router.get(
    "/saved-searches/{saved_search_id}",
    operation_id="getSavedSearch",
    summary="Read a saved search",
    response_model=SavedSearchRead,
    openapi_extra=right(_ONESELF),
)
async def read(saved_search_id: UUID, reader: Reader, caller: Caller, resources: Held, request: Request, response: Response) -> Any:
    """With the addresses of its feeds."""
    found = await service.one(reader, caller, saved_search_id, resources.settings)
    tag = response.headers["ETag"] = etag(found["version"])
    return not_modified(request, tag) or found


@router.patch(
    "/saved-searches/{saved_search_id}",
    operation_id="updateSavedSearch",
    summary="Change a saved search",
    response_model=SavedSearchRead,
    openapi_extra=right(_ONESELF),
)
async def change(
    saved_search_id: UUID,
    wish: SavedSearchUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Only what is sent changes."""
    found = await service.change(session, resources, caller, saved_search_id, wish, version=version, now=now)
    return _answer(response, resources, found)


@router.delete(
    "/saved-searches/{saved_search_id}",
    status_code=204,
    operation_id="deleteSavedSearch",
    summary="Delete a saved search",
    openapi_extra=right(_ONESELF),
)
async def delete(saved_search_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """No more mail, and its feed is no more."""
    await service.delete(session, caller, saved_search_id, version=version, now=now)


@router.post(
    "/saved-searches/{saved_search_id}/feed-renewal",
    status_code=201,
    operation_id="renewSavedSearchFeed",
    summary="Give a feed another address",
    response_model=SavedSearchRead,
    openapi_extra=right(_ONESELF),
)
async def renew_feed(
    saved_search_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """When too many know it: the former address leads nowhere."""
    return _answer(response, resources, await service.renew_feed(session, caller, saved_search_id, version=version, now=now))


@router.get(
    "/follows",
    operation_id="listFollowedDocuments",
    summary="The documents you follow",
    response_model=Page[FollowedDocument],
    openapi_extra=right(_ONESELF),
)
async def follows(
    reader: Reader,
    caller: Caller,
    resources: Held,
    now: Now,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest followed first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await service.follows(reader, caller, resources.settings, before_id=before_id, limit=limit + 1, now=now)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.put(
    "/documents/{document_id}/follow",
    operation_id="followDocument",
    summary="Follow a document",
    response_model=FollowRead,
    responses={201: {"model": FollowRead, "description": "Followed from now on."}},
    openapi_extra=right("Anyone signed in, for documents that are public.", refusals=(410,)),
)
async def follow(document_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """A new version, a withdrawal or a replacement is told in the mail of the next morning. Done twice, no harm."""
    entry, is_new = await service.follow(session, resources, caller, document_id, now=now)
    response.status_code = 201 if is_new else 200
    return entry.model_dump()


@router.delete(
    "/documents/{document_id}/follow",
    status_code=204,
    operation_id="unfollowDocument",
    summary="Stop following a document",
    openapi_extra=right(_ONESELF),
)
async def unfollow(document_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """Done twice, no harm."""
    await service.unfollow(session, caller, document_id, now=now)


@router.get(
    "/me/subscriptions",
    operation_id="getMySubscriptions",
    summary="Everything kept about you here",
    response_model=MySubscriptions,
    openapi_extra=right(_ONESELF),
)
async def mine(reader: Reader, caller: Caller, resources: Held) -> Any:
    """The address mails go to, your saved searches, the documents you follow."""
    return await service.mine(reader, caller, resources.settings)


@router.delete(
    "/me/subscriptions",
    status_code=204,
    operation_id="eraseMySubscriptions",
    summary="Erase everything kept about you here",
    openapi_extra=right(_ONESELF),
)
async def forget_me(caller: Caller, session: Session, now: Now) -> None:
    """No mail, no feed, no followed document, no address. Done twice, no harm."""
    await service.forget_me(session, caller, now=now)
