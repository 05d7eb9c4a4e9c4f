"""Jobs of programming: what runs after the answer, or by the clock."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from .agreements import jobs as agreements
from .bank_accounts import jobs as bank_accounts
from .bilans import jobs as bilans
from .campaigns import service as campaigns
from .coverage import jobs as coverage
from .cpos import jobs as cpos
from .monitoring import jobs as monitoring
from .notifications.service import write_letter
from .open_data import jobs as open_data
from .payments import jobs as payments
from .reports import jobs as reports


@job("programming:close_expired_campaigns", cron="* * * * *")
async def close_expired_campaigns(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """A campaign past its deadline is recorded as closed (it refuses dossiers from the deadline on in any case)."""
    await campaigns.close_expired(session, now=resources.clock.now())


JOBS: list[Job] = [
    close_expired_campaigns,
    write_letter,
    *agreements.JOBS,
    *bank_accounts.JOBS,
    *bilans.JOBS,
    *coverage.JOBS,
    *cpos.JOBS,
    *monitoring.JOBS,
    *open_data.JOBS,
    *payments.JOBS,
    *reports.JOBS,
]
