"""What callers send and receive about sheets made of closed dossiers, and what programming tells of these."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field

from services.common.texts import Name


class FollowedContractWrite(BaseModel):
    """A contract the centre follows."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Contrat de ville de Carcassonne Agglo"])


class FollowedContractRead(BaseModel):
    """A contract whose closed dossiers become drafts of the centre."""

    contract_id: UUID
    centre_id: UUID
    name: str = Field(examples=["Contrat de ville de Carcassonne Agglo"])
    followed_at: datetime
    version: int = Field(examples=[1])


class ProposalStanding(Enum):
    """Nobody follows its contract yet; its draft is made; the centre gave the draft up."""

    WAITING = "waiting"
    MADE = "made"
    GIVEN_UP = "given_up"


class DraftFace(BaseModel):
    """The draft made of a dossier; read it at `/catalogue/v1/drafts/{id}`."""

    id: UUID
    reference: str = Field(examples=["VTLR-2026-0042"])
    title: str
    state: str = Field(examples=["draft"])


class ExperienceProposal(BaseModel):
    """A closed dossier, and the draft made of it."""

    dossier_id: UUID
    dossier_reference: str = Field(examples=["2027-CARC-0042"])
    title: str
    holder_name: str = Field(examples=["Régie de quartier d'Exemple"])
    contract_id: UUID
    contract_name: str
    closed_at: datetime
    state: ProposalStanding
    centre_id: UUID | None = Field(description="The centre that follows its contract.")
    draft: DraftFace | None


class PublicReached(BaseModel):
    """A public of the action."""

    label: str = ""
    planned_count: int | None = None
    actual_count: int | None = None
    women: int | None = None
    men: int | None = None
    qpv_residents: int | None = None


class Indicator(BaseModel):
    """An indicator, planned and reached."""

    label: str = ""
    planned: str = ""
    actual: str = ""


class ClosedDossier(BaseModel):
    """`data` of programming's `dossier.closed`; what is not named here is not kept."""

    reference: str
    title: str
    holder_name: str
    holder_id: UUID | None = None
    contract_id: UUID
    contract_code: str = ""
    contract_name: str = ""
    objective_codes: list[str] = []
    transversal_codes: list[str] = []
    theme_codes: list[str] = []
    context: str | None = ""
    actions: str | None = ""
    participation: str | None = ""
    results: str | None = ""
    difficulties: str | None = ""
    partners: str | None = ""
    next_steps: str | None = ""
    publics: list[PublicReached] = []
    indicators: list[Indicator] = []
    starts_on: date | None = None
    ends_on: date | None = None
    qpv_codes: list[str] = []
    territory: str | None = ""

    def kept(self) -> dict[str, Any]:
        return self.model_dump(mode="json")
