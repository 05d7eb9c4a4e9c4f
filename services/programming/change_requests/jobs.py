"""Jobs of changes requested: reminders, and what follows a withdrawal."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import reminders, service

_FIRST = str(UUID(int=0))


@job("programming:remind_changes", cron="20 6 * * *")
async def remind_changes(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Each morning, from the oldest request on."""
    await enqueue(session, remind_changes_after, after=_FIRST)


@job("programming:remind_changes_after")
async def remind_changes_after(session: AsyncSession, resources: Resources, after: str) -> None:
    """A hundred requests; the next hundred is another job's, so that a crash takes up where it was."""
    last = await reminders.remind(session, UUID(after), now=resources.clock.now())
    if last is not None:
        await enqueue(session, remind_changes_after, after=str(last))


@job("programming:end_change_requests")
async def end_change_requests(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    await service.end_all(session, UUID(dossier_id), now=resources.clock.now())


JOBS: list[Job] = [remind_changes, remind_changes_after, end_change_requests]
