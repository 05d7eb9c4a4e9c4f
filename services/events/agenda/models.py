"""Tables of the agenda: events, their sessions, series."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb, strings

from ..tables import Base


class EventFormat(Enum):
    """What kind of meeting it is, in the trade's words."""

    JOURNEE = "journee"
    CYCLE = "cycle"
    TEMOIGNAGE_FLASH = "temoignage_flash"
    CAFELABO = "cafelabo"
    FORMATION_ACTION = "formation_action"
    ELECTED_EXCHANGE = "elected_exchange"
    SITE_VISIT = "site_visit"
    WEB_CONFERENCE = "web_conference"
    REGIONAL_MEETING = "regional_meeting"
    WORKSHOP = "workshop"
    OTHER = "other"


class Audience(Enum):
    """Whom an event is for, who a participant is, whom seats are reserved for."""

    ELECTED_OFFICIAL = "elected_official"
    STATE = "state"
    LOCAL_AUTHORITY = "local_authority"
    ASSOCIATION = "association"
    LANDLORD = "landlord"
    RESIDENT = "resident"
    RESEARCHER = "researcher"
    OTHER = "other"


class EventStatus(Enum):
    """An event's life, decided by organisers. Whether an open event is full, or its registrations over, is derived."""

    IDEA = "idea"
    TENTATIVE = "tentative"
    ANNOUNCED = "announced"
    OPEN = "open"
    CLOSED = "closed"
    HELD = "held"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


class Enrolment(Enum):
    """One registration for the whole event (a cycle is one registration), or one for each session."""

    WHOLE = "whole"
    PER_SESSION = "per_session"


class Visibility(Enum):
    """Who finds the event: everybody, or who was given its address."""

    PUBLIC = "public"
    UNLISTED = "unlisted"


class SessionStatus(Enum):
    """A session's life."""

    PLANNED = "planned"
    HELD = "held"
    CANCELLED = "cancelled"


class Event(Base, table=True):
    """A meeting of a network, made of sessions.

    `starts_at`, `ends_at` and the modes are drawn from the sessions that are not cancelled (`service.refresh`); `territory_path`
    and `theme_path` hold the codes above those that were given.
    """

    __tablename__ = "events"
    __table_args__ = (
        UniqueConstraint("reference"),
        CheckConstraint("(starts_at IS NULL) = (ends_at IS NULL)", name="both_ends"),
        CheckConstraint("status NOT IN ('open', 'closed', 'held') OR starts_at IS NOT NULL", name="dated_once_open"),
        CheckConstraint(
            "registration_opens_at IS NULL OR registration_closes_at IS NULL OR registration_opens_at < registration_closes_at",
            name="opens_before_it_closes",
        ),
        CheckConstraint("offer_hours BETWEEN 1 AND 336", name="offer_hours"),
        CheckConstraint("certificate_share BETWEEN 0 AND 100", name="certificate_share"),
        Index("ix_events_agenda", "sort_on", "id"),
        Index("ix_events_network", "network_id", "sort_on", "id"),
        Index("ix_events_territory_path", "territory_path", postgresql_using="gin"),
        Index("ix_events_theme_path", "theme_path", postgresql_using="gin"),
        Index("ix_events_documents", "documents", postgresql_using="gin", postgresql_ops={"documents": "jsonb_path_ops"}),
    )

    id: UUID = identity()
    network_id: UUID = Field(foreign_key="networks.id")
    reference: str = Field(max_length=40)
    format: EventFormat = choice(EventFormat, "format")
    status: EventStatus = choice(EventStatus, "status", default=EventStatus.IDEA)
    visibility: Visibility = choice(Visibility, "visibility", default=Visibility.PUBLIC)
    title: str = Field(max_length=200)
    summary: str = Field(default="", max_length=500)
    description: str = Field(default="", sa_type=SqlText)
    aims: str = Field(default="", sa_type=SqlText)
    audiences: list[str] = strings()
    theme_codes: list[str] = strings()
    theme_path: list[str] = strings()
    territory_codes: list[str] = strings()
    territory_path: list[str] = strings()
    #: Organisers, partners and co-funders with their part: `schemas.Partner`.
    partners: list[dict[str, Any]] = jsonb(list)
    #: Documents of the catalogue: `schemas.AttachedDocument`.
    documents: list[dict[str, Any]] = jsonb(list)
    #: What is said of the date while it is not known: `Janvier ?`.
    vague_date: str | None = Field(default=None, max_length=100)
    #: Where it stands in the agenda: its first day in Paris or, while unknown, the day it is expected around.
    sort_on: date
    expected_on: date | None = None
    starts_at: datetime | None = instant(optional=True)
    ends_at: datetime | None = instant(optional=True)
    is_on_site: bool = False
    is_visio: bool = False
    #: No seat is left anywhere; the registrations keep it true.
    is_full: bool = False
    cost_cents: int = 0
    cost_note: str = Field(default="", max_length=500)
    enrolment: Enrolment = choice(Enrolment, "enrolment", default=Enrolment.WHOLE)
    #: Registrations wait for an organiser's yes.
    approval_required: bool = False
    registration_opens_at: datetime | None = instant(optional=True)
    registration_closes_at: datetime | None = instant(optional=True)
    most_in_group: int = 1
    #: Questions asked of each participant, as JSON Schema.
    form: dict[str, Any] | None = jsonb(optional=True)
    has_waiting_list: bool = True
    #: Hours an offered seat waits for its answer.
    offer_hours: int = 48
    #: From how many hours before the beginning a waiting group that does not fit lets others pass, so that no seat stays empty.
    overtaking_hours: int = 72
    #: Share of the hours, in percent, that must be followed to be certified.
    certificate_share: int = 80
    #: Why it was cancelled or postponed, as participants read it.
    status_reason: str | None = Field(default=None, sa_type=SqlText)
    series_id: UUID | None = Field(default=None, foreign_key="event_series.id", index=True)
    copied_from_id: UUID | None = Field(default=None, foreign_key="events.id")
    created_by: UUID | None = None
    created_at: datetime = instant()
    updated_at: datetime = instant()
    version: int = 1


