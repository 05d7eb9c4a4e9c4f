"""Tables of the registrations: desks and their seats, who registered, who takes part."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..agenda.schemas import Audience
from ..tables import Base


class Mode(Enum):
    """How somebody takes part."""

    ON_SITE = "on_site"
    VISIO = "visio"


class RegistrationState(Enum):
    """A registration's life.

    `unconfirmed`: its e-mail is not confirmed; it holds seats, or a rank in the waiting list. `to_approve`: waits for an organiser.
    `offered`: seats are held for it until `offered_until`. `lapsed`: it let an offer or its confirmation go by.
    """

    UNCONFIRMED = "unconfirmed"
    TO_APPROVE = "to_approve"
    SEATED = "seated"
    WAITING = "waiting"
    OFFERED = "offered"
    CANCELLED = "cancelled"
    REFUSED = "refused"
    LAPSED = "lapsed"


#: States that still ask for something.
ACTIVE = ("unconfirmed", "to_approve", "seated", "waiting", "offered")
ACTIVE_SQL = "state IN ('unconfirmed', 'to_approve', 'seated', 'waiting', 'offered')"


class Source(Enum):
    """How a registration came."""

    ONLINE = "online"
    ORGANISER = "organiser"
    WALK_IN = "walk_in"


class Desk(Base, table=True):
    """Where one registers: an event as a whole, or one of its sessions. Its row is locked by whoever gives or takes seats."""

    __tablename__ = "registration_desks"
    __table_args__ = (
        UniqueConstraint("event_id", "session_id", postgresql_nulls_not_distinct=True),
        CheckConstraint("last_rank >= 0 AND waiting_count >= 0", name="counters"),
        Index("ix_registration_desks_session", "session_id", postgresql_where=text("session_id IS NOT NULL")),
        Index("ix_registration_desks_waiting", "event_id", "id", postgresql_where=text("waiting_count > 0")),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID | None = Field(default=None, foreign_key="event_sessions.id")
    #: Last rank given in the waiting list; ranks are never given twice.
    last_rank: int = 0
    #: Registrations in the waiting list right now.
    waiting_count: int = 0
    version: int = 1


class SeatPool(Base, table=True):
    """Seats of a desk for one mode: open to all, or a share reserved for some audiences or territories.

    A share that is released gives what it has left to the seats open to all. The database itself refuses one seat too many.
    """

    __tablename__ = "seat_pools"
    __table_args__ = (
        CheckConstraint("taken >= 0 AND (capacity IS NULL OR taken <= capacity)", name="never_oversold"),
        CheckConstraint("capacity IS NULL OR capacity BETWEEN 0 AND 100000", name="capacity"),
        CheckConstraint("NOT is_share OR capacity IS NOT NULL", name="share_is_counted"),
        CheckConstraint("is_share = (cardinality(audiences) + cardinality(territory_codes) > 0)", name="share_is_for_some"),
        Index("uq_seat_pools_open", "desk_id", "mode", unique=True, postgresql_where=text("NOT is_share")),
        Index("ix_seat_pools_desk", "desk_id", "position"),
    )

    id: UUID = identity()
    desk_id: UUID = Field(foreign_key="registration_desks.id")
    mode: Mode = choice(Mode, "mode")
    is_share: bool = False
    position: int = 0
    label: str = Field(default="", max_length=120)
    audiences: list[str] = strings()
    territory_codes: list[str] = strings()
    #: None: as many as come.
    capacity: int | None = None
    taken: int = 0
    #: When what a share has left is for all.
    released_at: datetime | None = instant(optional=True)


class Registration(Base, table=True):
    """One request for seats, for oneself or a group that stays together."""

    __tablename__ = "registrations"
    __table_args__ = (
        UniqueConstraint("desk_id", "rank"),
        UniqueConstraint("code"),
        Index(
            "uq_registrations_contact",
            "desk_id",
            text("lower(contact_email)"),
            unique=True,
            postgresql_where=text(ACTIVE_SQL),
        ),
        Index("ix_registrations_waiting", "desk_id", "rank", postgresql_where=text("rank IS NOT NULL")),
        Index("ix_registrations_event", "event_id", "id"),
        Index("ix_registrations_session", "session_id", postgresql_where=text("session_id IS NOT NULL")),
        Index("ix_registrations_email", text("lower(contact_email)")),
        Index("ix_registrations_account", "account_id", "id", postgresql_where=text("account_id IS NOT NULL")),
        Index("ix_registrations_due", "due_at", postgresql_where=text("due_at IS NOT NULL")),
        CheckConstraint("state <> 'waiting' OR rank IS NOT NULL", name="waiting_has_a_rank"),
        CheckConstraint(
            "state NOT IN ('seated', 'offered', 'cancelled', 'refused', 'lapsed') OR rank IS NULL", name="served_has_none"
        ),
        CheckConstraint("state <> 'offered' OR due_at IS NOT NULL", name="an_offer_ends"),
    )

    id: UUID = identity()
    desk_id: UUID = Field(foreign_key="registration_desks.id")
    event_id: UUID = Field(foreign_key="events.id")
    session_id: UUID | None = Field(default=None, foreign_key="event_sessions.id")
    #: What people say at the welcome desk: `7KQ29FVM`.
    code: str = Field(max_length=8)
    state: RegistrationState = choice(RegistrationState, "state")
    source: Source = choice(Source, "source", default=Source.ONLINE)
    account_id: UUID | None = None
    contact_name: str = Field(max_length=200)
    contact_email: str = Field(max_length=254)
    contact_phone: str = Field(default="", max_length=40)
    #: Place in the waiting list while it has no seats; None once served or gone.
    rank: int | None = None
    #: The rank it was first given, for its history.
    first_rank: int | None = None
    email_confirmed_at: datetime | None = instant(optional=True)
    #: When the offer, or the wait for its confirmation, ends.
    due_at: datetime | None = instant(optional=True)
    #: Links signed for an older one open nothing any more.
    link_version: int = 1
    reason: str | None = Field(default=None, sa_type=SqlText)
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class Attendee(Base, table=True):
    """A person of a registration, with their seat: `pool_id`."""

    __tablename__ = "attendees"
    __table_args__ = (
        UniqueConstraint("registration_id", "position"),
        UniqueConstraint("key"),
        Index("ix_attendees_event", "event_id", "family_name", "id"),
        Index("ix_attendees_pool", "pool_id"),
        Index("ix_attendees_email", text("lower(email)"), postgresql_where=text("email IS NOT NULL")),
    )

    id: UUID = identity()
    registration_id: UUID = Field(foreign_key="registrations.id")
    event_id: UUID = Field(foreign_key="events.id")
    position: int
    given_name: str = Field(max_length=120)
    family_name: str = Field(max_length=120)
    email: str | None = Field(default=None, max_length=254)
    function: str = Field(default="", max_length=200)
    organisation_name: str = Field(default="", max_length=200)
    organisation_id: UUID | None = None
    audience: Audience = choice(Audience, "audience")
    territory_code: str | None = Field(default=None, max_length=12)
    #: The territory with those around it, for shares and statistics.
    territory_path: list[str] = strings()
    mode: Mode = choice(Mode, "mode")
    pool_id: UUID | None = Field(default=None, foreign_key="seat_pools.id")
    answers: dict[str, Any] = jsonb(dict)
    #: Secret of the person's badge (QR code).
    key: str = Field(max_length=32)
    #: They left the group; their seat went on.
    left_at: datetime | None = instant(optional=True)
    #: Their name and address are forgotten.
    erased_at: datetime | None = instant(optional=True)


class AttendeeNeeds(Base, table=True):
    """What the organiser alone sees, and forgets after the event (GDPR art. 5.1.e and, for health, art. 9)."""

    __tablename__ = "attendee_needs"

    attendee_id: UUID = Field(foreign_key="attendees.id", primary_key=True)
    dietary: str = Field(default="", max_length=500)
    accessibility: str = Field(default="", max_length=1000)
    #: What is counted, without names, for the caterer and the venue.
    dietary_kinds: list[str] = strings(server_default="{}")
    accessibility_kinds: list[str] = strings(server_default="{}")


class RegistrationAttempt(Base, table=True):
    """Somebody without an account asked for seats: what limits count, for an hour. The address itself is not kept."""

    __tablename__ = "registration_attempts"
    __table_args__ = (
        Index("ix_registration_attempts_origin", "origin", "at"),
        Index("ix_registration_attempts_email_hash", "email_hash", "at"),
        Index("ix_registration_attempts_at", "at"),
    )

    id: UUID = identity()
    origin: str = Field(max_length=64)
    email_hash: str = Field(max_length=64)
    at: datetime = instant()
