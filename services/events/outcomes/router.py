"""HTTP of outcomes: parse, call one use case, answer."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from ..networks.router import ORGANISERS
from . import service
from .schemas import OutcomeCreate, OutcomeRead

router = APIRouter(prefix="/events/v1", tags=["outcomes"], route_class=ActRoute)


@router.post(
    "/events/{event_id}/outcomes",
    status_code=201,
    operation_id="proposeOutcome",
    summary="Propose a replay, a compte rendu or a support to the catalogue",
    response_model=OutcomeRead,
    openapi_extra=right(ORGANISERS),
)
async def propose(event_id: UUID, wish: OutcomeCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """It becomes a draft of the network's resource centre, with the event's themes and territories and the speakers who agreed.
    Documentalists publish it or not; once published, it is shown on the event and people who had a seat are told, once."""
    outcome = await service.propose(session, caller, event_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/events/{event_id}/outcomes/{outcome.id}"
    response.headers["ETag"] = etag(outcome.version)
    return service.shown(outcome.model_dump())


@router.get(
    "/events/{event_id}/outcomes",
    operation_id="listOutcomes",
    summary="What an event leaves",
    response_model=Page[OutcomeRead],
    openapi_extra=right(ORGANISERS),
)
async def listing(
    event_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """In the order they were proposed, with what became of them. What is published is public: `documents` of the event."""
    after = read_cursor(request, cursor)
    after_id = UUID(after[0]) if after else UUID(int=0)
    rows = await service.listing(session, caller, event_id, after_id=after_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    "/events/{event_id}/outcomes/{outcome_id}",
    operation_id="getOutcome",
    summary="Read an outcome",
    response_model=OutcomeRead,
    openapi_extra=right(ORGANISERS),
)
async def read(event_id: UUID, outcome_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """`waiting`: the catalogue has not taken it yet; `proposed`: a draft of the centre; then published, or withdrawn."""
    found = await service.one(session, caller, event_id, outcome_id)
    tag = response.headers["ETag"] = etag(found["version"])
    return not_modified(request, tag) or found
