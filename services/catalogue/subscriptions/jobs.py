"""Jobs of saved searches and followed documents."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import digests


@job("catalogue:call_digests", cron="20,50 * * * *")
async def call_digests(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Twice an hour, since seven in Paris is no hour of UTC; a worker that was away catches up with one mail."""
    await digests.call(session, now=resources.clock.now())


JOBS: list[Job] = [call_digests, digests.write_digest]
