"""Jobs around registrations: links sent again, requests forgotten."""

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import contacts, telling


@job(telling.SEND_LINKS)
async def send_links(session: AsyncSession, resources: Resources, event: str, email: str, again: bool = False) -> None:
    await contacts.send_links(session, resources, event, email, again=again)


@job("events:forget_link_requests", cron="40 2 * * *")
async def forget_requests(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night: requests for links that limits do not count any more, changes of address nobody waits for. Twice is once."""
    await contacts.forget(session, resources.clock.now())


JOBS: list[Job] = [send_links, forget_requests]
