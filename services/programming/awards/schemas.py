"""What is sent and received about awards."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents
from ..dossiers.schemas import REQUEST_LABELS, PositiveCents, RequestStatus


class CommitmentCreate(BaseModel):
    """The funder sets money aside for the award (engagement comptable)."""

    amount_cents: Annotated[
        PositiveCents | None,
        Field(None, description="More than what is already committed by that much; by default all that is left."),
    ]


class AwardListing(BaseModel):
    """Filters of a listing: together they narrow."""

    limit: Limit = 20
    cursor: Cursor = None
    campaign_id: UUID | None = None
    dossier_id: UUID | None = None
    funder_id: UUID | None = None
    holder_id: Annotated[UUID | None, Field(description="The holder, as notified or as it is today.")] = None
    cpo_id: UUID | None = None
    year: Annotated[int | None, Field(ge=2000, le=2199)] = None
    status: list[RequestStatus] | None = None


class AwardRead(BaseModel):
    """A grant and its money. Amounts in euro cents."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    request_id: UUID
    dossier_id: UUID
    campaign_id: UUID
    contract_id: UUID
    funder_id: UUID
    holder_id: UUID
    successor_id: Annotated[UUID | None, Field(description="Who took over from a holder that was dissolved or merged.")]
    cpo_id: UUID | None
    year: int
    budget_line: str
    reference: str
    title: str
    holder_name: str
    status: RequestStatus
    granted_cents: Cents
    committed_cents: Cents
    paid_cents: Cents
    repaid_cents: Cents
    justified_cents: Annotated[int | None, Field(description="What the accepted bilan bears out; null before.")]
    agreement_required: Annotated[
        bool, Field(description="A written agreement is due before any commitment (loi n° 2000-321, art. 10).")
    ]
    notified_at: AwareDatetime
    agreed_at: AwareDatetime | None
    committed_at: AwareDatetime | None
    first_paid_on: date | None
    paid_on: Annotated[date | None, Field(description="Day of the payment that completed the grant.")]
    justified_at: AwareDatetime | None
    pay_before_on: Annotated[date, Field(description="The payment clock: paid by that day, unless agreed otherwise.")]

    @computed_field(examples=["Engagé"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return REQUEST_LABELS[self.status]

    @computed_field(description="What the holder has to give back, in cents.")  # type: ignore[prop-decorator]
    @property
    def to_repay_cents(self) -> int:
        return 0 if self.justified_cents is None else max(0, self.paid_cents - self.repaid_cents - self.justified_cents)
