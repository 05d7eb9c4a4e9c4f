"""Other subsidies and de minimis aids over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, Snapshot
from services.common.etag import Version, etag, not_modified
from services.common.language import preferred
from services.common.pagination import LAST_ID, Cursor, Limit, Page, page, read_cursor
from services.common.routing import ActRoute, right

from ..dossiers.router import READERS
from . import repository, service
from .schemas import (
    DeclaredSubsidyCreate,
    DeclaredSubsidyRead,
    DeclaredSubsidyUpdate,
    DeMinimisAidCreate,
    DeMinimisAidRead,
    OtherSubsidies,
)

PREFIX = "/programming/v1"
router = APIRouter(route_class=ActRoute, prefix=PREFIX, tags=["other-subsidies"])

MEMBERS = "Members of the organisation."
_OF = "/organisations/{organisation_id}"


@router.get(
    "/dossiers/{dossier_id}/other-subsidies",
    operation_id="getDossierOtherSubsidies",
    summary="What a dossier's holder asks for or got elsewhere",
    response_model=OtherSubsidies,
    openapi_extra=right(READERS),
)
async def get_dossier_other_subsidies(dossier_id: UUID, request: Request, session: Snapshot, caller: Caller, now: Now) -> Any:
    """All the requests of the holder for the dossier's year, on the platform and declared, in the state it was told: nothing that is
    decided shows before its letter leaves. With the totals against the legal thresholds."""
    language = preferred(request.headers.get("accept-language"))
    return await service.of_dossier(session, caller, dossier_id, language=language, now=now)


@router.get(
    _OF + "/other-subsidies",
    operation_id="getOtherSubsidies",
    summary="All the subsidies of an organisation for a year",
    response_model=OtherSubsidies,
    openapi_extra=right(MEMBERS),
)
async def get_other_subsidies(
    organisation_id: UUID,
    request: Request,
    session: Snapshot,
    caller: Caller,
    now: Now,
    year: Annotated[int | None, Query(ge=2000, le=2100, description="The current year by default.")] = None,
) -> Any:
    """What funders of its dossiers will read: requests on the platform, those declared, totals, thresholds, de minimis aids."""
    language = preferred(request.headers.get("accept-language"))
    return await service.of_organisation(session, caller, organisation_id, year, language=language, now=now)


@router.get(
    _OF + "/declared-subsidies",
    operation_id="listDeclaredSubsidies",
    summary="List the subsidies declared",
    response_model=Page[DeclaredSubsidyRead],
    openapi_extra=right(MEMBERS),
)
async def list_declared_subsidies(
    organisation_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Subsidies asked for or got outside the platform, the latest declared first."""
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(session, caller, organisation_id, repository.SUBSIDIES, before, limit + 1)
    return page(request, response, rows, limit, lambda row: [row["id"]])


@router.post(
    _OF + "/declared-subsidies",
    status_code=201,
    operation_id="declareSubsidy",
    summary="Declare a subsidy",
    response_model=DeclaredSubsidyRead,
    openapi_extra=right(MEMBERS),
)
async def declare_subsidy(
    organisation_id: UUID, wish: DeclaredSubsidyCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """A subsidy asked for or got outside the platform: its funder, its amount, where it stands. Those on the platform are known."""
    declared = await service.declare(session, caller, organisation_id, wish, now=now)
    response.headers["Location"] = f"{PREFIX}/declared-subsidies/{declared.id}"
    response.headers["ETag"] = etag(declared.version)
    return declared


@router.get(
    "/declared-subsidies/{declared_subsidy_id}",
    operation_id="getDeclaredSubsidy",
    summary="Read a subsidy declared",
    response_model=DeclaredSubsidyRead,
    openapi_extra=right(MEMBERS),
)
async def get_declared_subsidy(
    declared_subsidy_id: UUID, request: Request, response: Response, session: Snapshot, caller: Caller
) -> Any:
    """One declaration, for those who made it."""
    declared = await service.own(session, caller, declared_subsidy_id)
    tag = response.headers["ETag"] = etag(declared.version)
    return not_modified(request, tag) or declared


@router.patch(
    "/declared-subsidies/{declared_subsidy_id}",
    operation_id="amendDeclaredSubsidy",
    summary="Amend a subsidy declared",
    response_model=DeclaredSubsidyRead,
    openapi_extra=right(MEMBERS),
)
async def amend_declared_subsidy(
    declared_subsidy_id: UUID,
    wish: DeclaredSubsidyUpdate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The answer came, or the amount was wrong: only what is sent changes."""
    declared = await service.amend(session, caller, declared_subsidy_id, wish, version=version, now=now)
    response.headers["ETag"] = etag(declared.version)
    return declared


@router.delete(
    "/declared-subsidies/{declared_subsidy_id}",
    status_code=204,
    operation_id="withdrawDeclaredSubsidy",
    summary="Withdraw a subsidy declared",
    openapi_extra=right(MEMBERS),
)
async def withdraw_declared_subsidy(declared_subsidy_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """It was declared by mistake."""
    await service.withdraw(session, caller, declared_subsidy_id, now=now)


@router.get(
    _OF + "/de-minimis-aids",
    operation_id="listDeMinimisAids",
    summary="List the de minimis aids declared",
    response_model=Page[DeMinimisAidRead],
    openapi_extra=right(MEMBERS),
)
async def list_de_minimis_aids(
    organisation_id: UUID,
    request: Request,
    response: Response,
    session: Snapshot,
    caller: Caller,
    limit: Limit = 50,
    cursor: Cursor = None,
) -> Any:
    """Aids received under a de minimis regulation, for organisations with an economic activity. The latest declared first."""
    after = read_cursor(request, cursor)
    before = UUID(after[0]) if after else LAST_ID
    rows = await service.listing(session, caller, organisation_id, repository.AIDS, before, limit + 1)
    return page(request, response, rows, limit, lambda row: [row["id"]])


@router.post(
    _OF + "/de-minimis-aids",
    status_code=201,
    operation_id="declareDeMinimisAid",
    summary="Declare a de minimis aid",
    response_model=DeMinimisAidRead,
    openapi_extra=right(MEMBERS),
)
async def declare_de_minimis_aid(
    organisation_id: UUID, wish: DeMinimisAidCreate, caller: Caller, session: Session, now: Now, response: Response
) -> Any:
    """It counts for the rolling years the regulation says; the ceiling is a legal parameter."""
    aid = await service.declare_aid(session, caller, organisation_id, wish, now=now)
    response.headers["Location"] = f"{PREFIX}{_OF.format(organisation_id=organisation_id)}/de-minimis-aids"
    return aid


@router.delete(
    "/de-minimis-aids/{de_minimis_aid_id}",
    status_code=204,
    operation_id="removeDeMinimisAid",
    summary="Remove a de minimis aid",
    openapi_extra=right(MEMBERS),
)
async def remove_de_minimis_aid(de_minimis_aid_id: UUID, caller: Caller, session: Session, now: Now) -> None:
    """It was declared by mistake."""
    await service.remove_aid(session, caller, de_minimis_aid_id, now=now)
