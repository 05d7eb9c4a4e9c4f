"""Tables of the networks: whose agenda it is."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import identity, instant

from ..tables import Base


class Network(Base, table=True):
    """A network of actors with an agenda of its own, and the organisation that runs it (most often a resource centre)."""

    __tablename__ = "networks"
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
    #: Its resource centre in the catalogue, where replays and comptes rendus are proposed.
    centre_id: UUID | None = None
    created_at: datetime = instant()
    version: int = 1


class EventCounter(Base, table=True):
    """Last number given to an event of a network in a year."""

    __tablename__ = "event_counters"

    network_id: UUID = Field(foreign_key="networks.id", primary_key=True)
    year: int = Field(primary_key=True)
    last: int
