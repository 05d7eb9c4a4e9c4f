"""Tables of the themes and territories events speak of, as the directory last told them."""

from datetime import datetime

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
