"""HTTP of other centres' holdings: parse, call one use case, answer."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Body, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.resources import Held
from services.common.routing import ActRoute, right

from . import duplicates, runs, sources
from .models import HarvestOutcome, HarvestSource
from .schemas import (
    DuplicateDecision,
    DuplicateRead,
    LineRead,
    RunCreate,
    RunRead,
    SourceCreate,
    SourceRead,
    SourceUpdate,
)

PREFIX = "/catalogue/v1/harvest-sources"
router = APIRouter(prefix=PREFIX, tags=["harvests"], route_class=ActRoute)

DOCUMENTALISTS = "Documentalists of the centre (members of the organisation that keeps it)."
_PUBLISHING = DOCUMENTALISTS + " `publishes` is for its managers to grant."
_ONE = "/{harvest_source_id}"
_RUN = _ONE + "/runs/{harvest_run_id}"
_PAIR = _ONE + "/duplicates/{duplicate_id}"


def _answer(response: Response, source: HarvestSource) -> HarvestSource:
    response.headers["ETag"] = etag(source.version)
    return source


@router.get(
    "",
    operation_id="listHarvestSources",
    summary="What is harvested",
    response_model=Page[SourceRead],
    openapi_extra=right("Anyone signed in, for the centres they keep."),
)
async def listing(
    reader: Reader,
    caller: Caller,
    request: Request,
    response: Response,
    centre_id: Annotated[UUID | None, Query(description="Of this centre.")] = None,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Repositories that the centres you keep harvest, the newest first."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await sources.listing(reader, caller, centre_id=centre_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.post(
    "",
    status_code=201,
    operation_id="addHarvestSource",
    summary="Add a source",
    response_model=SourceRead,
    openapi_extra=right(_PUBLISHING),
)
async def create(wish: SourceCreate, caller: Caller, session: Session, resources: Held, now: Now, response: Response) -> Any:
    """An OAI-PMH 2.0 repository in `oai_dc`. Harvested within ten minutes, then by its schedule; `manual` waits to be asked."""
    source = await sources.create(session, resources, caller, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/{source.id}"
    return _answer(response, source)


@router.get(
    _ONE,
    operation_id="getHarvestSource",
    summary="Read a source",
    response_model=SourceRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def read(harvest_source_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response) -> Any:
    """What is read of it, and when it is next."""
    source = await sources.one(session, caller, harvest_source_id)
    return not_modified(request, etag(source.version)) or _answer(response, source)


@router.patch(
    _ONE,
    operation_id="updateHarvestSource",
    summary="Change a source",
    response_model=SourceRead,
    openapi_extra=right(_PUBLISHING),
)
async def change(
    harvest_source_id: UUID,
    wish: SourceUpdate,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """What is sent replaces. Another address or set is read from the beginning."""
    changed = await sources.change(session, resources, caller, harvest_source_id, wish, version=version, now=now)
    return _answer(response, changed)


@router.delete(
    _ONE,
    status_code=204,
    operation_id="deleteHarvestSource",
    summary="Harvest it no more",
    openapi_extra=right(DOCUMENTALISTS),
)
async def delete(harvest_source_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """Its reports go with it; the documents that came of it stay."""
    await sources.delete(session, caller, harvest_source_id, version=version, now=now)


@router.post(
    _ONE + "/runs",
    status_code=201,
    operation_id="startHarvest",
    summary="Harvest now",
    response_model=RunRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def start(
    harvest_source_id: UUID,
    caller: Caller,
    session: Session,
    now: Now,
    response: Response,
    wish: Annotated[RunCreate, Body()] = RunCreate(),
) -> Any:
    """In the background, page after page; read the run for its report. What changed since the last one, or everything (`full`)."""
    run = await runs.start(session, caller, harvest_source_id, full=wish.full, now=now)
    response.headers["Location"] = f"{PREFIX}/{harvest_source_id}/runs/{run.id}"
    return runs.report(run)


@router.get(
    _ONE + "/runs",
    operation_id="listHarvests",
    summary="Harvests of a source",
    response_model=Page[RunRead],
    openapi_extra=right(DOCUMENTALISTS),
)
async def list_runs(
    harvest_source_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """The latest first, each with its counts."""
    after = read_cursor(request, cursor)
    before_id = UUID(after[0]) if after else LAST_ID
    rows = await runs.listing(session, caller, harvest_source_id, before_id=before_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _RUN,
    operation_id="getHarvest",
    summary="Read a harvest's report",
    response_model=RunRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def read_run(harvest_source_id: UUID, harvest_run_id: UUID, caller: Caller, session: Snapshot) -> Any:
    """How far it is, how many records became what, and why it stopped if it did."""
    return await runs.one(session, caller, harvest_source_id, harvest_run_id)


@router.get(
    _RUN + "/lines",
    operation_id="listHarvestLines",
    summary="Lines of a harvest's report",
    response_model=Page[LineRead],
    openapi_extra=right(DOCUMENTALISTS),
)
async def list_lines(
    harvest_source_id: UUID,
    harvest_run_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    outcome: Annotated[list[HarvestOutcome], Query(description="Any of these.")] = [],  # noqa: B006 - FastAPI copies it
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """What became of each record, in the order they came, with the reason."""
    last = read_cursor(request, cursor)
    after = int(last[0]) if last else 0
    outcomes = [each.value for each in outcome]
    rows = await runs.lines(session, caller, harvest_source_id, harvest_run_id, outcomes=outcomes, after=after, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["number"],))


@router.get(
    _ONE + "/duplicates",
    operation_id="listHarvestDuplicates",
    summary="Records that look like documents of the centre",
    response_model=Page[DuplicateRead],
    openapi_extra=right(DOCUMENTALISTS),
)
async def list_duplicates(
    harvest_source_id: UUID,
    caller: Caller,
    session: Snapshot,
    request: Request,
    response: Response,
    decided: Annotated[bool, Query(description="Those already decided too.")] = False,
    limit: Limit = 20,
    cursor: Cursor = None,
) -> Any:
    """Same DOI, ISBN or address; or same title, year and first author. Nothing of them enters before you say so."""
    last = read_cursor(request, cursor)
    after_id = UUID(last[0]) if last else UUID(int=0)
    rows = await duplicates.listing(session, caller, harvest_source_id, only_open=not decided, after_id=after_id, limit=limit + 1)
    return page(request, response, rows, limit, key=lambda row: (row["id"],))


@router.get(
    _PAIR,
    operation_id="getHarvestDuplicate",
    summary="Read a pair",
    response_model=DuplicateRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def read_duplicate(
    harvest_source_id: UUID, duplicate_id: UUID, caller: Caller, session: Snapshot, request: Request, response: Response
) -> Any:
    """The record and the document it may be."""
    row = await duplicates.one(session, caller, harvest_source_id, duplicate_id)
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.post(
    _PAIR + "/decision",
    status_code=201,
    operation_id="decideHarvestDuplicate",
    summary="Decide a pair",
    response_model=DuplicateRead,
    openapi_extra=right(DOCUMENTALISTS),
)
async def decide(
    harvest_source_id: UUID,
    duplicate_id: UUID,
    wish: DuplicateDecision,
    caller: Caller,
    session: Session,
    resources: Held,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Once for all. A record that looks like several documents enters when every pair is `keep_both`."""
    row = await duplicates.decide(
        session, resources, caller, harvest_source_id, duplicate_id, wish.decision, version=version, now=now
    )
    response.headers["ETag"] = etag(row["version"])
    return row
