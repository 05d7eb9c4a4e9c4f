"""Drafting a bilan: it opens with the first award, is saved as it is written, and says what is missing."""

from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.problems import FieldError, NotFound

from ..awards import service as awards
from ..campaigns import service as campaigns
from ..dossiers import instruction, quarantine
from ..dossiers import service as dossiers
from ..dossiers.rules import merge
from . import repository, rules
from .errors import BilanLocked, LineRepeated
from .models import Bilan, BilanReview, BilanReviewStatus, BilanStatus
from .schemas import BilanContent, BilanUpdate

if TYPE_CHECKING:
    from ..dossiers.models import Dossier


async def open_bilan(session: AsyncSession, dossier_id: UUID, *, now: datetime) -> None:
    """The first award opens the bilan, each award adds its funder's instruction. Run twice, it does nothing more."""
    dossier = await instruction.get(session, dossier_id)
    granted = await awards.of_dossier(session, dossier_id)
    if not granted:
        return
    bilan = await repository.of_dossier(session, dossier_id, lock=True)
    if bilan is None:
        await instruction.owe_report(session, dossier, year=granted[0].year, today=today_in_paris(now))
        bilan = await _opened(session, dossier, contract_id=granted[0].contract_id, now=now)
    if await open_reviews(session, bilan) and bilan.status is BilanStatus.INSTRUCTED:
        bilan.status = BilanStatus.SUBMITTED
    await session.flush()


async def _opened(session: AsyncSession, dossier: "Dossier", *, contract_id: UUID, now: datetime) -> Bilan:
    if dossier.report_due_on is None or dossier.exercise_starts_on is None or dossier.exercise_ends_on is None:
        raise LookupError(f"dossier {dossier.id} has an award and no day its bilan is due")
    planned = rules.planned_of(dossier.budget, dossier.content, dossier.qpv_codes)
    bilan = Bilan(
        dossier_id=dossier.id,
        campaign_id=dossier.campaign_id,
        contract_id=contract_id,
        lead_organisation_id=dossier.lead_organisation_id,
        holder_id=dossier.organisation_id,
        holder_name=str(dossier.holder["name"]),
        reference=dossier.reference or "",
        title=dossier.title,
        exercise_starts_on=dossier.exercise_starts_on,
        exercise_ends_on=dossier.exercise_ends_on,
        due_on=dossier.report_due_on,
        planned=planned,
        content=rules.blank(planned).model_dump(mode="json"),
        created_at=now,
        updated_at=now,
    )
    session.add(bilan)
    await session.flush()
    await dossiers.note(session, dossier, "bilan.opened", None, now, due_on=bilan.due_on.isoformat())
    return bilan


async def open_reviews(session: AsyncSession, bilan: Bilan) -> bool:
    """One instruction per award; those of a bilan already submitted are to be done. Says whether there is a new one."""
    known = {review.award_id for review in await repository.reviews(session, bilan.id)}
    new = [award for award in await awards.of_dossier(session, bilan.dossier_id) if award.id not in known]
    for award in new:
        funder = await campaigns.funder_of(session, award.campaign_id, award.funder_id)
        review = BilanReview(bilan_id=bilan.id, award_id=award.id, funder_id=award.funder_id, funder_name=funder.short_name)
        if bilan.number:
            submitted = BilanContent.model_validate((await repository.last_submission(session, bilan)).snapshot["content"])
            submit_to(review, bilan, award.granted_cents, submitted)
        session.add(review)
    await session.flush()
    return bool(new)


def submit_to(review: BilanReview, bilan: Bilan, granted_cents: int, submitted: BilanContent) -> None:
    """The funder has a submission to look at, and the amount the rule proposes."""
    review.status, review.number, review.completion_due_on = BilanReviewStatus.TO_REVIEW, bilan.number, None
    review.proposed_cents = proposed(bilan, granted_cents, submitted)


def proposed(bilan: Bilan, granted_cents: int, submitted: BilanContent) -> int:
    charges = rules.lines(bilan.planned["budget"], submitted.statement)["charges"]
    return rules.pro_rata(granted_cents, rules.total_planned(charges), rules.total_actual(charges))


async def save(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: BilanUpdate, *, version: int, now: datetime
) -> Bilan:
    """Autosave: whatever is sent is kept, complete or not. Another tab's newer version is never overwritten (412)."""
    _, bilan = await editable(session, caller, dossier_id)
    require_version(bilan.version, version)
    content = BilanContent.model_validate(merge(bilan.content, wish.model_dump(mode="json", exclude_unset=True)))
    if errors := rules.repeated(content.statement):
        raise LineRepeated(errors=errors)
    content.statement = rules.reconciled(bilan.planned["budget"], content.statement)
    content.qpv_codes = list(dict.fromkeys(content.qpv_codes))
    bilan.content = content.model_dump(mode="json")
    touch(bilan, now)
    await session.flush()
    return bilan


def touch(bilan: Bilan, now: datetime) -> None:
    bilan.updated_at = now
    bilan.version += 1


async def missing(session: AsyncSession, bilan: Bilan, *, now: datetime) -> list[FieldError]:
    """What stands between this bilan and its submission."""
    campaign = await campaigns.get(session, bilan.campaign_id)
    found = rules.completeness(
        BilanContent.model_validate(bilan.content),
        bilan.planned["budget"],
        known_qpvs=frozenset(campaign.qpv_codes),
        today=today_in_paris(now),
    )
    # Of what was submitted before, nothing is removed: in quarantine it stays.
    joined = [one for one in await repository.attachments(session, bilan.id) if one.number > bilan.number]
    return [*found, *quarantine.infected_errors(joined)]


async def held(session: AsyncSession, caller: Principal, dossier_id: UUID) -> tuple["Dossier", Bilan]:
    """The dossier then its bilan, locked, for a member of the holder (404 unseen, 403 seen but not held)."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    bilan = await repository.of_dossier(session, dossier_id, lock=True)
    if bilan is None:
        raise NotFound()
    return dossier, bilan


async def editable(session: AsyncSession, caller: Principal, dossier_id: UUID) -> tuple["Dossier", Bilan]:
    dossier, bilan = await held(session, caller, dossier_id)
    if bilan.status not in rules.EDITABLE:
        raise BilanLocked(number=bilan.number)
    return dossier, bilan
