"""What callers send and receive about personal data."""

from typing import Any

from pydantic import BaseModel, ConfigDict, EmailStr, Field

from services.common.retention import Unit as Unit

from ..agenda.schemas import LocalInstant
from .models import RequestKind as RequestKind


class RetentionRule(BaseModel):
    """How long something is kept, and what becomes of it."""

    code: str = Field(examples=["needs"])
    label: str = Field(examples=["Besoins alimentaires et d'accessibilité"])
    kept_for: int = Field(examples=[7])
    unit: Unit
    counted_from: str = Field(examples=["la fin de l'évènement"])
    then: str = Field(description="What becomes of it.", examples=["effacés"])
    erased_before: LocalInstant = Field(description="Today: events that were over before this instant are concerned.")


class Retention(BaseModel):
    """What is kept about people, and how long."""

    items: list[RetentionRule]
    next: None = None
    kept: str = Field(description="What stays, which names nobody.")


class ErasureRead(BaseModel):
    """A line of the register of erasures."""

    number: int = Field(examples=[42])
    at: LocalInstant
    rule: str = Field(examples=["needs"])
    label: str
    before: LocalInstant | None = Field(description="Events over before this instant were concerned; null for a person's request.")
    count: int = Field(description="Records erased; zero proves that the night's work was done.")
    previous: str = Field(description="Digest of the line before.")
    digest: str = Field(description="HMAC-SHA-256 of this line with the digest of the one before.")


class ErasureVerification(BaseModel):
    """Whether the register is whole: no line removed, added or changed since it was written."""

    whole: bool
    lines: int
    first_broken: int | None = Field(description="Number of the first line that does not follow from the one before.")
    last_digest: str = Field(description="To be kept elsewhere: a register cut at its end no longer holds it.")


class PersonalDataRequestCreate(BaseModel):
    """What somebody asks about the data held under their address."""

    model_config = ConfigDict(extra="forbid")

    email: EmailStr = Field(examples=["camille@asso.example.org"])
    kind: RequestKind


class RequestReceived(BaseModel):
    """The same whatever is held, and whether anything is."""

    message: str = Field(examples=["Un lien a été envoyé à cette adresse, si elle peut recevoir des courriels."])


class DataRequestRead(BaseModel):
    """A request, as who holds its link sees it."""

    kind: RequestKind
    asked_at: LocalInstant
    expires_at: LocalInstant


class PersonalDataExport(BaseModel):
    """All that the service holds of somebody, room by room."""

    made_at: LocalInstant
    email: str
    rooms: dict[str, list[dict[str, Any]]] = Field(description="By room; an empty list where nothing is held.")


class KeptForNow(BaseModel):
    """What is not erased yet, and why."""

    reference: str = Field(examples=["CRDSU-2027-0042"])
    why: str


class RequestAnswer(BaseModel):
    """What became of the request."""

    kind: RequestKind
    export: PersonalDataExport | None = Field(description="For an export.")
    erased_count: int | None = Field(description="For an erasure: records in which nobody is named any more.")
    kept: list[KeptForNow] = Field(description="For an erasure: what is still needed.")
