"""Tables of newsletters."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class NewsletterState(Enum):
    """A newsletter's life."""

    DRAFT = "draft"
    SENDING = "sending"
    SENT = "sent"


class SubscriberState(Enum):
    """An address: waiting for its confirmation, subscribed, or gone (and then known by its hash only)."""

    PENDING = "pending"
    CONFIRMED = "confirmed"
    UNSUBSCRIBED = "unsubscribed"


class Newsletter(Base, table=True):
    """A newsletter of a centre. `items` are in order; `dropped` are the documents that could not be in it any more."""

    __tablename__ = "newsletters"
    __table_args__ = (
        CheckConstraint("(state = 'draft') = (document_id IS NULL)", name="archived_when_sent"),
        CheckConstraint("(state = 'draft') = (sending_at IS NULL)", name="sending_is_dated"),
        UniqueConstraint("document_id"),
        Index("ix_newsletters_centre", "centre_id", "id"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    subject: str = Field(max_length=200)
    introduction: str = Field(default="", sa_type=SqlText)
    items: list[dict[str, Any]] = jsonb(list)
    state: NewsletterState = choice(NewsletterState, "state", default=NewsletterState.DRAFT)
    dropped: list[dict[str, Any]] = jsonb(list)
    document_id: UUID | None = Field(default=None, foreign_key="documents.id")
    created_at: datetime = instant()
    updated_at: datetime = instant()
    sending_at: datetime | None = instant(optional=True)
    version: int = 1


class NewsletterSubscriber(Base, table=True):
    """An address of a centre's list. Unsubscribed, the address is erased; its keyed hash stays so that the refusal is honoured."""

    __tablename__ = "newsletter_subscribers"
    __table_args__ = (
        UniqueConstraint("centre_id", "email_hash"),
        UniqueConstraint("token_hash"),
        CheckConstraint("(state = 'unsubscribed') = (email IS NULL)", name="erased_when_unsubscribed"),
        CheckConstraint("state <> 'confirmed' OR confirmed_at IS NOT NULL", name="confirmed_is_dated"),
        CheckConstraint("state <> 'unsubscribed' OR unsubscribed_at IS NOT NULL", name="unsubscribed_is_dated"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    email: str | None = Field(default=None, max_length=254)
    email_hash: str = Field(max_length=64)
    state: SubscriberState = choice(SubscriberState, "state", default=SubscriberState.PENDING)
    token_hash: str | None = Field(default=None, max_length=64)
    asked_at: datetime = instant()
    confirmed_at: datetime | None = instant(optional=True)
    unsubscribed_at: datetime | None = instant(optional=True)


class NewsletterRecipient(Base, table=True):
    """Whom a newsletter is for; `written_at` is when their mail was queued, in the same transaction."""

    __tablename__ = "newsletter_recipients"
    __table_args__ = (
        Index("ix_newsletter_recipients_waiting", "newsletter_id", "subscriber_id", postgresql_where="written_at IS NULL"),
    )

    newsletter_id: UUID = Field(foreign_key="newsletters.id", primary_key=True)
    subscriber_id: UUID = Field(foreign_key="newsletter_subscribers.id", ondelete="CASCADE", primary_key=True, index=True)
    written_at: datetime | None = instant(optional=True)


class NewsletterRequest(Base, table=True):
    """Somebody asked to subscribe an address: what limits count, for an hour."""

    __tablename__ = "newsletter_requests"
    __table_args__ = (
        Index("ix_newsletter_requests_email", "email_hash", "at"),
        Index("ix_newsletter_requests_origin", "origin", "at"),
    )

    id: UUID = identity()
    email_hash: str = Field(max_length=64)
    origin: str = Field(max_length=64)
    at: datetime = instant(index=True)
