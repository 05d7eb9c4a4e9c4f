"""What is sent and received about campaigns."""

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.clock import in_paris
from services.common.language import Text

from ..contracts.schemas import Code
from .models import CampaignStatus as CampaignStatus
from .models import Nature as Nature

Cents = Annotated[int, Field(ge=0, le=10**13, description="Euro cents.", examples=[1250000])]


def _within_reach(instant: datetime) -> datetime:
    if not 2000 <= instant.year < 2200:
        raise ValueError(Text("L'année doit être comprise entre 2000 et 2199.", "The year must be between 2000 and 2199."))
    return instant


#: An instant people plan at: the calendar's far ends cannot be brought to another time zone.
Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]
#: An instant people read: in the zone of the campaign.
LocalInstant = Annotated[AwareDatetime, AfterValidator(in_paris)]
Label = Annotated[str, Field(min_length=1, max_length=200)]

STATUS_LABELS = {
    CampaignStatus.DRAFT: "En préparation",
    CampaignStatus.OPEN: "Ouverte",
    CampaignStatus.CLOSED: "Close",
    CampaignStatus.UNDER_REVIEW: "En instruction",
    CampaignStatus.DECIDED: "Décidée",
    CampaignStatus.ARCHIVED: "Archivée",
}


class Criterion(BaseModel):
    """A weighted criterion of the instruction grid; scores go from 0 to 5."""

    code: Code
    label: Label
    weight: Annotated[int, Field(ge=1, le=100, description="Percent; weights add up to 100.")]


class RequiredAttachment(BaseModel):
    code: Annotated[Code, Field(examples=["statuts"])]
    label: Annotated[Label, Field(examples=["Statuts signés"])]


RequiredAttachments = Annotated[
    dict[str, list[RequiredAttachment]],
    Field(description="By kind of holder (`association`, `company`, …); `*` for every kind.", max_length=20),
]


class CampaignCreate(BaseModel):
    contract_id: UUID
    code: Annotated[str, Field(pattern=r"^[A-Z0-9]{2,12}$", description="Middle of every dossier's reference.", examples=["CARC"])]
    year: Annotated[int, Field(ge=2015, le=2100, examples=[2027])]
    title: Annotated[Label, Field(examples=["Appel à projets 2027 du contrat de ville"])]
    opens_at: Annotated[Instant, Field(examples=["2026-11-02T09:00:00+01:00"])]
    closes_at: Annotated[Instant, Field(examples=["2027-01-15T23:59:59+01:00"])]
    answer_within_months: Annotated[int, Field(ge=1, le=12, description="The promise: months between submission and answer.")] = 3
    silence_rejects_after_months: Annotated[
        int, Field(ge=1, le=12, description="The legal clock: months of silence that mean rejection (CRPA art. L231-4, D231-2).")
    ] = 2
    outside_qpv_allowed: Annotated[bool, Field(description="Whether an action may name no QPV (pockets of poverty).")] = False
    criteria: Annotated[list[Criterion], Field(max_length=20)] = []
    required_attachments: RequiredAttachments = {}
    sign_off_required: Annotated[
        bool, Field(description="A signatory of the holder signs each dossier off before it is submitted.")
    ] = False


class CampaignUpdate(BaseModel):
    """Merge patch of a draft campaign: only what is sent changes."""

    title: Label | None = None
    opens_at: Instant | None = None
    closes_at: Instant | None = None
    answer_within_months: Annotated[int | None, Field(None, ge=1, le=12)]
    silence_rejects_after_months: Annotated[int | None, Field(None, ge=1, le=12)]
    outside_qpv_allowed: bool | None = None
    criteria: Annotated[list[Criterion] | None, Field(None, max_length=20)]
    required_attachments: RequiredAttachments | None = None
    sign_off_required: bool | None = None


class CharterRule(BaseModel):
    """One line of the funders' charter: what this budget line of this funder may be asked for."""

    natures: Annotated[list[Nature], Field(min_length=1, description="What the line pays for.")]
    cap_cents: Annotated[int | None, Field(None, ge=1, description="Most that may be asked for one dossier, in cents.")]
    max_share_bp: Annotated[
        int | None,
        Field(None, ge=1, le=10_000, description="Largest share of the dossier's charges, in basis points (8000 = 80 %)."),
    ]
    excluded_objective_codes: list[Code] = []
    excluded_holder_kinds: list[str] = []
    qpv_required: Annotated[bool, Field(description="The action must serve at least one QPV.")] = False
    reason: Annotated[str, Field(max_length=1000, description="Why, in the funder's words; shown when an ask is refused.")] = ""


