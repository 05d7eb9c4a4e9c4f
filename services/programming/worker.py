"""Jobs of programming: what runs after the answer, or by the clock."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from .campaigns import service as campaigns
from .notifications.service import write_letter


@job("programming:close_expired_campaigns", cron="* * * * *")
async def close_expired_campaigns(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """A campaign past its deadline is recorded as closed (it refuses dossiers from the deadline on in any case)."""
    await campaigns.close_expired(session, now=resources.clock.now())


JOBS: list[Job] = [close_expired_campaigns, write_letter]
