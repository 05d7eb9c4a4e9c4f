"""What is sent and received about collaborators and sign-offs."""

from typing import Annotated
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common.texts import one_line, paragraphs

from .models import CollaboratorPart as CollaboratorPart
from .models import CollaboratorStatus as CollaboratorStatus
from .models import SignOffStatus as SignOffStatus

Word = Annotated[str, StringConstraints(strip_whitespace=True, max_length=2000), AfterValidator(paragraphs)]
SaidWord = Annotated[Word, StringConstraints(min_length=1)]


class CollaboratorInvite(BaseModel):
    """Somebody to write the dossier with: a partner's employee, a consultant."""

    model_config = ConfigDict(extra="forbid")

    email: Annotated[EmailStr, Field(examples=["noe@partenaire.example.org"])]
    full_name: Annotated[
        str,
        StringConstraints(strip_whitespace=True, max_length=200),
        AfterValidator(one_line),
        Field(examples=["Noé Exemple"]),
    ] = ""
    part: Annotated[CollaboratorPart, Field(description="`reader` reads, `editor` also writes; neither ever submits.")]


class CollaboratorChange(BaseModel):
    model_config = ConfigDict(extra="forbid")

    part: CollaboratorPart


class CollaboratorRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    email: Annotated[str | None, Field(None, description="For the holder's members, and the person themselves.")]
    full_name: str
    part: CollaboratorPart
    status: CollaboratorStatus
    invited_at: AwareDatetime
    expires_at: Annotated[AwareDatetime, Field(description="Until when the invitation may be accepted.")]
    accepted_at: AwareDatetime | None
    ended_at: AwareDatetime | None
    version: int


class MyCollaboration(CollaboratorRead):
    """A dossier you were invited to write."""

    dossier_title: str
    holder_name: str


class InvitationFace(BaseModel):
    """What an invitation says to whoever holds its link, before they sign in."""

    holder_name: str
    dossier_title: str
    part: CollaboratorPart
    address_hint: Annotated[str, Field(description="The address that was invited, masked.", examples=["n…@partenaire.example.org"])]
    expires_at: AwareDatetime


class CollaborationAcceptance(BaseModel):
    model_config = ConfigDict(extra="forbid")

    token: Annotated[str, Field(min_length=1, max_length=500, description="What the link of the mail ends with.")]


class SignOffAsk(BaseModel):
    model_config = ConfigDict(extra="forbid")

    word: Annotated[Word, Field(description="For the signatory.", examples=["Le budget a été revu avec le trésorier."])] = ""


class SignOffReturn(BaseModel):
    """Sent back to those who write it, and why."""

    model_config = ConfigDict(extra="forbid")

    word: Annotated[SaidWord, Field(examples=["Le poste de coordination est à revoir."])]


class SignOffRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    dossier_id: UUID
    organisation_id: UUID
    dossier_title: str
    status: SignOffStatus
    valid: Annotated[bool, Field(False, description="Approved, and the dossier has not changed since: it may be submitted.")]
    void: Annotated[bool, Field(False, description="Approved, but the dossier changed since: ask for it again.")]
    asked_by: UUID
    asked_at: AwareDatetime
    word: str
    decided_by: UUID | None
    decided_at: AwareDatetime | None
    answer: Annotated[str, Field(description="Why it was sent back.")]


class SignOffPolicyRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    organisation_id: UUID
    required: bool


class SignOffPolicyWrite(BaseModel):
    model_config = ConfigDict(extra="forbid")

    required: Annotated[bool, Field(description="Every dossier of the organisation is signed off before it is submitted.")]
