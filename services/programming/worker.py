"""Jobs of programming: what runs after the answer, or by the clock."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from .agreements import jobs as agreements
from .assignments import jobs as assignments
from .bank_accounts import jobs as bank_accounts
from .bilans import jobs as bilans
from .campaigns import service as campaigns
from .change_requests import jobs as change_requests
from .collaborators import jobs as collaborators
from .committees import withdrawals as withdrawn_from_committees
from .conversations import jobs as conversations
from .coverage import jobs as coverage
from .cpos import jobs as cpos
from .dossiers import jobs as dossiers
from .due_lists import jobs as due_lists
from .minutes import jobs as minutes
from .monitoring import jobs as monitoring
from .notices import jobs as notices
from .notifications import jobs as notifications
from .open_data import jobs as open_data
from .other_subsidies import jobs as other_subsidies
from .payments import jobs as payments
from .permanent_files import jobs as permanent_files
from .privacy import jobs as privacy
from .reports import jobs as reports
from .retroplanning import jobs as retroplanning
from .reviews import withdrawals as withdrawn_from_reviews
from .similar import jobs as similar
from .versions import jobs as versions
from .webhooks import jobs as webhooks


@job("programming:close_expired_campaigns", cron="* * * * *")
async def close_expired_campaigns(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """A campaign past its deadline is recorded as closed (it refuses dossiers from the deadline on in any case)."""
    await campaigns.close_expired(session, now=resources.clock.now())


JOBS: list[Job] = [
    close_expired_campaigns,
    *notifications.JOBS,
    *agreements.JOBS,
    *bank_accounts.JOBS,
    *bilans.JOBS,
    *coverage.JOBS,
    *dossiers.JOBS,
    *withdrawn_from_committees.JOBS,
    *withdrawn_from_reviews.JOBS,
    *cpos.JOBS,
    *monitoring.JOBS,
    *open_data.JOBS,
    *payments.JOBS,
    *reports.JOBS,
    *permanent_files.JOBS,
    *collaborators.JOBS,
    *conversations.JOBS,
    *change_requests.JOBS,
    *versions.JOBS,
    *other_subsidies.JOBS,
    *notices.JOBS,
    *similar.JOBS,
    *assignments.JOBS,
    *minutes.JOBS,
    *retroplanning.JOBS,
    *due_lists.JOBS,
    *webhooks.JOBS,
    *privacy.JOBS,
]
