"""Jobs of the question desk."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import upkeep


@job("catalogue:remind_desks", cron="15 6 * * *")
async def remind_desks(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every morning, what is due today or overdue and was not told."""
    await upkeep.remind(session, resources, now=resources.clock.now())


@job("catalogue:lapse_questions", cron="35 3 * * *")
async def lapse_questions(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await upkeep.lapse(session, resources, now=resources.clock.now())


JOBS: list[Job] = [remind_desks, lapse_questions]
