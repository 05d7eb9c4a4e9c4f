"""What is sent and received about assignments: rules, reports, to-do, bulk acts, calibration."""

from datetime import date
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..campaigns.schemas import Cents, Label, Nature
from ..contracts.schemas import Code, QpvCode
from ..reviews.schemas import OnSubmission


class AssignmentRule(BaseModel):
    """Who instructs what. Every condition given must hold, each by any of its values; a rule without condition takes the rest."""

    model_config = ConfigDict(extra="forbid")

    label: Annotated[Label, Field(examples=["Emploi, hors Viguier"])]
    objective_codes: Annotated[list[Code], Field(max_length=50)] = []
    qpv_codes: Annotated[list[QpvCode], Field(max_length=50)] = []
    outside_qpv: Annotated[bool, Field(description="Only actions that name no QPV.")] = False
    natures: Annotated[list[Nature], Field(max_length=3)] = []
    budget_lines: Annotated[list[Code], Field(max_length=30, examples=[["p147"]])] = []
    holder_ids: Annotated[list[UUID], Field(max_length=50)] = []
    from_cents: Annotated[int | None, Field(ge=0, description="Asked of the funder, at least.")] = None
    to_cents: Annotated[int | None, Field(ge=0, description="Asked of the funder, at most.")] = None
    instructor_ids: Annotated[
        list[UUID],
        Field(min_length=1, max_length=30, description="One person, or a pool that shares evenly by what each has to do."),
    ]


class AssignmentRulesWrite(BaseModel):
    """The first rule that fits a review decides."""

    model_config = ConfigDict(extra="forbid")

    rules: Annotated[list[AssignmentRule], Field(max_length=100)]


class Instructor(BaseModel):
    account_id: UUID
    full_name: Annotated[str, Field(description="As the directory told it when the rules were written.")]


class AssignmentRulesRead(AssignmentRulesWrite):
    campaign_id: UUID
    funder_id: UUID
    instructors: list[Instructor]
    version: Annotated[int, Field(description="0 while no rule is written.")]


class Again(Enum):
    """Which reviews that have an instructor are looked at again."""

    NONE = "none"
    RULED = "ruled"
    ALL = "all"


class AssignmentRun(BaseModel):
    model_config = ConfigDict(extra="forbid")

    dry_run: Annotated[bool, Field(description="Say who would get what and why, and change nothing.")] = False
    again: Annotated[
        Again,
        Field(description="`none`: only reviews without instructor; `ruled`: those given by rule too; `all`: by hand as well."),
    ] = Again.NONE


