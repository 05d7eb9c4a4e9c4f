"""Use cases of the tranches: a funder confirms its year, the holder's light dossier draws on the envelopes, a funder leaves."""

from collections.abc import Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.problems import NotFound

from .. import clients
from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from ..dossiers import tranches as dossiers
from ..dossiers.errors import HolderDissolved
from ..dossiers.schemas import SubmissionCreate
from ..organisations import service as organisations
from . import life, repository, rules, service
from .errors import (
    CampaignNotOfTheCpo,
    CpoHolderSucceeded,
    FunderAlreadyGone,
    LightDossierExists,
    NothingConfirmed,
    NotPartyToCpo,
    TrancheNotForecast,
    TrancheWithoutLine,
    YearlyReportMissing,
    YearlyReportNotAccepted,
)
from .models import (
    Cpo,
    CpoAmendment,
    CpoAmendmentKind,
    CpoAmendmentStatus,
    CpoStatus,
    CpoTranche,
    CpoYear,
    TrancheState,
    YearlyReportAnswer,
)
from .schemas import TrancheConfirmationCreate

if TYPE_CHECKING:
    from ..campaigns.models import Campaign
    from ..dossiers.models import Dossier


async def confirm(
    session: AsyncSession,
    caller: Principal,
    cpo_id: UUID,
    tranche_id: UUID,
    wish: TrancheConfirmationCreate,
    *,
    version: int,
    now: datetime,
) -> Cpo:
    """The funder confirms its tranche, once it accepted the previous year's report. The year's dossier takes it, if it exists."""
    cpo = await service.locked(session, caller, cpo_id)
    tranche = await _tranche(session, cpo, tranche_id)
    service.require_officer(caller, tranche.funder_id)
    await service.ready(session, cpo, version, now)
    service.require_status(cpo, CpoStatus.SIGNED, CpoStatus.IN_FORCE)
    await service.party(session, cpo, tranche.funder_id)
    if tranche.state is not TrancheState.FORECAST:
        raise TrancheNotForecast(tranche_state=tranche.state.value)
    await _require_report(session, cpo, tranche)
    state = await service.state_of(session, cpo)
    amount = tranche.amount_cents if wish.amount_cents is None else wish.amount_cents
    after = life.confirm(state, str(tranche_id), amount)
    said = {"tranche_id": str(tranche_id), "year": tranche.year}
    await service.keep(
        session, cpo, state, after, "cpo.tranche_confirmed", caller, now,
        organisation_id=tranche.funder_id, reason=wish.reason, said=said,
    )  # fmt: skip
    year = await _year(session, cpo, tranche.year)
    if year.dossier_id is not None:
        await _enter_late(session, caller, cpo, year, tranche_id, now)
    return cpo


async def _tranche(session: AsyncSession, cpo: Cpo, tranche_id: UUID) -> CpoTranche:
    found = next((one for one in await repository.tranches(session, cpo.id) if one.id == tranche_id), None)
    if found is None:
        raise NotFound()
    return found


async def _year(session: AsyncSession, cpo: Cpo, year: int) -> CpoYear:
    found = next((one for one in await repository.years(session, cpo.id) if one.year == year), None)
    if found is None:
        raise NotFound()
    return found


async def _require_report(session: AsyncSession, cpo: Cpo, tranche: CpoTranche) -> None:
    """The previous year's report was submitted by the holder, and accepted by this funder as it was last submitted or before."""
    if tranche.year == cpo.starts_on.year:
        return
    report = await repository.report(session, cpo.id, tranche.year - 1)
    if report is None or not report.submissions:
        raise YearlyReportMissing(year=tranche.year - 1)
    answer = await repository.answer(session, report.id, tranche.funder_id)
    if answer is None or answer.answer is not YearlyReportAnswer.ACCEPTED:
        raise YearlyReportNotAccepted(year=tranche.year - 1)


