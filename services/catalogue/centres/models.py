"""Tables of the resource centres and of who belongs to their network."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import identity, instant

from ..tables import Base


class Centre(Base, table=True):
    """A resource centre: the organisation that keeps documents, and how it signs them."""

    __tablename__ = "centres"
    __table_args__ = (
        UniqueConstraint("organisation_id"),
        UniqueConstraint("code"),
        CheckConstraint("code ~ '^[A-Z][A-Z0-9]{1,11}$'", name="code_shape"),
    )

    id: UUID = identity()
    organisation_id: UUID
    code: str = Field(max_length=12)
    name: str = Field(max_length=200)
    description: str = Field(default="", sa_type=SqlText)
    contact_email: str = Field(max_length=254)
    website: str | None = Field(default=None, max_length=2000)
    created_at: datetime = instant()
    version: int = 1


class CentreMember(Base, table=True):
    """An organisation of the centre's network: its people read what is kept for members."""

    __tablename__ = "centre_members"

    centre_id: UUID = Field(foreign_key="centres.id", primary_key=True)
    organisation_id: UUID = Field(primary_key=True, index=True)
    name: str = Field(max_length=200)
    since: date


class ReferenceCounter(Base, table=True):
    """Last number given to a document of a centre in a year."""

    __tablename__ = "reference_counters"

    centre_id: UUID = Field(foreign_key="centres.id", primary_key=True)
    year: int = Field(primary_key=True)
    last: int
