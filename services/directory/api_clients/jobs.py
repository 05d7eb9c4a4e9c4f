"""Programs that act for organisations. Jobs."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("directory:forget_secrets", cron="53 3 * * *")
async def _forget(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: secrets of programs that stopped a month ago."""
    await service.forget_old(session, datetime.fromtimestamp(timestamp, UTC))


JOBS: list[Job] = [_forget]
