"""Jobs of the files of documents: scanned, read, assembled; what was abandoned is swept."""

from contextlib import suppress
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import reading, scanning, service, uploads
from .errors import UploadRefused


# A few minutes of tries, then the hourly round: jobs of a scanner that is down do not pile up.
@job(service.SCAN, attempts=5)
async def _scan(session: AsyncSession, resources: Resources, file_id: str) -> None:
    await scanning.scan(session, resources, UUID(file_id), now=resources.clock.now())


@job("catalogue:take_up_files", cron="23 * * * *")
async def _take_up(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """What outlasted the tries of its own job."""
    await scanning.scan_waiting(session)
    await reading.read_unread(session, now=resources.clock.now())


@job(service.READING, attempts=5)
async def _read(session: AsyncSession, resources: Resources, file_id: str) -> None:
    await reading.read(session, resources, UUID(file_id), now=resources.clock.now())


@job(uploads.ASSEMBLING)
async def _assemble(session: AsyncSession, resources: Resources, upload_id: str) -> None:
    """Takes over from a request that ended before it had made the file."""
    with suppress(UploadRefused):
        await uploads.assemble(session, resources, UUID(upload_id), now=resources.clock.now())


@job("catalogue:sweep_uploads", cron="41 * * * *")
async def _sweep(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await uploads.sweep(session, now=resources.clock.now())


JOBS: list[Job] = [_scan, _take_up, _read, _assemble, _sweep]
