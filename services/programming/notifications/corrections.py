"""A notified answer set right: another amount, other grounds, with a letter that cancels and replaces the one before.

Only before the grant's own life begins; after that its amount changes by an amendment.
"""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.files import StoredFile
from services.common.jobs import enqueue, job
from services.common.language import Text
from services.common.mail import Attachment, queue_mail
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..agreements import service as agreements
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.schemas import RequestStatus
from . import repository, rules
from .errors import CorrectedMeanwhile, CorrectionRefused, GrantUnderWay, LetterNotReady, NotForYouToNotify, NothingToRectify
from .models import Notification, NotificationCorrection
from .schemas import CorrectionCreate

if TYPE_CHECKING:
    from ..awards.models import Award
    from ..dossiers.models import FundingRequest

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "notification.typ"


async def correct(
    session: AsyncSession, caller: Principal, notification_id: UUID, wish: CorrectionCreate, *, now: datetime
) -> NotificationCorrection:
    """The grant, its award and the envelope follow in the same transaction; the letter leaves as a job."""
    notification = await repository.seen(session, notification_id)
    if notification is None:
        raise NotFound()
    await instruction.seen(session, caller, notification.dossier_id)
    if not caller.has_role(notification.funder_id, "manager", "signatory"):
        raise NotForYouToNotify()
    request = await instruction.request_of(session, notification.request_id)  # taken: corrections come one after the other
    before = request.granted_cents or 0
    if errors := _errors(wish, request.amount_cents):
        raise CorrectionRefused(errors=errors)
    said = (request.granted_cents or 0, request.motive or "", request.conditions or "")
    if said == (wish.granted_cents, wish.motive.strip(), wish.conditions.strip()):
        raise NothingToRectify()
    made = await repository.corrections(session, notification.id)
    _require_read(made, wish.replaces)
    await _set_right(session, caller, request, wish.granted_cents, now)
    await instruction.reword(session, request.id, motive=wish.motive.strip() or None, conditions=wish.conditions.strip() or None)
    dossier = await instruction.get(session, notification.dossier_id)
    correction = NotificationCorrection(
        notification_id=notification.id,
        number=len(made) + 1,
        reason=wish.reason.strip(),
        before_cents=before,
        granted_cents=wish.granted_cents,
        motive=wish.motive.strip(),
        conditions=wish.conditions.strip(),
        # Whoever was written to may be forgotten since.
        recipient=notification.recipient or str(dossier.contact.get("email") or ""),
        corrected_by=caller.account_id,
        corrected_at=now,
    )
    session.add(correction)
    await session.flush()
    await dossiers.note(
        session, dossier, "request.corrected", caller, now, organisation_id=request.funder_id, reason=correction.reason,
        request_id=str(request.id), notification_id=str(notification.id), granted_cents=[before, wish.granted_cents],
    )  # fmt: skip
    await enqueue(session, write_correction, correction_id=str(correction.id))
    return correction


def _require_read(made: Sequence[NotificationCorrection], replaces: int) -> None:
    """Two officers never replace each other's letter unread: each would reach the holder, and only the last would hold."""
    if replaces == len(made):
        return
    shown = {"number", "granted_cents", "motive", "conditions", "reason", "corrected_by", "corrected_at"}
    raise CorrectedMeanwhile(correction=made[-1].model_dump(mode="json", include=shown) if made else None)


async def _set_right(
    session: AsyncSession, caller: Principal, request: "FundingRequest", granted_cents: int, now: datetime
) -> None:
    award = next((a for a in await awards.of_dossier(session, request.dossier_id) if a.request_id == request.id), None)
    if granted_cents == (request.granted_cents or 0):
        return
    if award is not None:
        award = await awards.locked(session, caller, award.id)
        if granted_cents == 0 or await _is_under_way(session, award):
            raise GrantUnderWay(award_id=str(award.id))
        await awards.amend(session, award, granted_cents)
        await agreements.follow_total(session, award.funder_id, award.acting_holder_id, award.year, now=now)
        return
    delta = await instruction.amend_grant(session, request.id, granted_cents)
    await campaigns.take_from_envelope(session, request.campaign_id, request.funder_id, request.budget_line, delta)
    dossier = await instruction.get(session, request.dossier_id)
    campaign = await campaigns.get(session, request.campaign_id)
    opened = await awards.open_award(session, dossier, await instruction.request_of(session, request.id), campaign, now=now)
    await agreements.follow_award(session, opened, now=now)


