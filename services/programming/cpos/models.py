"""Tables of the CPO: the agreement, its funders, its years, its tranches, their reports and its amendments."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings
from services.common.ids import new_id

from ..campaigns.schemas import Nature
from ..tables import Base


class CpoStatus(Enum):
    DRAFT = "draft"
    APPROVED = "approved"
    SIGNED = "signed"
    IN_FORCE = "in_force"
    ENDED = "ended"
    SUSPENDED = "suspended"
    TERMINATED = "terminated"


class TrancheState(Enum):
    """What the parties did of a tranche; what its money did is its award's to say."""

    FORECAST = "forecast"
    CONFIRMED = "confirmed"
    DROPPED = "dropped"


class YearlyReportStatus(Enum):
    DRAFT = "draft"
    SUBMITTED = "submitted"
    COMPLETION_REQUESTED = "completion_requested"


class YearlyReportAnswer(Enum):
    """What a funder says of a yearly report."""

    ACCEPTED = "accepted"
    COMPLETION_REQUESTED = "completion_requested"


class CpoAmendmentKind(Enum):
    AMENDMENT = "amendment"
    WITHDRAWAL = "withdrawal"


class CpoAmendmentStatus(Enum):
    PROPOSED = "proposed"
    APPLIED = "applied"
    ABANDONED = "abandoned"


class Cpo(Base, table=True):
    """An agreement over several years. `total_cents` is what its living tranches add up to, at all times."""

    __tablename__ = "cpos"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("years BETWEEN 2 AND 5", name="years"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
        CheckConstraint("total_cents >= 0", name="total_not_negative"),
        Index("ix_cpos_contract", "contract_id", "id"),
        Index("ix_cpos_holder", "holder_id", "id"),
        Index("ix_cpos_successor", "successor_id", "id", postgresql_where="successor_id IS NOT NULL"),
        Index("ix_cpos_action", "action_id"),
        Index("uq_cpos_renews_id", "renews_id", unique=True, postgresql_where="status <> 'terminated'"),
    )

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    lead_organisation_id: UUID = Field(index=True)
    holder_id: UUID
    #: Who took over from a holder that was dissolved or merged; the holder as drawn up stays in `holder_id`.
    successor_id: UUID | None = None
    holder: dict[str, Any] = jsonb(dict)
    reference: str = Field(max_length=60)
    status: CpoStatus = choice(CpoStatus, "status", default=CpoStatus.DRAFT)
    #: Where it was when it was suspended, and so where it goes back to.
    suspended_from: CpoStatus | None = choice(CpoStatus, "suspended_from", default=None, nullable=True)
    title: str = Field(max_length=300)
    nature: Nature = choice(Nature, "nature", default=Nature.ACTION)
    description: str = ""
    objectives: list[dict[str, Any]] = jsonb(list)
    indicators: list[dict[str, Any]] = jsonb(list)
    objective_codes: list[str] = strings()
    transversal_codes: list[str] = strings()
    qpv_codes: list[str] = strings()
    content: dict[str, Any] = jsonb(dict)
    contact: dict[str, Any] = jsonb(dict)
    starts_on: date
    ends_on: date
    years: int
    total_cents: int = Field(sa_type=BigInteger)
    #: What was signed, before amendments, withdrawals and confirmations.
    signed_cents: int | None = Field(default=None, sa_type=BigInteger)
    #: The action it carries through the years: every dossier of the agreement has it.
    action_id: UUID = Field(default_factory=new_id)
    renews_id: UUID | None = Field(default=None, foreign_key="cpos.id")
    source_dossier_ids: list[str] = jsonb(list)
    reason: str | None = Field(default=None, max_length=2000)
    last_amendment: int = 0
    created_by: UUID
    created_at: datetime = instant()
    approved_at: datetime | None = instant(optional=True)
    signed_at: datetime | None = instant(optional=True)
    holder_signature: dict[str, Any] | None = jsonb(optional=True)
    renewal_noted_at: datetime | None = instant(optional=True)
    version: int = 1

    @property
    def acting_holder_id(self) -> UUID:
        """The organisation that answers for the holder today."""
        return self.successor_id or self.holder_id


class CpoFunder(Base, table=True):
    """A funder of the agreement: what it approved, who signed for it, and whether it left."""

    __tablename__ = "cpo_funders"
    __table_args__ = (Index("ix_cpo_funders_funder", "funder_id", "cpo_id"),)

    cpo_id: UUID = Field(primary_key=True, foreign_key="cpos.id")
    funder_id: UUID = Field(primary_key=True)
    position: int = 0
    name: str = Field(max_length=200)
    approved_at: datetime | None = instant(optional=True)
    approved_by: UUID | None = None
    signature: dict[str, Any] | None = jsonb(optional=True)
    withdrawn_at: datetime | None = instant(optional=True)


