"""Who instructs what: bulk assignment, conflicts of interest, calibration, to-do. Jobs."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("programming:follow_assignment_rules")
async def follow_assignment_rules(session: AsyncSession, resources: Resources, campaign_id: str, funder_id: str) -> None:
    """What has no instructor gets one by the funder's rules; what has one is left, so a second run changes nothing."""
    desk = service.Desk(UUID(campaign_id), UUID(funder_id))
    await service.follow(session, desk, now=resources.clock.now())


JOBS: list[Job] = [follow_assignment_rules]
