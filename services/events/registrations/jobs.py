"""Jobs of registrations: what ends by the clock."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..agenda.telling import EVENT_MOVED_ON
from . import asking, service, tending


@job("events:lapse_registration")
async def lapse_registration(session: AsyncSession, resources: Resources, registration_id: str) -> None:
    await service.lapse(session, UUID(registration_id), now=resources.clock.now())


@job("events:lapse_due", cron="* * * * *")
async def lapse_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every minute: offers and confirmations that were not answered in time; each in a transaction of its own."""
    now = max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))
    for registration_id in await service.due(session, now):
        await enqueue(session, lapse_registration, lock=f"lapse:{registration_id}", registration_id=str(registration_id))


@job("events:tend_desk")
async def tend_desk(session: AsyncSession, resources: Resources, desk_id: str) -> None:
    await tending.tend(session, UUID(desk_id), now=resources.clock.now())


@job("events:tend_desks", cron="* * * * *")
async def tend_desks(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every minute: waiting lists that a date lets go on, or ends; each desk in a transaction of its own."""
    for desk_id in await tending.to_tend(session, max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))):
        await enqueue(session, tend_desk, lock=f"desk:{desk_id}", desk_id=str(desk_id))


@job(EVENT_MOVED_ON)
async def tend_event(session: AsyncSession, resources: Resources, event_id: str) -> None:
    """An organiser's act changed what an event or one of its sessions promises."""
    for desk_id in await tending.desks_of(session, UUID(event_id)):
        await enqueue(session, tend_desk, lock=f"desk:{desk_id}", desk_id=str(desk_id))


@job("events:forget_attempts", cron="17 * * * *")
async def forget_attempts(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every hour: what limits no longer count."""
    await asking.forget_attempts(session, now=resources.clock.now())


JOBS: list[Job] = [lapse_registration, lapse_due, tend_desk, tend_desks, tend_event, forget_attempts]
