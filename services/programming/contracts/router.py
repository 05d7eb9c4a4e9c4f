"""Contracts over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, fetch, fetch_one
from services.common.etag import Version, etag, not_modified
from services.common.pagination import Cursor, Limit, Page, page, read_cursor
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from . import repository, service
from .schemas import ContractCreate, ContractRead, ContractSummary, ContractUpdate, FrameworkCreate, FrameworkRead

router = APIRouter(prefix="/programming/v1/contracts", tags=["contracts"], route_class=ActRoute)


def _with_framework(row: dict[str, Any]) -> dict[str, Any]:
    tree = row.pop("framework_tree")
    adopted_on = row.pop("framework_adopted_on")
    framework = tree and {**tree, "number": row["framework_number"], "adopted_on": adopted_on}
    return {**row, "framework": framework}


@router.get(
    "",
    operation_id="listContracts",
    summary="List the contracts",
    response_model=Page[ContractSummary],
    openapi_extra=right("Anyone.", public=True),
)
async def list_contracts(request: Request, response: Response, reader: Reader, limit: Limit = 20, cursor: Cursor = None) -> Any:
    """Every contrat de ville on the platform, by code."""
    after = read_cursor(request, cursor) or [""]
    rows = await fetch(reader, repository.LISTING, {"after": after[0], "limit": limit + 1})
    return page(request, response, rows, limit, lambda row: [row["code"]])


@router.post(
    "",
    status_code=201,
    operation_id="createContract",
    summary="Open a contract",
    response_model=ContractRead,
    openapi_extra=right("The platform's administrator, or a manager of the leading organisation."),
)
async def create_contract(wish: ContractCreate, caller: Caller, session: Session, now: Now, response: Response) -> Any:
    """Record a contrat de ville: its period, its neighbourhoods, its signatories and the organisation that leads it."""
    contract = await service.create(session, caller, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{contract.id}"
    response.headers["ETag"] = etag(contract.version)
    return contract


@router.get(
    "/{contract_id}",
    operation_id="getContract",
    summary="Read a contract",
    response_model=ContractRead,
    openapi_extra=right("Anyone.", public=True),
)
async def get_contract(contract_id: UUID, request: Request, response: Response, reader: Reader) -> Any:
    """The contract with its framework in force."""
    row = await fetch_one(reader, repository.ONE, {"contract_id": contract_id})
    if row is None:
        raise NotFound()
    tag = etag(row["version"])
    response.headers["ETag"] = tag
    return not_modified(request, tag) or _with_framework(row)


@router.patch(
    "/{contract_id}",
    operation_id="updateContract",
    summary="Change a contract",
    response_model=ContractSummary,
    openapi_extra=right("Members of the leading organisation, or the platform's administrator."),
)
async def update_contract(
    contract_id: UUID, wish: ContractUpdate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Merge patch of the contract: what is not sent stays."""
    contract = await service.update(session, caller, contract_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(contract.version)
    return contract


@router.get(
    "/{contract_id}/frameworks",
    operation_id="listFrameworks",
    summary="Read the framework's versions",
    response_model=Page[FrameworkRead],
    openapi_extra=right("Anyone.", public=True),
)
async def list_frameworks(contract_id: UUID, reader: Reader) -> Any:
    """Every version adopted, newest first."""
    rows = await fetch(reader, repository.FRAMEWORKS, {"contract_id": contract_id})
    return {"items": [{**row["tree"], **row} for row in rows], "next": None}


@router.post(
    "/{contract_id}/frameworks",
    status_code=201,
    operation_id="adoptFramework",
    summary="Adopt a version of the framework",
    response_model=FrameworkRead,
    openapi_extra=right("Members of the leading organisation, or the platform's administrator."),
)
async def adopt_framework(
    contract_id: UUID, wish: FrameworkCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """Adopt enjeux, orientations and objectifs opérationnels. Earlier versions stay readable."""
    adopted = await service.adopt_framework(session, caller, contract_id, wish, now=now)
    response.headers["Location"] = f"{router.prefix}/{contract_id}/frameworks"
    return {**adopted.tree, "number": adopted.number, "adopted_on": adopted.adopted_on}
