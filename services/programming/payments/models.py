"""Tables of payments. Amounts in euro cents; every act on an award's money waits for the award's row, so these need no other lock."""

from datetime import date, datetime
from enum import Enum
from uuid import UUID

from sqlalchemy import BigInteger, CheckConstraint, Index, UniqueConstraint
from sqlmodel import Field

from services.common.columns import choice, identity, instant

from ..tables import Base


class InstalmentKind(Enum):
    ADVANCE = "advance"
    INTERIM = "interim"
    BALANCE = "balance"


class Condition(Enum):
    """What must be there before the holder asks for an instalment."""

    NONE = "none"
    AGREEMENT_SIGNED = "agreement_signed"
    BILAN_SUBMITTED = "bilan_submitted"
    BILAN_ACCEPTED = "bilan_accepted"
    DATE = "date"


class PaymentRequestStatus(Enum):
    PENDING = "pending"
    ACCEPTED = "accepted"
    REFUSED = "refused"


class OrderStatus(Enum):
    OPEN = "open"
    PAID = "paid"
    CANCELLED = "cancelled"


class LineStatus(Enum):
    WAITING = "waiting"
    IMPORTED = "imported"
    ALREADY_KNOWN = "already_known"
    ERROR = "error"


class PaymentSchedule(Base, table=True):
    """How one award is paid. `granted_cents` is the grant its instalments add up to; an amended grant is shared out again.

    `next_due_on` is the day the next payment is due once the first is made (the award's clock tells for the first).
    """

    __tablename__ = "payment_schedules"
    __table_args__ = (
        Index("ix_payment_schedules_due", "funder_id", "next_due_on", "award_id", postgresql_where="next_due_on IS NOT NULL"),
    )

    award_id: UUID = Field(primary_key=True, foreign_key="awards.id")
    funder_id: UUID
    granted_cents: int = Field(sa_type=BigInteger)
    set_by: UUID | None = None
    set_at: datetime | None = instant(optional=True)
    next_due_on: date | None = None
    version: int = 1


class Instalment(Base, table=True):
    """One part of an award, in the order they are paid."""

    __tablename__ = "payment_instalments"
    __table_args__ = (
        CheckConstraint("amount_cents >= 0", name="amount_not_negative"),
        CheckConstraint("share_bp BETWEEN 1 AND 10000", name="share_within_whole"),
        CheckConstraint("condition <> 'date' OR due_on IS NOT NULL", name="date_is_given"),
    )

    award_id: UUID = Field(primary_key=True, foreign_key="payment_schedules.award_id")
    number: int = Field(primary_key=True)
    kind: InstalmentKind = choice(InstalmentKind, "kind")
    share_bp: int | None = None
    amount_cents: int = Field(sa_type=BigInteger)
    condition: Condition = choice(Condition, "condition", default=Condition.NONE)
    due_on: date | None = None


class PaymentRequest(Base, table=True):
    """The holder asks for an instalment; the funder orders its payment, or refuses and says why."""

    __tablename__ = "payment_requests"
    __table_args__ = (
        CheckConstraint("amount_cents > 0", name="asks_something"),
        CheckConstraint("status <> 'refused' OR reason IS NOT NULL", name="refused_has_a_reason"),
        Index("uq_payment_requests_pending", "award_id", unique=True, postgresql_where="status = 'pending'"),
        Index("ix_payment_requests_award", "award_id", "id"),
        Index("ix_payment_requests_funder", "funder_id", "id"),
        Index("ix_payment_requests_holder", "holder_id", "id"),
    )

    id: UUID = identity()
    award_id: UUID = Field(foreign_key="awards.id")
    funder_id: UUID
    holder_id: UUID
    instalment: int
    kind: InstalmentKind = choice(InstalmentKind, "kind")
    amount_cents: int = Field(sa_type=BigInteger)
    note: str = Field(default="", max_length=2000)
    status: PaymentRequestStatus = choice(PaymentRequestStatus, "status", default=PaymentRequestStatus.PENDING)
    bank_account_id: UUID
    requested_by: UUID
    requested_at: datetime = instant()
    answered_by: UUID | None = None
    answered_at: datetime | None = instant(optional=True)
    reason: str | None = Field(default=None, max_length=2000)
    version: int = 1


