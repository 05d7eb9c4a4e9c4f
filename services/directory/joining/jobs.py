"""Invitations to an organisation and requests to join it. Jobs."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import claims, service


@job("directory:grant_due_management_claims", cron="*/15 * * * *")
async def _grant_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Claims of management nobody objected to in time."""
    await claims.grant_due(session, resources.clock.now())


@job(claims.GRANT)
async def _grant(session: AsyncSession, resources: Resources, claim_id: str) -> None:
    await claims.grant_when_due(session, resources, UUID(claim_id), now=resources.clock.now())


@job("directory:forget_invitations", cron="47 3 * * *")
async def _forget(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: invitations over for three months, and the count of mails."""
    await service.forget_old(session, datetime.fromtimestamp(timestamp, UTC))


GRANT_DUE: Job = _grant_due
JOBS: list[Job] = [_grant_due, _grant, _forget]
