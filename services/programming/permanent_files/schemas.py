"""What is sent and received about permanent files."""

from datetime import date
from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from .models import ScanStatus as ScanStatus

SCAN_LABELS = {
    ScanStatus.WAITING_SCAN: "Analyse antivirus en cours",
    ScanStatus.READY: "Disponible",
    ScanStatus.REFUSED: "Refusé par l'antivirus",
}


class Validity(Enum):
    """How long a document of a kind is good."""

    UNTIL_REPLACED = "until_replaced"
    PER_EXERCISE = "per_exercise"
    UNTIL_A_DAY = "until_a_day"


class PermanentFileKind(BaseModel):
    """A kind of document and how long one is good."""

    code: Annotated[str, Field(examples=["comptes"])]
    label: Annotated[str, Field(examples=["Comptes annuels approuvés"])]
    validity: Validity
    validity_label: Annotated[str, Field(examples=["Un document par exercice"])]


class PermanentFileRead(BaseModel):
    """One version of a document kept for reuse."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    organisation_id: UUID
    kind: str
    kind_label: Annotated[str, Field(examples=["Statuts signés"])]
    exercise: Annotated[int | None, Field(description="Accounting year it closes, for kinds kept per year.", examples=[2025])]
    number: Annotated[int, Field(description="Version, from 1.")]
    current: Annotated[bool, Field(description="The latest version that was not removed: the one drafts are given.")]
    name: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str
    media_type: str
    expires_on: Annotated[date | None, Field(description="Last day it is good; null until it is replaced.")]
    expired: bool
    status: ScanStatus
    status_label: Annotated[str, Field(examples=["Disponible"])]
    status_reason: str | None
    added_at: AwareDatetime
    removed_at: AwareDatetime | None


class PermanentFileAdded(PermanentFileRead):
    """The version just kept."""

    renamed: Annotated[bool, Field(description="The name given held what a file name may not: `name` is what is kept of it.")]
