"""What is sent and received about payments. Amounts in euro cents."""

from datetime import date
from typing import Annotated, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, computed_field, model_validator

from services.common.language import Text
from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents
from ..dossiers.schemas import PositiveCents, Total
from .models import Condition as Condition
from .models import InstalmentKind as InstalmentKind
from .models import LineStatus as LineStatus
from .models import OrderStatus as OrderStatus
from .models import PaymentRequestStatus as PaymentRequestStatus

KIND_LABELS = {
    InstalmentKind.ADVANCE: "Avance",
    InstalmentKind.INTERIM: "Acompte",
    InstalmentKind.BALANCE: "Solde",
}
CONDITION_LABELS = {
    Condition.NONE: "Sans condition",
    Condition.AGREEMENT_SIGNED: "Convention signée",
    Condition.BILAN_SUBMITTED: "Bilan déposé",
    Condition.BILAN_ACCEPTED: "Bilan accepté",
    Condition.DATE: "À partir d'une date",
}
REQUEST_LABELS = {
    PaymentRequestStatus.PENDING: "En attente",
    PaymentRequestStatus.ACCEPTED: "Acceptée",
    PaymentRequestStatus.REFUSED: "Refusée",
}
ORDER_LABELS = {OrderStatus.OPEN: "À payer", OrderStatus.PAID: "Payé", OrderStatus.CANCELLED: "Annulé"}
LINE_LABELS = {
    LineStatus.WAITING: "En attente",
    LineStatus.IMPORTED: "Importée",
    LineStatus.ALREADY_KNOWN: "Déjà connue",
    LineStatus.ERROR: "En erreur",
}


def plain(reference: str) -> str:
    """A reference or a number as it is compared: one space between words, capitals."""
    return " ".join(reference.split()).upper()


def _within_reach(day: date) -> date:
    if not 2000 <= day.year < 2200:
        raise ValueError(Text("L'année doit être comprise entre 2000 et 2199.", "The year must be between 2000 and 2199."))
    return day


Day = Annotated[date, AfterValidator(_within_reach), Field(examples=["2027-06-30"])]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=3, max_length=2000)]
#: Compared without regard to case and spaces.
Reference = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=100),
    AfterValidator(plain),
    Field(examples=["VIR-2027-0042"]),
]
OrderNumber = Annotated[
    str,
    StringConstraints(strip_whitespace=True, min_length=1, max_length=60),
    AfterValidator(plain),
    Field(examples=["M-2027-118"]),
]


class InstalmentWrite(BaseModel):
    """One part of the award: a share of it, in hundredths of a percent, or an amount."""

    kind: InstalmentKind
    share_bp: Annotated[int | None, Field(ge=1, le=10_000, description="7000 is 70 %.", examples=[7000])] = None
    amount_cents: PositiveCents | None = None
    condition: Condition = Condition.NONE
    due_on: Annotated[Day | None, Field(description="Asked for from that day when the condition is `date`; else a forecast.")] = (
        None
    )

    @model_validator(mode="after")
    def _one_of_two(self) -> Self:
        if (self.share_bp is None) == (self.amount_cents is None):
            raise ValueError(
                Text(
                    "Donnez une part (`share_bp`) ou un montant (`amount_cents`).",
                    "Give a share (`share_bp`) or an amount (`amount_cents`).",
                )
            )
        return self


class ScheduleWrite(BaseModel):
    instalments: Annotated[list[InstalmentWrite], Field(min_length=1, max_length=24)]


class PaymentAsk(BaseModel):
    """The holder asks for an instalment."""

    instalment: Annotated[int, Field(ge=1, le=24, description="Its number in the schedule.", examples=[1])]
    note: Annotated[str, Field(max_length=2000)] = ""


class RefusalCreate(BaseModel):
    reason: Annotated[Reason, Field(description="Read by the holder, and sent by mail.", examples=["Le RIB joint est illisible."])]


class OrderCreate(BaseModel):
    """A mandat. With a request, it accepts it."""

    number: OrderNumber
    ordered_on: Day
    amount_cents: Annotated[
        PositiveCents | None, Field(None, description="By default what is requested, else all that is left to order.")
    ]
    bank_account_id: Annotated[UUID | None, Field(None, description="The holder's confirmed account, which is the default.")]
    request_id: Annotated[UUID | None, Field(None, description="The payment request it answers.")]


class OrderCancel(BaseModel):
    reason: Reason


class PaymentCreate(BaseModel):
    """Money left the funder."""

    paid_on: Day
    reference: Reference
    amount_cents: PositiveCents
    order_id: Annotated[
        UUID | None,
        Field(
            None, description="The order it pays. By default the open order it pays exactly, else the oldest it fits in, else none."
        ),
    ]


class RepaymentCreate(BaseModel):
    """Money came back from the holder."""

    repaid_on: Day
    reference: Reference
    amount_cents: PositiveCents
    reason: Annotated[Reason, Field(examples=["Dépenses non justifiées au bilan."])]


class _Read(BaseModel):
    model_config = ConfigDict(from_attributes=True)


class InstalmentRead(_Read):
    number: int
    kind: InstalmentKind
    share_bp: int | None
    amount_cents: Cents
    paid_cents: Annotated[Cents, Field(description="What payments cover of it, in the order of the schedule.")]
    condition: Condition
    due_on: date | None
    condition_met: bool

    @computed_field(examples=["Avance"])  # type: ignore[prop-decorator]
    @property
    def kind_label(self) -> str:
        return KIND_LABELS[self.kind]

    @computed_field(examples=["Convention signée"])  # type: ignore[prop-decorator]
    @property
    def condition_label(self) -> str:
        return CONDITION_LABELS[self.condition]


