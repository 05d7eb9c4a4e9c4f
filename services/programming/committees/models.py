"""Tables of the committee sessions, their agenda and their decisions."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
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
    __table_args__ = (
        Index("ix_committees_campaign", "campaign_id", "id"),
        CheckConstraint("quorum_percent BETWEEN 0 AND 100", name="quorum_is_a_share"),
    )

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
    #: Share of the voting members that must be there for the committee's advice, in percent.
    quorum_percent: int = Field(default=50, sa_column_kwargs={"server_default": "50"})
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
    #: Estimated, for the printed agenda.
    minutes: int = Field(default=10, sa_column_kwargs={"server_default": "10"})
    #: The last earlier session that adjourned it, and how many have.
    carried_from_id: UUID | None = None
    adjournments: int = Field(default=0, sa_column_kwargs={"server_default": "0"})


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
    version: int = Field(default=1, sa_column_kwargs={"server_default": "1"})


class Reopening(Base, table=True):
    """A closed decision taken up again before it is notified: effective once the funder and the team have both asked for it."""

    __tablename__ = "reopenings"
    __table_args__ = (
        Index("uq_reopenings_open", "decision_id", unique=True, postgresql_where=sa.text("settled_at IS NULL")),
        CheckConstraint("asked_by_funder IS NOT NULL OR asked_by_team IS NOT NULL", name="asked_by_somebody"),
        CheckConstraint("opened_at IS NULL OR (asked_by_funder IS NOT NULL AND asked_by_team IS NOT NULL)", name="opened_by_both"),
    )

    id: UUID = identity()
    decision_id: UUID = Field(foreign_key="decisions.id")
    committee_id: UUID = Field(index=True, foreign_key="committees.id")
    request_id: UUID
    reason: str = Field(max_length=2000)
    asked_at: datetime = instant()
    asked_by_funder: UUID | None = None
    asked_by_team: UUID | None = None
    opened_at: datetime | None = instant(optional=True)
    settled_at: datetime | None = instant(optional=True)


class Deport(Base, table=True):
    """A person around the table has an interest in a dossier and steps out for it."""

    __tablename__ = "deports"
    __table_args__ = (
        Index(
            "uq_deports_standing",
            "committee_id",
            "dossier_id",
            "organisation_id",
            sa.text("coalesce(account_id::text, person)"),
            unique=True,
            postgresql_where=sa.text("withdrawn_at IS NULL"),
        ),
        Index("ix_deports_dossier", "committee_id", "dossier_id"),
        CheckConstraint("account_id IS NOT NULL OR person <> ''", name="somebody"),
    )

    id: UUID = identity()
    committee_id: UUID = Field(foreign_key="committees.id")
    dossier_id: UUID
    organisation_id: UUID
    account_id: UUID | None = None
    person: str = Field(default="", max_length=200)
    interest: str = Field(default="", max_length=1000)
    declared_by: UUID
    declared_at: datetime = instant()
    withdrawn_by: UUID | None = None
    withdrawn_at: datetime | None = instant(optional=True)


class VoteChoice(Enum):
    FOR = "for"
    AGAINST = "against"
    ABSTAIN = "abstain"


class AdviceVote(Base, table=True):
    """What one organisation says of a dossier; it may change until the team closes the vote."""

    __tablename__ = "advice_votes"

    committee_id: UUID = Field(primary_key=True, foreign_key="committees.id")
    dossier_id: UUID = Field(primary_key=True)
    organisation_id: UUID = Field(primary_key=True)
    choice: VoteChoice = choice(VoteChoice, "choice")
    cast_by: UUID
    cast_at: datetime = instant()
    version: int = 1


class AdviceResult(Enum):
    FAVOURABLE = "favourable"
    UNFAVOURABLE = "unfavourable"
    SPLIT = "split"


class Advice(Base, table=True):
    """The committee's advice on a dossier, as the vote was closed. Each funder then decides in its own body."""

    __tablename__ = "advices"
    __table_args__ = (CheckConstraint("votes_for >= 0 AND votes_against >= 0 AND abstentions >= 0", name="counted"),)

    committee_id: UUID = Field(primary_key=True, foreign_key="committees.id")
    dossier_id: UUID = Field(primary_key=True)
    result: AdviceResult = choice(AdviceResult, "result")
    votes_for: int
    votes_against: int
    abstentions: int
    voting_members: int
    members_present: int
    closed_by: UUID
    closed_at: datetime = instant()
