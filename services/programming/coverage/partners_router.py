"""Measures of droit commun and TFPB counterparts over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import LAST_ID, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.query import published, read_query
from services.common.routing import ActRoute, right

from . import partners, repository
from .records import (
    CounterpartCreate,
    CounterpartRead,
    CounterpartUpdate,
    MeasureCreate,
    MeasureRead,
    MeasureUpdate,
    YearQuery,
)

router = APIRouter(prefix="/programming/v1/contracts/{contract_id}", tags=["coverage"], route_class=ActRoute)

PARTNERS = "Members of the organisation they name, which signed the contract or funds its campaigns; the contract's team for all."


def _where(contract_id: UUID, kind: str, record_id: UUID) -> str:
    return f"/programming/v1/contracts/{contract_id}/{kind}/{record_id}"


async def _listed(statement: Any, contract_id: UUID, request: Request, response: Response, reader: Any) -> Any:
    wish = read_query(request, YearQuery)
    after = read_cursor(request, wish.cursor)
    before = UUID(after[0]) if after else LAST_ID
    values = {"contract_id": contract_id, "year": wish.year, "before": before, "limit": wish.limit + 1}
    return page(request, response, await fetch(reader, statement, values), wish.limit, lambda row: [row["id"]])


async def _shown(statement: Any, contract_id: UUID, record_id: UUID, request: Request, response: Response, reader: Any) -> Any:
    row = await fetch_one(reader, statement, {"contract_id": contract_id, "id": record_id})
    if row is None:
        raise NotFound()
    tag = response.headers["ETag"] = etag(row["version"])
    return not_modified(request, tag) or row


@router.get(
    "/droit-commun",
    operation_id="listMeasures",
    summary="List the measures of droit commun",
    response_model=Page[MeasureRead],
    openapi_extra=right("Anyone.", public=True) | published(YearQuery),
)
async def list_measures(contract_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """What partners do for the neighbourhoods with their ordinary means, latest first."""
    return await _listed(repository.MEASURES, contract_id, request, response, reader)


@router.post(
    "/droit-commun",
    status_code=201,
    operation_id="recordMeasure",
    summary="Record a measure of droit commun",
    response_model=MeasureRead,
    openapi_extra=right(PARTNERS),
)
async def record_measure(
    contract_id: UUID, wish: MeasureCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Money, people or both, for objectives and QPVs of the contract, in one year. Shown beside subsidies, never added to them."""
    measure = await partners.record_measure(session, caller, contract_id, wish, now=now)
    response.headers["Location"] = _where(contract_id, "droit-commun", measure.id)
    response.headers["ETag"] = etag(measure.version)
    return measure


@router.get(
    "/droit-commun/{measure_id}",
    operation_id="getMeasure",
    summary="Read a measure of droit commun",
    response_model=MeasureRead,
    openapi_extra=right("Anyone.", public=True),
)
async def get_measure(contract_id: UUID, measure_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """One measure."""
    return await _shown(repository.MEASURE, contract_id, measure_id, request, response, reader)


@router.patch(
    "/droit-commun/{measure_id}",
    operation_id="changeMeasure",
    summary="Change a measure of droit commun",
    response_model=MeasureRead,
    openapi_extra=right(PARTNERS),
)
async def change_measure(
    contract_id: UUID,
    measure_id: UUID,
    wish: MeasureUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """Merge patch: what is not sent stays."""
    measure = await partners.change_measure(session, caller, contract_id, measure_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(measure.version)
    return measure


@router.delete(
    "/droit-commun/{measure_id}",
    status_code=204,
    operation_id="removeMeasure",
    summary="Remove a measure of droit commun",
    openapi_extra=right(PARTNERS),
)
async def remove_measure(contract_id: UUID, measure_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """It also leaves the action leads it answered."""
    await partners.remove_measure(session, caller, contract_id, measure_id, version=version, now=now)


@router.get(
    "/tfpb",
    operation_id="listCounterparts",
    summary="List the TFPB counterparts",
    response_model=Page[CounterpartRead],
    openapi_extra=right("Anyone.", public=True) | published(YearQuery),
)
async def list_counterparts(contract_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """What landlords give back for their tax abatement, QPV by QPV and year by year, latest first."""
    return await _listed(repository.COUNTERPARTS, contract_id, request, response, reader)


@router.post(
    "/tfpb",
    status_code=201,
    operation_id="recordCounterpart",
    summary="Record a TFPB counterpart",
    response_model=CounterpartRead,
    openapi_extra=right(PARTNERS),
)
async def record_counterpart(
    contract_id: UUID, wish: CounterpartCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """One landlord, one QPV, one year: the abatement and what is done in return. Followed, not a subsidy."""
    counterpart = await partners.record_counterpart(session, caller, contract_id, wish, now=now)
    response.headers["Location"] = _where(contract_id, "tfpb", counterpart.id)
    response.headers["ETag"] = etag(counterpart.version)
    return counterpart


@router.get(
    "/tfpb/{counterpart_id}",
    operation_id="getCounterpart",
    summary="Read a TFPB counterpart",
    response_model=CounterpartRead,
    openapi_extra=right("Anyone.", public=True),
)
async def get_counterpart(contract_id: UUID, counterpart_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """One counterpart with its actions."""
    return await _shown(repository.COUNTERPART, contract_id, counterpart_id, request, response, reader)


@router.patch(
    "/tfpb/{counterpart_id}",
    operation_id="changeCounterpart",
    summary="Change a TFPB counterpart",
    response_model=CounterpartRead,
    openapi_extra=right(PARTNERS),
)
async def change_counterpart(
    contract_id: UUID,
    counterpart_id: UUID,
    wish: CounterpartUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The abatement, or the whole list of actions."""
    counterpart = await partners.change_counterpart(session, caller, contract_id, counterpart_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(counterpart.version)
    return counterpart


@router.delete(
    "/tfpb/{counterpart_id}",
    status_code=204,
    operation_id="removeCounterpart",
    summary="Remove a TFPB counterpart",
    openapi_extra=right(PARTNERS),
)
async def remove_counterpart(
    contract_id: UUID, counterpart_id: UUID, caller: Caller, session: Session, now: Now, version: Version
) -> None:
    """What was recorded by mistake."""
    await partners.remove_counterpart(session, caller, contract_id, counterpart_id, version=version, now=now)