async def open_dossier(
    session: AsyncSession,
    caller: Principal,
    holder: clients.Organisation,
    cpo_id: UUID,
    year_number: int,
    campaign_id: UUID,
    statement: SubmissionCreate,
    *,
    now: datetime,
) -> "Dossier":
    """The holder submits its year: nothing already known is asked, what is confirmed is granted and drawn on the envelopes.

    All or nothing: a short envelope refuses by its name and leaves no dossier.
    """
    # Before the agreement's row, as the news of a dissolution takes them.
    if await organisations.is_dissolved(session, holder):
        raise HolderDissolved(successor_id=holder.successor_id)
    cpo = await service.locked(session, caller, cpo_id)
    service.require_holder(caller, cpo.holder_id, cpo.successor_id)
    service.require_officer(caller, cpo.acting_holder_id)
    if holder.id != cpo.acting_holder_id:
        raise CpoHolderSucceeded(successor_id=str(cpo.acting_holder_id))
    year = await _year(session, cpo, year_number)
    await service.settle(session, cpo, today_in_paris(now), now)
    service.require_status(cpo, CpoStatus.SIGNED, CpoStatus.IN_FORCE, CpoStatus.ENDED)
    if year.dossier_id is not None:
        raise LightDossierExists(dossier_id=str(year.dossier_id))
    campaign = await _campaign(session, cpo, year_number, campaign_id)
    confirmed = [one for one in await repository.tranches(session, cpo.id) if one.year == year_number and _is_confirmed(one)]
    if not confirmed:
        raise NothingConfirmed(year=year_number)
    await _draw_on_envelopes(session, campaign.id, confirmed)
    known = await _known(session, cpo, year, holder, confirmed)
    granted = [dossiers.Tranche(one.id, one.funder_id, one.budget_line, one.amount_cents) for one in confirmed]
    dossier, requests = await dossiers.open_granted(session, caller, campaign, known, granted, statement, now=now)
    year.campaign_id, year.dossier_id = campaign.id, dossier.id
    for tranche in confirmed:
        tranche.request_id = requests[tranche.id]
    cpo.version += 1
    await session.flush()
    said = {"year": year_number, "dossier_id": str(dossier.id), "granted_cents": dossier.granted_cents}
    await service.note(session, cpo, "cpo.dossier_opened", caller, now, organisation_id=cpo.acting_holder_id, changes=said)
    return dossier


def _is_confirmed(tranche: CpoTranche) -> bool:
    return tranche.state is TrancheState.CONFIRMED


async def _campaign(session: AsyncSession, cpo: Cpo, year: int, campaign_id: UUID) -> "Campaign":
    """The campaign of that contract and year. Money already voted has no deadline: whatever its status but draft or archived."""
    campaign = await campaigns.get(session, campaign_id)
    if campaign.status is CampaignStatus.DRAFT:
        raise NotFound()
    archived = campaign.status is CampaignStatus.ARCHIVED
    if archived or (campaign.contract_id, campaign.year) != (cpo.contract_id, year):
        raise CampaignNotOfTheCpo(campaign_year=campaign.year, campaign_status=campaign.status.value)
    return campaign


async def _draw_on_envelopes(session: AsyncSession, campaign_id: UUID, tranches: Sequence[CpoTranche]) -> None:
    """In the order of the lines, so that two agreements that draw on the same ones wait for each other and never deadlock."""
    for one in sorted(tranches, key=lambda one: (one.funder_id, one.budget_line)):
        if not await campaigns.has_line(session, campaign_id, one.funder_id, one.budget_line):
            raise TrancheWithoutLine(tranche_id=str(one.id), funder_id=str(one.funder_id), budget_line=one.budget_line)
        await campaigns.take_from_envelope(session, campaign_id, one.funder_id, one.budget_line, one.amount_cents)