class BudgetLineCreate(CharterRule):
    code: Annotated[Code, Field(examples=["p147-actions"])]
    label: Annotated[Label, Field(examples=["Crédits spécifiques – actions"])]
    amount_cents: Cents
    counts_for_outside_qpv_cap: Annotated[
        bool,
        Field(
            default_factory=lambda sent: str(sent.get("code", "")).lower().startswith("p147"),
            description="What it grants to dossiers outside any QPV is capped; by default when its code starts with `p147`.",
        ),
    ]


class BudgetLineRead(BudgetLineCreate):
    """A budget line with its envelope: for the funder and the contract's team."""

    model_config = ConfigDict(from_attributes=True)

    granted_cents: Cents

    @computed_field(description="What is left of the envelope, in cents.")  # type: ignore[prop-decorator]
    @property
    def left_cents(self) -> int:
        return self.amount_cents - self.granted_cents


class FunderCreate(BaseModel):
    organisation_id: UUID
    name: Annotated[Label, Field(examples=["Caisse d'allocations familiales de l'Aude"])]
    short_name: Annotated[str, Field(min_length=1, max_length=60, examples=["CAF"])]
    letter_signatory: Annotated[Label, Field(description="Who signs its letters.", examples=["Camille Exemple"])]
    letter_signatory_function: Annotated[Label, Field(examples=["Directrice"])]
    budget_lines: Annotated[list[BudgetLineCreate], Field(min_length=1, max_length=30)]


class EnvelopeUpdate(BaseModel):
    """A funder raises or lowers an envelope; never below what is already granted."""

    amount_cents: Cents


class FunderRead(BaseModel):
    organisation_id: UUID
    name: str
    short_name: str
    letter_signatory: str
    letter_signatory_function: str
    budget_lines: list[BudgetLineRead]


class CharterLine(CharterRule):
    """A charter rule as everybody may read it (no envelope)."""

    funder_id: UUID
    funder: str
    budget_line: str
    label: str


class CampaignSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contract_id: UUID
    lead_organisation_id: UUID
    code: str
    year: int
    title: str
    status: CampaignStatus
    opens_at: LocalInstant
    closes_at: LocalInstant
    answer_within_months: int
    silence_rejects_after_months: int

    @computed_field(examples=["Ouverte"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


class AskedWhen(BaseModel):
    """When a question is asked: the holder's choice matches every list that is not empty. Funder and line: of the same request."""

    model_config = ConfigDict(extra="forbid")

    natures: Annotated[list[Nature], Field(max_length=3)] = []
    funder_ids: Annotated[list[UUID], Field(max_length=30)] = []
    budget_lines: Annotated[list[Code], Field(max_length=50)] = []


class CampaignRead(CampaignSummary):
    framework_number: int
    qpv_codes: list[str]
    objective_codes: list[str]
    transversal_codes: list[str]
    outside_qpv_allowed: bool
    criteria: list[Criterion]
    required_attachments: dict[str, list[RequiredAttachment]]
    form: Annotated[
        dict[str, Any] | None, Field(description="Extra questions, as JSON Schema 2020-12: labels in `title`, choices in `oneOf`.")
    ] = None
    asked_when: Annotated[
        dict[str, AskedWhen], Field(description="By question: under what choice it is asked; the others always are.")
    ] = {}
    form_number: Annotated[int, Field(description="Version of the form; 0 when nothing more is asked.")] = 0
    sign_off_required: Annotated[
        bool, Field(False, description="A signatory of the holder signs each dossier off before it is submitted.")
    ]


class Charter(BaseModel):
    """The funders' charter: who pays for what, machine-readable."""

    rules: list[CharterLine]


class AdviceLine(BaseModel):
    """Whether one budget line may be asked, and why not."""

    funder_id: UUID
    funder: str
    budget_line: str
    label: str
    eligible: bool
    refusals: list[str]


class Advice(BaseModel):
    """Whom to ask for such a dossier."""

    lines: list[AdviceLine]
