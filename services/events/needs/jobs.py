"""Jobs of needs."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("events:tell_who_needed", cron="*/10 * * * *")
async def _tell(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await service.tell(session, resources, now=resources.clock.now())


TELL = _tell
JOBS: list[Job] = [TELL]