class CpoYear(Base, table=True):
    """One year of the agreement: its days, its budget without the funders' tranches, and the dossier that carries it out."""

    __tablename__ = "cpo_years"
    __table_args__ = (
        UniqueConstraint("dossier_id"),
        CheckConstraint("ends_on > starts_on", name="ends_after_start"),
    )

    cpo_id: UUID = Field(primary_key=True, foreign_key="cpos.id")
    year: int = Field(primary_key=True)
    starts_on: date
    ends_on: date
    budget: dict[str, Any] = jsonb(dict)
    planned_cents: int = Field(default=0, sa_type=BigInteger)
    campaign_id: UUID | None = None
    dossier_id: UUID | None = None
    reminded_at: datetime | None = instant(optional=True)


class CpoTranche(Base, table=True):
    """What one funder brings for one year, on one of its budget lines. CpoAmounts in euro cents."""

    __tablename__ = "cpo_tranches"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("amount_cents > 0", name="amount_positive"),
        CheckConstraint("request_id IS NULL OR state = 'confirmed'", name="entered_when_confirmed"),
        CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmation_is_dated"),
        Index("ix_cpo_tranches_cpo", "cpo_id", "year"),
        Index("ix_cpo_tranches_funder", "funder_id", "year"),
        Index("uq_cpo_tranches_funder_year", "cpo_id", "funder_id", "year", unique=True, postgresql_where="state <> 'dropped'"),
    )

    id: UUID = identity()
    cpo_id: UUID = Field(foreign_key="cpos.id")
    year: int
    funder_id: UUID
    budget_line: str = Field(max_length=40)
    firm: bool = False
    state: TrancheState = choice(TrancheState, "state", default=TrancheState.FORECAST)
    amount_cents: int = Field(sa_type=BigInteger)
    #: What was forecast before the confirmation said otherwise.
    forecast_cents: int = Field(sa_type=BigInteger)
    confirmed_at: datetime | None = instant(optional=True)
    confirmed_by: UUID | None = None
    #: The request that carries it in its year's dossier: its award is followed by it.
    request_id: UUID | None = None


class CpoReport(Base, table=True):
    """The holder's report of one year: without it the next year's tranches are not confirmed."""

    __tablename__ = "cpo_reports"
    __table_args__ = (
        UniqueConstraint("cpo_id", "year"),
        CheckConstraint("status = 'draft' OR submitted_at IS NOT NULL", name="submitted_is_dated"),
    )

    id: UUID = identity()
    cpo_id: UUID = Field(foreign_key="cpos.id")
    year: int
    status: YearlyReportStatus = choice(YearlyReportStatus, "status", default=YearlyReportStatus.DRAFT)
    summary: str = ""
    objectives: list[dict[str, Any]] = jsonb(list)
    indicators: list[dict[str, Any]] = jsonb(list)
    charges_cents: int | None = Field(default=None, sa_type=BigInteger)
    produits_cents: int | None = Field(default=None, sa_type=BigInteger)
    #: How many times it was submitted.
    submissions: int = 0
    submitted_at: datetime | None = instant(optional=True)
    submitted_by: UUID | None = None
    created_at: datetime = instant()
    version: int = 1


class CpoReportAnswer(Base, table=True):
    """What one funder answered to a yearly report; `submission` says which version it read."""

    __tablename__ = "cpo_report_answers"

    report_id: UUID = Field(primary_key=True, foreign_key="cpo_reports.id")
    funder_id: UUID = Field(primary_key=True)
    answer: YearlyReportAnswer = choice(YearlyReportAnswer, "answer")
    submission: int
    comment: str = ""
    answered_by: UUID
    answered_at: datetime = instant()


class CpoAmendment(Base, table=True):
    """Avenant n°: what changes, who has to sign, who signed; nothing changes before the last signature."""

    __tablename__ = "cpo_amendments"
    __table_args__ = (
        UniqueConstraint("cpo_id", "number"),
        Index("uq_cpo_amendments_pending", "cpo_id", unique=True, postgresql_where="status = 'proposed'"),
    )

    id: UUID = identity()
    cpo_id: UUID = Field(foreign_key="cpos.id")
    number: int
    kind: CpoAmendmentKind = choice(CpoAmendmentKind, "kind", default=CpoAmendmentKind.AMENDMENT)
    status: CpoAmendmentStatus = choice(CpoAmendmentStatus, "status", default=CpoAmendmentStatus.PROPOSED)
    reason: str = Field(max_length=2000)
    changes: list[dict[str, Any]] = jsonb(list)
    #: Who has to sign: the holder and the funders concerned.
    parties: list[str] = strings()
    signatures: list[dict[str, Any]] = jsonb(list)
    total_before_cents: int = Field(sa_type=BigInteger)
    total_after_cents: int | None = Field(default=None, sa_type=BigInteger)
    proposed_by: UUID
    proposed_at: datetime = instant()
    settled_at: datetime | None = instant(optional=True)
    version: int = 1
