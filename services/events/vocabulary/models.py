"""Tables of the themes and territories events speak of, as the directory last told them."""

from datetime import datetime
from uuid import UUID

from sqlalchemy import String
from sqlmodel import Field

from services.common.columns import instant, strings

from ..tables import Base


class KnownTheme(Base, table=True):
    """A theme; `path` is its code after those above it, widest first."""

    __tablename__ = "themes"

    code: str = Field(sa_type=String(60), primary_key=True)
    label: str = Field(sa_type=String(120))
    path: list[str] = strings()
    heard_at: datetime = instant()


class KnownTerritory(Base, table=True):
    """A territory some event or participant names; `path` as for themes."""

    __tablename__ = "territories"

    code: str = Field(sa_type=String(12), primary_key=True)
    kind: str = Field(sa_type=String(40))
    label: str = Field(sa_type=String(200))
    path: list[str] = strings()
    heard_at: datetime = instant()


class ToldOrganisation(Base, table=True):
    """An organisation as the directory last told it, at its version; the name of an erased one is gone."""

    __tablename__ = "told_organisations"

    id: UUID = Field(primary_key=True)
    name: str = Field(max_length=200)
    version: int
    erased: bool = False
