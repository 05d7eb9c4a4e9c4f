"""Tables of what people ask around their registration: a new e-mail to confirm, links to be sent again."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, String, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant

from ..tables import Base


class EmailChange(Base, table=True):
    """A new address for a registration's contact, until that address answers. The latest one asked for is the only one."""

    __tablename__ = "email_changes"
    __table_args__ = (UniqueConstraint("registration_id"), CheckConstraint("requested_at < due_at", name="ends_after_it_begins"))

    id: UUID = identity()
    registration_id: UUID = Field(foreign_key="registrations.id")
    email: str = Field(max_length=254)
    requested_at: datetime = instant()
    due_at: datetime = instant()
    confirmed_at: datetime | None = instant(optional=True)


class LinkRequest(Base, table=True):
    """Somebody asked for the link of a registration, whether or not there is one: what limits count."""

    __tablename__ = "link_requests"
    __table_args__ = (
        Index("ix_link_requests_email", "email_hash", "at"),
        Index("ix_link_requests_origin", "origin", "at"),
        Index("ix_link_requests_at", "at"),
    )

    id: UUID = identity()
    email_hash: str = Field(sa_type=String(64))
    origin: str = Field(sa_type=String(64))
    at: datetime = instant()
