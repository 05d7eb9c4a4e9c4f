"""What is sent and received about reviews."""

from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from ..campaigns.schemas import Cents
from ..contracts.schemas import Code
from ..dossiers.schemas import DossierStatus, Opinion
from .models import ReviewStatus

Score = Annotated[int, Field(ge=0, le=5)]
ScoreComment = Annotated[str, Field(max_length=2000)]


class AdmissibilityCreate(BaseModel):
    """Whether the dossier may be instructed; a refusal says why."""

    admissible: bool
    reason: Annotated[str | None, Field(None, max_length=2000, description="Required when not admissible; the holder reads it.")]


class ReviewOpened(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    funder_id: UUID


class AdmissibilityRead(BaseModel):
    dossier_id: UUID
    status: DossierStatus
    reviews: Annotated[list[ReviewOpened], Field(description="One review per funder asked.")]


class AssignmentCreate(BaseModel):
    assignee_id: Annotated[UUID | None, Field(description="Account of the instructor; null gives the review back.")]


class ReviewUpdate(BaseModel):
    """Merge patch of a review under way."""

    model_config = ConfigDict(extra="forbid")

    scores: Annotated[
        dict[Code, Score | None] | None,
        Field(None, description="By criterion code, 0 to 5; null takes one back.", examples=[{"besoin": 4}]),
    ]
    score_comments: Annotated[
        dict[Code, ScoreComment | None] | None,
        Field(
            None, description="A few words beside a score; null takes them back.", examples=[{"besoin": "Étayé par une enquête."}]
        ),
    ]
    opinion: Opinion | None = None
    proposed_cents: Cents | None = None
    internal_comment: Annotated[str | None, Field(None, max_length=10_000, description="For funders and the team.")]
    holder_comment: Annotated[str | None, Field(None, max_length=10_000, description="Meant for the holder, with the letter.")]


class ReopeningCreate(BaseModel):
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class OnSubmission(BaseModel):
    """On which submission of the dossier something was written, and whether the dossier was sent again since."""

    submission_number: Annotated[
        int | None, Field(description="Submission of the dossier it is about; null while nothing is written.")
    ] = None
    last_submission_number: Annotated[int | None, Field(description="Latest submission of the dossier.")] = None

    @computed_field(description="The dossier was sent again since: read what changed, then correct this or confirm it.")  # type: ignore[prop-decorator]
    @property
    def dossier_changed(self) -> bool:
        return is_behind(self.submission_number, self.last_submission_number)

    @computed_field(description="Address of what changed between the two submissions.")  # type: ignore[prop-decorator]
    @property
    def dossier_changes(self) -> str | None:
        if not self.dossier_changed:
            return None
        where = f"/programming/v1/dossiers/{getattr(self, 'dossier_id', '')}/comparison"
        return f"{where}?from={self.submission_number}&to={self.last_submission_number}"


def is_behind(number: int | None, last: int | None) -> bool:
    """What was written on that submission was not written on the last one."""
    return number is not None and last is not None and number < last


class Confirmation(BaseModel):
    """It holds for the dossier as it was sent again."""

    model_config = ConfigDict(extra="forbid")

    submission_number: Annotated[int, Field(ge=1, le=2**31 - 1, description="The submission you have read: the latest one.")]


class ReviewSummary(OnSubmission):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    request_id: UUID
    dossier_id: UUID
    campaign_id: UUID
    funder_id: UUID
    reference: str
    title: str
    holder_name: str
    asked_cents: Cents
    status: ReviewStatus
    assignee_id: UUID | None
    weighted_score: Annotated[float | None, Field(description="0 to 100, once every criterion is scored.")]
    opinion: Opinion | None
    proposed_cents: int | None
    opened_at: AwareDatetime
    completed_at: AwareDatetime | None
    hidden: Annotated[
        str | None,
        Field(
            None, description="Why score, avis and amount are null to you: `conflict` of interest, or `own_reading` to give first."
        ),
    ]


class ScoresSetAside(BaseModel):
    """What somebody in conflict had written: left out of every sum; `stands` where a committee had already spoken."""

    model_config = ConfigDict(from_attributes=True)

    conflict_id: UUID
    account_id: UUID
    written: dict[str, Any]
    stands: bool
    set_aside_at: AwareDatetime


class ReviewRead(ReviewSummary):
    scores: dict[str, int]
    score_comments: dict[str, str] = {}
    assigned_by_rule: bool = False
    scorer_id: Annotated[UUID | None, Field(description="Who last wrote a score, an avis or an amount.")] = None
    internal_comment: str
    holder_comment: str
