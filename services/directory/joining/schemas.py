"""What callers send and receive about invitations, requests to join and claims of management."""

from datetime import datetime
from typing import Annotated, Any, Literal, Self
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.common.language import Text
from services.common.texts import paragraphs

from ..accounts.schemas import EmailAddress, MailToken
from ..organisations.schemas import Rna, Role, Roles, Siret
from .models import ClaimState as ClaimState
from .models import InvitationState as InvitationState
from .models import RequestState as RequestState

ShownState = Literal["pending", "expired", "accepted", "declined", "withdrawn", "replaced"]
Word = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(paragraphs)]


class InvitationCreate(BaseModel):
    """Somebody to invite, with or without an account."""

    model_config = ConfigDict(extra="forbid")

    email: EmailAddress
    roles: Roles = Field(default=["member"])


class InvitationRead(BaseModel):
    """An invitation as those who manage the organisation see it."""

    id: UUID
    organisation_id: UUID
    email: str = Field(examples=["karim.rossi@asso.example.org"])
    roles: list[Role] = Field(examples=[["member"]])
    state: ShownState = Field(examples=["pending"])
    created_at: datetime
    sent_at: datetime = Field(description="When it was last mailed.")
    expires_at: datetime
    closed_at: datetime | None
    version: int = Field(examples=[1])


class OwnInvitation(BaseModel):
    """An invitation you can answer."""

    id: UUID
    organisation_id: UUID
    organisation_name: str = Field(examples=["Régie de quartier Ozanam"])
    roles: list[Role] = Field(examples=[["member"]])
    sent_at: datetime
    expires_at: datetime


class InvitationAcceptance(BaseModel):
    """The link that was mailed."""

    token: MailToken


class JoinRequestCreate(BaseModel):
    """Which organisation, by one of its numbers or its id, and a word to those who will answer."""

    model_config = ConfigDict(extra="forbid")

    organisation_id: UUID | None = Field(None, examples=[None])
    siret: Siret | None = None
    rna: Rna | None = Field(None, examples=[None])
    word: Word = Field(
        description="Who you are and what you do there.", examples=["Je suis la nouvelle coordinatrice, Nadia m'a parlé de vous."]
    )

    @model_validator(mode="after")
    def _one_way_to_find_it(self) -> Self:
        if sum(each is not None for each in (self.organisation_id, self.siret, self.rna)) != 1:
            raise ValueError(
                Text(
                    "Désignez l'organisation une fois : `organisation_id`, `siret` ou `rna`.",
                    "Name the organisation once: `organisation_id`, `siret` or `rna`.",
                )
            )
        return self


class OwnJoinRequest(BaseModel):
    """A request as the person who made it sees it: what was answered, not by whom."""

    id: UUID
    organisation_id: UUID
    organisation_name: str = Field(examples=["Régie de quartier Ozanam"])
    word: str
    state: RequestState
    roles: list[Role] = Field(description="Given with the approval.", examples=[["member"]])
    reason: str | None = Field(description="Of a refusal.", examples=[None])
    created_at: datetime
    decided_at: datetime | None
    version: int = Field(examples=[1])


class JoinRequestRead(OwnJoinRequest):
    """A request as those who answer it see it."""

    account_id: UUID
    full_name: str = Field(examples=["Karim Rossi"])
    email: str = Field(examples=["karim.rossi@asso.example.org"])


class JoinApproval(BaseModel):
    """The part they will have."""

    model_config = ConfigDict(extra="forbid")

    roles: Roles = Field(default=["member"])


class JoinRefusal(BaseModel):
    """Why not, told to the person."""

    model_config = ConfigDict(extra="forbid")

    reason: Word = Field(examples=["Nous ne vous connaissons pas : appelez-nous d'abord."])


class ClaimCreate(BaseModel):
    """Why those who manage cannot."""

    model_config = ConfigDict(extra="forbid")

    reason: Word = Field(examples=["Notre directrice est partie en mars, son adresse ne répond plus."])


class ClaimObjection(BaseModel):
    """Why the claim should not stand, told to the claimant."""

    model_config = ConfigDict(extra="forbid")

    reason: Word = Field(examples=["Je suis toujours là, j'étais en congé."])


class ClaimDecision(BaseModel):
    """What the platform's administrators decide, without waiting."""

    model_config = ConfigDict(extra="forbid")

    is_granted: bool = Field(examples=[True])
    reason: Word = Field(examples=["Procès-verbal du bureau reçu le 12 mars."])


class ManagementClaimRead(BaseModel):
    """A claim of management."""

    id: UUID
    organisation_id: UUID
    account_id: UUID = Field(description="The claimant.")
    full_name: str = Field(examples=["Karim Rossi"])
    reason: str
    state: ClaimState
    answer: str | None = Field(description="Why it was objected to or how it was decided.", examples=[None])
    created_at: datetime
    effective_at: datetime = Field(description="When it is granted unless a manager objects.")
    decided_at: datetime | None
    version: int = Field(examples=[1])


def shown_state(state: str, expires_at: datetime, now: datetime) -> Any:
    """What people read: a pending invitation past its term has expired."""
    return "expired" if state == InvitationState.PENDING and expires_at <= now else state
