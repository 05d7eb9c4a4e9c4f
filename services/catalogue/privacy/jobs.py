"""Retention of personal data, erasure with proof, export. Jobs."""

from datetime import timedelta

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.mail import forget_sent
from services.common.personal_data import export_job
from services.common.resources import Resources

from . import service

EXPORT: Job = export_job("catalogue", service.export)


@job("catalogue:retention", cron="45 3 * * *")
async def retention_nightly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: what is kept no longer, and whose data was asked for."""
    now = resources.clock.now()
    await service.nightly(session, resources, now=now)
    await forget_sent(session, now - timedelta(days=1), EXPORT.name)


JOBS: list[Job] = [EXPORT, retention_nightly]
