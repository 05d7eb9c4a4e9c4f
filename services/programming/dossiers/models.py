"""Tables of the dossier: its content, its requests to funders, its attachments, its submissions, and who may see it."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY, JSONB
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings
from services.common.ids import new_id

from ..campaigns.schemas import Nature
from ..permanent_files.schemas import ScanStatus
from ..tables import Base


class DossierStatus(Enum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    CHANGES_REQUESTED = "changes_requested"
    ADMISSIBLE = "admissible"
    INADMISSIBLE = "inadmissible"
    UNDER_REVIEW = "under_review"
    READY_FOR_COMMITTEE = "ready_for_committee"
    DECIDED = "decided"
    NOTIFIED = "notified"
    RUNNING = "running"
    REPORT_DUE = "report_due"
    REPORT_SUBMITTED = "report_submitted"
    CLOSED = "closed"
    #: Taken back by its holder: `withdrawn` once submitted, `dropped` as a draft.
    WITHDRAWN = "withdrawn"
    DROPPED = "dropped"


class RequestStatus(Enum):
    ASKED = "asked"
    REVIEWED = "reviewed"
    PROPOSED = "proposed"
    GRANTED = "granted"
    ADJOURNED = "adjourned"
    REFUSED = "refused"
    NOTIFIED = "notified"
    AGREED = "agreed"
    COMMITTED = "committed"
    PARTLY_PAID = "partly_paid"
    PAID = "paid"
    TO_REPAY = "to_repay"
    JUSTIFIED = "justified"
    WITHDRAWN = "withdrawn"


class Opinion(Enum):
    """The avis of a funder's instructor."""

    FAVOURABLE = "favourable"
    RESERVED = "reserved"
    UNFAVOURABLE = "unfavourable"


_UNANSWERED = (
    "status IN ('submitted', 'changes_requested', 'admissible', 'under_review', 'ready_for_committee', 'decided')"  # not told yet
)


