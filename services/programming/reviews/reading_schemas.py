"""What is sent and received about readings, and what a funder chooses for its reviews of a campaign."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..campaigns.schemas import Cents, Nature
from ..contracts.schemas import Code
from ..dossiers.schemas import Opinion
from .models import ReviewReadingStatus
from .schemas import OnSubmission, Score, ScoreComment


class ReviewSettingsWrite(BaseModel):
    """How a funder reviews in a campaign. `readings` and `hides_holder` are settled once the first review is open."""

    model_config = ConfigDict(extra="forbid")

    review_due_on: Annotated[
        date | None, Field(description="Day by which its reviews are to be given.", examples=["2027-02-28"])
    ] = None
    readings: Annotated[
        int, Field(ge=1, le=5, description="People who read each request on their own; 1 is the review alone.", examples=[2])
    ] = 1
    hides_holder: Annotated[bool, Field(description="Readers are not told who holds the dossier; needs two readings or more.")] = (
        False
    )
    follows_rules: Annotated[bool, Field(description="Reviews that open are given out by the funder's rules at once.")] = False


class ReviewSettingsRead(ReviewSettingsWrite):
    model_config = ConfigDict(from_attributes=True, extra="ignore")

    campaign_id: UUID
    funder_id: UUID
    version: Annotated[int, Field(description="0 while nothing was chosen: what is shown is the default.")]


class ReadersWrite(BaseModel):
    """Who reads the request, in order; the first one gives the review when nobody else does."""

    model_config = ConfigDict(extra="forbid")

    reader_ids: Annotated[list[UUID], Field(max_length=5)]


class ReadingUpdate(BaseModel):
    """Merge patch of one's own reading."""

    model_config = ConfigDict(extra="forbid")

    scores: Annotated[dict[Code, Score | None] | None, Field(None, examples=[{"besoin": 4}])]
    score_comments: Annotated[dict[Code, ScoreComment | None] | None, Field(None, examples=[{"besoin": "Étayé."}])]
    opinion: Opinion | None = None
    proposed_cents: Cents | None = None
    comment: Annotated[str | None, Field(None, max_length=10_000)]


class ReadingSummary(OnSubmission):
    """A reading; what it holds is null until the caller may see it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    review_id: UUID
    dossier_id: UUID
    campaign_id: UUID
    funder_id: UUID
    reader_id: UUID
    status: ReviewReadingStatus
    scores: dict[str, int] | None
    score_comments: dict[str, str] | None
    weighted_score: float | None
    opinion: Opinion | None
    proposed_cents: int | None
    comment: str | None
    assigned_at: AwareDatetime
    completed_at: AwareDatetime | None
    version: int


class ReviewReadings(BaseModel):
    """The readings of one review, and what they come to together."""

    items: list[ReadingSummary]
    expected: Annotated[int, Field(description="Readings the funder asks for; 1 means none besides the review.")]
    completed: int
    mean_scores: Annotated[dict[str, float] | None, Field(description="Per criterion, over complete readings; null until seen.")]
    mean_weighted_score: float | None
    spread: Annotated[float | None, Field(description="Highest weighted score less the lowest, in points out of 100.")]


class ReadingDossier(BaseModel):
    """The dossier as its reader may see it. Where the funder hides holders, names are left out or replaced by `[porteur]`."""

    dossier_id: UUID | None
    reference: str | None
    title: str
    holder_name: str | None
    holder_hidden: bool
    nature: Nature | None
    starts_on: date | None
    ends_on: date | None
    qpv_codes: list[str]
    objective_codes: list[str]
    transversal_codes: list[str]
    content: dict[str, Any]
    budget: dict[str, Any]
    charges_cents: int
    asked_cents: int
    asked_of_funder_cents: int
    attachments: Annotated[list[str], Field(description="Kinds of the documents joined; their names and contents name the holder.")]
