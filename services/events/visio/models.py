"""Tables of visio: accounts at providers, what each session chose, rooms, personal links, who came and went, recordings."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class ProviderKind(Enum):
    """Which software the rooms live in."""

    BIGBLUEBUTTON = "bigbluebutton"
    JITSI = "jitsi"
    LIVEKIT = "livekit"
    EXTERNAL = "external"


class LinkRole(Enum):
    """What somebody may do in the room."""

    VIEWER = "viewer"
    PRESENTER = "presenter"
    MODERATOR = "moderator"


class RoomState(Enum):
    """`planned`: not there yet (or emptied by its provider). `ready`: people may be sent to it. `ended`: nobody is any more."""

    PLANNED = "planned"
    READY = "ready"
    ENDED = "ended"


class MovementKind(Enum):
    """What a provider saw."""

    JOINED = "joined"
    LEFT = "left"


class VisioAccount(Base, table=True):
    """A network's account at a provider. Its secrets are sealed, and never read back."""

    __tablename__ = "visio_accounts"
    __table_args__ = (
        UniqueConstraint("key"),
        Index("uq_visio_accounts_default", "network_id", unique=True, postgresql_where=text("is_default")),
        Index("ix_visio_accounts_network", "network_id", "id"),
        CheckConstraint("NOT is_default OR retired_at IS NULL", name="a_default_is_in_use"),
    )

    id: UUID = identity()
    network_id: UUID = Field(foreign_key="networks.id")
    kind: ProviderKind = choice(ProviderKind, "kind")
    name: str = Field(max_length=120)
    #: BigBlueButton's API, Jitsi's server, the page of LiveKit rooms with `{token}`, an external room.
    address: str | None = Field(default=None, max_length=2000)
    #: LiveKit's own server, where rooms are made and ended.
    server_address: str | None = Field(default=None, max_length=2000)
    #: What the provider calls us: Jitsi's app id, LiveKit's API key.
    identifier: str | None = Field(default=None, max_length=200)
    #: Jitsi: `sub` and `kid` of its tokens, and how they are signed.
    subject: str | None = Field(default=None, max_length=200)
    key_id: str | None = Field(default=None, max_length=200)
    algorithm: str = Field(default="HS256", max_length=5)
    secret_sealed: str | None = Field(default=None, sa_type=SqlText)
    webhook_secret_sealed: str | None = Field(default=None, sa_type=SqlText)
    #: Last part of the address the provider tells its events to.
    key: str = Field(max_length=43)
    is_default: bool = False
    retired_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    version: int = 1


class VisioSetting(Base, table=True):
    """What was chosen for a session; a session without one has its network's account and the usual minutes."""

    __tablename__ = "visio_settings"
    __table_args__ = (
        CheckConstraint("minutes_before BETWEEN 0 AND 240 AND minutes_after BETWEEN 0 AND 480", name="minutes"),
        Index("ix_visio_settings_event", "event_id"),
    )

    session_id: UUID = Field(foreign_key="event_sessions.id", primary_key=True, ondelete="CASCADE")
    event_id: UUID = Field(foreign_key="events.id")
    account_id: UUID | None = Field(default=None, foreign_key="visio_accounts.id")
    #: The room's address, with an external account or without any.
    address: str | None = Field(default=None, max_length=2000)
    minutes_before: int = 15
    minutes_after: int = 30
    is_recorded: bool = False
    has_waiting_room: bool = False
    is_webinar: bool = False
    #: Organisers were told that no room could be made.
    alerted_at: datetime | None = instant(optional=True)
    #: What was seen was proposed as presence.
    proposed_at: datetime | None = instant(optional=True)
    version: int = 1


