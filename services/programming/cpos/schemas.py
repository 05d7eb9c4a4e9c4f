"""What is sent and received about CPOs: the agreement, its life, its money."""

from datetime import date
from enum import Enum
from typing import Annotated, Any
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents, Nature
from ..contracts.schemas import Code, QpvCode
from ..dossiers.schemas import (
    ChargeLine,
    Contact,
    ContactUpdate,
    Content,
    DossierStatus,
    PositiveCents,
    ProduitLine,
    Prose,
    Sentence,
    SubmissionCreate,
    Total,
    VoluntaryLine,
)
from .models import CpoStatus as CpoStatus

Reason = Annotated[str, Field(min_length=3, max_length=2000, examples=["Le local est en travaux jusqu'en septembre."])]
Year = Annotated[int, Field(ge=2000, le=2199, examples=[2027])]

STATUS_LABELS = {
    CpoStatus.DRAFT: "En préparation",
    CpoStatus.APPROVED: "Approuvée",
    CpoStatus.SIGNED: "Signée",
    CpoStatus.IN_FORCE: "En vigueur",
    CpoStatus.ENDED: "Échue",
    CpoStatus.SUSPENDED: "Suspendue",
    CpoStatus.TERMINATED: "Résiliée",
}


class TrancheStatus(Enum):
    """A tranche's life, its money included."""

    FORECAST = "forecast"
    CONFIRMED = "confirmed"
    COMMITTED = "committed"
    PAID = "paid"
    JUSTIFIED = "justified"
    DROPPED = "dropped"


TRANCHE_LABELS = {
    TrancheStatus.FORECAST: "Prévisionnelle",
    TrancheStatus.CONFIRMED: "Confirmée",
    TrancheStatus.COMMITTED: "Engagée",
    TrancheStatus.PAID: "Payée",
    TrancheStatus.JUSTIFIED: "Justifiée",
    TrancheStatus.DROPPED: "Abandonnée",
}


class CpoObjective(BaseModel):
    label: Annotated[Sentence, Field(examples=["Accueillir quarante adultes chaque année"])]
    objective_code: Annotated[Code | None, Field(None, description="Objective of the contract it serves.")]


class CpoTarget(BaseModel):
    year: Year
    value: Annotated[float, Field(examples=[40])]


class CpoIndicator(BaseModel):
    code: Annotated[Code, Field(examples=["adultes"])]
    label: Annotated[Sentence, Field(examples=["Adultes accueillis"])]
    unit: Annotated[str, Field(max_length=60)] = ""
    targets: Annotated[list[CpoTarget], Field(max_length=5, description="What is aimed at, by year.")] = []


class CpoFunderWrite(BaseModel):
    funder_id: UUID
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Caisse d'allocations familiales de l'Aude"])]


class TrancheWrite(BaseModel):
    """What a funder brings for a year. The first year is firm, whatever is said."""

    funder_id: UUID
    year: Year
    budget_line: Annotated[Code, Field(examples=["p147-actions"])]
    amount_cents: PositiveCents
    firm: Annotated[bool, Field(description="Promised without condition; a forecast otherwise.")] = False


class SplitWrite(BaseModel):
    """A funder's total over the years, shared out to the cent."""

    funder_id: UUID
    budget_line: Annotated[Code, Field(examples=["p147-actions"])]
    total_cents: PositiveCents
    weights: Annotated[
        list[Annotated[int, Field(ge=0, le=10_000)]],
        Field(max_length=5, description="One weight a year, in order; equal shares by default."),
    ] = []


class CpoYearBudget(BaseModel):
    """Budget of one year without the funders' tranches, which are added to account 74. A year not given takes the first's."""

    year: Year
    charges: Annotated[list[ChargeLine], Field(max_length=100)] = []
    produits: Annotated[list[ProduitLine], Field(max_length=100, description="Without the tranches.")] = []
    voluntary_uses: Annotated[list[VoluntaryLine], Field(max_length=30)] = []
    voluntary_resources: Annotated[list[VoluntaryLine], Field(max_length=30)] = []


