"""Steps of calendars that are not done, kept so that due lists read them like any other line.

They are computed again each hour, and at once when the team applies a calendar or a deadline is put off: a step that is done meanwhile
leaves the lists within the hour.
"""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row
from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..campaigns.schemas import CampaignStatus
from . import facts, repository
from .rules import Step
from .vocabulary import StepKind, StepStatus

KEEP = "programming:keep_milestones"
#: Steps somebody carries out. The closing comes by itself; the promised answer is told dossier by dossier.
_CARRIED_OUT = frozenset(StepKind) - {StepKind.CLOSING, StepKind.ANSWER}


async def keep(session: AsyncSession, campaign_id: UUID, *, now: datetime) -> None:
    """Run twice, the same steps stand."""
    try:
        campaign = await campaigns.get(session, campaign_id)
    except NotFound:
        return
    steps: list[Step] = []
    if campaign.status is not CampaignStatus.ARCHIVED:
        steps = list(facts.draw(await facts.read(session, campaign, now=now), trial=False).plan.steps)
    rows: list[Row] = [
        {
            "campaign_id": campaign.id,
            "step": step.kind,
            "organisation_id": step.funder_id or campaign.lead_organisation_id,
            "latest_on": step.latest_on,
            "kept_at": now,
        }
        for step in steps
        if step.kind in _CARRIED_OUT and step.status is not StepStatus.DONE
    ]
    await repository.keep_milestones(session, campaign.id, rows)
