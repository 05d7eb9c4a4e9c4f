"""Amendments (avenants) of agreements over HTTP."""

from typing import Any
from uuid import UUID

from fastapi import APIRouter, Response

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Reader, Session, Snapshot, fetch, fetch_one
from services.common.etag import Version, etag
from services.common.pagination import Page
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from . import amendments, repository
from .models import CpoAmendment
from .report_schemas import CpoAmendmentCreate, CpoAmendmentRead
from .router import PARTIES, TEAM, router
from .schemas import CpoSignatureCreate

amendments_router = APIRouter(prefix=f"{router.prefix}/cpos/{{cpo_id}}/amendments", tags=["cpos"], route_class=ActRoute)


def _answered(amendment: CpoAmendment, response: Response) -> CpoAmendment:
    response.headers["ETag"] = etag(amendment.version)
    response.headers["Location"] = f"{router.prefix}/cpos/{amendment.cpo_id}/amendments/{amendment.number}"
    return amendment


@amendments_router.get(
    "",
    operation_id="listCpoAmendments",
    summary="Read an agreement's amendments",
    response_model=Page[CpoAmendmentRead],
    openapi_extra=right(PARTIES),
)
async def list_cpo_amendments(cpo_id: UUID, reader: Reader, caller: Caller) -> Any:
    """Every avenant by number, those abandoned and the record of a funder's leaving included."""
    if await fetch_one(reader, repository.SEEN, {"cpo_id": cpo_id, "organisations": caller.organisation_ids}) is None:
        raise NotFound()
    return {"items": await fetch(reader, repository.AMENDMENTS, {"cpo_id": cpo_id}), "next": None}


@amendments_router.post(
    "",
    status_code=201,
    operation_id="proposeCpoAmendment",
    summary="Propose an amendment",
    response_model=CpoAmendmentRead,
    openapi_extra=right(TEAM),
)
async def propose_cpo_amendment(
    cpo_id: UUID, wish: CpoAmendmentCreate, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Change, add or drop tranches: amount, year, funder, line. `If-Match` is the agreement's; one amendment waits at a time."""
    return _answered(await amendments.propose(session, caller, cpo_id, wish, version=version, now=now), response)


@amendments_router.get(
    "/{amendment_number}",
    operation_id="getCpoAmendment",
    summary="Read an amendment",
    response_model=CpoAmendmentRead,
    openapi_extra=right(f"{PARTIES} Also of a funder that it would let join."),
)
async def get_cpo_amendment(cpo_id: UUID, amendment_number: int, session: Snapshot, caller: Caller, response: Response) -> Any:
    """What it changes, who has to sign and who signed."""
    amendment = await amendments.seen(session, caller, cpo_id, amendment_number)
    response.headers["ETag"] = etag(amendment.version)
    return amendment


@amendments_router.post(
    "/{amendment_number}/signature",
    status_code=201,
    operation_id="signCpoAmendment",
    summary="Sign an amendment",
    response_model=CpoAmendmentRead,
    openapi_extra=right("Signatories of the party they name: the holder or a funder concerned.", persons_only=True),
)
async def sign_cpo_amendment(
    cpo_id: UUID,
    amendment_number: int,
    wish: CpoSignatureCreate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The last signature applies it, to the awards and envelopes too; refused by name if a tranche was paid beyond it meanwhile."""
    return _answered(await amendments.sign(session, caller, cpo_id, amendment_number, wish, version=version, now=now), response)


@amendments_router.post(
    "/{amendment_number}/abandonment",
    status_code=201,
    operation_id="abandonCpoAmendment",
    summary="Abandon an amendment",
    response_model=CpoAmendmentRead,
    openapi_extra=right(TEAM),
)
async def abandon_cpo_amendment(
    cpo_id: UUID, amendment_number: int, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """The team gives it up; its number stays."""
    return _answered(await amendments.abandon(session, caller, cpo_id, amendment_number, version=version, now=now), response)
