"""Similar actions for holders, probable duplicates and overlaps for funders. Jobs."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import profiling


@job("programming:profile_dossiers")
async def profile_more(session: AsyncSession, resources: Resources) -> None:
    """A batch of submissions, and another job while there is more."""
    if await profiling.profile_new(session, now=resources.clock.now()):
        await enqueue(session, profile_more, lock="programming:profile_dossiers")


@job("programming:profile_dossiers_each_minute", cron="* * * * *")
async def profile_each_minute(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """What was submitted during the last minute."""
    if await profiling.profile_new(session, now=resources.clock.now()):
        await enqueue(session, profile_more, lock="programming:profile_dossiers")


JOBS: list[Job] = [profile_more, profile_each_minute]
