"""Agenda and minutes of a committee session, as PDF. Tables."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class PaperKind(Enum):
    AGENDA = "agenda"
    MINUTES = "minutes"


class SessionPaper(Base, table=True):
    """One printing of a session's agenda or minutes. `data` is what it says, kept when it was asked for: it never changes.

    `edition` numbers the minutes that were signed (1) and their corrections (2, 3, …); a draft has none.
    """

    __tablename__ = "session_papers"
    __table_args__ = (
        UniqueConstraint("committee_id", "kind", "number"),
        Index("uq_session_papers_edition", "committee_id", "edition", unique=True, postgresql_where=sa.text("edition IS NOT NULL")),
        CheckConstraint("(file_key IS NULL) = (ready_at IS NULL)", name="file_when_ready"),
        CheckConstraint("edition IS NULL OR kind = 'minutes'", name="minutes_are_signed"),
        CheckConstraint("edition IS NULL OR edition = 1 OR reason <> ''", name="correction_has_reason"),
    )

    id: UUID = identity()
    committee_id: UUID = Field(foreign_key="committees.id")
    kind: PaperKind = choice(PaperKind, "kind")
    number: int
    edition: int | None = None
    draft: bool = False
    reason: str = Field(default="", max_length=2000)
    data: dict[str, Any] = jsonb(dict)
    asked_by: UUID
    asked_at: datetime = instant()
    ready_at: datetime | None = instant(optional=True)
    file_key: str | None = Field(default=None, max_length=100)
    file_size: int | None = None
    file_sha256: str | None = Field(default=None, max_length=64)
