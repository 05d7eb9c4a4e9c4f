"""Dated notices that amend a campaign already open, and reach every draft's holder. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job(service.DELIVER)
async def deliver_notice(session: AsyncSession, resources: Resources, notice_id: str, after: str) -> None:
    """The holders of the next dossiers are told; another job follows while there are more."""
    await service.deliver(session, UUID(notice_id), UUID(after), now=resources.clock.now())


@job(service.APPLY)
async def apply_notice(session: AsyncSession, resources: Resources, notice_id: str) -> None:
    """A notice whose day has come enters into force."""
    await service.apply(session, UUID(notice_id), now=resources.clock.now())


@job("programming:apply_due_notices", cron="*/5 * * * *")
async def apply_due_notices(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every five minutes: from midnight in Paris on, the notices of the day."""
    await service.apply_due(session, now=resources.clock.now())


JOBS: list[Job] = [deliver_notice, apply_notice, apply_due_notices]
