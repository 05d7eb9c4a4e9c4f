"""Use cases of notification: a funder answers, the letter is written and leaves by mail."""

import asyncio
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import pdf
from services.common.auth import Principal
from services.common.clock import in_paris
from services.common.jobs import enqueue, job
from services.common.mail import Attachment, queue_mail
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agreements import service as agreements
from ..awards import service as awards
from ..campaigns import service as campaigns
from ..committees import service as committees
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..dossiers.rules import TOLD as ANSWERED
from . import repository, rules
from .errors import AlreadyNotified, NotForYouToNotify
from .models import Notification
from .schemas import NotificationCreate

if TYPE_CHECKING:
    from ..dossiers.models import FundingRequest

_TEMPLATE = Path(__file__).resolve().parent.parent / "letters" / "notification.typ"


async def notify(
    session: AsyncSession, caller: Principal, dossier_id: UUID, wish: NotificationCreate, *, now: datetime, letter: bool = True
) -> Notification:
    """A manager or signatory of the funder tells the holder what a closed session decided. The letter follows as a job, unless the
    caller sees to it."""
    dossier = await instruction.seen(session, caller, dossier_id)
    request = next((r for r in await instruction.requests_of(session, dossier_id) if r.funder_id == wish.funder_id), None)
    if request is None:
        raise NotFound()
    if not caller.has_role(request.funder_id, "manager", "signatory"):
        raise NotForYouToNotify()
    request = await instruction.request_of(session, request.id)
    if request.status in ANSWERED:
        raise AlreadyNotified()
    motive, conditions = await _decided(session, request)
    dossier, request = await instruction.record_notification(
        session, request.id, motive=motive or None, conditions=conditions or None, now=now
    )
    notification = Notification(
        dossier_id=dossier.id,
        request_id=request.id,
        campaign_id=dossier.campaign_id,
        funder_id=request.funder_id,
        granted_cents=request.granted_cents or 0,
        motive=motive,
        conditions=conditions,
        holder_comment=wish.holder_comment,
        recipient=str(dossier.contact["email"]),
        notified_by=caller.account_id,
        notified_at=now,
    )
    session.add(notification)
    await session.flush()
    campaign = await campaigns.get(session, dossier.campaign_id)
    award = await awards.open_award(session, dossier, request, campaign, now=now) if request.granted_cents else None
    await dossiers.note(
        session,
        dossier,
        "request.notified",
        caller,
        now,
        organisation_id=request.funder_id,
        request_id=str(request.id),
        award_id=award and str(award.id),
        granted_cents=notification.granted_cents,
    )
    if award is not None:
        await agreements.follow_award(session, award, now=now)
    if letter:
        await enqueue(session, write_letter, notification_id=str(notification.id))
    return notification


async def _decided(session: AsyncSession, request: "FundingRequest") -> tuple[str, str]:
    """Motive and conditions of what is notified: a closed session's decision, or the multi-year agreement a tranche comes from."""
    if request.tranche_id is not None:
        return request.motive or "", request.conditions or ""
    decision = await committees.closed_decision(session, request.id)
    return decision.motive, decision.conditions


@job("programming:write_letter")
async def write_letter(session: AsyncSession, resources: Resources, notification_id: str) -> None:
    """Make the PDF, keep it, and queue the mail that carries it. Run twice, it is written and sent once."""
    await _write(session, resources, [UUID(notification_id)])


@job("programming:write_letters")
async def write_letters(session: AsyncSession, resources: Resources, notification_ids: list[str]) -> None:
    """`write_letter` for a few at once: one transaction, pages drawn side by side. Cut off, all of it is done again and sent once."""
    await _write(session, resources, [UUID(each) for each in notification_ids])


async def _write(session: AsyncSession, resources: Resources, notification_ids: Sequence[UUID]) -> None:
    """No dossier is held while pages are drawn: those who act on it do not wait."""
    waiting = [n for n in await repository.take(session, notification_ids) if n.letter_ready_at is None]
    if not waiting:
        return
    dossiers_by_id = {
        dossier.id: (dossier, requests) for dossier, requests in await instruction.many(session, [n.dossier_id for n in waiting])
    }
    campaigns_by_id = {n.campaign_id: await campaigns.get(session, n.campaign_id) for n in waiting}
    funders = {
        (n.campaign_id, n.funder_id): (await campaigns.funder_of(session, n.campaign_id, n.funder_id)).model_dump() for n in waiting
    }
    said = []
    for notification in waiting:
        dossier, requests = dossiers_by_id[notification.dossier_id]
        asked = next(request.amount_cents for request in requests if request.id == notification.request_id)
        said.append(
            rules.letter(
                funder=funders[notification.campaign_id, notification.funder_id],
                dossier=dossier.model_dump(),
                campaign_title=campaigns_by_id[notification.campaign_id].title,
                asked_cents=asked,
                granted_cents=notification.granted_cents,
                motive=notification.motive,
                conditions=notification.conditions,
                holder_comment=notification.holder_comment,
                notified_on=in_paris(notification.notified_at).date(),
            )
        )
    pages = await asyncio.gather(*(pdf.render(_TEMPLATE, data) for data in said))
    for notification, data, page in zip(waiting, said, pages, strict=True):
        stored = await resources.files.write(f"letter-{notification.id.hex}", page)
        notification.letter_key, notification.letter_size, notification.letter_sha256 = stored.key, stored.size, stored.sha256
        notification.letter_ready_at = resources.clock.now()
        short_name = funders[notification.campaign_id, notification.funder_id]["short_name"]
        if notification.mail_job_id is not None:
            continue  # told already: only the letter had to be drawn again
        notification.mail_job_id = await queue_mail(
            session,
            to=notification.recipient,
            subject=f"Réponse à votre dossier {data['reference']} – {short_name}",
            text=rules.mail_text(data),
            attachments=[Attachment(stored.key, f"notification-{data['reference']}.pdf", "application/pdf")],
        )
    await session.flush()
