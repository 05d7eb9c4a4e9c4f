"""Tables of saved searches and followed documents."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class Frequency(Enum):
    """When a saved search is mailed; `never` leaves its feed."""

    DAILY = "daily"
    WEEKLY = "weekly"
    NEVER = "never"


class Subscriber(Base, table=True):
    """Where a person who asked for mails is written to. The row goes with the last thing they asked for."""

    __tablename__ = "subscribers"

    account_id: UUID = Field(primary_key=True)
    email: str = Field(max_length=254)
    #: Followed documents were looked at until then.
    looked_until: datetime = instant()


class SavedSearch(Base, table=True):
    """What somebody looks for again and again. `looked_until`: what came before was mailed, or was there before the search."""

    __tablename__ = "saved_searches"
    __table_args__ = (
        CheckConstraint("feed_serial >= 0", name="feed_serial"),
        Index("ix_saved_searches_person", "account_id", "id"),
        Index("ix_saved_searches_due", "frequency", "looked_until", postgresql_where="frequency <> 'never'"),
    )

    id: UUID = identity()
    account_id: UUID
    name: str = Field(max_length=200)
    criteria: dict[str, Any] = jsonb(dict)
    frequency: Frequency = choice(Frequency, "frequency")
    looked_until: datetime = instant()
    #: Raised, the feed has another address and the former one is nobody's.
    feed_serial: int = 0
    created_at: datetime = instant()
    version: int = 1


class Follow(Base, table=True):
    """A document somebody follows, and what they were told of it last."""

    __tablename__ = "follows"
    __table_args__ = (UniqueConstraint("account_id", "document_id"),)

    id: UUID = identity()
    account_id: UUID
    document_id: UUID = Field(foreign_key="documents.id", ondelete="CASCADE", index=True)
    told_version: int
    told_withdrawn_at: datetime | None = instant(optional=True)
    since: datetime = instant()
