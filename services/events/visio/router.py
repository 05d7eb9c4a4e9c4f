"""HTTP of visio for organisers: what a session chose, entering, links for speakers, recordings."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, VersionIfAny, etag
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from . import links, service
from .schemas import LinkCreate, LinkRead, Moderation, RecordingRead, VisioRead, VisioWrite

router = APIRouter(prefix="/events/v1", tags=["visio"], route_class=ActRoute)


@router.get(
    "/events/{event_id}/sessions/{session_id}/visio",
    operation_id="getSessionVisio",
    summary="How a session is held by visio",
    response_model=VisioRead,
    openapi_extra=right(ORGANISERS),
)
async def read(event_id: UUID, session_id: UUID, caller: Caller, session: Snapshot, response: Response) -> Any:
    """What was chosen, the account that serves, and how the room is: whether it is ready, or why it could not be made."""
    shown = await service.of_session(session, caller, event_id, session_id)
    response.headers["ETag"] = etag(shown["version"])
    return shown


@router.put(
    "/events/{event_id}/sessions/{session_id}/visio",
    operation_id="putSessionVisio",
    summary="Choose how a session is held by visio",
    response_model=VisioRead,
    openapi_extra=right(ORGANISERS),
)
async def choose(
    event_id: UUID,
    session_id: UUID,
    wish: VisioWrite,
    caller: Caller,
    session: Session,
    now: Now,
    version: VersionIfAny,
    response: Response,
) -> Any:
    """Account, minutes before and after, recording. Changing provider changes no link: the former room is ended, another is made."""
    await service.choose(session, caller, event_id, session_id, wish, version=version, now=now)
    shown = await service.of_session(session, caller, event_id, session_id)
    response.headers["ETag"] = etag(shown["version"])
    return shown


@router.post(
    "/events/{event_id}/sessions/{session_id}/moderation",
    status_code=201,
    operation_id="moderateSession",
    summary="Enter a session's room as moderator",
    response_model=Moderation,
    openapi_extra=right(ORGANISERS, secret_answer=True, refusals=[410]),
)
async def moderate(event_id: UUID, session_id: UUID, caller: Caller, resources: Held, now: Now, response: Response) -> Any:
    """The provider's address, for you alone, from an hour before the beginning. The room is made at once if it is not there."""
    response.headers["Cache-Control"] = "no-store"
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/sessions/{session_id}/visio"
    return await service.moderate(resources, caller, event_id, session_id, now=now)


@router.get(
    "/events/{event_id}/sessions/{session_id}/recordings",
    operation_id="listSessionRecordings",
    summary="Recordings of a session",
    response_model=list[RecordingRead],
    openapi_extra=right(ORGANISERS),
)
async def recordings(event_id: UUID, session_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """What the provider kept, once it is ready to be watched; nothing is published by being here."""
    return [each.model_dump() for each in await service.recordings(session, caller, event_id, session_id)]


@router.post(
    "/events/{event_id}/sessions/{session_id}/visio-links",
    status_code=201,
    operation_id="makeVisioLink",
    summary="Make a link for a speaker",
    response_model=LinkRead,
    openapi_extra=right(ORGANISERS, secret_answer=True),
)
async def make_link(
    event_id: UUID,
    session_id: UUID,
    wish: LinkCreate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    response: Response,
) -> Any:
    """For somebody who is not registered: moderator, presenter or viewer of this session, an hour before it begins for who speaks."""
    link = await links.make(session, caller, event_id, session_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-links/{link.id}"
    response.headers["ETag"] = etag(link.version)
    return links.shown(resources, link.model_dump())


@router.get(
    "/events/{event_id}/visio-links",
    operation_id="listVisioLinks",
    summary="Personal links of an event",
    response_model=Page[LinkRead],
    openapi_extra=right(ORGANISERS),
)
async def list_links(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    resources: Held,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Participants' and speakers', with how often each was followed; a participant's address is theirs alone."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await links.listing(session, caller, event_id, after_id=after_id, limit=limit + 1)
    return page(request, response, [links.shown(resources, row) for row in rows], limit, key=lambda row: (row["id"],))


@router.get(
    "/visio-links/{visio_link_id}",
    operation_id="getVisioLink",
    summary="Read a personal link",
    response_model=LinkRead,
    openapi_extra=right(ORGANISERS),
)
async def read_link(
    visio_link_id: UUID, caller: Caller, session: Snapshot, resources: Held, request: Request, response: Response
) -> Any:
    """Whether it is valid, and how often it was followed."""
    link = await links.one(session, caller, visio_link_id)
    response.headers["ETag"] = etag(link.version)
    return links.shown(resources, link.model_dump())


@router.post(
    "/visio-links/{visio_link_id}/revocation",
    status_code=201,
    operation_id="revokeVisioLink",
    summary="Revoke a personal link",
    response_model=LinkRead,
    openapi_extra=right(ORGANISERS),
)
async def revoke_link(
    visio_link_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """It lets nobody in any more, from now on; the registration stays. Renew it to let the person in again."""
    link = await links.revoke(session, caller, visio_link_id, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-links/{link.id}"
    response.headers["ETag"] = etag(link.version)
    return links.shown(resources, link.model_dump())


@router.post(
    "/visio-links/{visio_link_id}/renewal",
    status_code=201,
    operation_id="renewVisioLink",
    summary="Replace a personal link by another",
    response_model=LinkRead,
    openapi_extra=right(ORGANISERS, secret_answer=True, refusals=[410]),
)
async def renew_link(
    visio_link_id: UUID, caller: Caller, session: Session, resources: Held, now: Now, version: Version, response: Response
) -> Any:
    """The former one, forwarded or revoked, lets nobody in; the next mail to the person carries the new one."""
    link = await links.renew(session, resources, caller, visio_link_id, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/visio-links/{link.id}"
    response.headers["ETag"] = etag(link.version)
    return links.shown(resources, link.model_dump())
