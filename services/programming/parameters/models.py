"""Table of the legal parameters."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint
from sqlmodel import Field

from services.common.columns import choice, instant

from ..tables import Base


class Parameter(Enum):
    """What the law or the practice fixes, and may change."""

    AGREEMENT_ABOVE_CENTS = "agreement_above_cents"
    ACCOUNTS_PUBLISHED_ABOVE_CENTS = "accounts_published_above_cents"
    REPORT_DUE_MONTHS = "report_due_months"
    PAYMENT_WITHIN_DAYS = "payment_within_days"
    OPEN_DATA_WITHIN_MONTHS = "open_data_within_months"
    OUTSIDE_QPV_CAP_BP = "outside_qpv_cap_bp"
    MULTI_YEAR_TARGET_BP = "multi_year_target_bp"
    CPO_RENEWAL_MONTHS = "cpo_renewal_months"
    DE_MINIMIS_CEILING_CENTS = "de_minimis_ceiling_cents"
    DE_MINIMIS_WITHIN_YEARS = "de_minimis_within_years"
    #: 1 when asking for what a file lacks suspends the delay after which silence is a rejection, 0 when it does not.
    INCOMPLETE_SUSPENDS_SILENCE = "incomplete_suspends_silence"


class LegalParameter(Base, table=True):
    """The value of a parameter from a day on; never changed, only succeeded."""

    __tablename__ = "legal_parameters"
    __table_args__ = (CheckConstraint("value >= 0", name="value_not_negative"),)

    parameter: Parameter = choice(Parameter, "parameter", primary_key=True)
    applies_from: date = Field(primary_key=True)
    value: int = Field(sa_type=BigInteger)
    source: str = Field(max_length=300)
    recorded_by: UUID | None = None
    recorded_at: datetime = instant()
