"""What is sent and received about agreements."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field, computed_field

from services.common.pagination import Cursor, Limit

from ..campaigns.schemas import Cents
from ..dossiers.schemas import Total
from ..permanent_files.schemas import ScanStatus
from .models import AgreementStatus as AgreementStatus
from .models import Party as Party
from .models import TextStatus as TextStatus

STATUS_LABELS = {
    AgreementStatus.NOT_DUE: "Sous le seuil",
    AgreementStatus.DUE: "À rédiger",
    AgreementStatus.DRAFTED: "En signature",
    AgreementStatus.SIGNED: "En vigueur",
    AgreementStatus.TERMINATED: "Résiliée",
}
PREFIX = "/programming/v1/agreements"


class InKindUpdate(BaseModel):
    """What the funder gives in kind this year (premises, staff, printing…), valued: it counts towards the threshold."""

    amount_cents: Cents
    label: Annotated[str, Field(max_length=1000, examples=["Mise à disposition de la salle Ozanam, 40 demi-journées"])] = ""


class AgreementDraft(BaseModel):
    """The terms, in words. The parties, the actions and their amounts come from the awards."""

    object: Annotated[str, Field(min_length=1, max_length=5000, examples=["Le soutien aux ateliers sociolinguistiques."])]
    obligations: Annotated[str, Field(max_length=10_000, description="What the holder undertakes beyond what the law asks.")] = ""
    payment_terms: Annotated[str, Field(min_length=1, max_length=5000, examples=["En une fois, à la signature."])]
    payment_within_days: Annotated[
        int | None,
        Field(
            None,
            ge=1,
            le=366,
            description="Days to pay, counted from the last signature, where the parties agree otherwise than the law.",
        ),
    ]
    ends_on: Annotated[date, Field(description="Last day of the agreement; it begins with the last signature.")]


class AmendmentLineWrite(BaseModel):
    award_id: UUID
    granted_cents: Annotated[
        Cents, Field(description="The grant from then on; unchanged for a grant that only joins the agreement.")
    ]


class AmendmentDraft(BaseModel):
    """An amendment sets grants anew and takes in those notified since the last text, all of a piece."""

    reason: Annotated[str, Field(min_length=1, max_length=3000, examples=["L'action est étendue à un second quartier."])]
    lines: Annotated[list[AmendmentLineWrite], Field(max_length=100, description="Empty when only the aid in kind changed.")]


class SignatureCreate(BaseModel):
    """One party's signature, recorded by its signatory."""

    organisation_id: Annotated[UUID, Field(description="The party for which one signs.")]
    signed_on: date
    name: Annotated[str, Field(min_length=1, max_length=200, examples=["Camille Exemple"])]
    function: Annotated[str, Field(min_length=1, max_length=200, examples=["Présidente"])]


class TerminationCreate(BaseModel):
    reason: Annotated[str, Field(min_length=3, max_length=2000, examples=["L'action n'a pas été réalisée."])]


class AgreementListing(BaseModel):
    """Filters of a listing: together they narrow."""

    limit: Limit = 20
    cursor: Cursor = None
    funder_id: UUID | None = None
    holder_id: UUID | None = None
    year: Annotated[int | None, Field(ge=2000, le=2199)] = None
    status: list[AgreementStatus] | None = None
    due: Annotated[bool | None, Field(description="Where the funder has a text to write, or (false) has none.")] = None


class AgreementSummary(BaseModel):
    """One funder, one holder, one year. Amounts in euro cents."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    funder_id: UUID
    funder_name: str
    holder_id: UUID
    holder_name: str
    successor_id: Annotated[UUID | None, Field(description="Who took over from a holder that was dissolved or merged.")]
    year: int
    status: AgreementStatus
    granted_cents: Annotated[Total, Field(description="Sum of that funder's grants to that holder for that year.")]
    in_kind_cents: Cents
    in_kind_label: str
    required: Annotated[bool, Field(description="Above the threshold a written agreement is due (loi n° 2000-321, art. 10).")]
    text_due: Annotated[bool, Field(description="The funder has a text to write: the agreement, or an amendment.")]
    opened_at: AwareDatetime
    due_at: Annotated[AwareDatetime | None, Field(description="When the threshold was crossed.")]
    signed_at: AwareDatetime | None
    in_force_on: Annotated[date | None, Field(description="Day of the last signature.")]
    terminated_at: AwareDatetime | None
    termination_reason: str | None

    @computed_field(examples=["À rédiger"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]

    @computed_field(description="Grants and aid in kind, in cents: what is compared with the threshold.")  # type: ignore[prop-decorator]
    @property
    def total_cents(self) -> int:
        return self.granted_cents + self.in_kind_cents


class AgreedAward(BaseModel):
    """A grant of the year."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    reference: str
    title: str
    granted_cents: Cents
    cpo_id: Annotated[UUID | None, Field(description="The multi-year agreement that covers it already.")]
    agreement_required: Annotated[bool, Field(description="Nothing is committed before a signed text covers it.")]
    agreed_at: AwareDatetime | None


class SignatureRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    agreement_id: UUID
    party: Party
    organisation_id: UUID
    signed_on: date
    name: str
    function: str
    recorded_at: AwareDatetime
    file_sha256: Annotated[str | None, Field(description="Digest of the signed copy, where it was sent.")]
    file_status: Annotated[ScanStatus, Field(description="Whether the virus scanner has found the signed copy clean.")] = (
        ScanStatus.READY
    )
    file_status_reason: str | None = None

    @computed_field(description="Address of the signed copy (PDF).")  # type: ignore[prop-decorator]
    @property
    def signed_file(self) -> str | None:
        return f"{PREFIX}/{self.agreement_id}/signatures/{self.id}/signed-file" if self.file_sha256 else None


class TextLine(BaseModel):
    award_id: UUID
    reference: str
    title: str
    before_cents: Cents
    granted_cents: Cents


class TextRead(BaseModel):
    """A text: what it covers, where it is, who signed it."""

    model_config = ConfigDict(from_attributes=True)

    id: UUID
    agreement_id: UUID
    number: Annotated[int, Field(description="0 for the agreement itself, then its amendments.")]
    status: TextStatus
    lines: list[TextLine]
    in_kind_cents: Cents
    drafted_at: AwareDatetime
    ready_at: AwareDatetime | None
    signed_at: AwareDatetime | None
    signatures: list[SignatureRead]


class AgreementTextRead(TextRead):
    """The agreement's own text."""

    terms: AgreementDraft

    @computed_field(description="Address of the text (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def document(self) -> str | None:
        return f"{PREFIX}/{self.agreement_id}/document" if self.ready_at else None


class AmendmentRead(TextRead):
    """An amendment (avenant)."""

    reason: str

    @computed_field(description="Address of the text (PDF), once it is made.")  # type: ignore[prop-decorator]
    @property
    def document(self) -> str | None:
        return f"{PREFIX}/{self.agreement_id}/amendments/{self.id}/document" if self.ready_at else None


class AgreementRead(AgreementSummary):
    awards: Annotated[list[AgreedAward], Field(description="Every grant of the year, those of a multi-year agreement included.")]
    text: Annotated[AgreementTextRead | None, Field(description="The latest text of the agreement itself.")]
    amendments: Annotated[list[AmendmentRead], Field(description="In order, those withdrawn left out.")]
