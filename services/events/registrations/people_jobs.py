"""Jobs around registrations: links sent again, needs forgotten."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import contacts, needs


@job(contacts.SEND_LINKS)
async def send_links(session: AsyncSession, resources: Resources, event: str, email: str) -> None:
    await contacts.send_links(session, resources, event, email)


@job("events:forget_needs", cron="40 2 * * *")
async def forget_needs(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: needs of events that are over, and requests nobody waits for any more. Twice is once."""
    now = resources.clock.now()
    await needs.forget(session, resources, now=now)
    await contacts.forget(session, now)


JOBS: list[Job] = [send_links, forget_needs]
