"""Jobs of agreements: texts to write, signed copies under the virus scanner."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import scanning
from .drafting import draw_text_again, write_text
from .signing import SCAN


# A few minutes of tries, then the hourly round: jobs of a scanner that is down do not pile up.
@job(SCAN, attempts=5)
async def scan_signed_file(session: AsyncSession, resources: Resources, signature_id: str) -> None:
    await scanning.scan(session, resources, UUID(signature_id))


@job("programming:scan_waiting_signed_files", cron="33 * * * *")
async def scan_waiting(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await scanning.scan_waiting(session)


JOBS: list[Job] = [write_text, draw_text_again, scan_signed_file, scan_waiting]
