"""What callers send and receive about reminders and messages."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import Name, paragraphs

from ..agenda.schemas import LocalInstant
from ..registrations.schemas import Mode

Hours = Annotated[int, Field(ge=1, le=720)]


def _each_once(hours: list[int]) -> list[int]:
    return sorted(set(hours), reverse=True)


class RemindersWrite(BaseModel):
    """When those who have a seat are reminded of each session."""

    model_config = ConfigDict(extra="forbid")

    hours: Annotated[list[Hours], Field(max_length=5), AfterValidator(_each_once)] = Field(
        description="Hours before each session begins, 720 at most; none: nobody is reminded.", examples=[[168, 24]]
    )


class RemindersRead(BaseModel):
    """When those who have a seat are reminded of each session."""

    hours: list[int] = Field(examples=[[168, 24]])
    is_usual: bool = Field(description="Nobody chose: seven days and one day.")
    version: int


class Recipients(Enum):
    """Registrations organisers write to; those whose e-mail is not confirmed are never among them."""

    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"
    TO_APPROVE = "to_approve"


class MessageTo(BaseModel):
    """Whom a message is for."""

    model_config = ConfigDict(extra="forbid")

    states: list[Recipients] = Field([Recipients.SEATED], min_length=1, max_length=4)
    modes: list[Mode] = Field([], max_length=2, description="Only those who take part so; empty: all.")
    session_id: UUID | None = Field(None, description="Only those of that session.")


class MessageCreate(BaseModel):
    """What organisers write to participants."""

    model_config = ConfigDict(extra="forbid")

    subject: Name = Field(examples=["Pensez à vos chaussures de marche"])
    text: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=10_000), AfterValidator(paragraphs)] = (
        Field(examples=["Bonjour,\n\nLa visite se fait à pied."])
    )
    to: MessageTo = MessageTo()


class EventMessageRead(BaseModel):
    """A message that was written."""

    id: UUID
    event_id: UUID
    session_id: UUID | None
    subject: str
    text: str
    states: list[Recipients]
    modes: list[Mode]
    registrations: int = Field(description="Registrations it was written to.")
    written_at: LocalInstant


class LetterKind(Enum):
    """Mails an organiser may look at beforehand."""

    TO_CONFIRM = "to_confirm"
    TO_APPROVE = "to_approve"
    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"
    LAPSED = "lapsed"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    CHANGED = "changed"
    EVENT_CANCELLED = "event_cancelled"
    EVENT_POSTPONED = "event_postponed"
    EVENT_RESUMED = "event_resumed"
    SESSION_MOVED = "session_moved"
    SESSION_CANCELLED = "session_cancelled"
    SESSION_ADDED = "session_added"
    REMINDER = "reminder"
    MESSAGE = "message"
