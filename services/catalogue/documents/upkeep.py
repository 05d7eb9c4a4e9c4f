"""Jobs that keep documents true: their links are looked at, the organisations they name are followed."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import following, links


@job("catalogue:check_links", cron="*/10 * * * *")
async def check_links(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """A hundred links every ten minutes: each of them every week."""
    await links.check(session, resources)


@job("catalogue:forget_links", cron="41 3 * * *")
async def forget_links(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every night, addresses no published document gives any more."""
    await links.forget_unused(session)


@job("catalogue:follow_organisation")
async def follow_organisation(
    session: AsyncSession, resources: Resources, organisation_id: str, erased: bool = False, after: str | None = None
) -> None:
    """Documents that name an organisation that was renamed or erased, a hundred at a time."""
    last = await following.follow(
        resources, UUID(organisation_id), erased=erased, after=UUID(after) if after else None, now=resources.clock.now()
    )
    if last is not None:
        await enqueue(session, follow_organisation, organisation_id=organisation_id, erased=erased, after=str(last))


JOBS: list[Job] = [check_links, forget_links, follow_organisation]
