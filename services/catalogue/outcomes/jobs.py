"""Jobs of the outcomes of events."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..documents.telling import TELL_EVENTS
from . import service


@job(service.MAKE)
async def make_outcome(session: AsyncSession, resources: Resources, outcome_id: str) -> None:
    """One draft for one outcome."""
    await service.make(session, resources, UUID(outcome_id), now=resources.clock.now())


@job(TELL_EVENTS)
async def tell_events(session: AsyncSession, resources: Resources, document_id: str) -> None:
    await service.look(session, resources, UUID(document_id), now=resources.clock.now())


@job(service.DELIVER_NEWS)
async def deliver_event_news(session: AsyncSession, resources: Resources) -> None:
    await service.deliver(session, resources)


@job("catalogue:follow_events_hourly", cron="45 * * * *")
async def follow_events_hourly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """What waited: drafts whose centre was opened since, news the events service did not take."""
    await service.enqueue_waiting(session)
    await service.deliver(session, resources)


JOBS: list[Job] = [make_outcome, tell_events, deliver_event_news, follow_events_hourly]
