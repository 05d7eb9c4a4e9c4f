"""Tables of privacy: the register of erasures, and the names of erased signatories, sealed while the law keeps them."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import Date, Index, String, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import identity, instant
from services.common.erasures import declare_register

from ..tables import Base

ERASURES = declare_register(Base.metadata)


class SealedSignature(Base, table=True):
    """Who signed an act that binds public money, no longer named in it: unreadable in the database, gone after `kept_until`."""

    __tablename__ = "sealed_signatures"
    __table_args__ = (UniqueConstraint("act_id", "act"), Index("ix_sealed_signatures_kept_until", "kept_until"))

    id: UUID = identity()
    act: str = Field(sa_type=String(60))
    act_id: UUID
    reference: str = Field(sa_type=String(40))
    sealed: str = Field(sa_type=SqlText)
    kept_until: date = Field(sa_type=Date)
    sealed_at: datetime = instant()
