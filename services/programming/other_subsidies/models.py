"""What a holder asks for or got elsewhere, told to the funders concerned. Tables."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class SubsidyState(Enum):
    """Where a request to a funder outside the platform is, as its holder says."""

    ASKED = "asked"
    GRANTED = "granted"
    REFUSED = "refused"


class DeclaredSubsidy(Base, table=True):
    """A subsidy asked for or got outside the platform, on its holder's word. Amounts in euro cents."""

    __tablename__ = "declared_subsidies"
    __table_args__ = (
        CheckConstraint("asked_cents > 0", name="asks_something"),
        CheckConstraint("(state = 'granted') = (granted_cents IS NOT NULL)", name="granted_has_its_amount"),
        CheckConstraint("granted_cents > 0", name="grants_something"),
        Index("ix_declared_subsidies_holder", "organisation_id", "year", "id"),
    )

    id: UUID = identity()
    organisation_id: UUID
    year: int
    funder_name: str = Field(max_length=200)
    #: Off the platform unless said: then what it granted adds up with what it grants here.
    funder_id: UUID | None = None
    purpose: str = Field(default="", max_length=300)
    public_money: bool = True
    asked_cents: int = Field(sa_type=BigInteger)
    granted_cents: int | None = Field(default=None, sa_type=BigInteger)
    state: SubsidyState = choice(SubsidyState, "state", default=SubsidyState.ASKED)
    declared_by: UUID
    declared_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class DeMinimisAid(Base, table=True):
    """An aid received under a de minimis regulation by an organisation that has an economic activity. Gross grant equivalent."""

    __tablename__ = "de_minimis_aids"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="is_something"),
        Index("ix_de_minimis_aids_holder", "organisation_id", "granted_on"),
    )

    id: UUID = identity()
    organisation_id: UUID
    funder_name: str = Field(max_length=200)
    regulation: str = Field(max_length=100)
    amount_cents: int = Field(sa_type=BigInteger)
    granted_on: date
    declared_by: UUID
    declared_at: datetime = instant()
