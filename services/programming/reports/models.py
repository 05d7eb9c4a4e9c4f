"""Tables of the documents made for a committee and for a year of the programme."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant

from ..tables import Base


class Booklet(Base, table=True):
    """The booklet of a session: the last one made, and what was asked since.

    Each making has a number: one is under way while `wanted` is above `made`. `digest` says of what session and agenda the
    booklet speaks, so that one made before a change is told from one that is up to date.
    """

    __tablename__ = "booklets"
    __table_args__ = (
        UniqueConstraint("committee_id"),
        CheckConstraint("wanted >= made AND made >= 0", name="made_what_was_wanted"),
        CheckConstraint("made = 0 OR file_key IS NOT NULL", name="made_is_kept"),
    )

    id: UUID = identity()
    committee_id: UUID = Field(foreign_key="committees.id")
    wanted: int = 0
    wanted_digest: str = Field(default="", max_length=64)
    asked_by: UUID
    asked_at: datetime = instant()
    made: int = 0
    digest: str = Field(default="", max_length=64)
    committee_version: int | None = None
    dossiers: int = 0
    made_at: datetime | None = instant(optional=True)
    file_key: str | None = Field(default=None, max_length=100)
    file_size: int | None = None
    file_sha256: str | None = Field(default=None, max_length=64)


class AnnualReport(Base, table=True):
    """One edition of the annual report of a contract's programme: once made it does not change any more."""

    __tablename__ = "annual_reports"
    __table_args__ = (
        UniqueConstraint("contract_id", "year", "edition"),
        # One edition at a time is being made.
        Index("uq_annual_reports_under_way", "contract_id", "year", unique=True, postgresql_where="ready_at IS NULL"),
        CheckConstraint("ready_at IS NULL OR file_key IS NOT NULL", name="ready_is_kept"),
        CheckConstraint("published_at IS NULL OR ready_at IS NOT NULL", name="published_is_ready"),
    )

    id: UUID = identity()
    contract_id: UUID = Field(foreign_key="contracts.id")
    lead_organisation_id: UUID
    year: int
    edition: int
    asked_by: UUID
    asked_at: datetime = instant()
    ready_at: datetime | None = instant(optional=True)
    published_at: datetime | None = instant(optional=True)
    published_by: UUID | None = None
    file_key: str | None = Field(default=None, max_length=100)
    file_size: int | None = None
    file_sha256: str | None = Field(default=None, max_length=64)
    version: int = 1
