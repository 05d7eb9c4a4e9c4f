"""Permanent files of organisations: statutes, accounts, bank details' proof, asked once and reused. Tables."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class ScanStatus(Enum):
    """Whether a file may be handed to others: not before its scan when there is a scanner, never when it is infected."""

    WAITING_SCAN = "waiting_scan"
    READY = "ready"
    REFUSED = "refused"


class PermanentFile(Base, table=True):
    """One version of one document of an organisation; never changed, only succeeded, or removed from reuse.

    `exercise` is the accounting year it closes, for kinds kept per year. The bytes of a removed version stay as long as a dossier
    was sent with them.
    """

    __tablename__ = "permanent_files"
    __table_args__ = (
        UniqueConstraint(
            "organisation_id",
            "kind",
            "exercise",
            "number",
            name="uq_permanent_files_version",
            postgresql_nulls_not_distinct=True,
        ),
        CheckConstraint("number > 0 AND size > 0", name="counted"),
        CheckConstraint("(removed_at IS NULL) = (removed_by IS NULL)", name="removed_by_somebody"),
        Index("ix_permanent_files_waiting", "id", postgresql_where="status = 'waiting_scan'"),
    )

    id: UUID = identity()
    organisation_id: UUID
    kind: str = Field(max_length=40)
    exercise: int | None = None
    number: int = 1
    name: str = Field(max_length=200)
    key: str = Field(max_length=100)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    media_type: str = Field(max_length=120)
    expires_on: date | None = None
    status: ScanStatus = choice(ScanStatus, "status", default=ScanStatus.READY)
    #: Why the scan is late, or what it found.
    status_reason: str | None = Field(default=None, max_length=500)
    added_by: UUID
    added_at: datetime = instant()
    removed_by: UUID | None = None
    removed_at: datetime | None = instant(optional=True)