class VisioRoom(Base, table=True):
    """A session's room at one provider; changing provider gives another room, the links stay."""

    __tablename__ = "visio_rooms"
    __table_args__ = (
        UniqueConstraint("session_id", "account_id", postgresql_nulls_not_distinct=True),
        UniqueConstraint("meeting_id"),
        Index("ix_visio_rooms_alive", "state", postgresql_where=text("state <> 'ended'")),
        Index("ix_visio_rooms_recordings", "recordings_due_at", postgresql_where=text("recordings_due_at IS NOT NULL")),
    )

    id: UUID = identity()
    session_id: UUID = Field(foreign_key="event_sessions.id", ondelete="CASCADE")
    event_id: UUID = Field(foreign_key="events.id")
    account_id: UUID | None = Field(default=None, foreign_key="visio_accounts.id")
    #: Its name at the provider, which nobody guesses.
    meeting_id: str = Field(max_length=80)
    state: RoomState = choice(RoomState, "state", default=RoomState.PLANNED)
    #: BigBlueButton's `createTime`: a join made for an older meeting of that name is refused.
    create_time: int | None = Field(default=None, sa_type=BigInteger)
    attempts: int = 0
    next_try_at: datetime | None = instant(optional=True)
    #: The provider was last asked then; nobody asks again within seconds.
    asked_at: datetime | None = instant(optional=True)
    ready_at: datetime | None = instant(optional=True)
    #: Why the last attempt failed: `providers.contract.Trouble`.
    failure: str | None = Field(default=None, max_length=40)
    ended_at: datetime | None = instant(optional=True)
    recordings_due_at: datetime | None = instant(optional=True)
    recordings_tries: int = 0


class VisioLink(Base, table=True):
    """A personal link: of a participant, or made for a speaker. Only its id is in the signed address."""

    __tablename__ = "visio_links"
    __table_args__ = (
        CheckConstraint("(attendee_id IS NULL) <> (session_id IS NULL)", name="of_a_participant_or_for_a_session"),
        CheckConstraint("attendee_id IS NULL OR role = 'viewer'", name="participants_view"),
        Index("uq_visio_links_attendee", "attendee_id", unique=True, postgresql_where=text("revoked_at IS NULL")),
        Index("ix_visio_links_event", "event_id", "id"),
        Index("ix_visio_links_attendee", "attendee_id", "id"),
        Index("ix_visio_links_session", "session_id", postgresql_where=text("session_id IS NOT NULL")),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    attendee_id: UUID | None = Field(default=None, foreign_key="attendees.id", ondelete="CASCADE")
    session_id: UUID | None = Field(default=None, foreign_key="event_sessions.id", ondelete="CASCADE")
    role: LinkRole = choice(LinkRole, "role", default=LinkRole.VIEWER)
    #: A speaker's name, as the room shows it.
    label: str = Field(default="", max_length=200)
    #: Keyed fingerprints of who it was made for: badge, e-mail, given name, family name.
    marks: list[str] = strings()
    uses_count: int = 0
    last_used_at: datetime | None = instant(optional=True)
    #: Times it was followed while somebody was in the room by it.
    doubled_count: int = 0
    revoked_at: datetime | None = instant(optional=True)
    #: `organiser`, `renewed` or `replaced`.
    revoked_because: str | None = Field(default=None, max_length=20)
    created_at: datetime = instant()
    version: int = 1


class VisioMovement(Base, table=True):
    """Somebody came in or went out, as the provider told it. Stays are drawn from these, in whatever order they came."""

    __tablename__ = "visio_movements"
    __table_args__ = (
        UniqueConstraint("room_id", "connection", "kind", "at"),
        Index("ix_visio_movements_session", "session_id"),
        Index("ix_visio_movements_link", "link_id"),
    )

    id: UUID = identity()
    session_id: UUID = Field(foreign_key="event_sessions.id", ondelete="CASCADE")
    room_id: UUID = Field(foreign_key="visio_rooms.id", ondelete="CASCADE")
    link_id: UUID | None = Field(default=None, foreign_key="visio_links.id", ondelete="CASCADE")
    connection: str = Field(max_length=200)
    kind: MovementKind = choice(MovementKind, "kind")
    at: datetime = instant()
    heard_at: datetime = instant()


class VisioRecording(Base, table=True):
    """What the provider kept of a session; organisers decide what becomes of it."""

    __tablename__ = "visio_recordings"
    __table_args__ = (UniqueConstraint("room_id", "provider_ref"), Index("ix_visio_recordings_session", "session_id"))

    id: UUID = identity()
    session_id: UUID = Field(foreign_key="event_sessions.id", ondelete="CASCADE")
    room_id: UUID = Field(foreign_key="visio_rooms.id", ondelete="CASCADE")
    provider_ref: str = Field(max_length=200)
    name: str = Field(default="", max_length=200)
    #: `schemas.Playback`, one for each format.
    playbacks: list[dict[str, Any]] = jsonb(list)
    starts_at: datetime | None = instant(optional=True)
    ends_at: datetime | None = instant(optional=True)
    found_at: datetime = instant()
