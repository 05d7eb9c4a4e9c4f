"""Table of the certificates: what was certified of whom, and whether it stands."""

from datetime import datetime
from enum import Enum
from typing import Any
from uuid import UUID

from sqlalchemy import CheckConstraint, Index, UniqueConstraint, text
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..tables import Base


class CertificateKind(Enum):
    """A certificate once the event's share of the hours was followed; below, an attestation that says the hours and no more."""

    CERTIFICATE = "certificate"
    ATTESTATION = "attestation"


class CertificateState(Enum):
    """Whether it stands: `replaced` by a later one with other hours, `revoked` without another, `expired` once its time is over."""

    ISSUED = "issued"
    REPLACED = "replaced"
    REVOKED = "revoked"
    EXPIRED = "expired"


class Certificate(Base, table=True):
    """A paper with a number and a code. What it says is written once and never changes; a correction issues another one."""

    __tablename__ = "certificates"
    __table_args__ = (
        UniqueConstraint("code"),
        UniqueConstraint("reference"),
        UniqueConstraint("event_id", "number"),
        Index("uq_certificates_standing", "attendee_id", unique=True, postgresql_where=text("state = 'issued'")),
        Index("ix_certificates_registration", "registration_id"),
        CheckConstraint("minutes > 0 AND minutes <= total_minutes", name="minutes"),
        CheckConstraint("(state = 'issued') = (ended_at IS NULL)", name="ends_once"),
        CheckConstraint("(file_key IS NULL) = (file_sha256 IS NULL)", name="file"),
    )

    id: UUID = identity()
    event_id: UUID = Field(foreign_key="events.id")
    registration_id: UUID = Field(foreign_key="registrations.id")
    attendee_id: UUID = Field(foreign_key="attendees.id", index=True)
    number: int
    #: `CRDSU-2027-0042-C0001`: the event's reference and the number.
    reference: str = Field(max_length=50)
    #: Twelve characters, printed and verified: `7KQ29FVM4TXA`.
    code: str = Field(max_length=12)
    kind: CertificateKind = choice(CertificateKind, "kind")
    state: CertificateState = choice(CertificateState, "state", default=CertificateState.ISSUED)
    #: Empty once the person was erased.
    holder_name: str = Field(max_length=260)
    minutes: int
    total_minutes: int
    #: What the paper says besides: `rules.facts`.
    facts: dict[str, Any] = jsonb(dict)
    replaces_id: UUID | None = Field(default=None, foreign_key="certificates.id")
    issued_at: datetime = instant()
    issued_by: UUID | None = None
    ended_at: datetime | None = instant(optional=True)
    ended_reason: str | None = Field(default=None, sa_type=SqlText)
    file_key: str | None = Field(default=None, max_length=80)
    file_size: int = 0
    file_sha256: str | None = Field(default=None, max_length=64)
    #: The paper is made and, when there is an address, its mail queued.
    ready_at: datetime | None = instant(optional=True)
    version: int = 1
