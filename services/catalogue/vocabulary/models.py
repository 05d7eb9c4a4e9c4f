"""Tables of the words documents are described and looked for with."""

from datetime import datetime

from sqlalchemy import String
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import instant, strings

from ..tables import Base


class KnownTheme(Base, table=True):
    """A theme as the directory last told it; `path` is its code after those above it, widest first."""

    __tablename__ = "themes"

    code: str = Field(sa_type=String(60), primary_key=True)
    label: str = Field(sa_type=String(120))
    parent_code: str | None = Field(default=None, sa_type=String(60))
    path: list[str] = strings()
    synonyms: list[str] = strings()
    heard_at: datetime = instant()


class KnownTerritory(Base, table=True):
    """A territory some document speaks of, as the directory last told it; `path` as for themes."""

    __tablename__ = "territories"

    code: str = Field(sa_type=String(12), primary_key=True)
    kind: str = Field(sa_type=String(40))
    name: str = Field(sa_type=String(200))
    parent_code: str | None = Field(default=None, sa_type=String(12))
    path: list[str] = strings()
    heard_at: datetime = instant(index=True)


class Term(Base, table=True):
    """A word or acronym of the trade and what it stands for: searching one finds the others."""

    __tablename__ = "terms"

    #: The term folded (no case, no accents): QPV and qpv are one.
    key: str = Field(sa_type=String(120), primary_key=True)
    label: str = Field(sa_type=String(120))
    equivalents: list[str] = strings()
    note: str = Field(default="", sa_type=SqlText)
    updated_at: datetime = instant()
    version: int = 1
