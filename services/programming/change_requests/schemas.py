"""What is sent and received about changes requested."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, computed_field

from services.common.texts import paragraphs

from ..dossiers.schemas import LeftOut, SubmissionCreate
from .models import ChangeRequestStatus as ChangeRequestStatus
from .models import FieldState as FieldState

Prose = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(paragraphs)]
Said = Annotated[Prose, StringConstraints(min_length=1)]
Pointer = Annotated[
    str,
    Field(
        pattern=r"^(/[^/~\x00-\x1f]*(~[01][^/~\x00-\x1f]*)*)+$",
        max_length=300,
        description="JSON pointer into the dossier; `/attachments/<kind>` asks for a document.",
        examples=["/content/need"],
    ),
]

STATUS_LABELS = {
    ChangeRequestStatus.OPEN: "En attente de réponse",
    ChangeRequestStatus.ANSWERED: "Répondue",
    ChangeRequestStatus.CANCELLED: "Annulée",
    ChangeRequestStatus.UNANSWERED: "Close sans réponse",
    ChangeRequestStatus.MOOT: "Sans objet (dossier retiré)",
}


class FieldAsk(BaseModel):
    """One field to change, and what is asked of it."""

    model_config = ConfigDict(extra="forbid")

    pointer: Pointer
    comment: Annotated[Said, Field(examples=["Précisez combien de personnes sont déjà inscrites."])]


class ChangeRequestCreate(BaseModel):
    model_config = ConfigDict(extra="forbid")

    organisation_id: Annotated[UUID, Field(description="For whom you ask: a funder of the dossier, or the contract's team.")]
    fields: Annotated[list[FieldAsk], Field(min_length=1, max_length=30)]
    due_on: Annotated[date, Field(description="Last day to answer (Paris).", examples=["2027-02-15"])]
    incomplete: Annotated[
        bool, Field(description="The file lacks something it must hold: the legal clock stands still meanwhile (CRPA art. L114-5).")
    ] = False
    word: Annotated[Prose, Field(description="For the holder, beside the comments.")] = ""


class Explanation(BaseModel):
    """Why a named field stays as it is."""

    model_config = ConfigDict(extra="forbid")

    pointer: Pointer
    text: Annotated[Said, Field(examples=["Le montant est celui du devis joint."])]


class ChangeRequestAnswer(SubmissionCreate):
    """The answer is a submission: sworn as the first one was. Each field named is changed, or explained here."""

    explanations: Annotated[list[Explanation], Field(default_factory=list, max_length=30)]


class ChangeRequestEnd(BaseModel):
    """Why it is cancelled or closed; the holder reads it."""

    model_config = ConfigDict(extra="forbid")

    reason: Annotated[Said, Field(examples=["La pièce était déjà jointe."])]


class FieldRead(BaseModel):
    pointer: str
    comment: str
    state: Annotated[FieldState, Field(description="`pending` until it is changed, or explained by the answer.")]
    explanation: str


class ChangeRequestRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    organisation_id: UUID
    organisation_name: str
    asked_at: AwareDatetime
    due_on: date
    days_left: Annotated[int | None, Field(description="Until the due day, negative when it has passed; null once it ended.")]
    overdue: bool
    word: str
    incomplete: bool
    status: ChangeRequestStatus
    fields: list[FieldRead]
    ended_at: AwareDatetime | None
    reason: str
    submission_number: Annotated[int | None, Field(description="The submission that answers it.")]
    version: int
    left_out: Annotated[
        list[LeftOut], Field(description="Told by the act of answering: answers left out, whose questions are asked no more.")
    ] = []

    @computed_field(examples=["En attente de réponse"])  # type: ignore[prop-decorator]
    @property
    def status_label(self) -> str:
        return STATUS_LABELS[self.status]