class Dossier(Base, table=True):
    """One application. A draft may be incomplete; what it must hold to be submitted is in `rules`."""

    __tablename__ = "dossiers"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint(
            "status IN ('draft', 'dropped') OR (reference IS NOT NULL AND submitted_at IS NOT NULL)", name="submitted_has_reference"
        ),
        Index("ix_dossiers_campaign", "campaign_id", "id"),
        CheckConstraint("status IN ('draft', 'dropped') OR exercise_ends_on > exercise_starts_on", name="exercise_is_dated"),
        CheckConstraint("(status = 'changes_requested') = (status_before_changes IS NOT NULL)", name="changes_come_from_a_status"),
        CheckConstraint("(status = 'dropped') = (dropped_at IS NOT NULL)", name="dropped_is_dated"),
        CheckConstraint("status <> 'withdrawn' OR withdrawn_at IS NOT NULL", name="withdrawn_is_dated"),
        CheckConstraint("suspended_days >= 0", name="suspended_days_not_negative"),
        Index("ix_dossiers_dropped", "dropped_at", postgresql_where="dropped_at IS NOT NULL"),
        Index("ix_dossiers_holder", "organisation_id"),
        Index("ix_dossiers_successor", "successor_id", postgresql_where="successor_id IS NOT NULL"),
        Index("ix_dossiers_promised", "campaign_id", "answer_promised_on", postgresql_where=_UNANSWERED),
        Index("ix_dossiers_to_admit", "campaign_id", postgresql_where="status IN ('submitted')"),
        Index("ix_dossiers_silent", "campaign_id", "silence_rejects_on", postgresql_where=_UNANSWERED),
        Index("ix_dossiers_report_due", "report_due_on", postgresql_where="report_submitted_at IS NULL"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    lead_organisation_id: UUID
    organisation_id: UUID
    #: Who took over from a holder that was dissolved or merged; the holder as submitted stays in `organisation_id`.
    successor_id: UUID | None = None
    holder: dict[str, Any] = jsonb(dict)
    reference: str | None = Field(default=None, max_length=40)
    status: DossierStatus = choice(DossierStatus, "status", default=DossierStatus.DRAFT)
    title: str = Field(default="", max_length=300)
    nature: Nature | None = choice(Nature, "nature", default=None, nullable=True)
    renewal: bool = False
    multi_year: bool = False
    #: The same through renewals: what "the same action" means to a bilan that is due.
    action_id: UUID = Field(default_factory=new_id)
    renews_id: UUID | None = None
    cpo_id: UUID | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    exercise_starts_on: date | None = None
    exercise_ends_on: date | None = None
    qpv_codes: list[str] = strings()
    objective_codes: list[str] = strings()
    transversal_codes: list[str] = strings()
    content: dict[str, Any] = jsonb(dict)
    contact: dict[str, Any] = jsonb(dict)
    budget: dict[str, Any] = jsonb(dict)
    #: Answers to the campaign's own questions; once submitted, those that were asked, under the form of that number.
    answers: dict[str, Any] = jsonb(dict)
    form_number: int | None = None
    charges_cents: int = Field(default=0, sa_type=BigInteger)
    asked_cents: int = Field(default=0, sa_type=BigInteger)
    granted_cents: int = Field(default=0, sa_type=BigInteger)
    #: People announced, all publics together, as submitted: sums over many dossiers do not open each description.
    publics_count: int = Field(default=0, sa_type=BigInteger)
    created_by: UUID
    created_at: datetime = instant()
    updated_at: datetime = instant()
    submitted_at: datetime | None = instant(optional=True)
    answer_promised_on: date | None = None
    silence_rejects_on: date | None = None
    inadmissible_reason: str | None = None
    report_due_on: date | None = None
    report_submitted_at: datetime | None = instant(optional=True)
    #: Moves with what the holder writes and with nothing else: what a sign-off is given on, and the holder's version while changes
    #: are requested.
    content_version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})
    #: By field: the version that last changed it, and who wrote it.
    field_marks: dict[str, Any] = Field(sa_type=JSONB, default_factory=dict, sa_column_kwargs={"server_default": "{}"})
    #: While changes are requested, the JSON pointers that may be edited, and the day the first answer is due.
    open_fields: list[str] = Field(sa_type=ARRAY(sa.Text), default_factory=list, sa_column_kwargs={"server_default": "{}"})
    changes_due_on: date | None = None
    status_before_changes: DossierStatus | None = choice(DossierStatus, "status_before_changes", default=None, nullable=True)
    #: By how many days both clocks were moved, and since when the legal one stands still.
    suspended_days: int = Field(default=0, sa_column_kwargs={"server_default": "0"})
    suspended_since: date | None = None
    signed_off_version: int | None = None
    signed_off_by: UUID | None = None
    signed_off_at: datetime | None = instant(optional=True)
    withdrawn_at: datetime | None = instant(optional=True)
    withdrawn_reason: str | None = Field(default=None, max_length=2000)
    dropped_at: datetime | None = instant(optional=True)
    version: int = 1

    @property
    def acting_holder_id(self) -> UUID:
        """The organisation that answers for the holder today."""
        return self.successor_id or self.organisation_id


