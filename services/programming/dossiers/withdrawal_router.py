"""Withdrawal of a dossier, end of a draft, over HTTP."""

from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Response
from pydantic import AfterValidator, BaseModel, Field, StringConstraints

from services.common.auth import Caller
from services.common.clock import Now
from services.common.db import Session
from services.common.etag import Version
from services.common.routing import ActRoute, right
from services.common.texts import paragraphs

from . import withdrawal
from .router import HOLDER, shown
from .schemas import DossierRead

router = APIRouter(prefix="/programming/v1/dossiers", tags=["dossiers"], route_class=ActRoute)


class DossierWithdrawal(BaseModel):
    """Why the holder takes its dossier back; the funders asked read it."""

    reason: Annotated[
        str,
        StringConstraints(strip_whitespace=True, min_length=1, max_length=2000),
        AfterValidator(paragraphs),
        Field(examples=["Le poste qui portait l'action n'est pas renouvelé."]),
    ]


@router.post(
    "/{dossier_id}/withdrawal",
    status_code=201,
    operation_id="withdrawDossier",
    summary="Withdraw a submitted dossier",
    response_model=DossierRead,
    openapi_extra=right("Managers and signatories of the holder.", persons_only=True),
)
async def withdraw_dossier(
    dossier_id: UUID, wish: DossierWithdrawal, caller: Caller, session: Session, now: Now, version: Version, response: Response
) -> Any:
    """Take the dossier back, as long as no funder has notified its answer. Its reviews become void, it leaves the agendas, and what
    was drawn on envelopes is given back. It stays readable by its reference."""
    await withdrawal.withdraw(session, caller, dossier_id, wish.reason, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{dossier_id}"
    return await shown(session, caller, dossier_id, response)


@router.delete("/{dossier_id}", status_code=204, operation_id="dropDraft", summary="Drop a draft", openapi_extra=right(HOLDER))
async def drop_draft(dossier_id: UUID, caller: Caller, session: Session, now: Now, version: Version) -> None:
    """The draft is dropped. For thirty days (a setting of the platform) it may be taken up again; then it is erased for good, its
    files included."""
    await withdrawal.drop(session, caller, dossier_id, version=version, now=now)


@router.post(
    "/{dossier_id}/restoration",
    status_code=201,
    operation_id="takeUpDraft",
    summary="Take a dropped draft up again",
    response_model=DossierRead,
    openapi_extra=right(HOLDER),
)
async def take_up_draft(dossier_id: UUID, caller: Caller, session: Session, now: Now, version: Version, response: Response) -> Any:
    """The dropped draft is a draft again, as it was."""
    await withdrawal.restore(session, caller, dossier_id, version=version, now=now)
    response.headers["Location"] = f"{router.prefix}/{dossier_id}"
    return await shown(session, caller, dossier_id, response)
