"""A deadline put off: decided by the team, told to the holders of drafts."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.correspondence import write_to_managers
from services.common.jobs import enqueue
from services.common.mail import queue_mail

from ..campaigns import extensions
from ..campaigns import service as campaigns
from ..campaigns.extension_schemas import CampaignExtended, ExtensionCreate, ExtensionRead
from ..dossiers import drafts
from ..tables import KERNEL
from . import letters, milestones

TELL = "programming:tell_extension"
#: Mails queued in one transaction.
BATCH = 200


async def extend(
    session: AsyncSession,
    caller: Principal,
    campaign_id: UUID,
    wish: ExtensionCreate,
    *,
    version: int,
    reopening_days: int,
    now: datetime,
) -> tuple[CampaignExtended, int]:
    """The new deadline is in force when this commits; the mails leave if and only if it does. Returns it, and the campaign's version."""
    campaign = await extensions.led(session, caller, campaign_id, await campaigns.funder_ids(session, campaign_id))
    extension = await extensions.extend(
        session,
        caller,
        campaign,
        wish,
        version=version,
        instructed=await drafts.instruction_started(session, campaign_id),
        reopening_days=reopening_days,
        now=now,
    )
    await enqueue(session, TELL, lock=f"extension:{campaign_id}", extension_id=str(extension.id))
    await enqueue(session, milestones.KEEP, lock=f"milestones:{campaign_id}", campaign_id=str(campaign_id))
    told = CampaignExtended.model_validate({**campaign.model_dump(), "extension": ExtensionRead.model_validate(extension)})
    return told, campaign.version


async def tell(session: AsyncSession, extension_id: UUID, *, now: datetime, limit: int = BATCH) -> None:
    """One batch of mails. What was told is written in the same transaction: run again, it goes on where it stopped."""
    found = await extensions.to_tell(session, extension_id)
    if found is None:
        return
    extension, campaign = found
    batch = await drafts.opened_by(session, campaign.id, extension.extended_at, extension.told_until, limit)
    for draft in batch:
        mail = letters.extension(draft, campaign.title, extension.closed_before_at, extension.closes_at, extension.reason)
        if draft["email"]:
            await queue_mail(session, to=draft["email"], subject=mail.subject, text=mail.text)
        else:  # just begun: nobody was named as contact
            subject, text = mail
            await write_to_managers(session, KERNEL.outbox, draft["acting_id"], subject=subject, text=text, now=now)
    await extensions.told(session, extension, [draft["id"] for draft in batch], now)
    if batch:
        await enqueue(session, TELL, lock=f"extension:{campaign.id}", extension_id=str(extension_id))
