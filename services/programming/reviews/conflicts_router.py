"""Conflicts of interest over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import conflicts
from . import conflicts_repository as repository
from .conflict_schemas import ConflictCreate, ConflictRead, ConflictWithdrawal

conflicts_router = APIRouter(prefix="/programming/v1/conflicts", tags=["reviews"], route_class=ActRoute)

SEEN = "The person concerned, and the managers of the funder they instruct for."


@conflicts_router.post(
    "",
    status_code=201,
    operation_id="declareConflict",
    summary="Declare a conflict of interest",
    response_model=ConflictRead,
    openapi_extra=right("Members of the funder they name, for themselves; its managers, for any of its members."),
)
async def declare_conflict(
    wish: ConflictCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response
) -> Any:
    """From then on the person has no access to the scores and comments of the reviews concerned (403 `in-conflict`), and what they
    were instructing goes back to be assigned. What they had written is kept, flagged, and left out. The committee's minutes say it.
    """
    conflict = await conflicts.declare(session, resources.siblings, caller, wish, now=now)
    response.headers["Location"] = f"{conflicts_router.prefix}/{conflict.id}"
    response.headers["ETag"] = etag(conflict.version)
    return conflicts.shown(conflict.model_dump(), caller)


@conflicts_router.get(
    "",
    operation_id="listConflicts",
    summary="List conflicts of interest",
    response_model=Page[ConflictRead],
    openapi_extra=right(SEEN),
)
async def list_conflicts(
    request: Request,
    response: Response,
    reader: Reader,
    caller: Caller,
    funder_id: UUID | None = None,
    dossier_id: UUID | None = None,
    standing: bool | None = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Newest first. `dossier_id` finds those about the dossier and those about its holder; `standing=false` those withdrawn."""
    after = read_cursor(request, cursor)
    asked = {"funder_id": funder_id, "dossier_id": dossier_id, "standing": standing}
    filters = {name: value for name, value in asked.items() if value is not None}
    values = {**filters, **conflicts.scope(caller), "before": UUID(after[0]) if after else LAST_ID, "limit": limit + 1}
    rows = await fetch(reader, repository.listing(frozenset(filters)), values)
    return page(request, response, [conflicts.shown(row, caller) for row in rows], limit, lambda row: [row["id"]])


@conflicts_router.get(
    "/{conflict_id}",
    operation_id="getConflict",
    summary="Read a declaration of interest",
    response_model=ConflictRead,
    openapi_extra=right(SEEN),
)
async def get_conflict(conflict_id: UUID, request: Request, response: Response, reader: Reader, caller: Caller) -> Any:
    """Who, about what, of what kind, and whether it still stands."""
    row = await fetch_one(reader, repository.ONE, {"conflict_id": conflict_id, **conflicts.scope(caller)})
    if row is None:
        raise NotFound()
    tag = etag(row["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or conflicts.shown(row, caller)


@conflicts_router.post(
    "/{conflict_id}/withdrawal",
    status_code=201,
    operation_id="withdrawConflict",
    summary="Withdraw a declaration of interest",
    response_model=ConflictRead,
    openapi_extra=right("Who declared it, and the funder's managers."),
)
async def withdraw_conflict(
    conflict_id: UUID,
    wish: ConflictWithdrawal,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The interest was declared by mistake, or is over: say why. A review taken away is not given back by itself."""
    conflict = await conflicts.withdraw(session, caller, conflict_id, wish.reason, version=version, now=now)
    response.headers["ETag"] = etag(conflict.version)
    return conflicts.shown(conflict.model_dump(), caller)
