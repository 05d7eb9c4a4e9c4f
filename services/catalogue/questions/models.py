"""Tables of the question desk: how a centre keeps it, what is asked, what is said."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import ARRAY, CheckConstraint, Index, UniqueConstraint, Uuid
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, strings

from ..tables import Base


class QuestionState(Enum):
    """A question's life."""

    ASKED = "asked"
    TAKEN = "taken"
    ANSWERED = "answered"
    REOPENED = "reopened"
    CLOSED = "closed"


class Closing(Enum):
    """How it ended: the asker said thank you, the desk closed it, or nothing more came after the answer."""

    THANKED = "thanked"
    BY_DESK = "by_desk"
    LAPSED = "lapsed"


class Side(Enum):
    """Who speaks."""

    ASKER = "asker"
    DESK = "desk"


class Desk(Base, table=True):
    """How a centre keeps its question desk. A centre without one takes no questions."""

    __tablename__ = "desks"
    __table_args__ = (CheckConstraint("answer_within_days BETWEEN 1 AND 90", name="promise"),)

    centre_id: UUID = Field(foreign_key="centres.id", primary_key=True)
    is_open: bool
    answer_within_days: int
    opening: str = Field(default="", sa_type=SqlText)
    updated_at: datetime = instant()
    version: int = 1


class QuestionCounter(Base, table=True):
    """Last number given to a question of a centre in a year."""

    __tablename__ = "question_counters"

    centre_id: UUID = Field(foreign_key="centres.id", primary_key=True)
    year: int = Field(primary_key=True)
    last: int


class Question(Base, table=True):
    """A question to a centre.

    Columns about the asker and words of the exchange (`asker_id` to `details`, messages) are erased some months after its closing;
    what is left counts delays. `promised_on` is the day first promised, `due_on` the day it is due now.
    """

    __tablename__ = "questions"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("(state = 'closed') = (closed_at IS NOT NULL)", name="closed_at"),
        CheckConstraint("(closing IS NULL) = (closed_at IS NULL)", name="closing"),
        CheckConstraint("state <> 'taken' OR taken_by IS NOT NULL", name="taken_by_somebody"),
        CheckConstraint("state <> 'asked' OR taken_by IS NULL", name="waits_for_somebody"),
        CheckConstraint("state <> 'answered' OR answered_at IS NOT NULL", name="answered_at"),
        CheckConstraint("anonymised_at IS NULL OR state = 'closed'", name="closed_before_anonymised"),
        CheckConstraint(
            "(anonymised_at IS NULL) = (asker_id IS NOT NULL AND reply_email IS NOT NULL)"
            " AND (anonymised_at IS NULL OR (subject = '' AND details = '' AND taken_by IS NULL))",
            name="anonymised_is_empty",
        ),
        Index("ix_questions_desk", "centre_id", "due_on", "id"),
        Index("ix_questions_asker", "asker_id", "id"),
        Index("ix_questions_due", "due_on", postgresql_where="state IN ('asked', 'taken', 'reopened')"),
        Index("ix_questions_kept", "closed_at", postgresql_where="state = 'closed' AND anonymised_at IS NULL"),
    )

    id: UUID = identity()
    centre_id: UUID = Field(foreign_key="centres.id")
    reference: str = Field(max_length=40)
    state: QuestionState = choice(QuestionState, "state", default=QuestionState.ASKED)
    asker_id: UUID | None
    #: What they belonged to when they last wrote: says which documents they may read.
    asker_organisation_ids: list[UUID] = Field(sa_type=ARRAY(Uuid), default_factory=list, nullable=False)
    reply_email: str | None = Field(max_length=254)
    subject: str = Field(sa_type=SqlText)
    details: str = Field(sa_type=SqlText)
    theme_codes: list[str] = strings()
    theme_paths: list[str] = strings()
    territory_codes: list[str] = strings()
    needed_by: date | None = None
    asked_at: datetime = instant()
    promised_on: date
    due_on: date
    #: The due date the desk was reminded of.
    reminded_of: date | None = None
    taken_by: UUID | None = None
    taken_at: datetime | None = instant(optional=True)
    first_answered_at: datetime | None = instant(optional=True)
    answered_at: datetime | None = instant(optional=True)
    reopened_at: datetime | None = instant(optional=True)
    closed_at: datetime | None = instant(optional=True)
    closing: Closing | None = choice(Closing, "closing_kind", default=None, nullable=True)
    closing_reason: str = Field(default="", sa_type=SqlText)
    faq_document_id: UUID | None = None
    anonymised_at: datetime | None = instant(optional=True)
    updated_at: datetime = instant()
    version: int = 1


class QuestionMessage(Base, table=True):
    """What one side said to the other, in order."""

    __tablename__ = "question_messages"
    __table_args__ = (Index("ix_question_messages_thread", "question_id", "id"),)

    id: UUID = identity()
    question_id: UUID = Field(foreign_key="questions.id")
    side: Side = choice(Side, "side")
    is_answer: bool = False
    body: str = Field(sa_type=SqlText)
    document_ids: list[UUID] = Field(sa_type=ARRAY(Uuid), default_factory=list, nullable=False)
    sent_at: datetime = instant()