class FundingRequest(Base, table=True):
    """What one funder is asked, and what becomes of it. Amounts in euro cents."""

    __tablename__ = "funding_requests"
    __table_args__ = (
        UniqueConstraint("dossier_id", "funder_id"),
        CheckConstraint("amount_cents > 0", name="asks_something"),
        CheckConstraint("proposed_cents BETWEEN 0 AND amount_cents", name="proposed_within_ask"),
        CheckConstraint("granted_cents BETWEEN 0 AND amount_cents", name="granted_within_ask"),
        Index("ix_funding_requests_funder", "campaign_id", "funder_id", "status"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    campaign_id: UUID
    funder_id: UUID
    budget_line: str = Field(max_length=40)
    amount_cents: int = Field(sa_type=BigInteger)
    #: The year of a multi-year agreement it carries out: its amount is voted already.
    tranche_id: UUID | None = None
    status: RequestStatus = choice(RequestStatus, "status", default=RequestStatus.ASKED)
    opinion: Opinion | None = choice(Opinion, "opinion", default=None, nullable=True)
    proposed_cents: int | None = Field(default=None, sa_type=BigInteger)
    granted_cents: int | None = Field(default=None, sa_type=BigInteger)
    motive: str | None = Field(default=None, max_length=2000)
    conditions: str | None = Field(default=None, max_length=2000)
    submitted_at: datetime | None = instant(optional=True)
    reviewed_at: datetime | None = instant(optional=True)
    decided_at: datetime | None = instant(optional=True)
    notified_at: datetime | None = instant(optional=True)


class Attachment(Base, table=True):
    """A document joined to a dossier; `key` is where the file store keeps it."""

    __tablename__ = "attachments"
    __table_args__ = (
        Index("ix_attachments_dossier", "dossier_id"),
        Index("ix_attachments_permanent_file", "permanent_file_id", postgresql_where="permanent_file_id IS NOT NULL"),
        Index("ix_attachments_waiting", "id", postgresql_where="status = 'waiting_scan'"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    kind: str = Field(max_length=40)
    name: str = Field(max_length=200)
    key: str = Field(max_length=100)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    media_type: str = Field(max_length=120)
    #: The version of the holder's permanent file it refers to: the same bytes, which are that file's to keep.
    permanent_file_id: UUID | None = Field(default=None, foreign_key="permanent_files.id")
    status: ScanStatus = choice(ScanStatus, "status", default=ScanStatus.READY, sa_column_kwargs={"server_default": "ready"})
    #: Why the scan is late, or what it found.
    status_reason: str | None = Field(default=None, max_length=500)
    added_by: UUID
    added_at: datetime = instant()


class Submission(Base, table=True):
    """The act of submitting: what was sworn, by whom, and the dossier as it was then."""

    __tablename__ = "submissions"
    __table_args__ = (
        UniqueConstraint("dossier_id", "number"),
        CheckConstraint(
            "(document_key IS NULL) = (document_sha256 IS NULL) AND (document_key IS NULL) = (document_size IS NULL)",
            name="document_is_measured",
        ),
        Index("ix_submissions_unprinted", "submitted_at", postgresql_where="document_key IS NULL"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    number: int = 1
    reference: str = Field(max_length=40)
    submitted_at: datetime = instant()
    submitted_by: UUID
    signatory_name: str = Field(max_length=200)
    signatory_function: str = Field(max_length=200)
    snapshot: dict[str, Any] = jsonb(dict)
    #: Its PDF, once made.
    document_key: str | None = Field(default=None, max_length=100)
    document_size: int | None = Field(default=None, sa_type=BigInteger)
    document_sha256: str | None = Field(default=None, max_length=64)


class Renewal(Base, table=True):
    """A draft that began as a copy of last year's dossier: what it was copied from, what it began as, what could not follow."""

    __tablename__ = "renewals"

    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id")
    submission_id: UUID = Field(foreign_key="submissions.id", index=True)
    #: The draft as it was cloned: what differs from it since is its holder's doing.
    start: dict[str, Any] = jsonb(dict)
    #: `{"pointer", "code", "before", "after", "fr", "en"}`: what was moved, mapped, or could not follow.
    notes: list[dict[str, Any]] = jsonb(list)
    created_at: datetime = instant()


class DossierReader(Base, table=True):
    """Who may see a dossier, and as what: every listing starts here. Funders and the team appear at submission.

    `organisation_id` is the reader's id: an organisation's or, for a collaborator, that of the person's own account.
    """

    __tablename__ = "dossier_readers"
    __table_args__ = (
        Index("ix_dossier_readers_dossier", "dossier_id"),
        Index("ix_dossier_readers_newest", "organisation_id", sa.text("dossier_id DESC")),
        Index("ix_dossier_readers_campaign", "organisation_id", "campaign_id", sa.text("dossier_id DESC")),
        Index("ix_dossier_readers_latest", "organisation_id", sa.text("submitted_at DESC"), sa.text("dossier_id DESC")),
        Index(
            "ix_dossier_readers_submitted",
            "organisation_id",
            "campaign_id",
            sa.text("submitted_at DESC"),
            sa.text("dossier_id DESC"),
        ),
    )

    organisation_id: UUID = Field(primary_key=True)
    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id")
    campaign_id: UUID
    submitted_at: datetime | None = instant(optional=True)
    as_holder: bool = False
    as_funder: bool = False
    as_lead: bool = False
    #: A person invited to write the dossier with its holder; whether they may change it.
    as_collaborator: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    may_edit: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})


class SignOffPolicy(Base, table=True):
    """An organisation that wants each of its dossiers signed off by a signatory before it is submitted."""

    __tablename__ = "sign_off_policies"

    organisation_id: UUID = Field(primary_key=True)
    required: bool = False
    set_by: UUID
    set_at: datetime = instant()
    version: int = 1
