"""How long funders take to answer, for anybody to read: over campaigns, and never about a few dossiers only."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import BaseModel, Field
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.problems import NotFound

from ..campaigns import service as campaigns
from ..dossiers import drafts
from ..dossiers import rules as dossier_rules

#: Fewer answers than that would tell how long one holder waited.
FEWEST = 5


class AnswerDelays(BaseModel):
    """Days from the submission to the letter. Null where fewer than `fewest` answers were given."""

    suppressed: Annotated[bool, Field(description="Whether there are too few answers to say anything.")]
    answered: Annotated[int | None, Field(description="Requests answered.")]
    median_days: float | None
    p90_days: Annotated[float | None, Field(description="Nine answers out of ten took no longer.")]
    within_promise: Annotated[int | None, Field(description="Of those answered, how many before the promised day.")]


class CampaignAnswerDelays(AnswerDelays):
    """The funder in one campaign."""

    campaign_id: UUID
    year: int
    title: str
    answer_before_on: Annotated[date, Field(description="Promised answer of dossiers submitted at the deadline.")]


class FunderAnswerDelays(BaseModel):
    """A funder over all the campaigns it took part in."""

    funder_id: UUID
    name: str
    fewest: Annotated[int, Field(description="Under this number of answers nothing is said.")] = FEWEST
    overall: AnswerDelays
    campaigns: Annotated[list[CampaignAnswerDelays], Field(description="The latest first.")]


async def of_funder(session: AsyncSession, funder_id: UUID) -> FunderAnswerDelays:
    """404 when the organisation takes part in no campaign that was called."""
    called = await campaigns.called_with(session, funder_id)
    if not called:
        raise NotFound()
    figures = await drafts.answers_of(session, funder_id, [each["id"] for each in called])
    return FunderAnswerDelays(
        funder_id=funder_id,
        name=called[0]["short_name"],
        overall=AnswerDelays.model_validate(said(figures.get(None))),
        campaigns=[_in_campaign(each, figures) for each in called],
    )


def _in_campaign(campaign: Mapping[str, Any], figures: Mapping[UUID | None, Mapping[str, Any]]) -> CampaignAnswerDelays:
    return CampaignAnswerDelays(
        campaign_id=campaign["id"],
        year=campaign["year"],
        title=campaign["title"],
        answer_before_on=dossier_rules.clocks(
            campaign["closes_at"], answer_within_months=campaign["answer_within_months"], silence_rejects_after_months=1
        ).promised_on,
        **said(figures.get(campaign["id"])),
    )


def said(figures: Mapping[str, Any] | None) -> dict[str, Any]:
    """What may be told of these figures."""
    names: Sequence[str] = ("answered", "median_days", "p90_days", "within_promise")
    if figures is None or figures["answered"] < FEWEST:
        return {"suppressed": True, **dict.fromkeys(names)}
    return {"suppressed": False, **{name: figures[name] for name in names}}
