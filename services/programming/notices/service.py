"""Use cases of notices: published by the campaign's team, told to holders in batches, read and acknowledged on the dossier."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import in_paris, today_in_paris
from services.common.correspondence import write_to_managers
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound

from ..campaigns import amendments
from ..campaigns import rules as campaign_rules
from ..campaigns import service as campaigns
from ..campaigns.errors import CampaignStateRefused
from ..campaigns.form_schemas import CampaignAmendment
from ..campaigns.schemas import CampaignStatus
from ..dossiers import answers
from ..dossiers import service as dossiers
from ..dossiers.errors import NotTheHolder
from ..dossiers.schemas import DossierStatus
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import NoticeTooLate
from .models import CampaignNotice, NoticeDelivery
from .schemas import NoticeCreate

#: Carried out in batches: `notice_id`, and `after`, the last dossier of the batch before.
DELIVER = "programming:deliver_notice"
APPLY = "programming:apply_notice"
BATCH = 100
_FIRST = UUID(int=0)


async def publish(
    session: AsyncSession, caller: Principal, campaign_id: UUID, wish: NoticeCreate, *, version: int, days: int, now: datetime
) -> CampaignNotice:
    """The team amends an open campaign from a day on, at least `days` before its deadline, and every draft's holder is told.

    Submissions in flight end before, under the rules they were judged by; those that come after are judged by the new ones.
    """
    campaign = await campaigns.for_amendment(session, caller, campaign_id)
    current = campaign_rules.status_at(campaign.status, campaign.closes_at, now)
    if current is not CampaignStatus.OPEN:
        raise CampaignStateRefused(status_code=current.value, act="notice")
    require_version(campaign.version, version)
    _require_in_time(wish, campaign.closes_at, days, now)
    await amendments.require_applicable(session, campaign, wish.amendment, "/amendment")
    number = await repository.last_number(session, campaign_id) + 1
    notice = CampaignNotice(
        id=new_id(),
        campaign_id=campaign_id,
        number=number,
        title=wish.title,
        text=wish.text,
        effective_on=wish.effective_on,
        amendment=wish.amendment.model_dump(mode="json", exclude_none=True),
        changes=wish.amendment.changes,
        form_number=campaign.form_number + 1 if wish.amendment.form is not None else None,
        published_at=now,
        published_by=caller.account_id,
    )
    session.add(notice)
    await session.flush()
    said = {"notice": number, "effective_on": wish.effective_on.isoformat(), "fields": notice.changes}
    await campaigns.note(session, campaign, "campaign.notice_published", caller, now, **said)
    if wish.effective_on <= today_in_paris(now):
        await _put_in_force(session, notice, now)
    await enqueue(session, DELIVER, lock=f"notice:{notice.id}", notice_id=str(notice.id), after=str(_FIRST))
    return notice


def _require_in_time(wish: NoticeCreate, closes_at: datetime, days: int, now: datetime) -> None:
    """Counted from the day it takes effect: only from then on can the new questions be answered."""
    today, closes_on = today_in_paris(now), in_paris(closes_at).date()
    if rules.in_time(wish.effective_on, today, closes_on, days):
        return
    latest = rules.latest_on(closes_on, days)
    said = Text(
        f"Le jour d'effet va du {today:%d/%m/%Y} au {latest:%d/%m/%Y}, {days} jours avant la date limite.",
        f"The day of effect is from {today:%Y-%m-%d} to {latest:%Y-%m-%d}, {days} days before the deadline.",
    )
    if latest < today:
        said = Text(
            f"La date limite est dans moins de {days} jours : reportez-la d'abord.",
            f"The deadline is in less than {days} days: extend it first.",
        )
    errors = [FieldError("/effective_on", said, "too_late" if wish.effective_on > latest else "past")]
    raise NoticeTooLate(errors=errors, latest_on=latest.isoformat(), closes_at=closes_at.isoformat(), days=days)


async def _put_in_force(session: AsyncSession, notice: CampaignNotice, now: datetime) -> None:
    amendment = CampaignAmendment.model_validate(notice.amendment)
    await amendments.apply(session, notice.campaign_id, amendment, notice=notice.number, now=now)
    notice.applied_at = now
    await session.flush()


async def apply_due(session: AsyncSession, *, now: datetime) -> None:
    """Notices whose day has come each get a job of their own: one that fails holds up no other."""
    for notice_id in await repository.due(session, today_in_paris(now), BATCH):
        await enqueue(session, APPLY, lock=f"notice:{notice_id}", notice_id=str(notice_id))


async def apply(session: AsyncSession, notice_id: UUID, *, now: datetime) -> None:
    """The amendment enters into force, once, however often this runs."""
    notice = await repository.get(session, notice_id)
    if notice is None:
        return
    await amendments.hold_rules(session, notice.campaign_id)
    notice = await repository.get(session, notice_id, lock=True)
    if notice is not None and notice.applied_at is None and notice.effective_on <= today_in_paris(now):
        await _put_in_force(session, notice, now)


async def deliver(session: AsyncSession, notice_id: UUID, after: UUID, *, now: datetime) -> None:
    """Tell the holders of the next dossiers, in one transaction with their mails, then leave the rest to the next job.

    A crash takes up the same batch again; a dossier already told is not told twice.
    """
    notice = await repository.get(session, notice_id)
    if notice is None:
        return
    campaign = await campaigns.get(session, notice.campaign_id)
    batch = await dossiers.of_campaign(session, notice.campaign_id, after, BATCH)
    amendment = CampaignAmendment.model_validate(notice.amendment)
    charter = [(change.funder_id, change.budget_line) for change in amendment.charter]
    form = answers.current(campaign)
    if amendment.form is not None and notice.applied_at is None:
        form = answers.Form(notice.form_number or 0, amendment.form.form, amendment.form.model_dump(mode="json")["asked_when"])
    lines, told = [], {}
    for dossier in batch:
        if dossier.created_at > notice.published_at:
            continue
        missing = None
        if dossier.status is DossierStatus.DRAFT:
            missing = len(await dossiers.missing_under(session, dossier, campaign, form, now=now))
        else:
            asked = [(request.funder_id, request.budget_line) for request in await dossiers.requests_of(session, dossier)]
            if not rules.concerns_submitted(notice.changes, charter, asked):
                continue
        address = str(dossier.contact.get("email") or "")
        lines.append({"dossier_id": dossier.id, "missing_count": missing, "mailed": bool(address)})
        told[dossier.id] = (dossier, missing, address)
    for dossier_id in await repository.tell(session, notice.id, lines, now):
        dossier, missing, address = told[dossier_id]
        letter = letters.notice(notice, campaign.title, dossier.title, dossier.reference, missing)
        if address:
            await queue_mail(session, to=address, subject=letter.subject, text=letter.text)
        else:  # just begun: nobody was named as contact
            holder_id, text = dossier.acting_holder_id, letter.text
            await write_to_managers(session, KERNEL.outbox, holder_id, subject=letter.subject, text=text, now=now)
        await dossiers.note(session, dossier, "dossier.notice_told", None, now, notice=notice.number)
    if len(batch) == BATCH:
        await enqueue(session, DELIVER, lock=f"notice:{notice.id}", notice_id=str(notice.id), after=str(batch[-1].id))


async def acknowledge(
    session: AsyncSession, caller: Principal, dossier_id: UUID, notice_id: UUID, *, now: datetime
) -> tuple[NoticeDelivery, CampaignNotice]:
    """A member of the holder says the notice was read. A second time changes nothing: the first reader stays."""
    dossier = await dossiers.held_by(session, caller, dossier_id)
    delivery = await repository.delivery(session, notice_id, dossier_id)
    notice = await repository.get(session, notice_id)
    if delivery is None or notice is None:
        raise NotFound()
    if delivery.acknowledged_at is None:
        delivery.acknowledged_at, delivery.acknowledged_by = now, caller.account_id
        await session.flush()
        await dossiers.note(session, dossier, "dossier.notice_acknowledged", caller, now, notice_id=str(notice_id))
    return delivery, notice


async def require_holder(session: AsyncSession, caller: Principal, dossier_id: UUID) -> None:
    """404 unseen, 403 for those who see the dossier without holding it."""
    seen = await dossiers.capacities(session, caller, dossier_id)
    if seen is None:
        raise NotFound()
    if not seen.as_holder:
        raise NotTheHolder()


async def require_seen(session: AsyncSession, campaign_id: UUID) -> None:
    """404 unless the campaign was called: one in preparation has no notices."""
    if (await campaigns.get(session, campaign_id)).status is CampaignStatus.DRAFT:
        raise NotFound()
