"""Tables of privacy: what people ask about their own data, what each service answered, and the register of erasures."""

from datetime import datetime
from enum import StrEnum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, ForeignKeyConstraint, Index, String, text
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb
from services.common.erasures import declare_register

from ..tables import Base


class DataRequestKind(StrEnum):
    EXPORT = "export"
    ERASURE = "erasure"


class DataRequestState(StrEnum):
    """An export: pending → ready → expired. An erasure: pending → cancelled | refused | erasing → done."""

    PENDING = "pending"
    READY = "ready"
    EXPIRED = "expired"
    CANCELLED = "cancelled"
    #: Somebody has to take over an organisation first.
    REFUSED = "refused"
    #: Done here; a sibling has not answered yet.
    ERASING = "erasing"
    DONE = "done"


class DataRequest(Base, table=True):
    """Somebody asks what is held about them, or to be forgotten; or nobody came back to the account for years."""

    __tablename__ = "data_requests"
    __table_args__ = (
        ForeignKeyConstraint(["account_id"], ["accounts.id"]),
        CheckConstraint("(file_key IS NULL) = (file_sha256 IS NULL)", name="file_whole"),
        CheckConstraint("state <> 'ready' OR (file_key IS NOT NULL AND expires_at IS NOT NULL)", name="ready_has_file"),
        Index("uq_data_requests_pending", "account_id", "kind", unique=True, postgresql_where=text("state = 'pending'")),
        Index("ix_data_requests_account", "account_id", "id"),
        Index("ix_data_requests_due", "due_at", postgresql_where=text("state = 'pending'")),
        Index("ix_data_requests_open", "id", postgresql_where=text("state = 'erasing'")),
        Index("ix_data_requests_ready", "expires_at", postgresql_where=text("state = 'ready'")),
    )

    id: UUID = identity()
    account_id: UUID
    kind: DataRequestKind = choice(DataRequestKind, "kind")
    state: DataRequestState = choice(DataRequestState, "state", default=DataRequestState.PENDING)
    #: Rule of the register: `request`, or the retention rule.
    rule: str = Field(default="request", sa_type=String(40))
    asked_at: datetime = instant()
    #: An export is made then, of what came; an account is erased then.
    due_at: datetime = instant()
    closed_at: datetime | None = instant(optional=True)
    #: What told the siblings.
    event_id: UUID | None = None
    told_at: datetime | None = instant(optional=True)
    file_key: str | None = Field(default=None, sa_type=String(100))
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    file_sha256: str | None = Field(default=None, sa_type=String(64))
    expires_at: datetime | None = instant(optional=True)
    version: int = 1


class DataRequestPart(Base, table=True):
    """What one service answered: a file to join to the export, or how much it erased and what it keeps."""

    __tablename__ = "data_request_parts"
    __table_args__ = (ForeignKeyConstraint(["request_id"], ["data_requests.id"], ondelete="CASCADE"),)

    request_id: UUID = Field(primary_key=True)
    service: str = Field(primary_key=True, sa_type=String(40))
    received_at: datetime = instant()
    file_key: str | None = Field(default=None, sa_type=String(100))
    count: int = 0
    kept: list[dict[str, Any]] = jsonb(list)


ERASURES = declare_register(Base.metadata)
