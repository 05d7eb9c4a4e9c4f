"""What is sent and received about notifications."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from ..campaigns.schemas import Cents
from .models import BulkLineState


class AnswerKind(Enum):
    GRANTED = "granted"
    REFUSED = "refused"


class NotificationCreate(BaseModel):
    """A funder answers the holder."""

    funder_id: UUID
    holder_comment: Annotated[str, Field(max_length=5000, description="A word to the holder, in the letter.")] = ""


class NotificationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    request_id: UUID
    funder_id: UUID
    granted_cents: Annotated[Cents, Field(description="Zero when refused.")]
    motive: str
    conditions: str
    holder_comment: str
    notified_at: AwareDatetime
    letter_ready_at: AwareDatetime | None

    @computed_field(description="Address of the letter (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def letter(self) -> str | None:
        return f"/programming/v1/notifications/{self.id}/letter" if self.letter_ready_at else None


class BulkNotificationCreate(BaseModel):
    """A funder answers many holders at once: everything a closed session decided for it and that is not told yet."""

    funder_id: UUID
    committee_id: Annotated[UUID | None, Field(description="Only what this session decided.")] = None
    outcomes: Annotated[list[AnswerKind], Field(max_length=2, description="Only grants, or only refusals; both by default.")] = []
    dossier_ids: Annotated[list[UUID], Field(max_length=1000, description="Only these; one that cannot be told is reported.")] = []
    holder_comment: Annotated[str, Field(max_length=5000, description="A word to every holder, in each letter.")] = ""
    dry_run: Annotated[bool, Field(description="Say what would leave; nothing does.")] = False


class BulkNotificationLineRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    number: int
    request_id: UUID
    dossier_id: UUID
    reference: str
    state: BulkLineState
    problem: Annotated[str | None, Field(description="Last part of the problem's address.", examples=["already-notified"])]
    notification_id: UUID | None


class BulkNotificationRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    campaign_id: UUID
    funder_id: UUID
    asked_by: UUID
    asked_at: AwareDatetime
    total: int
    finished_at: Annotated[AwareDatetime | None, Field(description="When no line waits any more; letters and mails may still be.")]


class BulkNotificationProgress(BulkNotificationRead):
    waiting: int
    notified: int
    failed: int
    letters_ready: int
    mails_sent: Annotated[int, Field(description="Taken by the mail server.")]
    mails_failed: Annotated[int, Field(description="Given up after ten attempts: write by post.")]


class BulkNotificationReport(BaseModel):
    """What would leave, or was asked to."""

    id: Annotated[UUID | None, Field(description="None for a dry run.")]
    dry_run: bool
    ready: int
    problems: int
    granted_cents: Annotated[int, Field(description="What the letters that leave announce, together.")]
    lines: list[BulkNotificationLineRead]


class CorrectionCreate(BaseModel):
    """The answer as it should have been."""

    granted_cents: Annotated[Cents, Field(description="The grant set right, in whole euros; zero only where it was refused.")]
    motive: Annotated[str, Field(max_length=2000)] = ""
    conditions: Annotated[str, Field(max_length=2000)] = ""
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S", description="Why; the corrective letter says it.")]
    replaces: Annotated[
        int, Field(ge=0, le=10_000, description="Number of the correction in force that you read; 0: the first letter.")
    ] = 0


class CorrectionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    notification_id: UUID
    number: int
    reason: str
    before_cents: int
    granted_cents: int
    motive: str
    conditions: str
    corrected_at: AwareDatetime
    letter_ready_at: AwareDatetime | None

    @computed_field(description="Address of the corrective letter (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def letter(self) -> str | None:
        return f"/programming/v1/notification-corrections/{self.id}/letter" if self.letter_ready_at else None
