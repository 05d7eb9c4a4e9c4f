"""What is sent and received about committees."""

from enum import Enum
from typing import Annotated
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, Field

from ..campaigns.schemas import Cents, Instant, Label, LocalInstant
from .models import AdviceResult as AdviceResult
from .models import CommitteeKind as CommitteeKind
from .models import CommitteeStatus as CommitteeStatus
from .models import Outcome as Outcome
from .models import VoteChoice as VoteChoice


class CommitteeCreate(BaseModel):
    campaign_id: UUID
    kind: CommitteeKind
    title: Annotated[Label, Field(examples=["Comité de pilotage du 12 mars 2027"])]
    place: Annotated[str, Field(max_length=300, examples=["Hôtel d'agglomération, salle du conseil"])] = ""
    starts_at: Annotated[Instant, Field(examples=["2027-03-12T14:00:00+01:00"])]
    quorum_percent: Annotated[
        int, Field(ge=0, le=100, description="Share of the voting members that must be there for the committee's advice.")
    ] = 50


class CommitteeUpdate(BaseModel):
    """Merge patch of a session that is not held yet."""

    title: Label | None = None
    place: Annotated[str | None, Field(None, max_length=300)]
    starts_at: Instant | None = None
    quorum_percent: Annotated[int | None, Field(None, ge=0, le=100)]


class AgendaWrite(BaseModel):
    """The dossiers to look at, in order."""

    dossier_ids: Annotated[list[UUID], Field(max_length=1000)]
    minutes_each: Annotated[int, Field(ge=1, le=240, description="Estimated for each dossier.")] = 10


class AgendaItemRead(BaseModel):
    dossier_id: UUID
    position: int
    reference: str
    title: str
    holder_name: str
    withdrawn_at: Annotated[
        AwareDatetime | None, Field(None, description="Its holder took the dossier back: nobody decides on it.")
    ]
    minutes: Annotated[int, Field(description="Estimated, for the printed agenda.")]
    carried_from_id: Annotated[UUID | None, Field(description="The last earlier session that adjourned it.")]
    adjournments: Annotated[int, Field(description="How many earlier sessions adjourned it.")]


class Presence(Enum):
    PRESENT = "present"
    REPRESENTED = "represented"
    EXCUSED = "excused"


class Attendee(BaseModel):
    """An organisation around the table, and who speaks for it."""

    organisation_id: UUID
    name: Label
    person: Annotated[str, Field(max_length=200)] = ""
    account_id: Annotated[UUID | None, Field(description="Their account on the platform, when they have one.")] = None
    voting: Annotated[bool, Field(description="Counts for the quorum and votes on the committee's advice.")] = True
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
    version: Annotated[int, Field(description="Send it as `If-Match` to change the decision.")]


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
    quorum_percent: int


class CommitteeRead(CommitteeSummary):
    attendance: list[Attendee]
    agenda: list[AgendaItemRead] = []


class DeportCreate(BaseModel):
    """Somebody around the table has an interest in a dossier and steps out for it."""

    organisation_id: Annotated[UUID, Field(description="On whose behalf the person sits.")]
    account_id: Annotated[UUID | None, Field(description="By default you; the team may name another.")] = None
    person: Annotated[str, Field(max_length=200, description="Name as in the attendance; required without an account.")] = ""
    interest: Annotated[str, Field(max_length=1000, examples=["Membre du conseil d'administration du porteur."])] = ""


class DeportRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    committee_id: UUID
    dossier_id: UUID
    organisation_id: UUID
    account_id: UUID | None
    person: str
    interest: str
    declared_by: UUID
    declared_at: AwareDatetime
    withdrawn_at: AwareDatetime | None


class VoteWrite(BaseModel):
    choice: VoteChoice


class VoteRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    organisation_id: UUID
    choice: VoteChoice
    cast_by: UUID
    cast_at: AwareDatetime
    version: Annotated[int, Field(description="Send it as `If-Match` to change the vote.")]


