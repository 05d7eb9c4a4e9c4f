"""What callers receive of a dossier's submissions and of what changed between two."""

from datetime import date
from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, Field

from ..campaigns.schemas import Cents
from ..dossiers.schemas import Budget, Contact, Content, RequestWrite


class SubmissionSummary(BaseModel):
    """One submission of a dossier."""

    number: Annotated[int, Field(description="1 for the first; the next ones answer requests for changes.")]
    reference: Annotated[str, Field(examples=["2027-CARC-0042"])]
    submitted_at: AwareDatetime
    signatory_name: str
    signatory_function: str
    document: Annotated[str, Field(description="Address of its PDF.")]
    document_ready: bool


class SubmittedFile(BaseModel):
    """An attachment as it was sent."""

    id: UUID
    kind: str
    name: str
    size: Annotated[int, Field(description="Bytes.")]
    sha256: str


class SubmittedContent(BaseModel):
    """The dossier as it was sent."""

    title: str
    nature: str | None
    renewal: bool
    multi_year: bool
    holder: dict[str, Any]
    starts_on: date | None
    ends_on: date | None
    exercise_starts_on: date | None
    exercise_ends_on: date | None
    qpv_codes: list[str]
    objective_codes: list[str]
    transversal_codes: list[str]
    content: Content
    contact: Contact
    budget: Budget
    charges_cents: Cents
    asked_cents: Cents
    requests: list[RequestWrite]
    attachments: list[SubmittedFile] = []
    answers: Annotated[dict[str, Any], Field(description="Answers to the campaign's own form, when it has one.")] = {}


class SubmissionRead(SubmissionSummary):
    dossier: SubmittedContent


class DifferenceShape(Enum):
    """How a difference is told: two values, euro cents, places of a text, or a file."""

    VALUE = "value"
    MONEY = "money"
    TEXT = "text"
    FILE = "file"


class DossierTextPart(BaseModel):
    op: Literal["same", "removed", "added"]
    text: str


class DossierTextHunk(BaseModel):
    """A place of a text that changed, between some words that did not; positions count characters (Unicode code points)."""

    before_at: int
    after_at: int
    parts: list[DossierTextPart]


class DossierDifference(BaseModel):
    """One thing that changed. Money is in euro cents, files are told apart by their sha256."""

    pointer: Annotated[str, Field(description="JSON pointer into the newer one; into the older of what was removed.")]
    label: Annotated[str, Field(examples=["Besoin"])]
    change: Literal["added", "removed", "changed"]
    shape: DifferenceShape
    before: Any = None
    after: Any = None
    hunks: Annotated[list[DossierTextHunk], Field(description="`text`: in order.")] = []


class DossierComparison(BaseModel):
    """What changed between two states of a dossier, in the order of the form; empty when nothing did."""

    dossier_id: UUID
    since: Annotated[int, Field(description="Number of the older submission.")]
    until: Annotated[int | None, Field(description="Number of the newer one; null: the dossier as it stands, for its holder.")]
    charges_delta_cents: int
    asked_delta_cents: int
    differences: list[DossierDifference]


class RenewedDifference(DossierDifference):
    origin: Annotated[
        Literal["renewal", "holder"], Field(description="Whether it comes from the copy itself or was written since by the holder.")
    ]


class RenewalNote(BaseModel):
    """What was not simply copied, and why."""

    pointer: Annotated[str, Field(description="JSON pointer into the former dossier.")]
    code: Annotated[str, Field(examples=["objective_gone"])]
    detail: str
    before: Any = None
    after: Any = None


class ChangesSinceRenewal(BaseModel):
    """What this dossier changes of the one it renews, field by field, and what could not follow."""

    dossier_id: UUID
    renewed_id: UUID
    renewed_reference: str
    notes: list[RenewalNote]
    differences: list[RenewedDifference]
