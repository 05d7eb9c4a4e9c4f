"""A holder takes its dossier back: a submitted one is withdrawn, a draft is dropped.

A dropped draft may be taken up again for some days; then its content, its requests and its files are erased for good, and nobody
reads it any more. What stays of it is an identifier, for its journal.
"""

from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.db import execute
from services.common.etag import require_version
from services.common.files import DISCARD
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.mail import queue_mail
from services.common.problems import StaleVersion

from ..campaigns import service as campaigns
from . import access, changes, repository, rules, service, views
from .errors import AnswerAlreadyGiven, NotTheHolder, WithdrawalRefused
from .models import Dossier, DossierStatus, RequestStatus

#: What rooms above do once a dossier is withdrawn, each in its own job, with `dossier_id`.
FOLLOWED_BY = ("programming:void_reviews", "programming:mark_agendas", "programming:end_change_requests")
#: Likewise once a dropped draft is erased.
FORGOTTEN_BY = ("programming:forget_collaborators",)
_MAY_LEAVE = {
    DossierStatus.SUBMITTED,
    DossierStatus.CHANGES_REQUESTED,
    DossierStatus.ADMISSIBLE,
    DossierStatus.UNDER_REVIEW,
    DossierStatus.READY_FOR_COMMITTEE,
    DossierStatus.DECIDED,
}
_ERASED_AT_ONCE = 50


async def withdraw(
    session: AsyncSession, caller: Principal, dossier_id: UUID, reason: str, *, version: int, now: datetime
) -> Dossier:
    """A manager or signatory takes the dossier back, as long as no answer was notified.

    What was decided but not told is undone and says nothing of itself: the envelopes drawn on are given back.
    """
    dossier = await service.held_by(session, caller, dossier_id)
    if not caller.has_role(dossier.acting_holder_id, "manager", "signatory"):
        raise NotTheHolder()
    requests = await repository.requests(session, dossier_id)
    if any(request.status in rules.TOLD for request in requests):
        raise AnswerAlreadyGiven()
    if dossier.status not in _MAY_LEAVE or dossier.cpo_id is not None:
        raise WithdrawalRefused(dossier_status=rules.status_for_holder(dossier.status).value)
    await _require_read(session, caller, dossier, version)
    if dossier.status is DossierStatus.CHANGES_REQUESTED:  # what was being written is nobody's to read any more
        await changes.put_back(session, dossier, [])
    # Envelopes in one order for everybody: two withdrawals never wait for each other.
    for request in sorted(requests, key=lambda one: (one.funder_id, one.budget_line)):
        if request.granted_cents:
            line = (dossier.campaign_id, request.funder_id, request.budget_line)
            await campaigns.take_from_envelope(session, *line, -request.granted_cents)
        request.status, request.granted_cents, request.decided_at = RequestStatus.WITHDRAWN, None, None
    dossier.status, dossier.granted_cents, dossier.status_before_changes = DossierStatus.WITHDRAWN, 0, None
    dossier.open_fields, dossier.changes_due_on, dossier.suspended_since = [], None, None
    dossier.withdrawn_at, dossier.withdrawn_reason = now, reason
    dossier.version += 1
    dossier.updated_at = now
    await session.flush()
    await service.note(session, dossier, "dossier.withdrawn", caller, now, reason=reason)
    for job in FOLLOWED_BY:
        await enqueue(session, job, dossier_id=str(dossier.id))
    await _acknowledge(session, dossier, now)
    return dossier


async def _require_read(session: AsyncSession, caller: Principal, dossier: Dossier, version: int) -> None:
    """The caller read the dossier as it stands, as far as they see it."""
    values = {"dossier_id": dossier.id, "organisations": access.reader_ids(caller)}
    row = dict((await execute(session, repository.ONE, values)).mappings().one())
    if views.number(row) != version:
        raise StaleVersion(current_etag=views.tag(row))


async def _acknowledge(session: AsyncSession, dossier: Dossier, now: datetime) -> None:
    text = f"""Bonjour,

Votre dossier {dossier.reference} « {dossier.title} » est retiré à votre demande, le {in_paris(now):%d/%m/%Y à %H:%M} (heure de Paris).

Il ne sera ni instruit ni décidé. Ses financeurs en sont informés. Vous pouvez toujours le relire, et vous en inspirer pour une autre
demande.
"""
    await queue_mail(session, to=str(dossier.contact["email"]), subject=f"Votre dossier {dossier.reference} est retiré", text=text)


async def drop(session: AsyncSession, caller: Principal, dossier_id: UUID, *, version: int, now: datetime) -> Dossier:
    """A member of the holder drops a draft. Twice, nothing more is done."""
    dossier = await service.held_by(session, caller, dossier_id)
    if dossier.status is DossierStatus.DROPPED:
        return dossier
    if dossier.status is not DossierStatus.DRAFT:
        said = Text("Un dossier déposé se retire, il ne s'abandonne pas.", "A submitted dossier is withdrawn, not dropped.")
        raise WithdrawalRefused(said, dossier_status=rules.status_for_holder(dossier.status).value)
    access.require_fresh(dossier, version)
    dossier.status, dossier.dropped_at = DossierStatus.DROPPED, now
    dossier.version += 1
    await session.flush()
    await service.note(session, dossier, "dossier.dropped", caller, now)
    return dossier


async def restore(session: AsyncSession, caller: Principal, dossier_id: UUID, *, version: int, now: datetime) -> Dossier:
    """The draft is taken up again, as it was."""
    dossier = await service.held_by(session, caller, dossier_id)
    if dossier.status is not DossierStatus.DROPPED:
        raise WithdrawalRefused(dossier_status=rules.status_for_holder(dossier.status).value)
    require_version(dossier.version, version)
    dossier.status, dossier.dropped_at = DossierStatus.DRAFT, None
    dossier.version += 1
    await session.flush()
    await service.note(session, dossier, "dossier.taken_up_again", caller, now)
    return dossier


async def erase_dropped(session: AsyncSession, *, kept_days: int, now: datetime) -> int:
    """Drafts dropped longer ago are erased, fifty at a time: content, requests, readers, files. Returns how many."""
    gone = await repository.dropped_before(session, now - timedelta(days=kept_days), _ERASED_AT_ONCE)
    for dossier in gone:
        for key in await repository.forget_draft(session, dossier.id):
            await enqueue(session, DISCARD, key=key)
        for job in FORGOTTEN_BY:
            await enqueue(session, job, dossier_id=str(dossier.id))
        dossier.title, dossier.holder, dossier.contact = "", {}, {}
        dossier.content, dossier.budget, dossier.field_marks = {}, {}, {}
        dossier.charges_cents = dossier.asked_cents = 0
        dossier.version += 1
        await session.flush()
        await service.note(session, dossier, "dossier.erased", None, now)
    return len(gone)
