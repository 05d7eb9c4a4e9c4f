"""Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import scanning


# A few minutes of tries, then the hourly round: jobs of a scanner that is down do not pile up.
@job(scanning.SCAN, attempts=5)
async def scan_permanent_file(session: AsyncSession, resources: Resources, file_id: str) -> None:
    await scanning.scan(session, resources, UUID(file_id))


@job("programming:scan_waiting_permanent_files", cron="27 * * * *")
async def scan_waiting(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await scanning.scan_waiting(session)


JOBS: list[Job] = [scan_permanent_file, scan_waiting]
