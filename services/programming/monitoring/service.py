"""Use cases of monitoring: the dashboard of a campaign, and what is about to be late."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.clock import today_in_paris

from ..awards import figures as awards
from ..campaigns import service as campaigns
from ..committees import service as committees
from ..dossiers import figures as dossiers
from . import rules
from .models import ClockName

#: Before every day, clock and request: where a listing begins.
FIRST = (date.min, "", UUID(int=0))


async def figures(session: AsyncSession, campaign_ids: Sequence[UUID], *, today: date) -> list[dict[str, Any]]:
    """For the rooms above: one line per funder of these campaigns, then the total."""
    names = await campaigns.funder_names(session, campaign_ids)
    until = rules.risk_until(today)
    steps = await dossiers.steps(session, campaign_ids) + await awards.steps(session, campaign_ids)
    answers = await dossiers.clocks(session, campaign_ids, today=today, until=until)
    payments = await awards.clocks(session, campaign_ids, today=today, until=until)
    return rules.lines(names, steps, answers, payments)


async def dashboard(session: AsyncSession, caller: Principal, campaign_id: UUID, *, now: datetime) -> dict[str, Any]:
    """The team reads every funder's line, a funder its own; both the totals (404 for others)."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    today = today_in_paris(now)
    *lines, total = await figures(session, [campaign_id], today=today)
    if not caller.belongs_to(campaign.lead_organisation_id):
        lines = [line for line in lines if caller.belongs_to(line["funder_id"])]
    return {"campaign_id": campaign_id, "as_of": today, "funders": lines, "total": total}


async def at_risk(
    session: AsyncSession, caller: Principal, campaign_id: UUID, *, clock: ClockName | None = None, funder_id: UUID | None = None,
    after: tuple[date, str, UUID] = FIRST, limit: int, now: datetime,
) -> list[dict[str, Any]]:  # fmt: skip
    """What is late or will be within seven days, the latest first: everybody's for the team, one's own for a funder."""
    campaign = await committees.seen_campaign(session, caller, campaign_id)
    names, today = await campaigns.funder_names(session, [campaign_id]), today_in_paris(now)
    seen = set(names) if caller.belongs_to(campaign.lead_organisation_id) else set(names) & set(caller.organisation_ids)
    values = {
        "campaigns": [campaign_id],
        "funders": list(seen if funder_id is None else seen & {funder_id}),
        "until": rules.risk_until(today),
        "clock": clock and clock.value,
        "after_day": after[0],
        "after_clock": after[1],
        "after_request": after[2],
        "limit": limit,
    }
    pages = [await dossiers.unanswered(session, values), await awards.unpaid(session, values)]
    return [rules.risk(row, names, today) for row in rules.merge(pages, limit)]
