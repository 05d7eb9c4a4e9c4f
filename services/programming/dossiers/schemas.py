"""What is sent and received about dossiers."""

from datetime import date, timedelta
from typing import Annotated, Any, Literal
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, WithJsonSchema, computed_field

from services.common import forms
from services.common.language import Text
from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents, Nature
from ..contracts.schemas import Code, QpvCode
from .attachment_schemas import AttachmentRead
from .models import DossierStatus as DossierStatus
from .models import Opinion as Opinion
from .models import RequestStatus as RequestStatus

Prose = Annotated[str, Field(max_length=20_000)]
Sentence = Annotated[str, Field(max_length=300)]
Total = Annotated[int, Field(ge=0, description="Euro cents: a sum, so without the ceiling of one amount.")]
PositiveCents = Annotated[int, Field(ge=1, le=10**13, description="Euro cents.", examples=[800000])]

STATUS_LABELS = {
    DossierStatus.DRAFT: "Brouillon",
    DossierStatus.SUBMITTED: "Déposé",
    DossierStatus.CHANGES_REQUESTED: "Compléments demandés",
    DossierStatus.ADMISSIBLE: "Recevable",
    DossierStatus.INADMISSIBLE: "Irrecevable",
    DossierStatus.UNDER_REVIEW: "En instruction",
    DossierStatus.READY_FOR_COMMITTEE: "Prêt pour le comité",
    DossierStatus.DECIDED: "Décidé",
    DossierStatus.NOTIFIED: "Notifié",
    DossierStatus.RUNNING: "En cours",
    DossierStatus.REPORT_DUE: "Bilan attendu",
    DossierStatus.REPORT_SUBMITTED: "Bilan déposé",
    DossierStatus.CLOSED: "Clos",
    DossierStatus.WITHDRAWN: "Retiré",
    DossierStatus.DROPPED: "Abandonné",
}
REQUEST_LABELS = {
    RequestStatus.ASKED: "Demandé",
    RequestStatus.REVIEWED: "Instruit",
    RequestStatus.PROPOSED: "Proposé",
    RequestStatus.GRANTED: "Accordé",
    RequestStatus.ADJOURNED: "Ajourné",
    RequestStatus.REFUSED: "Refusé",
    RequestStatus.NOTIFIED: "Notifié",
    RequestStatus.AGREED: "Conventionné",
    RequestStatus.COMMITTED: "Engagé",
    RequestStatus.PARTLY_PAID: "Payé en partie",
    RequestStatus.PAID: "Payé",
    RequestStatus.TO_REPAY: "À reverser",
    RequestStatus.JUSTIFIED: "Justifié",
    RequestStatus.WITHDRAWN: "Retiré",
}


class Public(BaseModel):
    """A public reached: who, and how many people."""

    label: Annotated[Sentence, Field(examples=["Jeunes de 11 à 17 ans"])]
    count: Annotated[int | None, Field(None, ge=0, examples=[40])]


class Content(BaseModel):
    """The description of the action (Cerfa 12156*06, part 6)."""

    need: Annotated[Prose, Field(description="The need it answers.")] = ""
    description: Annotated[Prose, Field(description="What will be done.")] = ""
    publics: Annotated[list[Public], Field(max_length=30)] = []
    territory: Prose = ""
    means: Annotated[Prose, Field(description="People, premises, partners.")] = ""
    calendar: Prose = ""
    indicators: Annotated[Prose, Field(description="How its effects will be measured.")] = ""


#: An address that was checked when it was written: a reading does not check it again.
KeptEmail = Annotated[str, WithJsonSchema({"type": "string", "format": "email"})]


class Contact(BaseModel):
    """The person funders write to."""

    full_name: Annotated[Sentence, Field(examples=["Samia Exemple"])] = ""
    email: Annotated[KeptEmail | None, Field(None, examples=["contact@association.example.org"])]
    phone: Annotated[str, Field(max_length=30)] = ""


class ChargeLine(BaseModel):
    account: Annotated[str, Field(pattern=r"^6[0-8]\d{0,3}$", examples=["60"])]
    label: Annotated[Sentence, Field(examples=["Achats"])]
    amount_cents: PositiveCents


class ProduitLine(BaseModel):
    account: Annotated[str, Field(pattern=r"^7\d{1,4}$", examples=["74"])]
    label: Annotated[Sentence, Field(examples=["CAF de l'Aude"])]
    amount_cents: PositiveCents
    funder_id: Annotated[UUID | None, Field(None, description="On account 74: the funder asked on this platform.")]


