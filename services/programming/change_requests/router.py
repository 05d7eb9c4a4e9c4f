"""Changes requested of a holder, over HTTP."""

from typing import Any
from uuid import UUID
from zlib import crc32

import orjson
from fastapi import APIRouter, Request, Response

from services.common.auth import Caller, Principal
from services.common.clock import Now
from services.common.db import Session, Snapshot, fetch_in
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from ..dossiers import instruction
from . import repository, service
from .models import ChangeRequest
from .schemas import ChangeRequestAnswer, ChangeRequestCreate, ChangeRequestEnd, ChangeRequestRead

router = APIRouter(route_class=ActRoute, prefix="/programming/v1/dossiers/{dossier_id}/change-requests", tags=["change-requests"])
_READERS = "Whoever sees the dossier once it is submitted: its holder and their collaborators, its funders, the team."


async def _answer(session: Any, caller: Principal, change_request: ChangeRequest, response: Response, now: Any) -> dict[str, Any]:
    where = router.prefix.format(dossier_id=change_request.dossier_id)
    response.headers["Location"] = f"{where}/{change_request.id}"
    response.headers["ETag"] = etag(change_request.version)
    return await service.one_shown(session, caller, change_request, now=now)


@router.post(
    "",
    status_code=201,
    operation_id="requestChanges",
    summary="Ask the holder to change named fields",
    response_model=ChangeRequestRead,
    openapi_extra=right("Members of a funder asked, and of the contract's team, each for their own organisation."),
)
async def request_changes(
    dossier_id: UUID, wish: ChangeRequestCreate, caller: Caller, request: Request, session: Session, now: Now, response: Response
) -> Any:
    """The named fields, and they alone, open to the holder until it answers or you cancel. The holder is told by mail. Several funders
    may ask at once. When the file is `incomplete`, both clocks move by the days it took, once it is answered."""
    siblings = request.app.state.resources.siblings
    made = await service.ask(session, siblings, caller, dossier_id, wish, now=now)
    return await _answer(session, caller, made, response, now)


@router.get(
    "",
    operation_id="listChangeRequests",
    summary="Changes requested of a dossier",
    response_model=Page[ChangeRequestRead],
    openapi_extra=right(_READERS),
)
async def list_change_requests(
    dossier_id: UUID,
    request: Request,
    response: Response,
    caller: Caller,
    session: Snapshot,
    now: Now,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Newest first: the state of each field, the days left."""
    writes = await service.is_of_writers(session, caller, dossier_id)
    before = read_cursor(request, cursor)
    values = {"dossier_id": dossier_id, "before": UUID(before[0]) if before else LAST_ID, "limit": limit + 1}
    rows = await fetch_in(session, repository.OF_DOSSIER, values)
    dossier = await instruction.read(session, dossier_id)
    shown = await service.shown(session, dossier, rows, writes=writes, now=now)
    return page(request, response, shown, limit, lambda row: [row["id"]])


@router.get(
    "/{change_request_id}",
    operation_id="getChangeRequest",
    summary="Read a request for changes",
    response_model=ChangeRequestRead,
    openapi_extra=right(_READERS),
)
async def get_change_request(
    dossier_id: UUID, change_request_id: UUID, request: Request, response: Response, caller: Caller, session: Snapshot, now: Now
) -> Any:
    """What is asked, by when, and where each field stands."""
    found = await repository.get(session, change_request_id)
    if found is None or found.dossier_id != dossier_id:
        raise NotFound()
    shown = await service.one_shown(session, caller, found, now=now)
    # Fields move as the holder writes and days as they pass: the version alone would keep an old answer fresh.
    moving = [shown["days_left"], *(one["state"] for one in shown["fields"])]
    tag = response.headers["ETag"] = etag(found.version, f"{crc32(orjson.dumps(moving, default=str)):x}")
    return not_modified(request, tag) or shown


@router.post(
    "/{change_request_id}/answer",
    status_code=201,
    operation_id="answerChanges",
    summary="Answer a request for changes",
    response_model=ChangeRequestRead,
    openapi_extra=right("Managers and signatories of the holder.", persons_only=True),
)
async def answer_changes(
    dossier_id: UUID,
    change_request_id: UUID,
    wish: ChangeRequestAnswer,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """`If-Match` is the dossier's ETag: what is submitted is what you read. Each named field was changed, or is explained here; questions of
    the campaign that only the new answers make it ask are open too. An answer whose question is asked no more is left out of what is
    submitted (`left_out`). The answer is a new submission; when no other request waits, the dossier goes back to those who judge it."""
    made, left_out = await service.answer(session, caller, dossier_id, change_request_id, wish, version=version, now=now)
    shown = await _answer(session, caller, made, response, now)
    return {**shown, "left_out": [{"pointer": pointer, "title": title} for pointer, title in left_out]}


@router.post(
    "/{change_request_id}/reading",
    status_code=201,
    operation_id="readChangesAnswer",
    summary="Say that the answer was read",
    response_model=ChangeRequestRead,
    openapi_extra=right("Members of the organisation that asked."),
)
async def read_changes_answer(
    dossier_id: UUID, change_request_id: UUID, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """It leaves the due list of whoever asked. Nothing of the request changes, and the holder is told nothing; done twice, no harm."""
    found = await service.read_answer(session, caller, dossier_id, change_request_id, now=now)
    return await _answer(session, caller, found, response, now)


@router.post(
    "/{change_request_id}/cancellation",
    status_code=201,
    operation_id="cancelChangeRequest",
    summary="Cancel a request for changes",
    response_model=ChangeRequestRead,
    openapi_extra=right("Members of the organisation that asked."),
)
async def cancel_change_request(
    dossier_id: UUID,
    change_request_id: UUID,
    wish: ChangeRequestEnd,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Nothing is awaited any more; what the holder was writing on these fields is put back as submitted, and the documents joined for
    it are taken away."""
    made = await service.cancel(session, caller, dossier_id, change_request_id, wish.reason, version=version, now=now)
    return await _answer(session, caller, made, response, now)


@router.post(
    "/{change_request_id}/closing",
    status_code=201,
    operation_id="closeChangeRequest",
    summary="Close a request that was never answered",
    response_model=ChangeRequestRead,
    openapi_extra=right("Members of the contract's team, once the due day has passed."),
)
async def close_change_request(
    dossier_id: UUID,
    change_request_id: UUID,
    wish: ChangeRequestEnd,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The dossier is judged as it was submitted."""
    made = await service.close_unanswered(session, caller, dossier_id, change_request_id, wish.reason, version=version, now=now)
    return await _answer(session, caller, made, response, now)
