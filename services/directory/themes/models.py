"""Table of the themes: a small tree of subjects."""

from datetime import datetime

from sqlalchemy import CheckConstraint, ForeignKeyConstraint, String
from sqlmodel import Field

from services.common.columns import instant, strings

from ..tables import Base


class Theme(Base, table=True):
    """A subject, and the other words people call it by."""

    __tablename__ = "themes"
    __table_args__ = (
        ForeignKeyConstraint(["parent_code"], ["themes.code"]),
        CheckConstraint("parent_code <> code", name="not_its_own_parent"),
    )

    code: str = Field(sa_type=String(60), primary_key=True)
    label: str = Field(sa_type=String(120))
    parent_code: str | None = Field(default=None, sa_type=String(60))
    synonyms: list[str] = strings()
    updated_at: datetime = instant()
    version: int = 1
