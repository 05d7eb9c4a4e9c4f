"""Table of bank accounts."""

from datetime import datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import CheckConstraint, Index
from sqlalchemy import Text as SqlText
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class BankAccountStatus(Enum):
    PROPOSED = "proposed"
    CONFIRMED = "confirmed"
    REPLACED = "replaced"
    REJECTED = "rejected"


class BankAccount(Base, table=True):
    """Where one organisation is paid. The IBAN is sealed; its fingerprint (keyed) tells equal ones apart without opening them.

    An account is never changed: another one is proposed, confirmed by a second person, and replaces it.
    """

    __tablename__ = "bank_accounts"
    __table_args__ = (
        CheckConstraint("confirmed_by <> proposed_by", name="confirmed_by_a_second_person"),
        CheckConstraint("status NOT IN ('confirmed', 'replaced') OR confirmed_at IS NOT NULL", name="confirmed_has_a_date"),
        CheckConstraint("status <> 'rejected' OR reason IS NOT NULL", name="rejected_has_a_reason"),
        Index("uq_bank_accounts_confirmed", "organisation_id", unique=True, postgresql_where="status = 'confirmed'"),
        Index("uq_bank_accounts_proposed", "organisation_id", unique=True, postgresql_where="status = 'proposed'"),
        Index("ix_bank_accounts_organisation", "organisation_id", "id"),
        Index("ix_bank_accounts_fingerprint", "iban_fingerprint"),
    )

    id: UUID = identity()
    organisation_id: UUID
    status: BankAccountStatus = choice(BankAccountStatus, "status", default=BankAccountStatus.PROPOSED)
    iban_sealed: str = Field(sa_type=SqlText)
    iban_fingerprint: str = Field(max_length=64)
    iban_masked: str = Field(max_length=40)
    bic: str | None = Field(default=None, max_length=11)
    account_holder: str = Field(max_length=200)
    rib_dossier_id: UUID | None = None
    rib_attachment_id: UUID | None = None
    proposed_by: UUID
    proposed_at: datetime = instant()
    confirmed_by: UUID | None = None
    confirmed_at: datetime | None = instant(optional=True)
    replaced_at: datetime | None = instant(optional=True)
    rejected_by: UUID | None = None
    rejected_at: datetime | None = instant(optional=True)
    reason: str | None = Field(default=None, max_length=1000)
    version: int = 1