class PaymentOrder(Base, table=True):
    """A mandat: the funder orders that so much be paid on that account. `paid_cents` is what was paid under it."""

    __tablename__ = "payment_orders"
    __table_args__ = (
        UniqueConstraint("funder_id", "number"),
        CheckConstraint("amount_cents > 0", name="orders_something"),
        CheckConstraint("paid_cents BETWEEN 0 AND amount_cents", name="paid_within_order"),
        CheckConstraint("status <> 'cancelled' OR reason IS NOT NULL", name="cancelled_has_a_reason"),
        Index("ix_payment_orders_award", "award_id", "id"),
    )

    id: UUID = identity()
    award_id: UUID = Field(foreign_key="awards.id")
    funder_id: UUID
    request_id: UUID | None = Field(default=None, foreign_key="payment_requests.id")
    number: str = Field(max_length=60)
    ordered_on: date
    amount_cents: int = Field(sa_type=BigInteger)
    paid_cents: int = Field(default=0, sa_type=BigInteger)
    status: OrderStatus = choice(OrderStatus, "status", default=OrderStatus.OPEN)
    bank_account_id: UUID
    pay_before_on: date
    ordered_by: UUID
    ordered_at: datetime = instant()
    reason: str | None = Field(default=None, max_length=2000)
    version: int = 1

    @property
    def left_cents(self) -> int:
        """What is still to be paid under it."""
        return self.amount_cents - self.paid_cents if self.status is OrderStatus.OPEN else 0


class Payment(Base, table=True):
    """Money that left the funder, once per reference."""

    __tablename__ = "payments"
    __table_args__ = (
        UniqueConstraint("funder_id", "reference"),
        CheckConstraint("amount_cents > 0", name="pays_something"),
        Index("ix_payments_award", "award_id", "id"),
    )

    id: UUID = identity()
    award_id: UUID = Field(foreign_key="awards.id")
    funder_id: UUID
    order_id: UUID | None = Field(default=None, foreign_key="payment_orders.id")
    import_id: UUID | None = Field(default=None, foreign_key="payment_imports.id")
    reference: str = Field(max_length=100)
    paid_on: date
    amount_cents: int = Field(sa_type=BigInteger)
    recorded_by: UUID
    recorded_at: datetime = instant()


class Repayment(Base, table=True):
    """Money that came back from the holder, once per reference."""

    __tablename__ = "repayments"
    __table_args__ = (
        UniqueConstraint("funder_id", "reference"),
        CheckConstraint("amount_cents > 0", name="repays_something"),
        Index("ix_repayments_award", "award_id", "id"),
    )

    id: UUID = identity()
    award_id: UUID = Field(foreign_key="awards.id")
    funder_id: UUID
    reference: str = Field(max_length=100)
    repaid_on: date
    amount_cents: int = Field(sa_type=BigInteger)
    reason: str = Field(max_length=2000)
    recorded_by: UUID
    recorded_at: datetime = instant()


class PaymentImport(Base, table=True):
    """A payment file of a funder, as it was read; its lines keep what became of each. Those that wait are taken up by a job."""

    __tablename__ = "payment_imports"
    __table_args__ = (Index("ix_payment_imports_funder", "funder_id", "id"),)

    id: UUID = identity()
    funder_id: UUID
    name: str = Field(max_length=200)
    media_type: str = Field(max_length=120)
    size: int = Field(sa_type=BigInteger)
    sha256: str = Field(max_length=64)
    lines: int
    waiting: int
    imported: int
    already_known: int
    errors: int
    imported_cents: int = Field(sa_type=BigInteger)
    imported_by: UUID
    imported_at: datetime = instant()


class PaymentImportLine(Base, table=True):
    """One line of a payment file: what was read and what became of it."""

    __tablename__ = "payment_import_lines"
    __table_args__ = (Index("ix_payment_import_lines_waiting", "import_id", "number", postgresql_where="status = 'waiting'"),)

    import_id: UUID = Field(primary_key=True, foreign_key="payment_imports.id")
    number: int = Field(primary_key=True)
    status: LineStatus = choice(LineStatus, "status")
    code: str | None = Field(default=None, max_length=60)
    message: str = Field(default="", max_length=500)
    dossier_reference: str = Field(default="", max_length=100)
    reference: str = Field(default="", max_length=100)
    order_number: str = Field(default="", max_length=100)
    siret: str = Field(default="", max_length=20)
    paid_on: date | None = None
    amount_cents: int | None = Field(default=None, sa_type=BigInteger)
    award_id: UUID | None = None
    payment_id: UUID | None = None
