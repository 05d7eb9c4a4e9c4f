"""Tables of attendance: who was scanned, who stayed by visio, and what organisers validated of it."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class PresenceState(Enum):
    """What an organiser says of somebody at a session."""

    PRESENT = "present"
    ABSENT = "absent"
    EXCUSED = "excused"


class PresenceSource(Enum):
    """What a presence was drawn from; `organiser` when it was corrected or said by hand."""

    SCAN = "scan"
    VISIO = "visio"
    ORGANISER = "organiser"


class PresenceSheet(Base, table=True):
    """The sheet of a session. Its row is locked by whoever writes on it; its version rises with every trace and every validation."""

    __tablename__ = "presence_sheets"

    session_id: UUID = Field(foreign_key="event_sessions.id", primary_key=True)
    event_id: UUID = Field(foreign_key="events.id", index=True)
    version: int = 1


class CheckIn(Base, table=True):
    """One scan at the welcome desk, kept even when the person was scanned before. A device names its scans: sent twice is once."""

    __tablename__ = "check_ins"
    __table_args__ = (
        UniqueConstraint("session_id", "device_id", "client_id"),
        Index("ix_check_ins_person", "session_id", "attendee_id", "scanned_at"),
        Index("ix_check_ins_event", "event_id", "attendee_id"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID = Field(foreign_key="event_sessions.id")
    attendee_id: UUID = Field(foreign_key="attendees.id")
    device_id: str = Field(max_length=60)
    client_id: str = Field(max_length=60)
    scanned_at: datetime = instant()
    received_at: datetime = instant()
    scanned_by: UUID | None = None
    #: Let in although registered by visio, or before the e-mail was confirmed.
    is_forced: bool = False


class Stay(Base, table=True):
    """A stay in a visio room, as its provider told it; `mark` is the stay's own name, so that telling it twice is telling it once."""

    __tablename__ = "presence_stays"
    __table_args__ = (
        UniqueConstraint("session_id", "attendee_id", "mark"),
        CheckConstraint("left_at IS NULL OR left_at >= joined_at", name="leaves_after_joining"),
        Index("ix_presence_stays_event", "event_id", "attendee_id"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID = Field(foreign_key="event_sessions.id")
    attendee_id: UUID = Field(foreign_key="attendees.id")
    source: str = Field(max_length=40)
    mark: str = Field(max_length=200)
    joined_at: datetime = instant()
    left_at: datetime | None = instant(optional=True)
    told_at: datetime = instant()


class Presence(Base, table=True):
    """What an organiser validated of somebody at a session: this alone counts."""

    __tablename__ = "presences"
    __table_args__ = (
        UniqueConstraint("session_id", "attendee_id"),
        CheckConstraint("minutes >= 0", name="minutes"),
        CheckConstraint("state = 'present' OR minutes = 0", name="only_the_present_follow"),
        CheckConstraint("arrived_at IS NULL OR left_at IS NULL OR arrived_at <= left_at", name="leaves_after_arriving"),
        Index("ix_presences_event", "event_id", "attendee_id"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID = Field(foreign_key="event_sessions.id")
    attendee_id: UUID = Field(foreign_key="attendees.id")
    state: PresenceState = choice(PresenceState, "state")
    minutes: int = 0
    arrived_at: datetime | None = instant(optional=True)
    left_at: datetime | None = instant(optional=True)
    source: PresenceSource = choice(PresenceSource, "source")
    note: str = Field(default="", sa_type=SqlText)
    validated_at: datetime = instant()
    validated_by: UUID | None = None
