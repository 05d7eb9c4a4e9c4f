"""Submission of a bilan: sworn, kept as it was, acknowledged. Everything it does is in one transaction, its mail included."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.etag import require_version
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.mail import queue_mail
from services.common.problems import FieldError

from ..awards import service as awards
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.errors import NotTheHolder
from . import documents, letters, repository, rules, service
from .errors import BilanAlreadySubmitted, BilanIncomplete, BilanNotSworn
from .models import Bilan, BilanStatus, BilanSubmission
from .schemas import BilanContent, BilanSubmissionCreate


async def submit(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: BilanSubmissionCreate, *, version: int, now: datetime
) -> tuple[Bilan, BilanSubmission]:
    """A manager or signatory of the holder submits, or submits again what a funder asked to complete. A late bilan is taken:
    `now` is when the request arrived, and says whether it was."""
    dossier, bilan = await service.held(session, caller, dossier_id)
    if not caller.has_role(dossier.acting_holder_id, "manager", "signatory"):
        raise NotTheHolder()
    if bilan.status not in rules.EDITABLE:
        raise BilanAlreadySubmitted(number=bilan.number)
    require_version(bilan.version, version)
    if not wish.sworn_statement:
        said = Text("L'attestation sur l'honneur doit être acceptée.", "The sworn statement must be accepted.")
        raise BilanNotSworn(errors=[FieldError("/sworn_statement", said, "required")])
    if errors := await service.missing(session, bilan, now=now):
        raise BilanIncomplete(errors=errors)
    bilan.number += 1
    bilan.status, bilan.submitted_at = BilanStatus.SUBMITTED, now
    service.touch(bilan, now)
    submission = BilanSubmission(
        bilan_id=bilan.id,
        number=bilan.number,
        submitted_at=now,
        submitted_by=caller.account_id,
        signatory_name=wish.signatory_name,
        signatory_function=wish.signatory_function,
        due_on=bilan.due_on,
        snapshot=await _snapshot(session, bilan),
    )
    session.add(submission)
    await session.flush()
    await _hand_over(session, bilan)
    await instruction.record_report(session, dossier_id, now=now)
    late = today_in_paris(now) > bilan.due_on
    await dossiers.note(session, dossier, "bilan.submitted", caller, now, number=bilan.number, late=late)
    await enqueue(session, documents.write_document, submission_id=str(submission.id))
    subject, text = letters.receipt(bilan, number=bilan.number, arrived=in_paris(now), late=late)
    await queue_mail(session, to=str(dossier.contact["email"]), subject=subject, text=text)
    return bilan, submission


async def _snapshot(session: AsyncSession, bilan: Bilan) -> dict[str, object]:
    kept = bilan.model_dump(mode="json", include={"reference", "title", "holder_name", "exercise_starts_on", "exercise_ends_on"})
    joined = await repository.attachments(session, bilan.id)
    listed = [a.model_dump(mode="json", include={"id", "kind", "name", "size", "sha256"}) for a in joined]
    return {**kept, "planned": bilan.planned, "content": bilan.content, "attachments": listed}


async def _hand_over(session: AsyncSession, bilan: Bilan) -> None:
    """Funders that awaited it, or a completion, have it to review; a decision already taken stands."""
    await service.open_reviews(session, bilan)
    granted = {award.id: award.granted_cents for award in await awards.of_dossier(session, bilan.dossier_id)}
    submitted = BilanContent.model_validate(bilan.content)
    for review in await repository.reviews(session, bilan.id, lock=True):
        if review.status not in rules.DECIDED and review.number < bilan.number:
            service.submit_to(review, bilan, granted[review.award_id], submitted)
            review.version += 1
    await session.flush()
