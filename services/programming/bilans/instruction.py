"""What a funder says of a bilan: accepted, to be completed, rejected. The money of its award follows."""

from collections.abc import Callable
from datetime import date, datetime
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris
from services.common.etag import require_version
from services.common.language import Text, euros
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound

from ..awards import service as awards
from ..dossiers import instruction as dossier_instruction
from . import letters, repository, rules, service
from .errors import BilanAlreadyInstructed, BilanNotSubmitted, CompletionDateRefused, DecisionUnexplained, NotForYouToInstruct
from .models import Bilan, BilanReview, BilanReviewStatus, BilanStatus
from .schemas import BilanAcceptance, BilanCompletionRequest, BilanContent, BilanRejection

if TYPE_CHECKING:
    from ..awards.models import Award


async def accept(
    session: AsyncSession, caller: Principal, review_id: UUID, wish: BilanAcceptance, *, version: int, now: datetime
) -> tuple[BilanReview, "Award"]:
    """A manager or signatory of the funder says what is justified: what the rule proposes, or another amount and why."""
    review, bilan, award = await _judged(session, caller, review_id, version, may=_decides)
    submitted = BilanContent.model_validate((await repository.last_submission(session, bilan)).snapshot["content"])
    # The grant may have been amended since the submission: the proposal is that of today.
    review.proposed_cents = service.proposed(bilan, award.granted_cents, submitted)
    justified = review.proposed_cents if wish.justified_cents is None else wish.justified_cents
    if justified != review.proposed_cents and not wish.reason.strip():
        said = Text(
            f"La règle propose {euros(review.proposed_cents)} : motivez un autre montant.",
            f"The rule proposes {euros(review.proposed_cents)}: give the reason of another amount.",
        )
        raise DecisionUnexplained(errors=[FieldError("/reason", said, "missing")], proposed_cents=review.proposed_cents)
    await _decide(session, caller, review, bilan, award, BilanReviewStatus.ACCEPTED, justified, wish.reason, now)
    return review, award


async def reject(
    session: AsyncSession, caller: Principal, review_id: UUID, wish: BilanRejection, *, version: int, now: datetime
) -> tuple[BilanReview, "Award"]:
    """A manager or signatory of the funder rejects: nothing, or only so much, is justified."""
    review, bilan, award = await _judged(session, caller, review_id, version, may=_decides)
    await _decide(session, caller, review, bilan, award, BilanReviewStatus.REJECTED, wish.justified_cents, wish.reason, now)
    return review, award


async def request_completion(
    session: AsyncSession,
    caller: Principal,
    review_id: UUID,
    wish: BilanCompletionRequest,
    *,
    version: int,
    now: datetime,
    site: str,
) -> tuple[BilanReview, "Award"]:
    """A member of the funder sends the bilan back to its holder, until a day."""
    review, bilan, award = await _judged(session, caller, review_id, version, may=_instructs)
    today = today_in_paris(now)
    if wish.due_on <= today:
        said = Text("Cette date est passée ou est aujourd'hui.", "This day is today or past.")
        raise CompletionDateRefused(errors=[FieldError("/due_on", said, "past")])
    review.status, review.reason, review.completion_due_on = BilanReviewStatus.COMPLETION_REQUESTED, wish.reason, wish.due_on
    review.decided_by, review.decided_at, review.justified_cents = caller.account_id, now, None
    await _settle(session, review, bilan, now)
    await _told_by_this_mail(session, bilan, today, now)
    await awards.note(session, award, "bilan.completion_requested", caller, now, reason=wish.reason, due_on=wish.due_on.isoformat())
    mail = letters.completion(
        bilan, funder=review.funder_name, reason=wish.reason, due_on=wish.due_on, link=f"{site}/{bilan.dossier_id}/bilan"
    )
    await _write_to_holder(session, bilan, mail)
    return review, award


def _decides(caller: Principal, funder_id: UUID) -> bool:
    return caller.has_role(funder_id, "manager", "signatory")


def _instructs(caller: Principal, funder_id: UUID) -> bool:
    return caller.belongs_to(funder_id)


async def _judged(
    session: AsyncSession, caller: Principal, review_id: UUID, version: int, *, may: Callable[[Principal, UUID], bool]
) -> tuple[BilanReview, Bilan, "Award"]:
    """The review, its bilan and its award, locked in the house's order: dossier, request, award, bilan, review."""
    seen = await repository.review(session, review_id)
    if seen is None or not await repository.sees(session, seen.bilan_id, caller.organisation_ids):
        raise NotFound()
    if not may(caller, seen.funder_id):
        raise NotForYouToInstruct()
    award = await awards.locked(session, None, seen.award_id)
    bilan = await repository.get(session, seen.bilan_id, lock=True)
    review = await repository.review(session, review_id, lock=True)
    if bilan is None or review is None:
        raise NotFound()
    require_version(review.version, version)
    if bilan.number == 0:
        raise BilanNotSubmitted(due_on=bilan.due_on.isoformat())
    if bilan.closed_at is not None or (review.status in rules.DECIDED and review.number == bilan.number):
        raise BilanAlreadyInstructed(review_status=review.status.value)
    return review, bilan, award


async def _decide(
    session: AsyncSession, caller: Principal, review: BilanReview, bilan: Bilan, award: "Award", status: BilanReviewStatus, justified: int,
    reason: str, now: datetime,
) -> None:  # fmt: skip
    review.status, review.justified_cents, review.reason = status, justified, reason
    review.completion_due_on, review.number = None, bilan.number
    review.decided_by, review.decided_at = caller.account_id, now
    await _settle(session, review, bilan, now)
    to_repay = await awards.justify(session, award, justified, now=now)
    cents: dict[str, object] = {"justified": justified, "proposed": review.proposed_cents, "to_repay": to_repay}
    await awards.note(session, award, f"bilan.{status.value}", caller, now, reason=reason or None, cents=cents)
    mail = letters.decision(
        bilan,
        funder=review.funder_name,
        accepted=status is BilanReviewStatus.ACCEPTED,
        granted=award.granted_cents,
        justified=justified,
        to_repay=to_repay,
        left_to_pay=awards.money_of(award).left_to_pay,
        reason=reason,
    )
    await _write_to_holder(session, bilan, mail)


async def _settle(session: AsyncSession, review: BilanReview, bilan: Bilan, now: datetime) -> None:
    """The bilan is where its reviews are; while a completion is awaited it is due the first day one of them asks for."""
    review.version += 1
    await session.flush()
    reviews = await repository.reviews(session, bilan.id)
    bilan.status = rules.status_of([one.status for one in reviews])
    awaited = [one.completion_due_on for one in reviews if one.completion_due_on is not None]
    if bilan.status is BilanStatus.COMPLETION_REQUESTED:
        bilan.due_on = min(awaited)
    service.touch(bilan, now)
    await session.flush()


async def _told_by_this_mail(session: AsyncSession, bilan: Bilan, today: date, now: datetime) -> None:
    """The mail that asks for the completion stands for the reminder its due day would call for at once."""
    step = rules.step_reached(bilan.due_on, today)
    if step is not None:
        await repository.record_reminder(session, bilan.id, bilan.due_on, step, now)


async def _write_to_holder(session: AsyncSession, bilan: Bilan, mail: letters.Mail) -> None:
    dossier = await dossier_instruction.read(session, bilan.dossier_id)
    subject, text = mail
    await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)
