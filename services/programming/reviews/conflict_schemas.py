"""What is sent and received about conflicts of interest."""

from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, model_validator

from services.common.language import Text

from .models import ConflictKind as ConflictKind

CONFLICT_LABELS = {
    ConflictKind.FAMILY: "Lien familial",
    ConflictKind.EMPLOYMENT: "Emploi, actuel ou récent",
    ConflictKind.BOARD_MEMBER: "Membre des instances",
    ConflictKind.OTHER: "Autre intérêt",
}


class ConflictCreate(BaseModel):
    """An interest in one dossier, or in an organisation and so in all its dossiers."""

    model_config = ConfigDict(extra="forbid")

    funder_id: Annotated[UUID, Field(description="For whom the person instructs.")]
    dossier_id: UUID | None = None
    organisation_id: UUID | None = None
    account_id: Annotated[UUID | None, Field(None, description="Whose interest; yours by default, somebody else's for a manager.")]
    kind: Annotated[ConflictKind, Field(examples=["board_member"])]
    details: Annotated[str, Field(max_length=2000, description="Read by the funder's managers and by who wrote it.")] = ""

    @model_validator(mode="after")
    def _one_thing(self) -> "ConflictCreate":
        if (self.dossier_id is None) == (self.organisation_id is None):
            said = Text("Désignez un dossier ou une organisation, et un seul.", "Name either a dossier or an organisation.")
            raise ValueError(said)
        return self


class ConflictWithdrawal(BaseModel):
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class ConflictRead(BaseModel):
    """A declaration of interest. `details` is for the funder's managers and for who wrote it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    funder_id: UUID
    account_id: UUID
    person_name: str
    dossier_id: UUID | None
    organisation_id: UUID | None
    about: Annotated[str, Field(description="Reference of the dossier, or name of the organisation.")]
    kind: ConflictKind
    details: str | None
    declared_by: UUID
    declared_at: AwareDatetime
    withdrawn_by: UUID | None
    withdrawn_at: AwareDatetime | None
    withdrawal_reason: str | None
    version: int