class CpoCreate(BaseModel):
    """Drawn up from nothing, or from candidate dossiers: the last one then gives what is not said here."""

    contract_id: UUID
    holder_id: Annotated[UUID | None, Field(None, description="The holder; that of the dossiers by default.")]
    dossier_ids: Annotated[list[UUID], Field(max_length=10, description="Candidate dossiers, of one holder.")] = []
    title: Annotated[str | None, Field(None, max_length=300, examples=["Ateliers sociolinguistiques 2027-2029"])]
    nature: Nature | None = None
    description: Prose = ""
    objectives: Annotated[list[CpoObjective], Field(max_length=30)] = []
    indicators: Annotated[list[CpoIndicator], Field(max_length=30)] = []
    objective_codes: Annotated[list[Code] | None, Field(None, max_length=50)]
    transversal_codes: Annotated[list[Code] | None, Field(None, max_length=20)]
    qpv_codes: Annotated[list[QpvCode] | None, Field(None, max_length=50)]
    starts_on: Annotated[date, Field(examples=["2027-01-01"])]
    years: Annotated[int, Field(ge=2, le=5, description="Three or four as a rule.", examples=[3])] = 3
    funders: Annotated[list[CpoFunderWrite], Field(min_length=1, max_length=20)]
    tranches: Annotated[list[TrancheWrite], Field(max_length=100)] = []
    splits: Annotated[list[SplitWrite], Field(max_length=20)] = []
    total_cents: Annotated[int | None, Field(None, ge=1, description="When given, the tranches must add up to it.")]
    budgets: Annotated[list[CpoYearBudget], Field(max_length=5)] = []
    content: Content | None = None
    contact: ContactUpdate | None = None


class CpoUpdate(BaseModel):
    """Merge patch of a draft. Once tranches, splits, years or funders are sent, the whole money is drawn up again from them."""

    model_config = ConfigDict(extra="forbid")

    title: Annotated[str | None, Field(None, min_length=1, max_length=300)]
    nature: Nature | None = None
    description: Prose | None = None
    objectives: Annotated[list[CpoObjective] | None, Field(None, max_length=30)]
    indicators: Annotated[list[CpoIndicator] | None, Field(None, max_length=30)]
    objective_codes: Annotated[list[Code] | None, Field(None, max_length=50)]
    transversal_codes: Annotated[list[Code] | None, Field(None, max_length=20)]
    qpv_codes: Annotated[list[QpvCode] | None, Field(None, max_length=50)]
    starts_on: date | None = None
    years: Annotated[int | None, Field(None, ge=2, le=5)]
    funders: Annotated[list[CpoFunderWrite] | None, Field(None, min_length=1, max_length=20)]
    tranches: Annotated[list[TrancheWrite] | None, Field(None, max_length=100)]
    splits: Annotated[list[SplitWrite] | None, Field(None, max_length=20)]
    total_cents: Annotated[int | None, Field(None, ge=1)]
    budgets: Annotated[list[CpoYearBudget] | None, Field(None, max_length=5)]
    content: Content | None = None
    contact: ContactUpdate | None = None


class CpoApprovalCreate(BaseModel):
    funder_id: Annotated[UUID, Field(description="The funder in whose name you approve its part.")]


class CpoSignatureCreate(BaseModel):
    """A party signs."""

    organisation_id: Annotated[UUID, Field(description="The holder or a funder, of which you are a signatory.")]
    signatory_name: Annotated[Sentence, Field(min_length=1, examples=["Camille Exemple"])]
    signatory_function: Annotated[Sentence, Field(min_length=1, examples=["Présidente"])]


class CpoReason(BaseModel):
    reason: Reason


class TrancheConfirmationCreate(BaseModel):
    amount_cents: Annotated[PositiveCents | None, Field(None, description="What is confirmed; the forecast by default.")]
    reason: Annotated[str | None, Field(None, max_length=2000, description="Why it differs from the forecast.")]