class PaymentRequestRead(_Read):
    id: UUID
    award_id: UUID
    funder_id: UUID
    holder_id: UUID
    instalment: int
    kind: InstalmentKind
    amount_cents: Cents
    note: str
    status: PaymentRequestStatus
    bank_account_id: UUID
    requested_at: AwareDatetime
    answered_at: AwareDatetime | None
    reason: Annotated[str | None, Field(description="Why it was refused.")]

    @computed_field(examples=["En attente"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return REQUEST_LABELS[self.status]


class PaymentOrderRead(_Read):
    id: UUID
    award_id: UUID
    request_id: UUID | None
    number: str
    ordered_on: date
    amount_cents: Cents
    paid_cents: Cents
    status: OrderStatus
    bank_account_id: UUID
    pay_before_on: date
    reason: Annotated[str | None, Field(description="Why it was cancelled.")]

    @computed_field(examples=["À payer"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return ORDER_LABELS[self.status]


class PaymentRead(_Read):
    id: UUID
    award_id: UUID
    order_id: UUID | None
    import_id: UUID | None
    reference: str
    paid_on: date
    amount_cents: Cents
    recorded_at: AwareDatetime


class RepaymentRead(_Read):
    id: UUID
    award_id: UUID
    reference: str
    repaid_on: date
    amount_cents: Cents
    reason: str
    recorded_at: AwareDatetime


class MoneyRead(BaseModel):
    """Where the money of an award stands: granted ≥ committed ≥ paid − repaid ≥ 0."""

    granted_cents: Cents
    committed_cents: Cents
    ordered_cents: Annotated[Cents, Field(description="Ordered and not paid yet.")]
    paid_cents: Cents
    repaid_cents: Cents
    left_to_pay_cents: Annotated[
        Cents, Field(description="Of what is committed; once the bilan is accepted, no more than it bears out.")
    ]
    to_repay_cents: Cents


class PaymentsRead(BaseModel):
    """Everything about the payment of one award."""

    award_id: UUID
    pay_before_on: Annotated[date, Field(description="The payment clock.")]
    default_schedule: Annotated[bool, Field(description="Nobody set a schedule: one instalment of everything.")]
    next_instalment: Annotated[int | None, Field(description="The one the holder may ask for, once its condition is met.")]
    totals: MoneyRead
    schedule: list[InstalmentRead]
    requests: list[PaymentRequestRead]
    orders: list[PaymentOrderRead]
    payments: list[PaymentRead]
    repayments: list[RepaymentRead]


class RequestListing(BaseModel):
    """Filters of the listing of payment requests."""

    limit: Limit = 20
    cursor: Cursor = None
    award_id: UUID | None = None
    funder_id: UUID | None = None
    status: list[PaymentRequestStatus] | None = None


class PaymentDelay(BaseModel):
    """How one funder pays, from the notification to the first payment."""

    funder_id: UUID
    awards: int
    paid: Annotated[int, Field(description="Awards with a payment at least.")]
    median_days_to_first_payment: float | None
    slowest_days: int | None
    within_clock: Annotated[int, Field(description="First paid by the day of the payment clock.")]
    late_now: Annotated[int, Field(description="Nothing paid although the clock has run out.")]


class PaymentDelays(BaseModel):
    funders: list[PaymentDelay]


class PaymentDue(BaseModel):
    """What a payer has to pay: the award, how much, by which day."""

    award_id: UUID
    funder_id: UUID
    dossier_id: UUID
    reference: str
    title: str
    holder_id: UUID
    holder_name: str
    due_on: date
    urgency: Annotated[Literal["late", "this_week"], Field(description="Late when the day is past.")]
    amount_cents: Annotated[Cents, Field(description="What is due of it by then; never more than is left to pay.")]
    committed: Annotated[bool, Field(description="False: to be committed before it is paid.")]
    orders: Annotated[list[str], Field(description="Numbers of its open orders.")]
    request_id: Annotated[UUID | None, Field(description="The holder's request that awaits an answer.")]


class ImportLineRead(_Read):
    number: Annotated[int, Field(description="Line of the file, the header being line 1.")]
    status: LineStatus
    code: Annotated[str | None, Field(description="Stable name of the error.", examples=["unknown_dossier"])]
    message: Annotated[str, Field(description="In French.")]
    dossier_reference: str
    reference: str
    paid_on: date | None
    amount_cents: int | None
    award_id: UUID | None
    payment_id: UUID | None

    @computed_field(examples=["Importée"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return LINE_LABELS[self.status]


class ImportRead(_Read):
    """A payment file and what became of it."""

    id: UUID
    funder_id: UUID
    name: str
    media_type: str
    size: int
    sha256: str
    lines: int
    waiting: Annotated[int, Field(description="Lines still to be recorded, in the background; 0 when it is over.")]
    imported: int
    already_known: int
    errors: int
    imported_cents: Total
    imported_by: UUID
    imported_at: AwareDatetime


class ImportReport(BaseModel):
    """What became of each line. `id` is null after a dry run, of which nothing is kept."""

    id: UUID | None
    dry_run: bool
    lines: int
    waiting: Annotated[int, Field(description="Lines still to be recorded, in the background; 0 when it is over.")]
    imported: int
    already_known: int
    errors: int
    imported_cents: Total
    report: list[ImportLineRead]


class ImportLineListing(BaseModel):
    """Filters of an import's lines."""

    limit: Limit = 100
    cursor: Cursor = None
    status: list[LineStatus] | None = None
