"""Jobs of drafts made of closed dossiers."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job(service.MAKE)
async def make_experience(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    """One draft for one closed dossier."""
    await service.make(session, resources, UUID(dossier_id), now=resources.clock.now())


@job("catalogue:make_waiting_experiences", cron="35 * * * *")
async def make_waiting_experiences(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every hour, those that closed just while a centre began to follow their contract, and those left by a long wait."""
    await service.enqueue_waiting(session)


JOBS: list[Job] = [make_experience, make_waiting_experiences]
