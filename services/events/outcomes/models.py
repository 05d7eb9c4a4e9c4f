"""Tables of the outcomes: what organisers propose to the catalogue, and documents registrants were told of."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class OutcomeRole(Enum):
    """What an event leaves."""

    REPLAY = "replay"
    PROCEEDINGS = "proceedings"
    SUPPORT = "support"


class Outcome(Base, table=True):
    """Something the event leaves, proposed to the network's resource centre, which makes a draft of it and may publish it."""

    __tablename__ = "outcomes"
    __table_args__ = (
        UniqueConstraint("event_id", "role", "title"),
        CheckConstraint("published_at IS NULL OR document_id IS NOT NULL", name="published_is_a_document"),
        Index("ix_outcomes_untold", "id", postgresql_where="told_at IS NULL"),
        Index("ix_outcomes_event", "event_id", "id"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    role: OutcomeRole = choice(OutcomeRole, "role")
    title: str = Field(max_length=400)
    url: str | None = Field(default=None, max_length=2000)
    abstract: str = Field(default="", sa_type=SqlText)
    centre_id: UUID
    #: The event of the outbox that proposes it, and when the catalogue took it.
    outbox_id: UUID
    told_at: datetime | None = instant(optional=True)
    #: The document made of it, once published.
    document_id: UUID | None = None
    reference: str | None = Field(default=None, max_length=40)
    permalink: str | None = Field(default=None, max_length=2000)
    published_at: datetime | None = instant(optional=True)
    withdrawn_at: datetime | None = instant(optional=True)
    proposed_by: UUID | None = None
    created_at: datetime = instant()
    version: int = 1


class ToldPublication(Base, table=True):
    """Registrants of an event were told of a document, once and for all."""

    __tablename__ = "told_publications"

    event_id: UUID = Field(foreign_key="events.id", primary_key=True)
    document_id: UUID = Field(primary_key=True)
    at: datetime = instant()
