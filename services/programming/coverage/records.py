"""What is sent and received about measures, counterparts, action leads and scenarios. Amounts in euro cents."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents, Label
from ..contracts.schemas import Code, QpvCode, Title

Year = Annotated[int, Field(ge=2000, le=2199, examples=[2027])]
Words = Annotated[str, Field(max_length=5000)]
Objectives = Annotated[list[Code], Field(max_length=100, description="Codes of the framework; empty: all of them.")]
Qpvs = Annotated[list[QpvCode], Field(max_length=200, description="Codes of the contract; empty: the whole territory.")]
Staff = Annotated[int, Field(ge=0, le=10**7, description="Full-time equivalents × 100.", examples=[150])]


class MeasureCreate(BaseModel):
    """A measure of droit commun: an amount, people, or both."""

    organisation_id: Annotated[UUID, Field(description="Whose means they are: yours, unless you are of the contract's team.")]
    label: Annotated[Title, Field(examples=["Permanences de la mission locale"])]
    description: Words = ""
    objective_codes: Objectives = []
    qpv_codes: Qpvs = []
    year: Year
    amount_cents: Cents | None = None
    staff_hundredths: Staff | None = None


class MeasureUpdate(BaseModel):
    """Merge patch: only what is sent changes; null clears an amount."""

    label: Title | None = None
    description: Words | None = None
    objective_codes: Objectives | None = None
    qpv_codes: Qpvs | None = None
    year: Year | None = None
    amount_cents: Cents | None = None
    staff_hundredths: Staff | None = None


class MeasureRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contract_id: UUID
    organisation_id: UUID
    label: str
    description: str
    objective_codes: list[str]
    qpv_codes: list[str]
    year: int
    amount_cents: int | None
    staff_hundredths: int | None
    created_at: AwareDatetime


class CounterpartAction(BaseModel):
    """What the landlord does in return."""

    label: Annotated[Title, Field(examples=["Gardiennage renforcé"])]
    amount_cents: Cents


class CounterpartCreate(BaseModel):
    """A landlord's counterpart, in one QPV and one year, to its abatement of the TFPB: followed, not a subsidy."""

    organisation_id: Annotated[UUID, Field(description="Who declares it: yours, unless you are of the contract's team.")]
    landlord: Annotated[Label, Field(examples=["Bailleur imaginaire"])]
    qpv_code: QpvCode
    year: Year
    abatement_cents: Cents
    actions: Annotated[list[CounterpartAction], Field(max_length=100)] = []


class CounterpartUpdate(BaseModel):
    abatement_cents: Cents | None = None
    actions: Annotated[list[CounterpartAction] | None, Field(max_length=100)] = None


class CounterpartRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    contract_id: UUID
    organisation_id: UUID
    landlord: str
    qpv_code: str
    year: int
    abatement_cents: int
    actions: list[CounterpartAction]
    created_at: AwareDatetime

    @computed_field(description="What is given back so far, below or above the abatement.")  # type: ignore[prop-decorator]
    @property
    def actions_cents(self) -> int:
        return sum(action.amount_cents for action in self.actions)


class YearQuery(BaseModel):
    limit: Limit = 20
    cursor: Cursor = None
    year: Year | None = None


class Qualification(Enum):
    """What covers an action lead."""

    PROGRAMME = "programme"
    DROIT_COMMUN = "droit_commun"
    PARTLY = "partly"
    NOT_COVERED = "not_covered"


QUALIFICATION_LABELS = {
    Qualification.PROGRAMME: "Couverte par la programmation",
    Qualification.DROIT_COMMUN: "Couverte par le droit commun",
    Qualification.PARTLY: "Couverte en partie",
    Qualification.NOT_COVERED: "Non couverte",
}


class LeadCreate(BaseModel):
    """A piste d'action of the contract."""

    objective_code: Code
    title: Annotated[Title, Field(examples=["Ouvrir la bibliothèque le dimanche"])]
    description: Words = ""
    qpv_codes: Qpvs = []
    partial: Annotated[bool, Field(description="What covers it covers only a part, says the team.")] = False


class LeadUpdate(BaseModel):
    objective_code: Code | None = None
    title: Title | None = None
    description: Words | None = None
    qpv_codes: Qpvs | None = None
    partial: bool | None = None


class LinksWrite(BaseModel):
    """Everything that answers the lead: what is not sent is unlinked."""

    dossier_ids: Annotated[list[UUID], Field(max_length=200)] = []
    measure_ids: Annotated[list[UUID], Field(max_length=200)] = []


class LeadQuery(BaseModel):
    limit: Limit = 20
    cursor: Cursor = None
    objective: Annotated[list[str] | None, Field(max_length=50)] = None
    qpv: Annotated[list[str] | None, Field(max_length=50)] = None
    qualification: list[Qualification] | None = None