class VoluntaryLine(BaseModel):
    account: Annotated[str, Field(pattern=r"^8[67]\d{0,3}$", examples=["864"])]
    label: Annotated[Sentence, Field(examples=["Bénévolat"])]
    amount_cents: PositiveCents


class Budget(BaseModel):
    """Charges 60–68 against produits 70–79; voluntary contributions 86 against 87, below the total."""

    charges: Annotated[list[ChargeLine], Field(max_length=100)] = []
    produits: Annotated[list[ProduitLine], Field(max_length=100)] = []
    voluntary_uses: Annotated[list[VoluntaryLine], Field(max_length=30, description="Accounts 86.")] = []
    voluntary_resources: Annotated[list[VoluntaryLine], Field(max_length=30, description="Accounts 87.")] = []


class RequestWrite(BaseModel):
    """What one funder is asked, on one of its budget lines."""

    funder_id: UUID
    budget_line: Annotated[Code, Field(examples=["caf-actions"])]
    amount_cents: PositiveCents


class DossierCreate(BaseModel):
    campaign_id: UUID
    organisation_id: Annotated[UUID, Field(description="The holder: an organisation of which you are a member.")]
    title: Annotated[str, Field(max_length=300, examples=["Ateliers sociolinguistiques"])] = ""
    renews_id: Annotated[
        UUID | None,
        Field(
            description="A dossier of yours, already submitted: the draft begins as it was sent, its dates moved to the new year."
        ),
    ] = None


class DossierListing(BaseModel):
    """Filters of a listing: each list may be repeated for "any of", together they narrow."""

    sort: Literal["-created_at", "-submitted_at", "submitted_at"] = "-created_at"
    limit: Limit = 20
    cursor: Cursor = None
    campaign_id: UUID | None = None
    status: list[DossierStatus] | None = None
    nature: list[Nature] | None = None
    qpv: Annotated[list[str] | None, Field(max_length=20, description="QPV codes.", examples=[["QP011002"]])] = None
    objective: Annotated[list[str] | None, Field(max_length=20, description="Objective codes.")] = None
    organisation_id: Annotated[UUID | None, Field(description="The holder, as submitted or as it is today.")] = None
    funder_id: UUID | None = None
    changes_requested: Annotated[bool | None, Field(description="Changes are requested and not answered yet.")] = None
    q: Annotated[str | None, Field(max_length=100, description="Words of the title, the holder's name or the reference.")] = None

    @property
    def filters(self) -> dict[str, Any]:
        """What was given, as `repository.FILTERS` takes it."""
        escaped = self.q and self.q.replace("\\", "\\\\").replace("%", "\\%").replace("_", "\\_")
        given: dict[str, Any] = {
            "campaign_id": self.campaign_id,
            "status": self.status and [status.value for status in self.status],
            "nature": self.nature and [nature.value for nature in self.nature],
            "qpv": self.qpv,
            "objective": self.objective,
            "organisation_id": self.organisation_id,
            "funder_id": self.funder_id,
            "changes_requested": self.changes_requested,
            "q": escaped and f"%{escaped}%",
        }
        return {name: value for name, value in given.items() if value is not None}


class _Patch(BaseModel):
    """A part of a merge patch: null clears a field, an unknown field is refused rather than lost."""

    model_config = ConfigDict(extra="forbid")


class ContentUpdate(_Patch):
    need: Prose | None = None
    description: Prose | None = None
    publics: Annotated[list[Public] | None, Field(None, max_length=30)]
    territory: Prose | None = None
    means: Prose | None = None
    calendar: Prose | None = None
    indicators: Prose | None = None


class ContactUpdate(_Patch):
    full_name: Annotated[Sentence | None, Field(None, examples=["Samia Exemple"])]
    email: Annotated[EmailStr | None, Field(None, examples=["contact@association.example.org"])]
    phone: Annotated[str | None, Field(None, max_length=30)]


class BudgetUpdate(_Patch):
    charges: Annotated[list[ChargeLine] | None, Field(None, max_length=100)]
    produits: Annotated[list[ProduitLine] | None, Field(None, max_length=100)]
    voluntary_uses: Annotated[list[VoluntaryLine] | None, Field(None, max_length=30, description="Accounts 86.")]
    voluntary_resources: Annotated[list[VoluntaryLine] | None, Field(None, max_length=30, description="Accounts 87.")]


