"""The matrix objective × QPV and what is shown beside it. Amounts in euro cents."""

from enum import Enum
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import CampaignStatus
from ..dossiers.schemas import STATUS_LABELS, DossierStatus

#: Column of what names no QPV (poches de pauvreté), and how it is written in an address.
OUTSIDE_QPV = "hors-qpv"


class Stage(Enum):
    """What makes a cell covered: something asked, proposed or granted in it."""

    ASKED = "asked"
    PROPOSED = "proposed"
    GRANTED = "granted"


STAGE_LABELS = {Stage.ASKED: "Demandé", Stage.PROPOSED: "Proposé", Stage.GRANTED: "Voté"}


class Format(Enum):
    JSON = "json"
    CSV = "csv"
    XLSX = "xlsx"
    SVG = "svg"
    PDF = "pdf"


class CoverageQuery(BaseModel):
    """How the matrix is asked for."""

    stage: Annotated[Stage, Field(description="What makes a cell covered.")] = Stage.GRANTED
    format: Annotated[
        Literal["json", "csv", "xlsx", "svg", "pdf"] | None, Field(description="Goes before `Accept`; svg and pdf are heat maps.")
    ] = None


class CampaignCoverageQuery(CoverageQuery):
    scenario_id: Annotated[UUID | None, Field(description="A scenario's amounts stand for what is granted.")] = None


class CellQuery(BaseModel):
    limit: Limit = 20
    cursor: Cursor = None


class CampaignCellQuery(CellQuery):
    scenario_id: UUID | None = None


class Figures(BaseModel):
    """A cell or a total at one stage. `publics` adds up what dossiers announce: people are not deduplicated."""

    actions: Annotated[int, Field(description="Dossiers with something at this stage; a dossier counts once in each total.")] = 0
    holders: Annotated[int, Field(description="Distinct holders of these dossiers.")] = 0
    publics: Annotated[int, Field(description="People announced, not deduplicated.")] = 0
    amount_cents: int = 0


class FunderCoverage(BaseModel):
    funder_id: UUID
    asked_cents: int | None
    proposed_cents: int | None
    granted_cents: int


class Totals(BaseModel):
    """The three stages; asked and proposed are null for who may only read what is granted."""

    asked: Figures | None
    proposed: Figures | None
    granted: Figures
    funders: list[FunderCoverage]


class Cell(Totals):
    objective_code: str
    qpv_code: Annotated[str | None, Field(description="Null: dossiers that name no QPV.")]
    covered: bool


class ObjectiveTotals(Totals):
    objective_code: str


class QpvTotals(Totals):
    qpv_code: str | None


class Place(BaseModel):
    """A cell by its codes."""

    objective_code: str
    qpv_code: str


class CoveredObjective(BaseModel):
    code: str
    title: str
    in_force: Annotated[bool, Field(description="In the framework dossiers refer to now; others were used before.")]


class CoveredQpv(BaseModel):
    code: str
    name: str
    population: int | None
    in_force: Annotated[bool, Field(description="Dossiers may name it now; other codes were used before.")]
    succeeded_by: Annotated[str | None, Field(description="The code that took over from this one, where the contract says so.")]


class CoveredCampaign(BaseModel):
    id: UUID
    title: str
    year: int
    status: CampaignStatus


class CoveringFunder(BaseModel):
    id: UUID
    name: str
    short_name: str


class DroitCommunCell(BaseModel):
    """Measures of one cell; a measure's amount is shared over its couples, to the cent."""

    objective_code: str | None
    qpv_code: str | None
    measures: int
    amount_cents: int
    staff_hundredths: Annotated[int, Field(description="Full-time equivalents × 100.")]


class DroitCommunLayer(BaseModel):
    """What partners do with their ordinary means. Never added to subsidies."""

    cells: list[DroitCommunCell]
    measures: int
    amount_cents: int
    staff_hundredths: int


class TfpbQpv(BaseModel):
    qpv_code: str
    landlords: int
    abatement_cents: int
    actions_cents: int


class TfpbLayer(BaseModel):
    """Landlords' counterparts to their tax abatement. Followed, never added to subsidies."""

    qpvs: list[TfpbQpv]
    abatement_cents: int
    actions_cents: int


class OutsideQpv(BaseModel):
    """What the budget lines that count grant to dossiers without QPV, against the cap; for the team and the funders."""

    cap_bp: Annotated[int, Field(description="The cap, in basis points of the envelopes (legal parameter).")]
    envelope_cents: int
    cap_cents: int
    proposed_cents: int
    used_cents: Annotated[int, Field(description="Granted, or what the scenario grants.")]
    left_cents: Annotated[int, Field(description="Below zero when the cap is passed.")]
    breached: bool


class TakingPart(BaseModel):
    name: str
    organisation_id: UUID | None
    takes_part: Annotated[bool, Field(description="A funder of one of these campaigns at least.")]


class Signatories(BaseModel):
    """Which signatories of the contract fund its campaigns."""

    signed: int
    taking_part: int
    signatories: list[TakingPart]


class ScenarioShown(BaseModel):
    id: UUID
    title: str


class MatrixRead(BaseModel):
    """What the programme covers. Sums of cells equal the sums of the dossiers to the cent, for every stage and funder."""

    scope: Literal["contract", "campaign"]
    id: UUID
    title: str
    stage: Stage
    computed_at: AwareDatetime
    live: Annotated[bool, Field(description="True when everything is shown; else only what decided campaigns granted.")]
    scenario: ScenarioShown | None
    campaigns: list[CoveredCampaign]
    objectives: list[CoveredObjective]
    qpvs: list[CoveredQpv]
    funders: list[CoveringFunder]
    cells: Annotated[list[Cell], Field(description="Every objective × QPV, then the column without QPV, empty ones included.")]
    by_objective: list[ObjectiveTotals]
    by_qpv: list[QpvTotals]
    total: Totals
    uncovered: Annotated[
        list[Place], Field(description="Cells in force with nothing at `stage`; the column without QPV is not due.")
    ]
    droit_commun: DroitCommunLayer
    tfpb: TfpbLayer
    outside_qpv: OutsideQpv | None
    kept_from: Annotated[
        int, Field(description="Dossiers you declared an interest in: what is proposed for them counts in no figure you read.")
    ] = 0
    signatories: Signatories
    rules: Annotated[list[str], Field(description="How to read the figures, in French.")]


class CellDossier(BaseModel):
    """A dossier of a cell, with its share of the money there."""

    id: UUID
    campaign_id: UUID
    reference: str
    title: str
    status: DossierStatus
    holder_name: str
    publics: int
    couples: Annotated[int, Field(description="Cells over which its money is shared.")]
    asked_cents: int
    proposed_cents: int | None
    granted_cents: int | None

    @computed_field(examples=["En instruction"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]
