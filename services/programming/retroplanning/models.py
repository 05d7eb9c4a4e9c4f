"""Tables of the calendar: funders' assemblies, each campaign's settings with what its team tries out, its steps to come, secret
addresses of calendars."""

from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.types import Uuid
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base
from .vocabulary import StepKind


class Assembly(Base, table=True):
    """A deliberative assembly of a funder, whatever the campaign. One that was taken back stays: calendars only count upwards."""

    __tablename__ = "assemblies"
    __table_args__ = (
        Index(
            "uq_assemblies_meeting", "organisation_id", "meets_on", "name", unique=True, postgresql_where=sa.text("NOT withdrawn")
        ),
        CheckConstraint("deposit_days BETWEEN 0 AND 180", name="deposit_days_in_reach"),
        Index("ix_assemblies_organisation_id", "organisation_id", "meets_on", "id"),
    )

    id: UUID = identity()
    organisation_id: UUID
    name: str = Field(max_length=200)
    meets_on: date
    deposit_days: int
    withdrawn: bool = False
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class Retroplanning(Base, table=True):
    """How a campaign's calendar is computed; `draft` is what its team tries out, null when it tries nothing."""

    __tablename__ = "retroplannings"

    campaign_id: UUID = Field(primary_key=True, foreign_key="campaigns.id")
    settings: dict[str, Any] = jsonb(dict)
    draft: dict[str, Any] | None = jsonb(optional=True)
    updated_at: datetime = instant()
    version: int = 1


class RetroplanningMilestone(Base, table=True):
    """A step not done yet, with the last day that keeps the promise, as last computed: due lists are read from here."""

    __tablename__ = "retroplanning_milestones"
    __table_args__ = (Index("ix_retroplanning_milestones_organisation", "organisation_id", "latest_on"),)

    campaign_id: UUID = Field(primary_key=True, foreign_key="campaigns.id")
    step: StepKind = choice(StepKind, "step", primary_key=True)
    #: Who answers for it: the team, or a funder for its own assembly.
    organisation_id: UUID = Field(primary_key=True)
    latest_on: date
    kept_at: datetime = instant()


class RetroplanningFeed(Base, table=True):
    """Where somebody's calendar program reads a campaign's calendar. The address is shown once; only its hash is kept."""

    __tablename__ = "retroplanning_feeds"
    __table_args__ = (
        UniqueConstraint("token_hash"),
        Index("ix_retroplanning_feeds_campaign_id", "campaign_id"),
        Index("ix_retroplanning_feeds_standing", "standing", postgresql_using="gin"),
    )

    account_id: UUID = Field(primary_key=True)
    campaign_id: UUID = Field(primary_key=True, foreign_key="campaigns.id")
    token_hash: str = Field(max_length=64)
    #: Rights it stands on (ADR 8): once one is taken back it is deleted. Empty: made before they were kept.
    standing: list[UUID] = Field(
        sa_type=ARRAY(Uuid), default_factory=list, nullable=False, sa_column_kwargs={"server_default": "{}"}
    )
    created_at: datetime = instant()
