"""Tables of the surveys: what is asked, who may answer, and answers that name nobody."""

from datetime import date, datetime
from typing import Any
from uuid import UUID, uuid4

from sqlalchemy import JSON, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import identity, instant, jsonb

from ..tables import Base


class Survey(Base, table=True):
    """What is asked of the people who came. Prepared, then open until the end of `closes_on` in Paris, or closed before."""

    __tablename__ = "surveys"
    __table_args__ = (
        UniqueConstraint("event_id"),
        CheckConstraint("opened_at IS NULL OR closes_on IS NOT NULL", name="open_has_an_end"),
        CheckConstraint("closed_at IS NULL OR opened_at IS NOT NULL", name="closed_was_open"),
        Index("ix_surveys_unsent", "id", postgresql_where="opened_at IS NOT NULL AND sent_at IS NULL"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    #: JSON Schema of an object, one property for each question; `json`, which keeps the order they are asked in.
    form: dict[str, Any] = Field(sa_type=JSON, default_factory=dict, nullable=False)
    #: It opens by itself once the event is held.
    automatic: bool = True
    closes_on: date | None = None
    opened_at: datetime | None = instant(optional=True)
    closed_at: datetime | None = instant(optional=True)
    #: When everybody had been written to.
    sent_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    version: int = 1


class SurveyInvitation(Base, table=True):
    """Somebody may answer, once. Neither when they answered nor what is kept beside them."""

    __tablename__ = "survey_invitations"

    survey_id: UUID = Field(foreign_key="surveys.id", primary_key=True)
    attendee_id: UUID = Field(foreign_key="attendees.id", primary_key=True, index=True)
    answered: bool = False


class SurveyAnswer(Base, table=True):
    """An answer. Its id is drawn at random and it bears no instant: nothing ties it to an invitation."""

    __tablename__ = "survey_answers"
    __table_args__ = (Index("ix_survey_answers_survey", "survey_id", "id"),)

    id: UUID = Field(default_factory=uuid4, primary_key=True)
    survey_id: UUID = Field(foreign_key="surveys.id")
    answers: dict[str, Any] = jsonb(dict)