async def _is_under_way(session: AsyncSession, award: "Award") -> bool:
    """Agreed, committed, paid or justified; a text drafted that covers it; its bilan submitted; or a year of a multi-year agreement."""
    if award.status is not RequestStatus.NOTIFIED or award.agreed_at is not None or award.cpo_id is not None:
        return True
    if await agreements.has_text(session, award):
        return True
    return await instruction.is_report_submitted(session, award.dossier_id)


def _errors(wish: CorrectionCreate, asked_cents: int) -> list[FieldError]:
    errors = []
    if wish.granted_cents % 100:
        said = Text("Le montant est en euros entiers.", "The amount is in whole euros.")
        errors.append(FieldError("/granted_cents", said, "whole_euros"))
    if wish.granted_cents > asked_cents:
        said = Text("Le montant dépasse ce qui est demandé.", "The amount is above what is asked.")
        errors.append(FieldError("/granted_cents", said, "above_ask"))
    if wish.granted_cents == 0 and not wish.motive.strip():
        errors.append(FieldError("/motive", Text("Motivez le refus.", "Give the refusal's grounds."), "missing"))
    return errors


async def seen(session: AsyncSession, caller: Principal, notification_id: UUID) -> Notification:
    """For those who may read the answer itself (404 for others)."""
    notification = await repository.seen(session, notification_id)
    if notification is None or await dossiers.capacities(session, caller, notification.dossier_id) is None:
        raise NotFound()
    return notification


async def letter(session: AsyncSession, caller: Principal, correction_id: UUID) -> StoredFile:
    correction = await repository.correction(session, correction_id)
    if correction is None:
        raise NotFound()
    await seen(session, caller, correction.notification_id)
    if correction.letter_key is None or correction.letter_size is None or correction.letter_sha256 is None:
        raise LetterNotReady(headers={"Retry-After": "2"})
    return StoredFile(correction.letter_key, correction.letter_size, correction.letter_sha256, "application/pdf")


@job("programming:write_correction")
async def write_correction(session: AsyncSession, resources: Resources, correction_id: str) -> None:
    """The corrective letter and its mail, once."""
    correction = await repository.correction(session, UUID(correction_id), lock=True)
    if correction is None or correction.letter_ready_at is not None:
        return
    notification = await repository.seen(session, correction.notification_id)
    if notification is None:
        return
    funder = await campaigns.funder_of(session, notification.campaign_id, notification.funder_id)
    campaign = await campaigns.get(session, notification.campaign_id)
    ((dossier, requests),) = await instruction.many(session, [notification.dossier_id])
    before = [one for one in await repository.corrections(session, notification.id) if one.number < correction.number]
    replaced_at = before[-1].corrected_at if before else notification.notified_at
    data = rules.letter(
        funder=funder.model_dump(),
        dossier=dossier.model_dump(),
        campaign_title=campaign.title,
        asked_cents=next(request.amount_cents for request in requests if request.id == notification.request_id),
        granted_cents=correction.granted_cents,
        motive=correction.motive,
        conditions=correction.conditions,
        holder_comment="",
        notified_on=in_paris(correction.corrected_at).date(),
        replaces=(in_paris(replaced_at).date(), correction.reason),
    )
    stored = await resources.files.write(f"correction-{correction.id.hex}", await pdf.render(_TEMPLATE, data))
    correction.letter_key, correction.letter_size, correction.letter_sha256 = stored.key, stored.size, stored.sha256
    correction.letter_ready_at = resources.clock.now()
    if correction.mail_job_id is not None:
        return  # told already: only the letter had to be drawn again
    correction.mail_job_id = await queue_mail(
        session,
        to=correction.recipient,
        subject=f"Réponse rectifiée à votre dossier {dossier.reference} – {funder.short_name}",
        text=rules.mail_text(data),
        attachments=[Attachment(stored.key, f"rectification-{correction.number}-{dossier.reference}.pdf", "application/pdf")],
    )
