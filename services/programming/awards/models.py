"""Table of the awards."""

from datetime import date, datetime
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..dossiers.schemas import RequestStatus
from ..tables import Base


class Award(Base, table=True):
    """A grant of one funder to one dossier for one year. Amounts in euro cents; what one sees of the holder is as notified.

    `paid_cents` is what left the funder, `repaid_cents` what came back; `justified_cents` what the accepted bilan bears out.
    """

    __tablename__ = "awards"
    __table_args__ = (
        UniqueConstraint("request_id"),
        CheckConstraint("granted_cents >= committed_cents", name="committed_within_grant"),
        CheckConstraint("committed_cents >= paid_cents - repaid_cents", name="paid_within_commitment"),
        CheckConstraint("paid_cents >= repaid_cents AND repaid_cents >= 0", name="repaid_within_paid"),
        CheckConstraint("committed_cents >= 0", name="committed_not_negative"),
        CheckConstraint("justified_cents BETWEEN 0 AND granted_cents", name="justified_within_grant"),
        Index("ix_awards_funder", "funder_id", "id"),
        Index("ix_awards_funder_year", "funder_id", "year", "id"),
        Index("ix_awards_holder", "holder_id", "id"),
        Index("ix_awards_successor", "successor_id", "id", postgresql_where="successor_id IS NOT NULL"),
        Index("ix_awards_campaign", "campaign_id", "id"),
        Index("ix_awards_dossier", "dossier_id"),
        Index("ix_awards_party_year", "funder_id", "holder_id", "year"),
        Index("ix_awards_unpaid", "funder_id", "pay_before_on", "id", postgresql_where="first_paid_on IS NULL"),
        Index("ix_awards_cpo", "cpo_id", postgresql_where="cpo_id IS NOT NULL"),
    )

    id: UUID = identity()
    request_id: UUID = Field(foreign_key="funding_requests.id")
    dossier_id: UUID
    campaign_id: UUID
    contract_id: UUID
    lead_organisation_id: UUID
    funder_id: UUID
    holder_id: UUID
    #: Who took over from a holder that was dissolved or merged; the holder as notified stays in `holder_id`.
    successor_id: UUID | None = None
    cpo_id: UUID | None = None
    year: int
    budget_line: str = Field(max_length=40)
    reference: str = Field(max_length=40)
    title: str = Field(max_length=300)
    holder_name: str = Field(max_length=300)
    status: RequestStatus = choice(RequestStatus, "status", default=RequestStatus.NOTIFIED)
    granted_cents: int = Field(sa_type=BigInteger)
    committed_cents: int = Field(default=0, sa_type=BigInteger)
    paid_cents: int = Field(default=0, sa_type=BigInteger)
    repaid_cents: int = Field(default=0, sa_type=BigInteger)
    justified_cents: int | None = Field(default=None, sa_type=BigInteger)
    agreement_required: bool = False
    notified_at: datetime = instant()
    agreed_at: datetime | None = instant(optional=True)
    committed_at: datetime | None = instant(optional=True)
    first_paid_on: date | None = None
    paid_on: date | None = None
    justified_at: datetime | None = instant(optional=True)
    pay_before_on: date
    version: int = 1

    @property
    def acting_holder_id(self) -> UUID:
        """The organisation that answers for the holder today."""
        return self.successor_id or self.holder_id
