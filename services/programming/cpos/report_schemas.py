"""What is sent and received about the yearly reports and the amendments of a CPO."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field, model_validator

from services.common.language import Text

from ..campaigns.schemas import Cents
from ..contracts.schemas import Code
from ..dossiers.schemas import PositiveCents, Prose, Sentence, Total
from .models import CpoAmendmentKind as CpoAmendmentKind
from .models import CpoAmendmentStatus as CpoAmendmentStatus
from .models import YearlyReportAnswer as YearlyReportAnswer
from .models import YearlyReportStatus as YearlyReportStatus
from .schemas import CpoSignature, Reason, Year

REPORT_LABELS = {
    YearlyReportStatus.DRAFT: "En préparation",
    YearlyReportStatus.SUBMITTED: "Déposé",
    YearlyReportStatus.COMPLETION_REQUESTED: "À compléter",
}
AMENDMENT_LABELS = {
    CpoAmendmentStatus.PROPOSED: "À signer",
    CpoAmendmentStatus.APPLIED: "En vigueur",
    CpoAmendmentStatus.ABANDONED: "Abandonné",
}


class ReachedObjective(BaseModel):
    label: Sentence
    reached: Annotated[str, Field(max_length=5000, description="How far it was reached.")] = ""


class IndicatorActual(BaseModel):
    code: Annotated[Code, Field(description="Code of the agreement's indicator.", examples=["adultes"])]
    actual: Annotated[float, Field(examples=[38])]
    comment: Annotated[str, Field(max_length=2000)] = ""


class YearlyReportCreate(BaseModel):
    year: Year


class YearlyReportUpdate(BaseModel):
    """Merge patch: what is not sent stays; lists are replaced."""

    model_config = ConfigDict(extra="forbid")

    summary: Prose | None = None
    objectives: Annotated[list[ReachedObjective] | None, Field(None, max_length=30)]
    indicators: Annotated[list[IndicatorActual] | None, Field(None, max_length=30)]
    charges_cents: Annotated[Cents | None, Field(None, description="Charges of the year.")]
    produits_cents: Annotated[Cents | None, Field(None, description="Produits of the year.")]


class YearlyReportAnswerCreate(BaseModel):
    funder_id: Annotated[UUID, Field(description="The funder in whose name you answer.")]
    comment: Annotated[str, Field(max_length=5000)] = ""


class ReportCompletionCreate(BaseModel):
    funder_id: Annotated[UUID, Field(description="The funder in whose name you answer.")]
    comment: Annotated[str, Field(min_length=3, max_length=5000, description="What is missing.")]


class YearlyReportAnswerRead(BaseModel):
    funder_id: UUID
    answer: YearlyReportAnswer
    submission: Annotated[int, Field(description="Number of the submission it answers.")]
    comment: str
    answered_at: AwareDatetime


class IndicatorResult(BaseModel):
    code: str
    label: str
    unit: str
    target: float | None
    actual: float | None
    comment: str


class YearlyReportRead(BaseModel):
    """A yearly report: what was aimed at beside what was done."""

    cpo_id: UUID
    year: int
    status: YearlyReportStatus
    summary: str
    objectives: list[ReachedObjective]
    indicators: list[IndicatorResult]
    planned_charges_cents: Total
    charges_cents: int | None
    produits_cents: int | None
    submissions: int
    submitted_at: AwareDatetime | None
    answers: list[YearlyReportAnswerRead]

    @computed_field(examples=["Déposé"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return REPORT_LABELS[self.status]


class TrancheChange(BaseModel):
    """A tranche changed, dropped, or added (without `tranche_id`; then year, funder, line and amount are all given)."""

    tranche_id: UUID | None = None
    year: Year | None = None
    funder_id: UUID | None = None
    funder_name: Annotated[str | None, Field(None, max_length=200, description="Of a funder that joins the agreement.")]
    budget_line: Code | None = None
    amount_cents: PositiveCents | None = None
    drop: bool = False

    @model_validator(mode="after")
    def _says_something(self) -> "TrancheChange":
        if self.tranche_id is None:
            if self.drop or None in (self.year, self.funder_id, self.budget_line, self.amount_cents):
                raise ValueError(
                    Text(
                        "Une tranche nouvelle porte une année, un financeur, une ligne et un montant.",
                        "A new tranche carries a year, a funder, a line and an amount.",
                    )
                )
        elif not self.drop and (self.year, self.funder_id, self.budget_line, self.amount_cents) == (None,) * 4:
            raise ValueError(Text("Dites ce qui change.", "Say what changes."))
        return self


class CpoAmendmentCreate(BaseModel):
    reason: Reason
    changes: Annotated[list[TrancheChange], Field(min_length=1, max_length=50)]


class TrancheChanged(BaseModel):
    """What the amendment makes of a tranche; what is null stays as it is."""

    tranche_id: UUID
    amount_before_cents: Annotated[int | None, Field(None, description="Null when the tranche is added.")]
    year: int | None = None
    funder_id: UUID | None = None
    funder_name: str | None = None
    budget_line: str | None = None
    amount_cents: int | None = None
    drop: bool = False


class CpoPartySignature(CpoSignature):
    organisation_id: UUID


class CpoAmendmentRead(BaseModel):
    """An avenant. Nothing changes before its last signature."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    cpo_id: UUID
    number: Annotated[int, Field(examples=[1])]
    kind: CpoAmendmentKind
    status: CpoAmendmentStatus
    reason: str
    changes: list[TrancheChanged]
    parties: Annotated[list[UUID], Field(description="Who has to sign.")]
    signatures: list[CpoPartySignature]
    total_before_cents: Total
    total_after_cents: Annotated[int | None, Field(description="Total once applied.")]
    proposed_at: AwareDatetime
    settled_at: Annotated[AwareDatetime | None, Field(description="When it was applied or abandoned.")]

    @computed_field(examples=["À signer"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return AMENDMENT_LABELS[self.status]