class EventSeries(Base, table=True):
    """Events that come back: the same café every spring."""

    __tablename__ = "event_series"

    id: UUID = identity()
    network_id: UUID = Field(foreign_key="networks.id", index=True)
    title: str = Field(max_length=200)
    description: str = Field(default="", sa_type=SqlText)
    created_at: datetime = instant()
    version: int = 1


class EventSession(Base, table=True):
    """A sitting of an event: its date, its place, its visio. Instants are stored in UTC; people read them in Paris."""

    __tablename__ = "event_sessions"
    __table_args__ = (
        UniqueConstraint("event_id", "number", deferrable=True, initially="DEFERRED"),
        CheckConstraint("starts_at < ends_at", name="begins_before_it_ends"),
        CheckConstraint("is_on_site OR is_visio", name="somewhere"),
        CheckConstraint("(status = 'cancelled') = (cancelled_reason IS NOT NULL)", name="cancelled_says_why"),
        Index("ix_event_sessions_starts_at", "starts_at", "id"),
        Index("ix_event_sessions_visio", "ends_at", postgresql_where=text("is_visio")),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id", index=True)
    number: int
    title: str = Field(default="", max_length=200)
    status: SessionStatus = choice(SessionStatus, "status", default=SessionStatus.PLANNED)
    starts_at: datetime = instant()
    ends_at: datetime = instant()
    is_on_site: bool = True
    is_visio: bool = False
    #: `schemas.EventPlace`.
    place: dict[str, Any] | None = jsonb(optional=True)
    room: str = Field(default="", max_length=200)
    #: `schemas.ProgrammeItem`, in order.
    programme: list[dict[str, Any]] = jsonb(list)
    cancelled_reason: str | None = Field(default=None, sa_type=SqlText)
    #: When it was to begin as first promised, once it was moved.
    previous_starts_at: datetime | None = instant(optional=True)
    #: It was promised on site, and is by visio only since.
    moved_online: bool = Field(default=False, sa_column_kwargs={"server_default": "false"})
    #: Rises when its date, place or state changes: what calendars compare (RFC 5545 §3.8.7.4).
    sequence: int = 0
    version: int = 1
