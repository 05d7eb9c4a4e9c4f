"""Tables of open data: who publishes, what was published of subsidies and of coverage, what a funder states of its beneficiaries."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class Licence(Enum):
    """The two licences a French administration may publish under (CRPA, art. D323-2-1)."""

    LICENCE_OUVERTE = "licence-ouverte-2.0"
    ODBL = "odbl-1.0"


class Publisher(Base, table=True):
    """How a funder appears in what it publishes. `slug` is in public addresses: it never changes."""

    __tablename__ = "publishers"
    __table_args__ = (
        UniqueConstraint("slug"),
        CheckConstraint("siret ~ '^[0-9]{14}$'", name="siret_shape"),
    )

    funder_id: UUID = Field(primary_key=True)
    slug: str = Field(max_length=80)
    name: str = Field(max_length=200)
    siret: str = Field(max_length=14)
    licence: Licence = choice(Licence, "licence", default=Licence.LICENCE_OUVERTE)
    contact_email: str = Field(max_length=320)
    #: `{"code", "de_minimis", "aid_scheme"}` of the budget lines that need a word of their own.
    budget_lines: list[dict[str, Any]] = jsonb(list)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class SubsidyPublication(Base, table=True):
    """One version of the file of a funder and a year; kept for ever."""

    __tablename__ = "subsidy_publications"
    __table_args__ = (
        UniqueConstraint("funder_id", "year", "version"),
        CheckConstraint("version > 0 AND rows >= 0 AND left_out >= 0 AND size > 0", name="counted"),
    )

    id: UUID = identity()
    funder_id: UUID = Field(foreign_key="publishers.funder_id")
    year: int
    version: int
    sha256: str = Field(max_length=64)
    size: int = Field(sa_type=BigInteger)
    key: str = Field(max_length=100)
    rows: int
    left_out: int
    granted_cents: int = Field(sa_type=BigInteger)
    departments: list[str] = strings()
    published_at: datetime = instant()
    #: None: the platform, by the clock.
    published_by: UUID | None = None


class CoveragePublication(Base, table=True):
    """One version of what a decided campaign covers, as CSV and as JSON; kept for ever."""

    __tablename__ = "coverage_publications"
    __table_args__ = (
        UniqueConstraint("campaign_id", "version"),
        CheckConstraint("version > 0 AND cells >= 0 AND csv_size > 0 AND json_size > 0", name="counted"),
    )

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    version: int
    cells: int
    granted_cents: int = Field(sa_type=BigInteger)
    csv_key: str = Field(max_length=100)
    csv_size: int = Field(sa_type=BigInteger)
    csv_sha256: str = Field(max_length=64)
    json_key: str = Field(max_length=100)
    json_size: int = Field(sa_type=BigInteger)
    json_sha256: str = Field(max_length=64)
    published_at: datetime = instant()


class Beneficiary(Base, table=True):
    """What a funder states of one of its beneficiaries for its publications."""

    __tablename__ = "beneficiaries"
    __table_args__ = (CheckConstraint("siret ~ '^[0-9]{14}$'", name="siret_shape"),)

    funder_id: UUID = Field(primary_key=True)
    holder_id: UUID = Field(primary_key=True)
    siret: str | None = Field(default=None, max_length=14)
    legal_person: bool | None = None
    stated_by: UUID
    stated_at: datetime = instant()
    version: int = 1