class DepartureRun(BaseModel):
    """Somebody leaves, or is away: what they have not finished goes to others."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID
    to: Annotated[UUID | None, Field(None, description="To this person; by the rules otherwise.")]
    dry_run: bool = False


class ShareOutcome(Enum):
    ASSIGNED = "assigned"
    REASSIGNED = "reassigned"
    UNCHANGED = "unchanged"
    KEPT = "kept"
    BEGUN = "begun"
    COMPLETED = "completed"
    NO_RULE = "no_rule"
    NOBODY = "nobody"
    CHANGED = "changed"


OUTCOME_LABELS = {
    ShareOutcome.ASSIGNED: "Attribuée",
    ShareOutcome.REASSIGNED: "Réattribuée",
    ShareOutcome.UNCHANGED: "Déjà à cette personne",
    ShareOutcome.KEPT: "Déjà attribuée, laissée",
    ShareOutcome.BEGUN: "Commencée, laissée",
    ShareOutcome.COMPLETED: "Avis rendu, laissée",
    ShareOutcome.NO_RULE: "Aucune règle ne convient",
    ShareOutcome.NOBODY: "Personne de disponible dans la règle",
    ShareOutcome.CHANGED: "Modifiée entre-temps, laissée",
}


class AssignmentLine(BaseModel):
    """What becomes of one review, and why."""

    review_id: UUID
    dossier_id: UUID
    reference: str
    title: str
    outcome: ShareOutcome
    outcome_label: Annotated[str, Field(examples=["Attribuée"])]
    rule: Annotated[int | None, Field(description="Rank of the rule that decided, from 1.")]
    rule_label: str | None
    assignee_id: UUID | None
    assignee: Annotated[str | None, Field(description="Name, where the directory tells it.")]
    reader_ids: Annotated[list[UUID], Field(description="Who reads it on their own, where the funder wants several readings.")]
    missing_readers: int
    in_conflict: Annotated[list[UUID], Field(description="People of the rule who are in conflict of interest on it.")]
    departed: Annotated[bool, Field(description="It was somebody's who is no longer a member of the funder.")]


class AssignmentReport(BaseModel):
    dry_run: bool
    lines: list[AssignmentLine]
    counts: Annotated[dict[str, int], Field(description="Lines per outcome.", examples=[{"assigned": 12, "kept": 3}])]
    truncated: Annotated[bool, Field(description="There are more reviews than one act takes: run it again.")]


class DueWhen(Enum):
    LATE = "late"
    WEEK = "week"
    LATER = "later"
    UNDATED = "undated"


class TodoSort(Enum):
    DUE = "due_on"
    LAST_DUE = "-due_on"
    SINCE = "since"
    NEWEST = "-since"


class TodoReview(OnSubmission):
    """A review or a reading to give."""

    kind: Annotated[str, Field(examples=["review"], description="`review` or `reading`.")]
    id: Annotated[UUID, Field(description="Of the review, or of the reading.")]
    review_id: UUID
    dossier_id: UUID
    campaign_id: UUID
    funder_id: UUID
    reference: str | None
    title: str
    holder_name: Annotated[str | None, Field(description="Null where the funder hides holders from readers.")]
    asked_cents: Cents
    status: Annotated[str, Field(examples=["to_review"])]
    since: AwareDatetime
    due_on: Annotated[date | None, Field(description="The funder's day for its reviews of the campaign.")]
    when: Annotated[DueWhen, Field(description="Late, within seven days, later, or without date.")]


class TodoCounts(BaseModel):
    total: int
    late: int
    week: int
    later: int
    undated: int


class BulkAct(Enum):
    COMPLETION = "completion"
    REOPENING = "reopening"
    ASSIGNMENT = "assignment"


class BulkReviewsAct(BaseModel):
    """One act on many reviews; each line succeeds or is refused by itself."""

    model_config = ConfigDict(extra="forbid")

    act: BulkAct
    review_ids: Annotated[list[UUID], Field(min_length=1, max_length=200)]
    assignee_id: Annotated[UUID | None, Field(None, description="For `assignment`; null gives the reviews back.")]
    reason: Annotated[str | None, Field(None, max_length=2000, description="Required for `reopening`.")]
    dry_run: bool = False


class BulkReviewLine(BaseModel):
    review_id: UUID
    done: Annotated[bool, Field(description="Done, or would be done in a dry run.")]
    problem: Annotated[str | None, Field(description="Name of the refusal, as in its `type`.", examples=["review-incomplete"])]
    detail: str | None
    pointers: Annotated[list[str], Field(description="What to mend in the review.", examples=[["/scores/besoin"]])]


class BulkReviewReport(BaseModel):
    dry_run: bool
    done: int
    refused: int
    lines: list[BulkReviewLine]


class ScoreSpread(BaseModel):
    """A spread of scores. `sd` is the standard deviation of the sample; null below two scores."""

    n: int
    mean: float | None
    sd: float | None
    min: float | None
    max: float | None


class OwnScoreSpread(ScoreSpread):
    difference: Annotated[
        float | None, Field(description="Mean gap to the others on the dossiers read in common; above 0 scores higher than them.")
    ]
    in_common: Annotated[int, Field(description="Dossiers somebody else scored too.")]


class ReviewerCalibration(BaseModel):
    account_id: UUID
    full_name: str | None
    dossiers: int
    criteria: Annotated[dict[str, OwnScoreSpread], Field(description="By criterion, scores of 0 to 5.")]
    weighted: Annotated[
        OwnScoreSpread, Field(description="Weighted scores of 0 to 100; its `difference` is the person's severity.")
    ]


class Disagreement(BaseModel):
    dossier_id: UUID
    reference: str
    readers: int
    spread: Annotated[float, Field(description="Highest weighted score less the lowest.")]
    sd: float


class Calibration(BaseModel):
    """How a funder's people score. The contract's team reads the counts alone."""

    reviewers: int
    dossiers: int
    scored_twice: Annotated[int, Field(description="Dossiers that several people scored.")]
    people: list[ReviewerCalibration] | None
    criteria: dict[str, ScoreSpread] | None
    disagreements: Annotated[list[Disagreement] | None, Field(description="Largest first, twenty at most.")]


class OwnCalibration(BaseModel):
    """One's own scores against the others', who are not named."""

    dossiers: int
    criteria: dict[str, OwnScoreSpread]
    weighted: OwnScoreSpread
    group: Annotated[dict[str, ScoreSpread], Field(description="By criterion, everybody else together.")]


class ReviewExportFormat(Enum):
    CSV = "csv"
    XLSX = "xlsx"
