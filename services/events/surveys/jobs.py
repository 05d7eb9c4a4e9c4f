"""Jobs of surveys."""

from datetime import UTC, datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from . import service


@job(service.SEND)
async def send_survey(session: AsyncSession, resources: Resources, survey_id: str) -> None:
    """Two hundred people at a time, each once."""
    if not await service.send(session, resources, UUID(survey_id), now=resources.clock.now()):
        await enqueue(session, service.SEND, lock=f"survey:{survey_id}", survey_id=survey_id)


@job("events:open_survey")
async def open_survey(session: AsyncSession, resources: Resources, event_id: str) -> None:
    await service.open_when_held(session, resources, UUID(event_id), now=resources.clock.now())


@job("events:open_surveys", cron="*/10 * * * *")
async def open_surveys(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every ten minutes, surveys of events said to be held; each in a transaction of its own."""
    now = max(resources.clock.now(), datetime.fromtimestamp(timestamp, UTC))
    for event_id in await service.to_open(session, now=now):
        await enqueue(session, open_survey, lock=f"open_survey:{event_id}", event_id=str(event_id))


JOBS: list[Job] = [send_survey, open_survey, open_surveys]