class LeadRead(BaseModel):
    """An action lead and what covers it, as it stands now. The public and holders see the grants of decided campaigns only."""

    id: UUID
    contract_id: UUID
    objective_code: str
    title: str
    description: str
    qpv_codes: list[str]
    partial: bool
    qualification: Qualification
    dossiers: Annotated[int, Field(description="Linked dossiers with something granted that the reader may know of.")]
    granted_cents: Annotated[int, Field(description="What they are granted.")]
    measures: Annotated[int, Field(description="Linked measures of droit commun.")]
    created_at: AwareDatetime

    @computed_field(examples=["Couverte en partie"])  # type: ignore[prop-decorator]
    @property
    def qualification_label(self) -> str:
        return QUALIFICATION_LABELS[self.qualification]


class LinkedDossier(BaseModel):
    id: UUID
    campaign_id: UUID
    reference: str
    title: str
    holder_name: str
    objective_codes: list[str]
    qpv_codes: list[str]
    asked_cents: int
    granted_cents: int


class LeadLinks(BaseModel):
    dossiers: list[LinkedDossier]
    measures: list[MeasureRead]


class Candidates(LeadLinks):
    """What may answer the lead: same objective, a QPV in common, not linked yet."""


class ImaginedAmount(BaseModel):
    request_id: UUID
    amount_cents: Annotated[Cents, Field(description="Up to what is asked; zero grants nothing.")]


class ScenarioCreate(BaseModel):
    """What if these amounts were granted. Other requests stay as they are. It touches nothing."""

    organisation_id: Annotated[UUID, Field(description="The contract's lead, or the funder: an organisation of yours.")]
    title: Annotated[Label, Field(examples=["Si la CAF donnait 10 000 € de plus"])]
    shared: Annotated[bool, Field(description="Let the team and every funder of the campaign read it.")] = False
    amounts: Annotated[list[ImaginedAmount], Field(min_length=1, max_length=2000)]


class ScenarioSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    campaign_id: UUID
    organisation_id: UUID
    title: str
    shared: bool
    created_at: AwareDatetime


class ScenarioRead(ScenarioSummary):
    amounts: list[ImaginedAmount]


class ScenarioListing(BaseModel):
    limit: Limit = 20
    cursor: Cursor = None


class ComparisonQuery(BaseModel):
    left: Annotated[UUID | None, Field(description="A scenario; without it, what is granted now.")] = None
    right: Annotated[UUID | None, Field(description="A scenario; without it, what is granted now.")] = None


class Difference(BaseModel):
    """What each side grants; `difference_cents` is right less left."""

    code: Annotated[str | None, Field(description="Funder's id, QPV's or objective's code; null: no QPV.")]
    label: str
    left_cents: int
    right_cents: int

    @computed_field  # type: ignore[prop-decorator]
    @property
    def difference_cents(self) -> int:
        return self.right_cents - self.left_cents


class PlaceRead(BaseModel):
    objective_code: str
    qpv_code: str


class Comparison(BaseModel):
    """Two scenarios side by side."""

    left: str
    right: str
    total: Difference
    by_funder: list[Difference]
    by_qpv: list[Difference]
    by_objective: list[Difference]
    newly_covered: Annotated[list[PlaceRead], Field(description="Covered on the right, not on the left.")]
    newly_uncovered: list[PlaceRead]


class SharingRule(Enum):
    """How a computed scenario shares the money out."""

    UNIFORM_CUT = "uniform_cut"
    BY_SCORE = "by_score"


class SharingBasis(Enum):
    ASKED = "asked"
    PROPOSED = "proposed"


class ScenarioComputation(BaseModel):
    """What if this funder gave so much, shared out by a rule over every request addressed to it."""

    organisation_id: Annotated[UUID, Field(description="The contract's lead, or the funder: an organisation of yours.")]
    title: Annotated[Label, Field(examples=["Si l'État coupait 10 % partout"])]
    shared: Annotated[bool, Field(description="Let the team and every funder of the campaign read it.")] = False
    funder_id: Annotated[UUID, Field(description="Whose money.")]
    rule: Annotated[
        SharingRule,
        Field(
            description="`uniform_cut`: the same share off each request, to reach `percent` or `total_cents`; `by_score`: the best "
            "scored first, in full, until `total_cents` or each line's envelope ends."
        ),
    ]
    basis: Annotated[SharingBasis, Field(description="What each request would get at most.")] = SharingBasis.PROPOSED
    percent: Annotated[float | None, Field(None, ge=0, le=100, description="Taken off each request.")]
    total_cents: Annotated[Cents | None, Field(None, description="What the funder gives in all; by default its envelopes.")]
