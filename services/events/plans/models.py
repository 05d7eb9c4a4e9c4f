"""Tables of the yearly plans."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class TargetKind(Enum):
    """What a target is about."""

    FORMAT = "format"
    PLACE = "place"
    TERRITORY = "territory"


class Measure(Enum):
    """What is counted."""

    EVENTS = "events"
    SESSIONS = "sessions"
    HOURS = "hours"


class YearlyPlan(Base, table=True):
    """What a network means to offer in a year."""

    __tablename__ = "yearly_plans"
    __table_args__ = (UniqueConstraint("network_id", "year"), CheckConstraint("year BETWEEN 2000 AND 2199", name="year"))

    id: UUID = identity()
    network_id: UUID = Field(foreign_key="networks.id")
    year: int
    note: str = Field(default="", sa_type=SqlText)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class PlanTarget(Base, table=True):
    """A number wanted (of a format, on a territory), or a share to keep within (of what takes place somewhere)."""

    __tablename__ = "plan_targets"
    __table_args__ = (
        CheckConstraint("(kind = 'place') = (wanted IS NULL)", name="wanted_or_share"),
        CheckConstraint("(kind = 'place') = (min_percent IS NOT NULL AND max_percent IS NOT NULL)", name="share_has_bounds"),
        CheckConstraint("0 <= min_percent AND min_percent <= max_percent AND max_percent <= 100", name="share"),
        CheckConstraint("wanted >= 0", name="wanted"),
        CheckConstraint("kind <> 'place' OR measure <> 'events'", name="places_count_sessions"),
    )

    plan_id: UUID = Field(foreign_key="yearly_plans.id", primary_key=True, ondelete="CASCADE")
    kind: TargetKind = choice(TargetKind, "kind", primary_key=True)
    code: str = Field(max_length=40, primary_key=True)
    measure: Measure = choice(Measure, "measure", primary_key=True)
    position: int
    wanted: int | None = None
    min_percent: int | None = None
    max_percent: int | None = None
