"""Jobs of newsletters."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import lists, sending


@job("catalogue:forget_addresses", cron="50 2 * * *")
async def forget_addresses(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: addresses nobody confirmed, requests of the day, refusals of years ago."""
    await lists.forget_old(session, now=resources.clock.now())


JOBS: list[Job] = [sending.write_newsletters, forget_addresses]
