"""Jobs of the calendar of a campaign."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue_many, job
from services.common.resources import Resources

from ..campaigns import service as campaigns
from . import extensions, milestones


@job(extensions.TELL)
async def tell_extension(session: AsyncSession, resources: Resources, extension_id: str) -> None:
    """Holders of drafts learn that their deadline was put off, a batch at a time."""
    await extensions.tell(session, UUID(extension_id), now=resources.clock.now())


@job(milestones.KEEP)
async def keep_milestones(session: AsyncSession, resources: Resources, campaign_id: str) -> None:
    """Its steps not done yet, for due lists."""
    await milestones.keep(session, UUID(campaign_id), now=resources.clock.now())


@job("programming:call_milestones", cron="12 * * * *")
async def call_milestones(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Each hour, a job for each campaign somebody works on: a fault in one keeps no other from its due list."""
    found = await campaigns.at_work(session)
    await enqueue_many(session, keep_milestones, ((f"milestones:{one}", {"campaign_id": str(one)}) for one in found))


JOBS: list[Job] = [tell_extension, keep_milestones, call_milestones]