def _recordable(answers: dict[str, Any]) -> dict[str, Any]:
    if forms.depth_of(answers, most=forms.DEEPEST_ANSWERS) > forms.DEEPEST_ANSWERS:
        raise ValueError(Text("Les réponses s'emboîtent trop.", "The answers are nested too deep."))
    if not forms.is_written(answers):
        raise ValueError(Text("Un caractère ou un nombre ne peut être enregistré.", "A character or a number cannot be recorded."))
    return answers


#: By question of the campaign's form; null takes an answer away.
Answers = Annotated[dict[str, Any], AfterValidator(_recordable), Field(max_length=200, examples=[{"garde": "oui", "places": 6}])]


class DossierUpdate(_Patch):
    """Merge patch of a draft (RFC 7396): objects merge, lists are replaced, null clears."""

    title: Annotated[str | None, Field(None, max_length=300)]
    nature: Nature | None = None
    renewal: bool | None = None
    multi_year: bool | None = None
    starts_on: date | None = None
    ends_on: date | None = None
    exercise_starts_on: Annotated[
        date | None, Field(None, description="First day of the accounting year; the campaign's calendar year by default.")
    ]
    renews_id: Annotated[
        UUID | None, Field(None, description="A dossier of yours, already submitted, whose action this one renews.")
    ]
    qpv_codes: Annotated[list[QpvCode] | None, Field(None, max_length=50)]
    objective_codes: Annotated[list[Code] | None, Field(None, max_length=50)]
    transversal_codes: Annotated[list[Code] | None, Field(None, max_length=20)]
    content: ContentUpdate | None = None
    contact: ContactUpdate | None = None
    budget: BudgetUpdate | None = None
    answers: Annotated[Answers | None, Field(None, description="To the campaign's own questions (`form` of the campaign).")]
    requests: Annotated[list[RequestWrite] | None, Field(None, max_length=30)]


class SubmissionCreate(BaseModel):
    """The sworn statement. Both declarations must be true."""

    sworn_statement: Annotated[
        bool, Field(description="Everything stated is exact; the holder is up to date with its social and fiscal duties.")
    ]
    republican_commitment: Annotated[
        bool,
        Field(description="The contrat d'engagement républicain is subscribed (décret n° 2021-1947); required of associations."),
    ] = False
    signatory_name: Annotated[Sentence, Field(min_length=1, examples=["Camille Exemple"])]
    signatory_function: Annotated[Sentence, Field(min_length=1, examples=["Présidente"])]


class Clocks(BaseModel):
    """When the holder must have an answer."""

    promised_on: Annotated[date, Field(description="What the funders promise.")]
    silence_rejects_on: Annotated[date, Field(description="Silence beyond this day means rejection (CRPA art. L231-4).")]


class Receipt(BaseModel):
    """Acknowledgement of receipt (CRPA art. L112-3)."""

    dossier_id: UUID
    reference: Annotated[str, Field(examples=["2027-CARC-0042"])]
    submitted_at: AwareDatetime
    answer_before: Clocks
    asked_cents: Total