class AdviceRead(BaseModel):
    """The advice of the committee, once its vote is closed."""

    model_config = ConfigDict(from_attributes=True)

    committee_id: UUID
    dossier_id: UUID
    result: AdviceResult
    votes_for: int
    votes_against: int
    abstentions: int
    voting_members: int
    members_present: int
    closed_at: AwareDatetime


class BallotRead(BaseModel):
    """Where the vote on a dossier stands."""

    dossier_id: UUID
    voting_members: Annotated[int, Field(description="Organisations that may vote, those stepped out left aside.")]
    members_present: int
    quorum_percent: int
    quorum_reached: bool
    votes: list[VoteRead]
    advice: AdviceRead | None
    deports: list[DeportRead]


class DecisionReopeningCreate(BaseModel):
    reason: Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]


class DecisionReopeningRead(BaseModel):
    model_config = ConfigDict(from_attributes=True)

    id: UUID
    committee_id: UUID
    request_id: UUID
    reason: str
    asked_at: AwareDatetime
    asked_by_funder: UUID | None
    asked_by_team: UUID | None
    opened_at: Annotated[AwareDatetime | None, Field(description="When both parties had asked: the funder may decide again.")]
    settled_at: Annotated[AwareDatetime | None, Field(description="When the funder had decided again.")]


class BulkDecisionLine(DecisionWrite):
    request_id: UUID
    version: Annotated[int | None, Field(description="Of the decision it changes; none for a first decision.")] = None


class BulkDecisionsCreate(BaseModel):
    """Many decisions of one session at once."""

    lines: Annotated[list[BulkDecisionLine], Field(min_length=1, max_length=1000)]
    dry_run: Annotated[bool, Field(description="Try each line, write nothing.")] = False
    all_or_nothing: Annotated[bool, Field(description="One line at fault stops the whole; otherwise the good ones are kept.")] = (
        False
    )


class LineState(Enum):
    DECIDED = "decided"
    UNCHANGED = "unchanged"
    PROBLEM = "problem"


class LineError(BaseModel):
    pointer: Annotated[str, Field(description="JSON pointer into what was sent.", examples=["/lines/3/amount_cents"])]
    detail: str
    code: str | None = None


class BulkLineProblem(BaseModel):
    type: Annotated[str, Field(description="Last part of the problem's address.", examples=["envelope-exceeded"])]
    title: str
    detail: str | None = None
    errors: list[LineError] = []


class BulkDecisionResult(BaseModel):
    line: Annotated[int, Field(description="From 1, in the order sent.")]
    request_id: UUID
    state: LineState
    problem: BulkLineProblem | None = None


class BulkDecisionsReport(BaseModel):
    dry_run: bool
    decided: int
    unchanged: int
    problems: int
    granted_cents: Annotated[int, Field(description="What the lines kept grant, together.")]
    lines: list[BulkDecisionResult]


class DecisionSheetFormat(Enum):
    CSV = "csv"
    XLSX = "xlsx"


class DecisionSheetFault(BaseModel):
    column: Annotated[str, Field(description="As the sheet names it.", examples=["Accordé (€)"])]
    detail: str
    code: str
    value: Annotated[str, Field(description="What the cell holds, when it is not understood.")] = ""


class DecisionSheetProblem(BaseModel):
    type: Annotated[str, Field(description="Last part of the problem's address.", examples=["envelope-exceeded"])]
    title: str
    detail: str | None = None
    faults: list[DecisionSheetFault] = []


class DecisionSheetLine(BaseModel):
    line: Annotated[int, Field(description="As the spreadsheet numbers it.", examples=[7])]
    reference: Annotated[str, Field(description="Of the dossier, as the line writes it.", examples=["2027-CARC-0042"])]
    request_id: UUID | None
    state: LineState
    problem: DecisionSheetProblem | None = None


class DecisionSheetReport(BaseModel):
    """What became, or would become, of each line that says something."""

    dry_run: bool
    decided: int
    unchanged: int
    problems: int
    blank: Annotated[int, Field(description="Lines on which nothing is said yet.")]
    granted_cents: Annotated[int, Field(description="What the lines kept grant, together.")]
    ignored_columns: Annotated[list[str], Field(description="Columns nobody knows, left aside.")]
    lines: list[DecisionSheetLine]
