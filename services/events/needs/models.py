"""Tables of training needs."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings

from ..agenda.schemas import Audience, EventFormat
from ..tables import Base


class NeedStatus(Enum):
    """A need's life: planned once an event is prepared for it, answered once whoever asked was told."""

    OPEN = "open"
    PLANNED = "planned"
    MERGED = "merged"
    ANSWERED = "answered"
    DISMISSED = "dismissed"
    WITHDRAWN = "withdrawn"


class TrainingNeed(Base, table=True):
    """What somebody wishes to learn or to talk about with others."""

    __tablename__ = "training_needs"
    __table_args__ = (
        CheckConstraint("(status = 'merged') = (merged_into_id IS NOT NULL)", name="merged_somewhere"),
        CheckConstraint("merged_into_id <> id", name="not_into_itself"),
        CheckConstraint("status NOT IN ('answered', 'dismissed', 'withdrawn') OR email IS NULL", name="address_forgotten"),
        CheckConstraint("status <> 'planned' OR event_id IS NOT NULL", name="planned_for_an_event"),
        Index("ix_training_needs_network", "network_id", "id"),
        Index("ix_training_needs_untold", "event_id", postgresql_where="event_id IS NOT NULL AND told_at IS NULL"),
    )

    id: UUID = identity()
    network_id: UUID = Field(foreign_key="networks.id")
    #: Who asked, when they were signed in for themselves.
    account_id: UUID | None = Field(default=None, index=True)
    #: An organiser noted it for somebody else.
    on_behalf: bool = False
    #: Where the answer is sent; forgotten with it.
    email: str | None = Field(default=None, max_length=254)
    theme_codes: list[str] = strings()
    territory_code: str | None = Field(default=None, max_length=12)
    audience: Audience = choice(Audience, "audience")
    wish: str = Field(sa_type=SqlText)
    preferred_format: EventFormat | None = choice(EventFormat, "preferred_format", nullable=True, default=None)
    preferred_period: str = Field(default="", max_length=200)
    status: NeedStatus = choice(NeedStatus, "status", default=NeedStatus.OPEN)
    reason: str | None = Field(default=None, sa_type=SqlText)
    merged_into_id: UUID | None = Field(default=None, foreign_key="training_needs.id", index=True)
    event_id: UUID | None = Field(default=None, foreign_key="events.id")
    told_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    version: int = 1
