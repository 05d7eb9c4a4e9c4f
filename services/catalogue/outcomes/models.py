"""Tables of the outcomes of events: what was proposed, and what the events service was told of documents."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index
from sqlmodel import Field

from services.common.columns import choice, instant, jsonb

from ..tables import Base


class OutcomeState(Enum):
    """What an event leaves waits until its draft is made."""

    WAITING = "waiting"
    MADE = "made"


class EventOutcome(Base, table=True):
    """A replay, a compte rendu or a support, as the events service proposed it; it becomes one draft, once."""

    __tablename__ = "event_outcomes"
    __table_args__ = (
        ForeignKeyConstraint(["document_id"], ["documents.id"], ondelete="SET NULL"),
        CheckConstraint("(state = 'waiting') = (made_at IS NULL)", name="made_at"),
        Index("ix_event_outcomes_waiting", "outcome_id", postgresql_where="state = 'waiting'"),
        Index("ix_event_outcomes_document", "document_id"),
    )

    outcome_id: UUID = Field(primary_key=True)
    event_id: UUID
    centre_id: UUID
    told: dict[str, Any] = jsonb(dict)
    proposed_at: datetime = instant()
    state: OutcomeState = choice(OutcomeState, "state", default=OutcomeState.WAITING)
    document_id: UUID | None = None
    made_at: datetime | None = instant(optional=True)


class EventNews(Base, table=True):
    """What the events service is to know of a document of an event: the latest word, and when it took it.

    The document may be gone: its id is kept all the same.
    """

    __tablename__ = "event_news"
    __table_args__ = (Index("ix_event_news_untold", "outbox_id", postgresql_where="told_at IS NULL"),)

    document_id: UUID = Field(primary_key=True)
    event_id: UUID = Field(primary_key=True)
    #: What was said, as it was said.
    said: dict[str, Any] = jsonb(dict)
    is_published: bool
    outbox_id: UUID
    told_at: datetime | None = instant(optional=True)
