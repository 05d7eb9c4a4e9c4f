"""Jobs of the directory."""

from datetime import UTC, datetime

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from .accounts import service as accounts
from .actors import jobs as actors
from .api_clients import jobs as api_clients
from .imports import jobs as imports
from .joining import jobs as joining
from .privacy import jobs as privacy
from .sessions import service as sessions


@job("directory:forget_what_is_over", cron="41 3 * * *")
async def _forget(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: spent links and tokens, old failures, dead sessions, accounts nobody confirmed."""
    now = datetime.fromtimestamp(timestamp, UTC)
    await sessions.forget_old(session, now)
    await accounts.forget_old(session, now)


FORGET: Job = _forget
JOBS = (FORGET, *joining.JOBS, *api_clients.JOBS, *actors.JOBS, *imports.JOBS, *privacy.JOBS)
