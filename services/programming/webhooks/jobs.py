"""What happens, told to the information systems that asked for it (Standard Webhooks). Jobs."""

from datetime import timedelta
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..announcements import FAN_OUT
from . import queueing, repository, sending

log = structlog.get_logger(__name__)

_AT_ONCE = 500
#: A job queued for so long was lost: another is.
_LOST = timedelta(minutes=10)


@job(FAN_OUT)
async def fan_out_event(session: AsyncSession, resources: Resources, event_id: str) -> None:
    """From an event to its deliveries."""
    await queueing.fan_out(session, UUID(event_id), now=resources.clock.now())


@job(queueing.SEND, attempts=1)
async def send_deliveries(session: AsyncSession, resources: Resources, endpoint_id: str) -> None:
    """Send what is due at one endpoint. Its own transactions are short: the job's stays closed."""
    try:
        await sending.drain(resources, UUID(endpoint_id))
    except Exception:
        # A job that waits to be tried again would hold its lane: what is due is taken up within a minute anyway.
        log.exception("webhook_deliveries_interrupted", webhook_id=endpoint_id)


@job("programming:resume_deliveries", cron="* * * * *")
async def resume_deliveries(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every minute: endpoints with something whose time has come."""
    now = resources.clock.now()
    due = await repository.due_endpoints(session, now, _AT_ONCE)
    await queueing.wake_all(session, due, now=now, unless_since=now - _LOST)


@job("programming:forget_deliveries", cron="41 3 * * *")
async def forget_deliveries(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: deliveries and events older than they are kept."""
    before = resources.clock.now() - timedelta(days=resources.settings.webhook_retention_days)
    while await repository.forget_deliveries(session, before, 5_000) == 5_000:
        pass
    await repository.forget_events(session, before)


JOBS: list[Job] = [fan_out_event, send_deliveries, resume_deliveries, forget_deliveries]
