"""What is sent and received about other subsidies and de minimis aids."""

from datetime import date
from typing import Annotated, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.texts import Name

from ..campaigns.schemas import Cents
from ..dossiers.schemas import PositiveCents
from .models import SubsidyState as SubsidyState

STATE_LABELS = {
    SubsidyState.ASKED: "Demandée",
    SubsidyState.GRANTED: "Accordée",
    SubsidyState.REFUSED: "Refusée",
}
Year = Annotated[int, Field(ge=2000, le=2100, examples=[2027])]
Purpose = Annotated[str, Field(max_length=300, examples=["Fonctionnement de la structure"])]


class DeclaredSubsidyCreate(BaseModel):
    """A subsidy asked for or got outside the platform."""

    year: Year
    funder_name: Annotated[Name, Field(examples=["Fondation fictive"])]
    funder_id: Annotated[UUID | None, Field(None, description="When the funder is on the platform: its amounts then add up.")]
    purpose: Purpose = ""
    public_money: Annotated[bool, Field(description="False for a foundation, a company, a private person.")] = True
    asked_cents: PositiveCents
    granted_cents: Annotated[PositiveCents | None, Field(None, description="Once granted.")]
    state: SubsidyState = SubsidyState.ASKED


class DeclaredSubsidyUpdate(BaseModel):
    """Merge patch: only what is sent changes."""

    model_config = ConfigDict(extra="forbid")

    year: Year | None = None
    funder_name: Name | None = None
    funder_id: UUID | None = None
    purpose: Purpose | None = None
    public_money: bool | None = None
    asked_cents: PositiveCents | None = None
    granted_cents: PositiveCents | None = None
    state: SubsidyState | None = None


class DeclaredSubsidyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    year: int
    funder_name: str
    funder_id: UUID | None
    purpose: str
    public_money: bool
    asked_cents: Cents
    granted_cents: int | None
    state: SubsidyState
    declared_at: AwareDatetime
    updated_at: AwareDatetime

    @computed_field(examples=["Accordée"])  # type: ignore[prop-decorator]
    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]


class SubsidyLine(BaseModel):
    """One request, on the platform or declared, in the state its holder was told."""

    source: Annotated[Literal["platform", "declared"], Field(description="`declared`: on the holder's word.")]
    this_dossier: bool = False
    reference: str | None = None
    purpose: str
    funder_id: UUID | None
    funder_name: str
    public_money: bool = True
    asked_cents: int
    granted_cents: int | None
    state: SubsidyState

    @computed_field(examples=["Demandée"])  # type: ignore[prop-decorator]
    @property
    def state_label(self) -> str:
        return STATE_LABELS[self.state]


class SubsidyShare(BaseModel):
    """What one funder is asked by, and grants to, this holder for the year, whatever the dossiers."""

    funder_id: UUID | None
    funder_name: str
    asked_cents: int
    granted_cents: int


class ThresholdWarning(BaseModel):
    """A legal threshold that is passed, or would be if all that is asked were granted."""

    code: Annotated[str, Field(examples=["agreement_required"])]
    detail: str
    amount_cents: int
    threshold_cents: int
    if_granted: Annotated[bool, Field(description="True when only granting all that is asked would pass it.")]
    funder_id: UUID | None = None


class DeMinimisStanding(BaseModel):
    """Aids received under de minimis regulations over the rolling years up to today."""

    declared: Annotated[bool, Field(description="False when the holder declared none: it may have no economic activity.")]
    since: date
    until: date
    total_cents: int
    ceiling_cents: int
    left_cents: int


class OtherSubsidies(BaseModel):
    """All the money a holder asks for or got for a year, told to the funders of its dossiers."""

    organisation_id: UUID
    year: int
    items: list[SubsidyLine]
    by_funder: list[SubsidyShare]
    asked_cents: Annotated[int, Field(description="Of requests still waiting for their answer.")]
    granted_cents: int
    public_granted_cents: int
    warnings: list[ThresholdWarning]
    de_minimis: DeMinimisStanding


class DeMinimisAidCreate(BaseModel):
    """An aid received under a de minimis regulation."""

    funder_name: Annotated[Name, Field(examples=["Région fictive"])]
    regulation: Annotated[str, Field(min_length=3, max_length=100, examples=["(UE) 2023/2831"])]
    amount_cents: Annotated[PositiveCents, Field(description="Gross grant equivalent, in euro cents.")]
    granted_on: Annotated[date, Field(examples=["2026-05-04"])]


class DeMinimisAidRead(DeMinimisAidCreate):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    declared_at: AwareDatetime
