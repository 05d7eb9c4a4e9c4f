"""Jobs of dossiers: what each night brings."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import withdrawal


@job("programming:erase_dropped_drafts", cron="15 3 * * *")
async def erase_dropped_drafts_nightly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await _erase(session, resources)


@job("programming:erase_more_dropped_drafts")
async def erase_more_dropped_drafts(session: AsyncSession, resources: Resources) -> None:
    """Another fifty: each transaction stays short, and a crash loses at most one."""
    await _erase(session, resources)


async def _erase(session: AsyncSession, resources: Resources) -> None:
    kept_days: int = getattr(resources.settings, "dropped_drafts_kept_days")  # noqa: B009 - this service's own setting
    if await withdrawal.erase_dropped(session, kept_days=kept_days, now=resources.clock.now()):
        await enqueue(session, erase_more_dropped_drafts)


JOBS: list[Job] = [erase_dropped_drafts_nightly, erase_more_dropped_drafts]
