"""Tranches over HTTP: confirmation, the year's light dossier, a funder that leaves."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request, Response
from pydantic import Field

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session, fetch_one
from services.common.etag import Version
from services.common.problems import NotFound
from services.common.routing import ActRoute, right

from .. import clients
from ..dossiers.schemas import DossierStatus, SubmissionCreate
from . import repository, service, tranches
from .report_schemas import CpoAmendmentRead
from .router import answered, router
from .schemas import CpoRead, CpoReason, TrancheConfirmationCreate, TrancheDossierCreate, TrancheDossierRead

tranches_router = APIRouter(prefix=f"{router.prefix}/cpos", tags=["cpos"], route_class=ActRoute)


@tranches_router.post(
    "/{cpo_id}/tranches/{tranche_id}/confirmation",
    status_code=201,
    operation_id="confirmTranche",
    summary="Confirm a tranche",
    response_model=CpoRead,
    openapi_extra=right("Managers and signatories of the tranche's funder."),
)
async def confirm_tranche(
    cpo_id: UUID,
    tranche_id: UUID,
    wish: TrancheConfirmationCreate,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """The funder confirms its tranche of the year, once it accepted the previous year's report. A lower amount leaves a gap, shown.

    Where the year's dossier exists already, the tranche enters it at once and is drawn on the envelope.
    """
    cpo = await tranches.confirm(session, caller, cpo_id, tranche_id, wish, version=version, now=now)
    return await answered(session, cpo, now, response)


async def _holder(cpo_id: UUID, request: Request, caller: Caller) -> clients.Organisation:
    """The holder as the directory knows it today: asked before the transaction, for those who may submit in its name."""
    resources = request.app.state.resources
    async with resources.database.readers.connection() as reader:
        seen = await fetch_one(reader, repository.SEEN, {"cpo_id": cpo_id, "organisations": caller.organisation_ids})
    if seen is None:
        raise NotFound()
    service.require_holder(caller, seen["holder_id"], seen["successor_id"])
    acting = seen["successor_id"] or seen["holder_id"]
    service.require_officer(caller, acting)
    return await clients.organisation(resources.siblings, caller, acting)


@tranches_router.post(
    "/{cpo_id}/years/{year}/dossier",
    status_code=201,
    operation_id="openTrancheDossier",
    summary="Submit the dossier of a year",
    response_model=TrancheDossierRead,
    openapi_extra=right("Managers and signatories of the holder."),
)
async def open_tranche_dossier(
    cpo_id: UUID,
    year: Annotated[int, Field(ge=2000, le=2199)],
    wish: TrancheDossierCreate,
    caller: Caller,
    holder: Annotated[clients.Organisation, Depends(_holder)],
    session: Session,
    now: Now,
    response: Response,
) -> Any:
    """Everything is known already: the sworn statement alone is asked. The confirmed tranches are granted and drawn on the
    envelopes as it is submitted, so that each funder can notify. There is no deadline for money already voted.
    """
    statement = SubmissionCreate(**wish.model_dump(exclude={"campaign_id"}))
    dossier = await tranches.open_dossier(session, caller, holder, cpo_id, year, wish.campaign_id, statement, now=now)
    response.headers["Location"] = f"{router.prefix}/dossiers/{dossier.id}"
    return {
        "dossier_id": dossier.id,
        "reference": dossier.reference,
        "campaign_id": dossier.campaign_id,
        "status": DossierStatus(dossier.status.value),
        "granted_cents": dossier.granted_cents,
        "submitted_at": dossier.submitted_at,
    }


@tranches_router.post(
    "/{cpo_id}/funders/{funder_id}/withdrawal",
    status_code=201,
    operation_id="withdrawCpoFunder",
    summary="Leave an agreement",
    response_model=CpoAmendmentRead,
    openapi_extra=right("Managers and signatories of the funder."),
)
async def withdraw_cpo_funder(
    cpo_id: UUID,
    funder_id: UUID,
    wish: CpoReason,
    caller: Caller,
    session: Session,
    now: Now,
    version: Version,
    response: Response,
) -> Any:
    """A funder leaves: its forecasts to come are dropped by a numbered record, what it confirmed stays. The gap shows year by year."""
    record = await tranches.withdraw_funder(session, caller, cpo_id, funder_id, wish.reason, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/cpos/{cpo_id}/amendments/{record.number}"
    return record