async def _known(
    session: AsyncSession, cpo: Cpo, year: CpoYear, holder: clients.Organisation, tranches: Sequence[CpoTranche]
) -> dossiers.LightDossier:
    content = {**cpo.content, "description": cpo.content.get("description") or cpo.description}
    return dossiers.LightDossier(
        cpo_id=cpo.id,
        action_id=cpo.action_id,
        organisation_id=cpo.acting_holder_id,
        holder=holder.snapshot(),
        title=cpo.title,
        nature=cpo.nature,
        starts_on=year.starts_on,
        ends_on=year.ends_on,
        qpv_codes=cpo.qpv_codes,
        objective_codes=cpo.objective_codes,
        transversal_codes=cpo.transversal_codes,
        content=content,
        contact=cpo.contact,
        budget=await _budget(session, cpo, year, tranches),
        renewal=year.year != cpo.starts_on.year or cpo.renews_id is not None,
        motive=rules.motive(year.year, cpo.reference),
    )


async def _budget(session: AsyncSession, cpo: Cpo, year: CpoYear, tranches: Sequence[CpoTranche]) -> dict[str, Any]:
    names = {funder.funder_id: funder.name for funder in await repository.funders(session, cpo.id)}
    return rules.dossier_budget(year.budget, [(one.funder_id, names[one.funder_id], one.amount_cents) for one in tranches])


async def _enter_late(session: AsyncSession, caller: Principal, cpo: Cpo, year: CpoYear, tranche_id: UUID, now: datetime) -> None:
    """Confirmed after the year's dossier was made: its request joins it, granted and drawn on the envelope alike."""
    if year.dossier_id is None or year.campaign_id is None:
        return
    confirmed = [one for one in await repository.tranches(session, cpo.id) if one.year == year.year and _is_confirmed(one)]
    tranche = next(one for one in confirmed if one.id == tranche_id)
    budget = await _budget(session, cpo, year, confirmed)
    entering = dossiers.Tranche(tranche.id, tranche.funder_id, tranche.budget_line, tranche.amount_cents)
    motive = rules.motive(year.year, cpo.reference)
    request_id = await dossiers.add_granted(session, caller, year.dossier_id, entering, budget, motive=motive, now=now)
    await _draw_on_envelopes(session, year.campaign_id, [tranche])
    tranche.request_id = request_id
    await session.flush()


async def withdraw_funder(
    session: AsyncSession, caller: Principal, cpo_id: UUID, funder_id: UUID, reason: str, *, version: int, now: datetime
) -> CpoAmendment:
    """A funder leaves: its forecasts to come are dropped by a numbered record; what is firm, confirmed or past stays."""
    cpo = await service.locked(session, caller, cpo_id)
    funder = next((one for one in await repository.funders(session, cpo.id) if one.funder_id == funder_id), None)
    if funder is None:
        raise NotFound()
    if not caller.has_role(funder_id, "manager", "signatory"):
        raise NotPartyToCpo()
    require_version(cpo.version, version)
    if funder.withdrawn_at is not None:
        raise FunderAlreadyGone()
    today = today_in_paris(now)
    await service.settle(session, cpo, today, now)
    state = await service.state_of(session, cpo)
    from_year = rules.current_year(cpo.starts_on, cpo.years, today)
    after = service.lawful(lambda: life.withdraw(state, str(funder_id), from_year), cpo)
    funder.withdrawn_at = now
    cpo.last_amendment += 1
    record = CpoAmendment(
        cpo_id=cpo.id,
        number=cpo.last_amendment,
        kind=CpoAmendmentKind.WITHDRAWAL,
        status=CpoAmendmentStatus.APPLIED,
        reason=reason,
        changes=[
            {"tranche_id": one.id, "amount_before_cents": one.amount_cents, "drop": True}
            for one in state.living
            if after.tranches[one.id].state is TrancheState.DROPPED
        ],
        parties=[str(funder_id)],
        total_before_cents=state.total_cents,
        total_after_cents=after.total_cents,
        proposed_by=caller.account_id,
        proposed_at=now,
        settled_at=now,
    )
    session.add(record)
    await service.keep(
        session, cpo, state, after, "cpo.funder_withdrew", caller, now,
        organisation_id=funder_id, reason=reason, said={"amendment": record.number},
    )  # fmt: skip
    return record
