"""Tables of invitations: what was written to whom, what calendars were told, reminders, messages of organisers."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, Integer, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings

from ..tables import Base


class Method(Enum):
    """What a calendar was last told of a session (RFC 5546)."""

    REQUEST = "REQUEST"
    CANCEL = "CANCEL"


class Letter(Base, table=True):
    """A mail that was written, so that it is not written twice: whom to, about what, and which edition of that news.

    No address and no word is kept here: `recipient_id` is the participant it was written to, or the registration when its contact
    takes no part.
    """

    __tablename__ = "letters"
    __table_args__ = (
        UniqueConstraint("registration_id", "recipient_id", "news", "edition"),
        Index("ix_letters_event", "event_id", "news"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    registration_id: UUID = Field(foreign_key="registrations.id")
    recipient_id: UUID
    news: str = Field(max_length=40)
    edition: str = Field(max_length=80)
    written_at: datetime = instant()


class Invitation(Base, table=True):
    """What a participant's calendar was last told of a session; `sequence` only ever rises (RFC 5545 §3.8.7.4)."""

    __tablename__ = "invitations"
    __table_args__ = (CheckConstraint("sequence >= 0", name="sequence"),)

    attendee_id: UUID = Field(foreign_key="attendees.id", primary_key=True)
    session_id: UUID = Field(foreign_key="event_sessions.id", primary_key=True, index=True)
    method: Method = choice(Method, "method")
    sequence: int = 0
    #: What was said that makes it rise: the session's own sequence and how the person takes part.
    said: str = Field(max_length=120)
    told_at: datetime = instant()


class ReminderPlan(Base, table=True):
    """Hours before each session when those seated are reminded; without one, `rules.USUAL_REMINDERS`."""

    __tablename__ = "reminder_plans"

    event_id: UUID = Field(foreign_key="events.id", primary_key=True)
    hours: list[int] = Field(sa_type=ARRAY(Integer), nullable=False)
    version: int = 1


class Reminder(Base, table=True):
    """A reminder that went out: once for a session, a delay and the day (Paris) the session stood on."""

    __tablename__ = "reminders"

    session_id: UUID = Field(foreign_key="event_sessions.id", primary_key=True)
    hours: int = Field(primary_key=True)
    held_on: date = Field(primary_key=True)
    sent_at: datetime = instant()


class EventMessage(Base, table=True):
    """What organisers wrote to participants."""

    __tablename__ = "event_messages"
    __table_args__ = (
        Index("ix_event_messages_event", "event_id", "id"),
        Index("ix_event_messages_session", "session_id", postgresql_where=text("session_id IS NOT NULL")),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID | None = Field(default=None, foreign_key="event_sessions.id")
    subject: str = Field(max_length=200)
    text: str = Field(sa_type=SqlText)
    #: States of the registrations, and ways of taking part (empty: all), it was written to.
    states: list[str] = strings()
    modes: list[str] = strings()
    author_id: UUID
    #: Registrations it concerned when it was written.
    registrations: int
    written_at: datetime = instant()
