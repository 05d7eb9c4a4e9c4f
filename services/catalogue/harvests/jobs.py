"""Jobs of other centres' holdings: one page each, so that a crash costs a page; sources are harvested when their time comes."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import runs
from .queue import PAGE, lock_of


@job(PAGE, attempts=8)
async def harvest_page(session: AsyncSession, resources: Resources, run_id: str, source_id: str) -> None:
    """Read and apply the next page of a run, then queue the one after. Run twice, a page is applied once."""
    wait = await runs.carry_on(session, resources, UUID(run_id), now=resources.clock.now())
    if wait is None:
        return
    # The queue lives by the machine's clock, whatever date the platform plays.
    at = datetime.now(UTC) + wait if wait else None
    await enqueue(session, PAGE, lock=lock_of(source_id), at=at, run_id=run_id, source_id=source_id)


@job("catalogue:harvest_due", cron="*/10 * * * *")
async def harvest_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Begin the harvests that are due, and close those that stopped saying anything."""
    await runs.begin_due(session, now=resources.clock.now())


JOBS: list[Job] = [harvest_page, harvest_due]
