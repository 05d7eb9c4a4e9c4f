"""Public directory of actors; people by their consent only. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..organisations.service import FOLLOW_CARD
from . import service

#: Cards reminded of in one night; the others wait for the next.
BATCH = 200


@job(FOLLOW_CARD)
async def follow_card(session: AsyncSession, resources: Resources, organisation_id: str) -> None:
    await service.follow(session, UUID(organisation_id), now=resources.clock.now())


@job("directory:remind_cards", cron="20 6 * * *")
async def remind_cards(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """Every morning: cards nobody confirmed for a year."""
    await service.remind(session, resources, now=resources.clock.now(), limit=BATCH)


JOBS: list[Job] = [follow_card, remind_cards]
