"""Jobs of registrations: what ends by the clock."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import service


@job("events:lapse_registration")
async def lapse_registration(session: AsyncSession, resources: Resources, registration_id: str) -> None:
    await service.lapse(session, UUID(registration_id), now=resources.clock.now())


@job("events:lapse_due", cron="* * * * *")
async def lapse_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every minute: offers and confirmations that were not answered in time; each in a transaction of its own."""
    now = max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))
    for registration_id in await service.due(session, now):
        await enqueue(session, lapse_registration, lock=f"lapse:{registration_id}", registration_id=str(registration_id))


JOBS: list[Job] = [lapse_registration, lapse_due]
