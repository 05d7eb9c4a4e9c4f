"""The light dossier: one year of a multi-year agreement. It asks nothing already known and is granted as it is submitted."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal

from ..campaigns.schemas import Nature
from . import instruction, repository, rules, service, submission
from .errors import DossierStateRefused
from .models import Dossier, DossierStatus, FundingRequest
from .schemas import Budget, SubmissionCreate

if TYPE_CHECKING:
    from ..campaigns.models import Campaign


@dataclass(frozen=True)
class Tranche:
    """What one funder has already decided for the year."""

    id: UUID
    funder_id: UUID
    budget_line: str
    amount_cents: int


@dataclass(frozen=True)
class LightDossier:
    """What the agreement knows of the year. `budget` holds one line 74 per tranche."""

    cpo_id: UUID
    action_id: UUID
    organisation_id: UUID
    holder: Mapping[str, Any]
    title: str
    nature: Nature
    starts_on: date
    ends_on: date
    qpv_codes: Sequence[str]
    objective_codes: Sequence[str]
    transversal_codes: Sequence[str]
    content: Mapping[str, Any]
    contact: Mapping[str, Any]
    budget: Mapping[str, Any]
    renewal: bool
    motive: str


async def open_granted(
    session: AsyncSession,
    caller: Principal,
    campaign: "Campaign",
    known: LightDossier,
    tranches: Sequence[Tranche],
    statement: SubmissionCreate,
    *,
    now: datetime,
) -> tuple[Dossier, dict[UUID, UUID]]:
    """The dossier, submitted and decided, and the request of each tranche (tranche → request).

    The right and the campaign were judged, and the envelopes drawn on, by the caller's room. Refuses what is not sworn (422).
    """
    dossier = Dossier(
        campaign_id=campaign.id,
        lead_organisation_id=campaign.lead_organisation_id,
        organisation_id=known.organisation_id,
        holder=dict(known.holder),
        title=known.title,
        nature=known.nature,
        renewal=known.renewal,
        multi_year=True,
        action_id=known.action_id,
        cpo_id=known.cpo_id,
        starts_on=known.starts_on,
        ends_on=known.ends_on,
        qpv_codes=list(known.qpv_codes),
        objective_codes=list(known.objective_codes),
        transversal_codes=list(known.transversal_codes),
        content=dict(known.content),
        contact=dict(known.contact),
        created_by=caller.account_id,
        created_at=now,
        updated_at=now,
    )
    submission.require_sworn(dossier, statement)
    _keep_budget(dossier, known.budget)
    dossier.asked_cents = sum(tranche.amount_cents for tranche in tranches)
    session.add(dossier)
    await session.flush()
    requests = [_request(dossier, tranche) for tranche in tranches]
    session.add_all(requests)
    await session.flush()
    await service.note(session, dossier, "dossier.opened", caller, now, cpo_id=str(known.cpo_id))
    await submission.lodge(session, caller, dossier, requests, campaign, statement, now=now)
    for request in requests:
        dossier = await _grant(session, request, known.motive, caller, now)
    return dossier, _by_tranche(requests)


async def add_granted(
    session: AsyncSession,
    caller: Principal,
    dossier_id: UUID,
    tranche: Tranche,
    budget: Mapping[str, Any],
    *,
    motive: str,
    now: datetime,
) -> UUID:
    """A tranche confirmed after the dossier was made enters it: returns its request. The envelope was drawn on by the caller."""
    dossier = await instruction.get(session, dossier_id)
    if dossier.status is DossierStatus.CLOSED:  # its bilan is closed: nothing could be justified any more
        raise DossierStateRefused(dossier_status=dossier.status.value)
    request = _request(dossier, tranche)
    request.submitted_at = now
    session.add(request)
    _keep_budget(dossier, budget)
    dossier.asked_cents += tranche.amount_cents
    dossier.updated_at = now
    await session.flush()
    await submission.open_to_readers(session, dossier, await repository.requests(session, dossier.id))
    await _grant(session, request, motive, caller, now)
    return request.id


def _keep_budget(dossier: Dossier, budget: Mapping[str, Any]) -> None:
    kept = Budget.model_validate(budget)
    dossier.budget = kept.model_dump(mode="json")
    dossier.charges_cents = rules.total(kept.charges)


def _request(dossier: Dossier, tranche: Tranche) -> FundingRequest:
    return FundingRequest(
        dossier_id=dossier.id,
        campaign_id=dossier.campaign_id,
        funder_id=tranche.funder_id,
        budget_line=tranche.budget_line,
        amount_cents=tranche.amount_cents,
        tranche_id=tranche.id,
    )


async def _grant(session: AsyncSession, request: FundingRequest, motive: str, caller: Principal, now: datetime) -> Dossier:
    dossier = await instruction.grant_tranche(session, request.id, motive=motive, now=now)
    await service.note(
        session,
        dossier,
        "request.granted",
        caller,
        now,
        organisation_id=request.funder_id,
        request_id=str(request.id),
        tranche_id=str(request.tranche_id),
        decision=[None, ["granted", request.amount_cents]],
    )
    return dossier


def _by_tranche(requests: Sequence[FundingRequest]) -> dict[UUID, UUID]:
    return {request.tranche_id: request.id for request in requests if request.tranche_id}
