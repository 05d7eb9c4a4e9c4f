"""Tables of privacy: the proof that data was erased, and what people asked about theirs."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class RequestKind(Enum):
    """What somebody asks about their own data."""

    EXPORT = "export"
    ERASURE = "erasure"


class Erasure(Base, table=True):
    """Something was erased, how much of it, and up to when. Each line holds the digest of the one before: none goes unseen."""

    __tablename__ = "erasures"
    __table_args__ = (
        UniqueConstraint("previous"),
        CheckConstraint("number > 0 AND count >= 0", name="counted"),
    )

    number: int = Field(sa_type=BigInteger, primary_key=True, sa_column_kwargs={"autoincrement": False})
    at: datetime = instant()
    #: Code of the retention rule; `request` when somebody asked.
    rule: str = Field(max_length=40)
    #: Events that were over before this instant were concerned; None for a request.
    before: datetime | None = instant(optional=True)
    count: int
    previous: str = Field(max_length=64)
    digest: str = Field(max_length=64)


class PersonalDataRequest(Base, table=True):
    """Somebody asks what is held under an address, or to be forgotten. The address itself goes once answered, or too late."""

    __tablename__ = "personal_data_requests"
    __table_args__ = (
        Index("ix_personal_data_requests_address", "email_hash", "asked_at"),
        Index("ix_personal_data_requests_origin", "origin", "asked_at"),
        Index("ix_personal_data_requests_asked", "asked_at"),
    )

    id: UUID = identity()
    kind: RequestKind = choice(RequestKind, "kind")
    email: str | None = Field(default=None, max_length=254)
    email_hash: str = Field(max_length=64)
    origin: str = Field(max_length=64)
    asked_at: datetime = instant()
    done_at: datetime | None = instant(optional=True)
