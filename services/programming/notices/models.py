"""Dated notices that amend a campaign already open, and reach every draft's holder. Tables."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant, jsonb, strings

from ..tables import Base


class CampaignNotice(Base, table=True):
    """What changes in the rules of an open campaign, and from which day. Nothing of it changes but `applied_at`, once."""

    __tablename__ = "campaign_notices"
    __table_args__ = (
        UniqueConstraint("campaign_id", "number"),
        CheckConstraint("number > 0", name="counted"),
        Index("uq_campaign_notices_waiting", "campaign_id", unique=True, postgresql_where="applied_at IS NULL"),
        Index("ix_campaign_notices_due", "effective_on", postgresql_where="applied_at IS NULL"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    number: int
    title: str = Field(max_length=200)
    text: str
    effective_on: date
    amendment: dict[str, Any] = jsonb(dict)
    changes: list[str] = strings()
    #: The version of the form it brings; None when the form stays.
    form_number: int | None = None
    published_at: datetime = instant()
    published_by: UUID
    #: When its amendment entered into force.
    applied_at: datetime | None = instant(optional=True)


class NoticeDelivery(Base, table=True):
    """A notice told to the holder of a dossier: written with its mail, in one transaction."""

    __tablename__ = "notice_deliveries"
    __table_args__ = (
        CheckConstraint("(acknowledged_at IS NULL) = (acknowledged_by IS NULL)", name="acknowledged_by_somebody"),
        Index("ix_notice_deliveries_dossier", "dossier_id"),
    )

    notice_id: UUID = Field(primary_key=True, foreign_key="campaign_notices.id")
    dossier_id: UUID = Field(primary_key=True, foreign_key="dossiers.id")
    #: What the draft lacked under the amended rules when it was told; None for a dossier already submitted.
    missing_count: int | None = None
    #: False when the draft named no address yet.
    mailed: bool
    told_at: datetime = instant()
    acknowledged_at: datetime | None = instant(optional=True)
    acknowledged_by: UUID | None = None
