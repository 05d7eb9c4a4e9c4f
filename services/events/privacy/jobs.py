"""Jobs of privacy: what each night erases."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.mail import forget_sent
from services.common.personal_data import export_job
from services.common.resources import Resources

from . import requests, service
from .service import Progress


async def _go_on(session: AsyncSession, progress: Progress) -> None:
    await enqueue(
        session,
        erase_some,
        lock=f"erase:{progress.rule}",
        rule=progress.rule,
        before=progress.before.isoformat(),
        after_id=str(progress.after_id),
        count=progress.count,
    )


@job("events:erase_some")
async def erase_some(session: AsyncSession, resources: Resources, rule: str, before: str, after_id: str, count: int) -> None:
    """A hundred events in one transaction, which also writes the job that goes on: a crash takes up where it was."""
    progress = Progress(rule, datetime.fromisoformat(before), UUID(after_id), count)
    left = await service.erase_some(session, resources, progress, now=resources.clock.now())
    if left is not None:
        await _go_on(session, left)


@job("events:erase_nightly", cron="20 2 * * *")
async def erase_nightly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """One piece of work for each retention rule."""
    now = max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))
    await requests.forget_old(session, now=now)
    await forget_sent(session, now - timedelta(days=1), EXPORT.name)
    for progress in service.tonight(resources.settings, now):
        await _go_on(session, progress)


EXPORT: Job = export_job("events", requests.parts_for)
JOBS: list[Job] = [erase_some, erase_nightly, EXPORT]
