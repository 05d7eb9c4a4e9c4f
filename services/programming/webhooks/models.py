"""Tables of webhooks: where each organisation is told what happens, and what became of each delivery."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Identity, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class WebhookState(Enum):
    """`paused`: its managers hold deliveries back. `disabled`: it failed too long or is gone; nothing more is kept for it."""

    ENABLED = "enabled"
    PAUSED = "paused"
    DISABLED = "disabled"


class WebhookDeliveryState(Enum):
    WAITING = "waiting"
    DELIVERED = "delivered"
    FAILED = "failed"


class WebhookEndpoint(Base, table=True):
    """An address of an organisation's information system. Its secrets are sealed."""

    __tablename__ = "webhook_endpoints"
    __table_args__ = (
        Index("ix_webhook_endpoints_organisation", "organisation_id", "id"),
        CheckConstraint("(state = 'disabled') = (disabled_at IS NOT NULL)", name="disabled_at"),
        CheckConstraint("(previous_secret_sealed IS NULL) = (previous_until IS NULL)", name="previous_secret_ends"),
    )

    id: UUID = identity()
    organisation_id: UUID
    url: str = Field(max_length=2000)
    description: str = Field(default="", max_length=200)
    #: Empty: every type.
    event_types: list[str] = strings()
    state: WebhookState = choice(WebhookState, "state", default=WebhookState.ENABLED)
    #: Who is written to when it is disabled.
    contact_email: str | None = Field(default=None, max_length=320)
    secret_sealed: str = Field(sa_type=SqlText)
    previous_secret_sealed: str | None = Field(default=None, sa_type=SqlText)
    previous_until: datetime | None = instant(optional=True)
    #: Nothing it was sent has succeeded since then.
    failing_since: datetime | None = instant(optional=True)
    #: It asked (`Retry-After`) for nothing to be sent before.
    held_until: datetime | None = instant(optional=True)
    disabled_at: datetime | None = instant(optional=True)
    disabled_reason: str | None = Field(default=None, max_length=40)
    #: A job to send what waits is queued since then, and has not begun.
    woken_at: datetime | None = instant(optional=True)
    created_by: UUID
    created_at: datetime = instant()
    version: int = 1


class WebhookDelivery(Base, table=True):
    """One event to one endpoint. Those of one subject leave by `position`, each once the one before is over."""

    __tablename__ = "webhook_deliveries"
    __table_args__ = (
        ForeignKeyConstraint(["endpoint_id"], ["webhook_endpoints.id"], ondelete="CASCADE"),
        UniqueConstraint("endpoint_id", "event_id", "replay_id", postgresql_nulls_not_distinct=True),
        Index("ix_webhook_deliveries_newest", "endpoint_id", "id"),
        Index("ix_webhook_deliveries_queue", "endpoint_id", "subject", "position", postgresql_where="state = 'waiting'"),
        Index("ix_webhook_deliveries_due", "endpoint_id", "next_attempt_at", postgresql_where="state = 'waiting'"),
        Index("ix_webhook_deliveries_event", "event_id"),
        Index("ix_webhook_deliveries_created", "created_at"),
    )

    id: UUID = identity()
    endpoint_id: UUID
    event_id: UUID
    type: str = Field(max_length=80)
    subject: str = Field(max_length=120)
    #: Drawn when it is queued, and anew when a replay passes before it.
    position: int | None = Field(default=None, sa_type=BigInteger, sa_column_args=[Identity(always=False)], nullable=False)
    replay_id: UUID | None = None
    state: WebhookDeliveryState = choice(WebhookDeliveryState, "state", default=WebhookDeliveryState.WAITING)
    attempts: int = 0
    next_attempt_at: datetime = instant()
    #: Given up then, whatever the number of attempts.
    expires_at: datetime = instant()
    last_status: int | None = None
    last_error: str | None = Field(default=None, max_length=40)
    delivered_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    #: One entry per attempt: `at`, `status`, `error`, `duration_ms`.
    history: list[dict[str, Any]] = jsonb(list)
