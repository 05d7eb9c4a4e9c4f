"""Tables of the agreements: the yearly agreement of a funder with a holder, the texts they sign, the signatures."""

from datetime import date, datetime
from enum import Enum
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant, jsonb

from ..permanent_files.schemas import ScanStatus
from ..tables import Base


class AgreementStatus(Enum):
    NOT_DUE = "not_due"
    DUE = "due"
    DRAFTED = "drafted"
    SIGNED = "signed"
    TERMINATED = "terminated"


class TextStatus(Enum):
    DRAFTED = "drafted"
    SIGNED = "signed"
    WITHDRAWN = "withdrawn"
    TERMINATED = "terminated"


class Party(Enum):
    HOLDER = "holder"
    FUNDER = "funder"


class Agreement(Base, table=True):
    """What one funder and one holder agree on for one year, whatever the projects. Amounts in euro cents.

    `granted_cents` is the sum of that funder's awards to that holder for that year, those of a multi-year agreement included.
    """

    __tablename__ = "agreements"
    __table_args__ = (
        UniqueConstraint("funder_id", "holder_id", "year"),
        CheckConstraint("granted_cents >= 0", name="granted_not_negative"),
        CheckConstraint("in_kind_cents >= 0", name="in_kind_not_negative"),
        CheckConstraint("status <> 'due' OR due_at IS NOT NULL", name="due_is_dated"),
        CheckConstraint("status <> 'signed' OR (signed_at IS NOT NULL AND in_force_on IS NOT NULL)", name="signed_is_dated"),
        CheckConstraint("status <> 'terminated' OR termination_reason IS NOT NULL", name="termination_has_reason"),
        Index("ix_agreements_funder", "funder_id", "id"),
        Index("ix_agreements_holder", "holder_id", "id"),
        Index("ix_agreements_successor", "successor_id", "id", postgresql_where="successor_id IS NOT NULL"),
        Index("ix_agreements_text_due", "funder_id", "id", postgresql_where="text_due"),
    )

    id: UUID = identity()
    funder_id: UUID
    holder_id: UUID
    #: Who took over from a holder that was dissolved or merged.
    successor_id: UUID | None = None
    year: int
    funder_name: str = Field(max_length=200)
    holder_name: str = Field(max_length=300)
    status: AgreementStatus = choice(AgreementStatus, "status", default=AgreementStatus.NOT_DUE)
    granted_cents: int = Field(default=0, sa_type=BigInteger)
    in_kind_cents: int = Field(default=0, sa_type=BigInteger)
    in_kind_label: str = Field(default="", max_length=1000)
    #: The law asks for a written agreement (loi n° 2000-321, art. 10).
    required: bool = False
    #: The funder has something to write: the agreement, or an amendment for what no text covers yet.
    text_due: bool = False
    opened_at: datetime = instant()
    due_at: datetime | None = instant(optional=True)
    signed_at: datetime | None = instant(optional=True)
    in_force_on: date | None = None
    terminated_at: datetime | None = instant(optional=True)
    termination_reason: str | None = Field(default=None, max_length=2000)
    version: int = 1

    @property
    def acting_holder_id(self) -> UUID:
        """The organisation that answers for the holder today."""
        return self.successor_id or self.holder_id

    @property
    def total_cents(self) -> int:
        return self.granted_cents + self.in_kind_cents


class AgreementText(Base, table=True):
    """A text to sign: the agreement itself (number 0) or its amendments (1, 2, …). What was drafted never changes.

    `lines` are the awards it covers: `{award_id, reference, title, before_cents, granted_cents}`; `data` is what its PDF says.
    """

    __tablename__ = "agreement_texts"
    __table_args__ = (
        CheckConstraint("number >= 0", name="number_not_negative"),
        CheckConstraint("status <> 'signed' OR signed_at IS NOT NULL", name="signed_is_dated"),
        CheckConstraint("(file_key IS NULL) = (ready_at IS NULL)", name="file_when_ready"),
        Index("ix_agreement_texts_agreement", "agreement_id", "id"),
        Index("uq_agreement_texts_open", "agreement_id", unique=True, postgresql_where=sa.text("status = 'drafted'")),
        Index(
            "uq_agreement_texts_number",
            "agreement_id",
            "number",
            unique=True,
            postgresql_where=sa.text("status IN ('drafted', 'signed')"),
        ),
    )

    id: UUID = identity()
    agreement_id: UUID = Field(foreign_key="agreements.id")
    number: int
    status: TextStatus = choice(TextStatus, "status", default=TextStatus.DRAFTED)
    terms: dict[str, Any] = jsonb(dict)
    lines: list[dict[str, Any]] = jsonb(list)
    in_kind_cents: int = Field(sa_type=BigInteger)
    data: dict[str, Any] = jsonb(dict)
    recipient: str = Field(max_length=320)
    drafted_by: UUID
    drafted_at: datetime = instant()
    signed_at: datetime | None = instant(optional=True)
    file_key: str | None = Field(default=None, max_length=100)
    file_size: int | None = None
    file_sha256: str | None = Field(default=None, max_length=64)
    ready_at: datetime | None = instant(optional=True)


class AgreementSignature(Base, table=True):
    """One party has signed one text; `file_key` is the signed paper, where it was sent."""

    __tablename__ = "agreement_signatures"
    __table_args__ = (
        UniqueConstraint("text_id", "party"),
        Index("ix_agreement_signatures_waiting", "id", postgresql_where="file_status = 'waiting_scan'"),
    )

    id: UUID = identity()
    text_id: UUID = Field(foreign_key="agreement_texts.id")
    party: Party = choice(Party, "party")
    organisation_id: UUID
    signed_on: date
    name: str = Field(max_length=200)
    function: str = Field(max_length=200)
    recorded_by: UUID
    recorded_at: datetime = instant()
    file_key: str | None = Field(default=None, max_length=100)
    file_size: int | None = Field(default=None, sa_type=BigInteger)
    file_sha256: str | None = Field(default=None, max_length=64)
    file_status: ScanStatus = choice(
        ScanStatus, "file_status", default=ScanStatus.READY, sa_column_kwargs={"server_default": "ready"}
    )
    #: Why the scan is late, or what it found.
    file_status_reason: str | None = Field(default=None, max_length=500)
