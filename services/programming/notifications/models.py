"""Table of the notifications."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import BigInteger, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant

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
