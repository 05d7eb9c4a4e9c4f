"""Table of the notifications."""

from datetime import datetime
from enum import Enum
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class Notification(Base, table=True):
    """The answer of one funder to one dossier: what the letter says, when it left, where it is kept."""

    __tablename__ = "notifications"
    __table_args__ = (
        UniqueConstraint("request_id"),
        Index("ix_notifications_dossier", "dossier_id"),
    )

    id: UUID = identity()
    dossier_id: UUID
    request_id: UUID = Field(foreign_key="funding_requests.id")
    campaign_id: UUID
    funder_id: UUID
    granted_cents: int = Field(sa_type=BigInteger)
    motive: str = ""
    conditions: str = ""
    holder_comment: str = ""
    recipient: str = Field(max_length=320)
    notified_by: UUID
    notified_at: datetime = instant()
    letter_key: str | None = Field(default=None, max_length=100)
    letter_size: int | None = None
    letter_sha256: str | None = Field(default=None, max_length=64)
    letter_ready_at: datetime | None = instant(optional=True)
    #: The mail's job: what became of it says whether it left.
    mail_job_id: int | None = Field(default=None, sa_type=BigInteger)


class BulkNotification(Base, table=True):
    """Many answers of one funder at once: what was asked. Its lines say what became of each."""

    __tablename__ = "bulk_notifications"
    __table_args__ = (Index("ix_bulk_notifications_funder", "funder_id", "id"),)

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    funder_id: UUID
    holder_comment: str = ""
    asked_by: UUID
    asked_at: datetime = instant()
    total: int = 0
    finished_at: datetime | None = instant(optional=True)


class BulkLineState(Enum):
    WAITING = "waiting"
    NOTIFIED = "notified"
    FAILED = "failed"


class BulkNotificationLine(Base, table=True):
    """One answer among many; `problem` names why it could not leave."""

    __tablename__ = "bulk_notification_lines"
    __table_args__ = (
        CheckConstraint("(state = 'notified') = (notification_id IS NOT NULL)", name="notified_has_notification"),
        CheckConstraint("(state = 'failed') = (problem IS NOT NULL)", name="failed_has_problem"),
        Index("ix_bulk_notification_lines_waiting", "bulk_id", "number", postgresql_where=sa.text("state = 'waiting'")),
    )

    bulk_id: UUID = Field(primary_key=True, foreign_key="bulk_notifications.id")
    number: int = Field(primary_key=True)
    request_id: UUID
    dossier_id: UUID
    reference: str = Field(max_length=40)
    state: BulkLineState = choice(BulkLineState, "state", default=BulkLineState.WAITING)
    problem: str | None = Field(default=None, max_length=100)
    notification_id: UUID | None = None


class NotificationCorrection(Base, table=True):
    """A notified answer set right: the letter that says so cancels and replaces the one before."""

    __tablename__ = "notification_corrections"
    __table_args__ = (
        UniqueConstraint("notification_id", "number"),
        CheckConstraint("granted_cents >= 0 AND before_cents >= 0", name="amounts_not_negative"),
    )

    id: UUID = identity()
    notification_id: UUID = Field(foreign_key="notifications.id")
    number: int
    reason: str = Field(max_length=2000)
    before_cents: int = Field(sa_type=BigInteger)
    granted_cents: int = Field(sa_type=BigInteger)
    motive: str = ""
    conditions: str = ""
    recipient: str = Field(max_length=320)
    corrected_by: UUID
    corrected_at: datetime = instant()
    letter_key: str | None = Field(default=None, max_length=100)
    letter_size: int | None = None
    letter_sha256: str | None = Field(default=None, max_length=64)
    letter_ready_at: datetime | None = instant(optional=True)
    mail_job_id: int | None = Field(default=None, sa_type=BigInteger)
