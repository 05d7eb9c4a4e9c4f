"""Tables of the campaign, its funders and their budget lines (envelope and charter)."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class CampaignStatus(Enum):
    DRAFT = "draft"
    OPEN = "open"
    CLOSED = "closed"
    UNDER_REVIEW = "under_review"
    DECIDED = "decided"
    ARCHIVED = "archived"


class Nature(Enum):
    """What a subsidy pays for (Cerfa 12156*06)."""

    ACTION = "action"
    FONCTIONNEMENT = "fonctionnement"
    INVESTISSEMENT = "investissement"


class Campaign(Base, table=True):
    """One yearly call for projects of one contract."""

    __tablename__ = "campaigns"
    __table_args__ = (
        UniqueConstraint("year", "code", name="uq_campaigns_year_code"),
        CheckConstraint("opens_at < closes_at", name="closes_after_opening"),
        Index("ix_campaigns_listing", "year", "id"),
    )

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    lead_organisation_id: UUID = Field(index=True)
    code: str = Field(max_length=12)
    year: int
    title: str = Field(max_length=200)
    status: CampaignStatus = choice(CampaignStatus, "status", default=CampaignStatus.DRAFT)
    opens_at: datetime = instant()
    closes_at: datetime = instant()
    answer_within_months: int
    silence_rejects_after_months: int
    framework_number: int
    qpv_codes: list[str] = strings()
    objective_codes: list[str] = strings()
    transversal_codes: list[str] = strings()
    outside_qpv_allowed: bool = False
    #: A dossier is submitted once a signatory of its holder has signed it off.
    sign_off_required: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    criteria: list[dict[str, Any]] = jsonb(list)
    required_attachments: dict[str, Any] = jsonb(dict)
    #: Extra questions asked of holders, as JSON Schema, and under what choice of theirs each is asked; 0 when there are none.
    form: dict[str, Any] | None = jsonb(optional=True)
    asked_when: dict[str, Any] = jsonb(dict)
    form_number: int = 0
    last_reference: int = 0
    created_at: datetime = instant()
    #: When submissions ended: the deadline itself, or earlier when the team said so; null while it is open.
    closed_at: datetime | None = instant(optional=True)
    version: int = 1


class CampaignForm(Base, table=True):
    """A version of a campaign's form that holders were given: never changed, since dossiers were submitted under it."""

    __tablename__ = "campaign_forms"
    __table_args__ = (CheckConstraint("number > 0", name="counted"),)

    campaign_id: UUID = Field(primary_key=True, foreign_key="campaigns.id")
    number: int = Field(primary_key=True)
    form: dict[str, Any] = jsonb(dict)
    asked_when: dict[str, Any] = jsonb(dict)
    published_at: datetime = instant()


class CampaignFunder(Base, table=True):
    """A funder taking part in a campaign, with who signs its letters."""

    __tablename__ = "campaign_funders"
    __table_args__ = (UniqueConstraint("campaign_id", "organisation_id"),)

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    organisation_id: UUID = Field(index=True)
    name: str = Field(max_length=200)
    short_name: str = Field(max_length=60)
    letter_signatory: str = Field(max_length=200)
    letter_signatory_function: str = Field(max_length=200)
    version: int = 1


class BudgetLine(Base, table=True):
    """One envelope of a funder and the charter rule that goes with it. Amounts in euro cents."""

    __tablename__ = "budget_lines"
    __table_args__ = (
        UniqueConstraint("campaign_id", "funder_id", "code"),
        CheckConstraint("granted_cents >= 0 AND granted_cents <= amount_cents", name="envelope_not_exceeded"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    funder_id: UUID
    position: int
    code: str = Field(max_length=40)
    label: str = Field(max_length=200)
    amount_cents: int = Field(sa_type=BigInteger)
    granted_cents: int = Field(default=0, sa_type=BigInteger)
    natures: list[str] = strings()
    cap_cents: int | None = Field(default=None, sa_type=BigInteger)
    max_share_bp: int | None = None
    excluded_objective_codes: list[str] = strings()
    excluded_holder_kinds: list[str] = strings()
    qpv_required: bool = False
    #: State credits of the P147: what they grant outside any QPV is capped.
    counts_for_outside_qpv_cap: bool = False
    reason: str = Field(default="", max_length=1000)


class DeadlineExtension(Base, table=True):
    """A deadline put off: the dated history of what holders were told. `told_until` is the last draft whose holder was written to."""

    __tablename__ = "deadline_extensions"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("closes_at > closed_before_at", name="only_later"),
        CheckConstraint("number >= 1", name="numbered"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    number: int
    closed_before_at: datetime = instant()
    closes_at: datetime = instant()
    reason: str = Field(max_length=1000)
    #: Whether submissions had ended already.
    reopened: bool = False
    extended_by: UUID
    extended_at: datetime = instant()
    told_until: UUID | None = None
    told_at: datetime | None = instant(optional=True)
