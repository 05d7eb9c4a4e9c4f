"""Tables of bilans: the report, its submissions, attachments, one review per award, and the reminders that were sent."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..permanent_files.schemas import ScanStatus
from ..tables import Base


class BilanStatus(Enum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"
    INSTRUCTED = "instructed"


class BilanReviewStatus(Enum):
    AWAITED = "awaited"
    TO_REVIEW = "to_review"
    COMPLETION_REQUESTED = "completion_requested"
    ACCEPTED = "accepted"
    REJECTED = "rejected"


class Bilan(Base, table=True):
    """The report of one dossier. `planned` is the dossier's budget, publics and territory as submitted, frozen at the opening;
    `due_on` moves when a funder asks for a completion; `number` counts the submissions."""

    __tablename__ = "bilans"
    __table_args__ = (
        UniqueConstraint("dossier_id"),
        CheckConstraint("(number = 0) = (submitted_at IS NULL)", name="numbered_when_submitted"),
        CheckConstraint("(status = 'draft') = (number = 0)", name="draft_until_submitted"),
        CheckConstraint("closed_at IS NULL OR status = 'instructed'", name="closed_once_instructed"),
        Index("ix_bilans_campaign", "campaign_id", "id"),
        Index("ix_bilans_lead", "lead_organisation_id", "id"),
        Index("ix_bilans_awaited", "due_on", postgresql_where="status IN ('draft', 'completion_requested')"),
        Index("ix_bilans_untold", "id", postgresql_where="event_id IS NOT NULL AND told_at IS NULL"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    campaign_id: UUID
    contract_id: UUID
    lead_organisation_id: UUID
    holder_id: UUID
    holder_name: str = Field(max_length=300)
    reference: str = Field(max_length=40)
    title: str = Field(max_length=300)
    exercise_starts_on: date
    exercise_ends_on: date
    status: BilanStatus = choice(BilanStatus, "status", default=BilanStatus.DRAFT)
    number: int = 0
    due_on: date
    planned: dict[str, Any] = jsonb(dict)
    content: dict[str, Any] = jsonb(dict)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    submitted_at: datetime | None = instant(optional=True)
    closed_at: datetime | None = instant(optional=True)
    #: The event that tells the closing to the catalogue, and when the catalogue took it.
    event_id: UUID | None = None
    told_at: datetime | None = instant(optional=True)
    version: int = 1


class BilanSubmission(Base, table=True):
    """What was sworn, by whom, the bilan as it was then, and its PDF."""

    __tablename__ = "bilan_submissions"
    __table_args__ = (UniqueConstraint("bilan_id", "number"),)

    id: UUID = identity()
    bilan_id: UUID = Field(foreign_key="bilans.id")
    number: int
    submitted_at: datetime = instant()
    submitted_by: UUID
    signatory_name: str = Field(max_length=300)
    signatory_function: str = Field(max_length=300)
    due_on: date
    snapshot: dict[str, Any] = jsonb(dict)
    document_key: str | None = Field(default=None, max_length=100)
    document_size: int | None = None
    document_sha256: str | None = Field(default=None, max_length=64)


class BilanAttachment(Base, table=True):
    """A document joined to a bilan, from its submission `number` on."""

    __tablename__ = "bilan_attachments"
    __table_args__ = (
        Index("ix_bilan_attachments_bilan", "bilan_id"),
        Index("ix_bilan_attachments_waiting", "id", postgresql_where="status = 'waiting_scan'"),
    )

    id: UUID = identity()
    bilan_id: UUID = Field(foreign_key="bilans.id")
    number: int
    kind: str = Field(max_length=40)
    name: str = Field(max_length=200)
    key: str = Field(max_length=100)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    media_type: str = Field(max_length=120)
    status: ScanStatus = choice(ScanStatus, "status", default=ScanStatus.READY, sa_column_kwargs={"server_default": "ready"})
    #: Why the scan is late, or what it found.
    status_reason: str | None = Field(default=None, max_length=500)
    added_by: UUID
    added_at: datetime = instant()


class BilanReview(Base, table=True):
    """One funder's instruction of the bilan, for its award. Amounts in euro cents."""

    __tablename__ = "bilan_reviews"
    __table_args__ = (
        UniqueConstraint("award_id"),
        CheckConstraint("(status IN ('accepted', 'rejected')) = (justified_cents IS NOT NULL)", name="decided_has_amount"),
        CheckConstraint("(status = 'completion_requested') = (completion_due_on IS NOT NULL)", name="completion_is_dated"),
        CheckConstraint("status NOT IN ('rejected', 'completion_requested') OR reason <> ''", name="refusal_has_reason"),
        CheckConstraint("justified_cents >= 0", name="justified_not_negative"),
        Index("ix_bilan_reviews_bilan", "bilan_id"),
        Index("ix_bilan_reviews_funder", "funder_id", "bilan_id"),
    )

    id: UUID = identity()
    bilan_id: UUID = Field(foreign_key="bilans.id")
    award_id: UUID = Field(foreign_key="awards.id")
    funder_id: UUID
    funder_name: str = Field(max_length=60)
    status: BilanReviewStatus = choice(BilanReviewStatus, "status", default=BilanReviewStatus.AWAITED)
    #: The submission it speaks of.
    number: int = 0
    proposed_cents: int | None = Field(default=None, sa_type=BigInteger)
    justified_cents: int | None = Field(default=None, sa_type=BigInteger)
    reason: str = Field(default="", max_length=2000)
    completion_due_on: date | None = None
    decided_by: UUID | None = None
    decided_at: datetime | None = instant(optional=True)
    version: int = 1


class BilanReminder(Base, table=True):
    """A reminder that was sent: months from the due day it was for (-3, -1, 0, 1, 2, …). Another due day is another series."""

    __tablename__ = "bilan_reminders"
    __table_args__ = (UniqueConstraint("bilan_id", "due_on", "step"),)

    id: UUID = identity()
    bilan_id: UUID = Field(foreign_key="bilans.id")
    due_on: date
    step: int
    sent_at: datetime = instant()
