"""Changes asked of a holder on named fields of a submitted dossier. Tables."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class ChangeRequestStatus(Enum):
    OPEN = "open"
    ANSWERED = "answered"
    CANCELLED = "cancelled"
    #: Closed by the team after the due day: the dossier is judged as it is.
    UNANSWERED = "unanswered"
    #: The dossier was withdrawn meanwhile.
    MOOT = "moot"


class FieldState(Enum):
    PENDING = "pending"
    CHANGED = "changed"
    EXPLAINED = "explained"


class ChangeRequest(Base, table=True):
    """What one funder, or the team, asks the holder to change, by when. Days are those of Paris."""

    __tablename__ = "change_requests"
    __table_args__ = (
        Index("ix_change_requests_dossier", "dossier_id", "id"),
        Index("ix_change_requests_open", "due_on", postgresql_where="status = 'open'"),
        Index("ix_change_requests_unread", "asked_by", postgresql_where="status = 'answered' AND answer_read_at IS NULL"),
        CheckConstraint("(status = 'open') = (ended_at IS NULL)", name="ended_is_dated"),
        CheckConstraint("status <> 'answered' OR submission_number IS NOT NULL", name="answered_by_a_submission"),
        CheckConstraint("due_on >= asked_on", name="due_after_asking"),
    )

    id: UUID = identity()
    dossier_id: UUID = Field(foreign_key="dossiers.id")
    organisation_id: UUID
    organisation_name: str = Field(max_length=300)
    asked_by: UUID
    #: Whom to tell of the answer; emptied when the person's data are erased.
    asked_by_email: str = Field(default="", max_length=320)
    asked_at: datetime = instant()
    asked_on: date
    due_on: date
    word: str = Field(default="", max_length=4000)
    #: The file lacks something it must hold: the legal clock stands still meanwhile.
    incomplete: bool = False
    status: ChangeRequestStatus = choice(ChangeRequestStatus, "status", default=ChangeRequestStatus.OPEN)
    ended_at: datetime | None = instant(optional=True)
    ended_on: date | None = None
    ended_by: UUID | None = None
    reason: str = Field(default="", max_length=2000)
    submission_number: int | None = None
    #: Those who asked have looked at the answer; nobody on the holder's side is told.
    answer_read_at: datetime | None = instant(optional=True)
    version: int = 1


class ChangeRequestField(Base, table=True):
    """One field named, what is asked of it, and what became of it."""

    __tablename__ = "change_request_fields"
    __table_args__ = (UniqueConstraint("change_request_id", "pointer"),)

    id: UUID = identity()
    change_request_id: UUID = Field(foreign_key="change_requests.id")
    pointer: str = Field(max_length=300)
    comment: str = Field(max_length=2000)
    before: Any = jsonb(optional=True)
    state: FieldState = choice(FieldState, "state", default=FieldState.PENDING)
    explanation: str = Field(default="", max_length=4000)


class ChangeRequestReminder(Base, table=True):
    """A threshold the holder was reminded at: once for each due day."""

    __tablename__ = "change_request_reminders"

    change_request_id: UUID = Field(primary_key=True, foreign_key="change_requests.id")
    due_on: date = Field(primary_key=True)
    step: int = Field(primary_key=True)
    sent_at: datetime = instant()
