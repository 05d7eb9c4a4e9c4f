"""What is sent and received about committees."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..campaigns.schemas import Cents, Instant, Label, LocalInstant
from .models import CommitteeKind as CommitteeKind
from .models import CommitteeStatus as CommitteeStatus
from .models import Outcome


class CommitteeCreate(BaseModel):
    campaign_id: UUID
    kind: CommitteeKind
    title: Annotated[Label, Field(examples=["Comité de pilotage du 12 mars 2027"])]
    place: Annotated[str, Field(max_length=300, examples=["Hôtel d'agglomération, salle du conseil"])] = ""
    starts_at: Annotated[Instant, Field(examples=["2027-03-12T14:00:00+01:00"])]


class CommitteeUpdate(BaseModel):
    """Merge patch of a session that is not held yet."""

    title: Label | None = None
    place: Annotated[str | None, Field(None, max_length=300)]
    starts_at: Instant | None = None


class AgendaWrite(BaseModel):
    """The dossiers to look at, in order."""

    dossier_ids: Annotated[list[UUID], Field(max_length=1000)]


class AgendaItemRead(BaseModel):
    dossier_id: UUID
    position: int
    reference: str
    title: str
    holder_name: str


class Presence(Enum):
    PRESENT = "present"
    REPRESENTED = "represented"
    EXCUSED = "excused"


class Attendee(BaseModel):
    """An organisation around the table, and who speaks for it."""

    organisation_id: UUID
    name: Label
    person: Annotated[str, Field(max_length=200)] = ""
    presence: Presence


class AttendanceWrite(BaseModel):
    members: Annotated[list[Attendee], Field(max_length=200)]


class DecisionWrite(BaseModel):
    """What is said of one funder's request. A correction in the same session replaces it."""

    outcome: Annotated[
        Outcome, Field(description="`proposed` in a technical committee; `granted`, `adjourned` or `refused` in a steering one.")
    ]
    amount_cents: Annotated[
        Cents, Field(description="Above zero when granted, zero when adjourned or refused; a proposal may be of nothing.")
    ] = 0
    motive: Annotated[
        str, Field(max_length=2000, description="Required for a refusal (CRPA art. L211-2); the holder reads it.")
    ] = ""
    conditions: Annotated[str, Field(max_length=2000, description="What the grant is subject to; the holder reads it.")] = ""


class DecisionRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    committee_id: UUID
    dossier_id: UUID
    request_id: UUID
    funder_id: UUID
    outcome: Outcome
    amount_cents: Cents
    motive: str
    conditions: str
    decided_by: UUID
    decided_at: AwareDatetime


class CommitteeSummary(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    campaign_id: UUID
    kind: CommitteeKind
    title: str
    place: str
    starts_at: LocalInstant
    status: CommitteeStatus
    held_at: AwareDatetime | None
    signed_at: AwareDatetime | None


class CommitteeRead(CommitteeSummary):
    attendance: list[Attendee]
    agenda: list[AgendaItemRead] = []