class CpoListing(BaseModel):
    """Filters of a listing: together they narrow."""

    limit: Limit = 20
    cursor: Cursor = None
    contract_id: UUID | None = None
    holder_id: UUID | None = None
    funder_id: UUID | None = None
    year: Annotated[int | None, Field(ge=2000, le=2199, description="A year it covers.")] = None
    status: list[CpoStatus] | None = None
    renewal_due: Annotated[bool | None, Field(description="Its renewal is to be prepared, and nobody has drawn it up.")] = None


class CpoSignature(BaseModel):
    signatory_name: str
    signatory_function: str
    signed_by: UUID
    signed_at: AwareDatetime


class CpoFunderRead(BaseModel):
    funder_id: UUID
    name: str
    approved_at: AwareDatetime | None
    signature: CpoSignature | None
    withdrawn_at: AwareDatetime | None


class TrancheRead(BaseModel):
    id: UUID
    year: int
    funder_id: UUID
    budget_line: str
    firm: bool
    status: TrancheStatus
    amount_cents: Cents
    forecast_cents: Annotated[Cents, Field(description="What was forecast, before a confirmation said otherwise.")]
    confirmed_at: AwareDatetime | None
    request_id: Annotated[UUID | None, Field(description="The request that carries it in its year's dossier.")]

    @computed_field(examples=["Confirmée"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return TRANCHE_LABELS[self.status]


class CpoYearRead(BaseModel):
    """One year: its days, its tranches and what is missing of what was signed."""

    year: int
    starts_on: date
    ends_on: date
    planned_cents: Annotated[Total, Field(description="Tranches as they were signed.")]
    tranches_cents: Annotated[Total, Field(description="Tranches that live today.")]
    gap_cents: Annotated[Total, Field(description="What a funder that left, or a lower confirmation, leaves uncovered.")]
    charges_cents: Annotated[Total, Field(description="Charges of the year's budget.")]
    budget: Annotated[CpoYearBudget, Field(description="Without the tranches.")]
    campaign_id: UUID | None
    dossier_id: Annotated[UUID | None, Field(description="The light dossier of the year, once it is made.")]


class CpoSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contract_id: UUID
    holder_id: UUID
    successor_id: Annotated[UUID | None, Field(description="Who took over from a holder that was dissolved or merged.")]
    holder_name: str
    reference: Annotated[str, Field(examples=["CPO-CN01102I-2027-01"])]
    status: CpoStatus
    title: str
    starts_on: date
    ends_on: date
    years: int
    total_cents: Annotated[Total, Field(description="What its living tranches add up to.")]
    renews_id: UUID | None
    renewal_noted_at: Annotated[AwareDatetime | None, Field(description="Since when its renewal is to be prepared.")]

    @computed_field(examples=["En vigueur"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


class CpoRead(CpoSummary):
    lead_organisation_id: UUID
    holder: dict[str, Any]
    nature: Nature
    description: str
    objectives: list[CpoObjective]
    indicators: list[CpoIndicator]
    objective_codes: list[str]
    transversal_codes: list[str]
    qpv_codes: list[str]
    content: Content
    contact: Contact
    action_id: Annotated[UUID, Field(description="The same in each year's dossier.")]
    source_dossier_ids: list[UUID]
    signed_cents: Annotated[int | None, Field(description="Total as it was signed.")]
    reason: Annotated[str | None, Field(description="Why it is suspended or terminated.")]
    holder_signature: CpoSignature | None
    approved_at: AwareDatetime | None
    signed_at: AwareDatetime | None
    funders: list[CpoFunderRead]
    year_list: Annotated[list[CpoYearRead], Field(description="Year by year.")]
    tranches: list[TrancheRead]


class TrancheDossierCreate(SubmissionCreate):
    """The sworn statement, for the campaign of that year."""

    campaign_id: UUID


class TrancheDossierRead(BaseModel):
    """The light dossier, submitted and decided: each funder notifies as usual."""

    dossier_id: UUID
    reference: Annotated[str, Field(examples=["2027-CARC-0042"])]
    campaign_id: UUID
    status: DossierStatus
    granted_cents: Total
    submitted_at: AwareDatetime
