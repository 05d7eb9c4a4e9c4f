"""A dossier as it was at each submission: its PDF; attachments under the scanner; orphan bytes. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..dossiers import scanning
from ..dossiers.attachments import SCAN
from . import documents, service, sweeping


# Asked for again every minute, then every hour: a job that fails does not need to be tried for long.
@job(service.WRITE, attempts=3)
async def write_dossier(session: AsyncSession, resources: Resources, submission_id: str) -> None:
    await documents.write(session, resources, UUID(submission_id))


@job("programming:write_missing_dossiers", cron="* * * * *")
async def write_missing(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await documents.write_missing(session, now=resources.clock.now())


# A few minutes of tries, then the hourly round: jobs of a scanner that is down do not pile up.
@job(SCAN, attempts=5)
async def scan_attachment(session: AsyncSession, resources: Resources, attachment_id: str) -> None:
    await scanning.scan(session, resources, UUID(attachment_id))


@job("programming:scan_waiting_attachments", cron="29 * * * *")
async def scan_waiting(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await scanning.scan_waiting(session)


@job("programming:sweep_orphan_files", cron="50 3 * * *")
async def sweep_orphans(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await sweeping.sweep(session, resources.files, now=resources.clock.now())


JOBS: list[Job] = [write_dossier, write_missing, scan_attachment, scan_waiting, sweep_orphans]
