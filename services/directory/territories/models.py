"""Tables of the territories, from the region to the neighbourhood."""

from datetime import datetime
from enum import IntEnum, StrEnum

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, Index, String
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, instant

from ..tables import Base


class TerritoryKind(StrEnum):
    """From the widest to the narrowest."""

    REGION = "region"
    DEPARTEMENT = "departement"
    EPCI = "epci"
    COMMUNE = "commune"
    QPV = "qpv"


class Generation(IntEnum):
    """Which drawing of the neighbourhoods."""

    FIRST = 2015
    SECOND = 2024


class Territory(Base, table=True):
    """A territory by its official code; regions bear a `REG-` prefix, since INSEE numbers them like departments."""

    __tablename__ = "territories"
    __table_args__ = (
        ForeignKeyConstraint(["parent_code"], ["territories.code"]),
        CheckConstraint("(kind = 'qpv') = (generation IS NOT NULL)", name="generation_of_qpv"),
        CheckConstraint("generation IN (2015, 2024)", name="known_generation"),
        CheckConstraint("population >= 0", name="population"),
        Index("ix_territories_listing", "sort_name", "code"),
        Index("ix_territories_parent_code", "parent_code"),
    )

    code: str = Field(sa_type=String(12), primary_key=True)
    kind: TerritoryKind = choice(TerritoryKind, "kind")
    name: str = Field(sa_type=String(200))
    parent_code: str | None = Field(default=None, sa_type=String(12))
    generation: int | None = None
    population: int | None = None
    sort_name: str = Field(sa_type=SqlText)
    updated_at: datetime = instant()
    version: int = 1


class Succession(Base, table=True):
    """What became of a territory: one may become several, and several one."""

    __tablename__ = "territory_successions"
    __table_args__ = (
        ForeignKeyConstraint(["old_code"], ["territories.code"]),
        ForeignKeyConstraint(["new_code"], ["territories.code"]),
        CheckConstraint("old_code <> new_code", name="another_territory"),
        Index("ix_territory_successions_new_code", "new_code"),
    )

    old_code: str = Field(sa_type=String(12), primary_key=True)
    new_code: str = Field(sa_type=String(12), primary_key=True)