class RequestRead(BaseModel):
    """A request as the caller may see it: the holder sees no opinion, proposal or decision before its notification."""

    id: UUID
    funder_id: UUID
    budget_line: str
    amount_cents: Cents
    status: RequestStatus
    opinion: Opinion | None = None
    proposed_cents: int | None = None
    granted_cents: int | None = None
    motive: str | None = None
    conditions: str | None = None
    decided_at: AwareDatetime | None = None
    notified_at: AwareDatetime | None = None

    @computed_field(examples=["Demandé"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return REQUEST_LABELS[self.status]


class DossierSummary(BaseModel):
    id: UUID
    campaign_id: UUID
    organisation_id: UUID
    successor_id: Annotated[
        UUID | None, Field(description="Who answers for it today, when the holder was dissolved or merged into another.")
    ]
    holder_name: str
    reference: str | None
    status: DossierStatus
    title: str
    nature: Nature | None
    qpv_codes: list[str]
    objective_codes: list[str]
    charges_cents: Total
    asked_cents: Total
    granted_cents: Annotated[int | None, Field(description="Granted so far; the holder reads it once every answer is notified.")]
    submitted_at: AwareDatetime | None
    answer_promised_on: date | None
    changes_due_on: Annotated[
        date | None, Field(None, description="Changes are requested of the holder: the first day an answer is due.")
    ]

    @computed_field(examples=["Déposé"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]


class DossierRead(DossierSummary):
    holder: dict[str, Any]
    renewal: bool
    multi_year: bool
    action_id: Annotated[UUID, Field(description="The same through the action's renewals.")]
    renews_id: Annotated[UUID | None, Field(description="The dossier of the action that this one renews.")]
    cpo_id: Annotated[UUID | None, Field(description="The multi-year agreement it carries out for its year.")]
    starts_on: date | None
    ends_on: date | None
    exercise_starts_on: Annotated[
        date | None, Field(description="Accounting year the grant is for; the campaign's year by default.")
    ]
    exercise_ends_on: date | None
    transversal_codes: list[str]
    content: Content
    contact: Contact
    budget: Budget
    answers: Annotated[
        dict[str, Any],
        Field(description="To the campaign's own questions; with their labels at `…/answers`.", examples=[{"garde": "oui"}]),
    ] = {}
    form_number: Annotated[int | None, Field(description="Version of the form it was submitted under.")] = None
    requests: list[RequestRead]
    attachments: list[AttachmentRead]
    silence_rejects_on: date | None
    inadmissible_reason: str | None
    report_due_on: Annotated[date | None, Field(description="Day the bilan is due, once something is granted.")]
    report_submitted_at: AwareDatetime | None
    open_fields: Annotated[
        list[str],
        Field(description="While changes are requested: JSON pointers the holder may edit.", examples=[["/content/need"]]),
    ]
    suspended_days: Annotated[int, Field(description="Days both clocks were moved by, for the time the file was incomplete.")]
    suspended_since: Annotated[
        date | None, Field(description="The file is incomplete: the legal clock stands still since that day.")
    ]
    withdrawn_at: AwareDatetime | None
    withdrawn_reason: str | None
    dropped_at: Annotated[AwareDatetime | None, Field(description="A draft its holder dropped: erased some days later.")]
    created_at: AwareDatetime
    updated_at: AwareDatetime

    @computed_field(description="What was promised at the submission, before the clock was suspended.")  # type: ignore[prop-decorator]
    @property
    def answer_first_promised_on(self) -> date | None:
        return self.answer_promised_on and self.answer_promised_on - timedelta(days=self.suspended_days)

    @computed_field(description="Likewise the day silence would have meant rejection.")  # type: ignore[prop-decorator]
    @property
    def silence_first_rejected_on(self) -> date | None:
        return self.silence_rejects_on and self.silence_rejects_on - timedelta(days=self.suspended_days)


class Missing(BaseModel):
    """One thing to complete or mend before submission."""

    pointer: Annotated[str, Field(description="JSON pointer into the dossier.", examples=["/content/need"])]
    code: Annotated[str, Field(examples=["missing"])]
    detail: str
    section: Annotated[str, Field(examples=["action"])]


class LeftOut(BaseModel):
    """An answer kept in the draft that the submission will not hold: its question is no longer asked."""

    pointer: Annotated[str, Field(examples=["/answers/places"])]
    title: Annotated[str, Field(description="The question.", examples=["Combien de places ?"])]


class Completeness(BaseModel):
    """What is missing and where, usable at any time before submission."""

    complete: bool
    missing: list[Missing]


class DossierCompleteness(Completeness):
    """The same, with what the campaign's own questions make of it."""

    left_out: list[LeftOut] = []
    form_number: Annotated[
        int, Field(description="Version of the form it is judged by; 0 when the campaign asks nothing more.")
    ] = 0


class AnsweredQuestion(BaseModel):
    """A question of the campaign and what the holder answered."""

    key: Annotated[str, Field(examples=["garde"])]
    title: Annotated[str, Field(examples=["Proposez-vous une garde d'enfants ?"])]
    description: str | None
    asked: Annotated[bool, Field(description="False when other answers or choices make it pointless: kept in the draft only.")]
    answer: Annotated[Any, Field(description="As it was sent; null when there is none.", examples=["oui"])]
    said: Annotated[str, Field(description="The answer as people read it.", examples=["Oui, sur place"])]
    warnings: Annotated[list[str], Field(description="What a submission would refuse.")]


class AnswersRead(BaseModel):
    """The campaign's own questions, in order, with the answers."""

    form_number: int
    questions: list[AnsweredQuestion]


class FunderDelays(BaseModel):
    """How fast one funder answers in one campaign. Days count from submission; null when nothing was measured."""

    funder_id: UUID
    asked: int
    reviewed: int
    decided: int
    notified: int
    median_days_to_review: float | None
    median_days_to_decision: float | None
    median_days_to_notification: float | None
    notified_within_promise: int
    late_now: Annotated[int, Field(description="Not notified although the promised day has passed.")]


class Delays(BaseModel):
    funders: list[FunderDelays]
