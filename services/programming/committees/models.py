"""Tables of the committee sessions, their agenda and their decisions."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class CommitteeKind(Enum):
    """The technical committee proposes; in the steering committee each funder decides for itself."""

    TECHNICAL = "technical"
    STEERING = "steering"


class CommitteeStatus(Enum):
    PLANNED = "planned"
    AGENDA_SENT = "agenda_sent"
    HELD = "held"
    MINUTES_SIGNED = "minutes_signed"


class Outcome(Enum):
    PROPOSED = "proposed"
    GRANTED = "granted"
    ADJOURNED = "adjourned"
    REFUSED = "refused"


class Committee(Base, table=True):
    """One session of a committee of a campaign."""

    __tablename__ = "committees"
    __table_args__ = (Index("ix_committees_campaign", "campaign_id", "id"),)

    id: UUID = identity()
    campaign_id: UUID = Field(foreign_key="campaigns.id")
    lead_organisation_id: UUID
    kind: CommitteeKind = choice(CommitteeKind, "kind")
    title: str = Field(max_length=200)
    place: str = Field(default="", max_length=300)
    starts_at: datetime = instant()
    status: CommitteeStatus = choice(CommitteeStatus, "status", default=CommitteeStatus.PLANNED)
    attendance: list[dict[str, Any]] = jsonb(list)
    held_at: datetime | None = instant(optional=True)
    signed_at: datetime | None = instant(optional=True)
    created_at: datetime = instant()
    version: int = 1


class AgendaItem(Base, table=True):
    """A dossier on the agenda of a session."""

    __tablename__ = "agenda_items"

    committee_id: UUID = Field(primary_key=True, foreign_key="committees.id")
    dossier_id: UUID = Field(primary_key=True)
    position: int
    reference: str = Field(max_length=40)
    title: str = Field(max_length=300)
    holder_name: str = Field(max_length=300)
    #: Its holder took it back: it stays on the agenda, marked, and nobody decides on it.
    withdrawn_at: datetime | None = instant(optional=True)


class Decision(Base, table=True):
    """What a session said of one funder's request. Amount in euro cents."""

    __tablename__ = "decisions"
    __table_args__ = (
        UniqueConstraint("committee_id", "request_id"),
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        CheckConstraint("outcome = 'proposed' OR (outcome = 'granted') = (amount_cents > 0)", name="amount_follows_outcome"),
        Index("ix_decisions_request", "request_id"),
    )

    id: UUID = identity()
    committee_id: UUID = Field(foreign_key="committees.id")
    dossier_id: UUID
    request_id: UUID = Field(foreign_key="funding_requests.id")
    funder_id: UUID
    outcome: Outcome = choice(Outcome, "outcome")
    amount_cents: int = Field(sa_type=BigInteger)
    motive: str = ""
    conditions: str = ""
    decided_by: UUID
    decided_at: datetime = instant()
