"""What is sent and received about bilans (Cerfa 15059*02)."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..contracts.schemas import QpvCode
from ..dossiers.attachment_schemas import AttachmentRead
from ..dossiers.schemas import Prose, Sentence, Total
from .models import BilanReviewStatus as BilanReviewStatus
from .models import BilanStatus as BilanStatus

Amount = Annotated[int | None, Field(None, ge=0, le=10**13, description="Euro cents really spent or received.", examples=[812345])]
People = Annotated[int | None, Field(None, ge=0, le=10**7)]
Reason = Annotated[str, Field(min_length=1, max_length=2000)]

STATUS_LABELS = {
    BilanStatus.DRAFT: "À déposer",
    BilanStatus.SUBMITTED: "Déposé",
    BilanStatus.COMPLETION_REQUESTED: "À compléter",
    BilanStatus.INSTRUCTED: "Instruit",
}
REVIEW_LABELS = {
    BilanReviewStatus.AWAITED: "Attendu",
    BilanReviewStatus.TO_REVIEW: "À instruire",
    BilanReviewStatus.COMPLETION_REQUESTED: "À compléter",
    BilanReviewStatus.ACCEPTED: "Accepté",
    BilanReviewStatus.REJECTED: "Rejeté",
}


class _Line(BaseModel):
    label: Sentence
    actual_cents: Amount
    explanation: Annotated[str, Field(max_length=2000, description="Why it differs from what was planned.")] = ""


class ActualCharge(_Line):
    account: Annotated[str, Field(pattern=r"^6[0-8]\d{0,3}$", examples=["64"])]


class ActualProduit(_Line):
    account: Annotated[str, Field(pattern=r"^7\d{1,4}$", examples=["74"])]
    funder_id: Annotated[UUID | None, Field(None, description="On account 74: the funder of this platform, as in the budget.")]


class ActualUse(_Line):
    account: Annotated[str, Field(pattern=r"^86\d{0,3}$", examples=["864"])]


class ActualResource(_Line):
    account: Annotated[str, Field(pattern=r"^87\d{0,3}$", examples=["875"])]


class Statement(BaseModel):
    """What was spent and received, line by line. A line of the budget is found by its account and label; others may be added."""

    charges: Annotated[list[ActualCharge], Field(max_length=150)] = []
    produits: Annotated[list[ActualProduit], Field(max_length=150)] = []
    voluntary_uses: Annotated[list[ActualUse], Field(max_length=60, description="Accounts 86.")] = []
    voluntary_resources: Annotated[list[ActualResource], Field(max_length=60, description="Accounts 87.")] = []


class BilanReport(BaseModel):
    """The qualitative part."""

    done: Annotated[Prose, Field(description="What was done, and where.")] = ""
    participation: Annotated[Prose, Field(description="How inhabitants took part.")] = ""
    evaluation: Annotated[Prose, Field(description="What the indicators say of the objectives.")] = ""
    difficulties: Prose = ""
    partners: Prose = ""
    next_steps: Prose = ""


class PublicReached(BaseModel):
    """A public, planned and reached. Parts of `actual_count` may be told."""

    label: Sentence
    planned_count: People
    actual_count: People
    women: People
    men: People
    qpv_residents: Annotated[People, Field(description="Of whom live in a QPV.")]


class BilanIndicator(BaseModel):
    label: Sentence
    planned: Sentence = ""
    actual: Sentence = ""


class BilanContent(BaseModel):
    """What the holder fills in."""

    statement: Statement = Statement()
    report: BilanReport = BilanReport()
    publics: Annotated[list[PublicReached], Field(max_length=30)] = []
    indicators: Annotated[list[BilanIndicator], Field(max_length=50)] = []
    starts_on: Annotated[date | None, Field(None, description="First day the action was really held.")]
    ends_on: Annotated[date | None, Field(None, description="Last day the action was really held.")]
    qpv_codes: Annotated[list[QpvCode], Field(max_length=50, description="Where it was really held.")] = []
    territory: Prose = ""


class _Patch(BaseModel):
    model_config = ConfigDict(extra="forbid")


class StatementUpdate(_Patch):
    charges: Annotated[list[ActualCharge] | None, Field(None, max_length=150)]
    produits: Annotated[list[ActualProduit] | None, Field(None, max_length=150)]
    voluntary_uses: Annotated[list[ActualUse] | None, Field(None, max_length=60)]
    voluntary_resources: Annotated[list[ActualResource] | None, Field(None, max_length=60)]


class BilanReportUpdate(_Patch):
    done: Prose | None = None
    participation: Prose | None = None
    evaluation: Prose | None = None
    difficulties: Prose | None = None
    partners: Prose | None = None
    next_steps: Prose | None = None


class BilanUpdate(_Patch):
    """Merge patch (RFC 7396): objects merge, lists are replaced, null clears. Lines of the budget stay whatever is sent."""

    statement: StatementUpdate | None = None
    report: BilanReportUpdate | None = None
    publics: Annotated[list[PublicReached] | None, Field(None, max_length=30)]
    indicators: Annotated[list[BilanIndicator] | None, Field(None, max_length=50)]
    starts_on: date | None = None
    ends_on: date | None = None
    qpv_codes: Annotated[list[QpvCode] | None, Field(None, max_length=50)]
    territory: Prose | None = None


class BilanSubmissionCreate(BaseModel):
    """The sworn statement of a manager or signatory."""

    sworn_statement: Annotated[bool, Field(description="The report and its accounts are exact.")]
    signatory_name: Annotated[Sentence, Field(min_length=1, examples=["Camille Exemple"])]
    signatory_function: Annotated[Sentence, Field(min_length=1, examples=["Présidente"])]


class BilanAcceptance(BaseModel):
    """The funder accepts what the bilan bears out."""

    justified_cents: Annotated[
        int | None, Field(None, ge=0, le=10**13, description="Euro cents; by default the amount proposed by the pro rata rule.")
    ]
    reason: Annotated[str, Field(max_length=2000, description="Required when the amount is not the one proposed.")] = ""


class BilanRejection(BaseModel):
    """The funder rejects the bilan: nothing is justified, unless it says how much."""

    reason: Reason
    justified_cents: Annotated[int, Field(0, ge=0, le=10**13, description="Euro cents justified all the same.")]


class BilanCompletionRequest(BaseModel):
    """The bilan goes back to its holder."""

    reason: Annotated[Reason, Field(examples=["Joindre le détail du compte 64."])]
    due_on: Annotated[date, Field(description="Last day to submit again.", examples=["2028-09-15"])]


class BilanListing(BaseModel):
    """Filters of a listing: together they narrow."""

    limit: Limit = 20
    cursor: Cursor = None
    campaign_id: UUID | None = None
    holder_id: UUID | None = None
    funder_id: Annotated[UUID | None, Field(description="A funder that instructs it.")] = None
    status: list[BilanStatus] | None = None
    overdue: Annotated[bool | None, Field(description="Awaited from the holder since before today.")] = None


class BilanReviewRead(BaseModel):
    """One funder's instruction of a bilan."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    bilan_id: UUID
    award_id: UUID
    funder_id: UUID
    funder_name: str
    status: BilanReviewStatus
    number: Annotated[int, Field(description="The submission it speaks of; 0 before the first.")]
    proposed_cents: Annotated[
        int | None, Field(description="Granted × actual charges ÷ planned charges, at most the grant, rounded down to the cent.")
    ]
    justified_cents: int | None
    reason: str
    completion_due_on: date | None
    decided_at: AwareDatetime | None

    @computed_field(examples=["À instruire"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return REVIEW_LABELS[self.status]


class BilanReviewDecided(BilanReviewRead):
    to_repay_cents: Annotated[int, Field(description="What the holder has to give back to this funder, in cents.")]
    left_to_pay_cents: Annotated[int, Field(description="What this funder still pays, of what it committed, in cents.")]


class StatementLine(BaseModel):
    """A line of the statement: planned, actual, and the difference."""

    account: str
    label: str
    funder_id: UUID | None = None
    planned_cents: Total
    actual_cents: int | None
    gap_cents: Annotated[int | None, Field(description="Actual less planned.")]
    gap_bp: Annotated[int | None, Field(description="In basis points of what was planned (10000 = 100 %); null when nothing was.")]
    to_explain: Annotated[bool, Field(description="The gap is above 10 % and above 1 000 €: an explanation is required.")]
    explanation: str


class StatementTotals(BaseModel):
    planned_charges_cents: Total
    actual_charges_cents: Total
    planned_produits_cents: Total
    actual_produits_cents: Total
    actual_voluntary_uses_cents: Total
    actual_voluntary_resources_cents: Total


class StatementRead(BaseModel):
    charges: list[StatementLine]
    produits: list[StatementLine]
    voluntary_uses: list[StatementLine]
    voluntary_resources: list[StatementLine]
    totals: StatementTotals


class BilanSummary(BaseModel):
    id: UUID
    dossier_id: UUID
    campaign_id: UUID
    contract_id: UUID
    holder_id: UUID
    holder_name: str
    reference: Annotated[str, Field(description="The dossier's.", examples=["2027-CARC-0042"])]
    title: str
    exercise_starts_on: date
    exercise_ends_on: date
    status: BilanStatus
    number: Annotated[int, Field(description="How many times it was submitted.")]
    due_on: Annotated[date, Field(description="Last day to submit it, or its completion.")]
    overdue: bool
    submitted_at: Annotated[AwareDatetime | None, Field(description="Of the last submission.")]
    closed_at: AwareDatetime | None

    @computed_field(examples=["À déposer"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


class BilanAttachmentRead(AttachmentRead):
    number: Annotated[int, Field(description="The submission it belongs to, from which funders see it.")]


class BilanAttachmentAdded(BilanAttachmentRead):
    renamed: Annotated[bool, Field(description="The name given held what a file name may not: `name` is what is kept of it.")]
    bilan_etag: Annotated[str, Field(description="Send it in `If-Match`.", examples=['"4"'])]


class BilanRead(BilanSummary):
    """The bilan: its holder reads the draft, others the last submission."""

    statement: StatementRead
    report: BilanReport
    publics: list[PublicReached]
    indicators: list[BilanIndicator]
    starts_on: date | None
    ends_on: date | None
    qpv_codes: list[str]
    territory: str
    attachments: list[BilanAttachmentRead]
    reviews: list[BilanReviewRead]
    created_at: AwareDatetime
    updated_at: AwareDatetime


class BilanReceipt(BaseModel):
    """Acknowledgement of receipt."""

    dossier_id: UUID
    reference: str
    number: int
    submitted_at: AwareDatetime
    late: Annotated[bool, Field(description="It arrived after the day it was due.")]
    document: Annotated[str, Field(description="Address of the PDF, made in the minute.")]
