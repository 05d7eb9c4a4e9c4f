"""What is sent and received about the calendar of a campaign."""

from datetime import date
from typing import Annotated, Any
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, computed_field, model_validator

from services.common.language import Text
from services.common.texts import Name

from ..campaigns.schemas import Instant, LocalInstant
from .vocabulary import NAMES, StepKind, StepSource, StepStatus

#: Days that closings may cover in all, and one of them.
_CLOSED_DAYS, _ONE_CLOSING = 730, 120


def _day_within_reach(day: date) -> date:
    if not 2000 <= day.year < 2200:
        raise ValueError(Text("L'année doit être comprise entre 2000 et 2199.", "The year must be between 2000 and 2199."))
    return day


PlannedDay = Annotated[date, AfterValidator(_day_within_reach)]
Count = Annotated[int, Field(ge=0, le=250)]


class AssemblyCreate(BaseModel):
    """A deliberative assembly of a funder, and how long before it takes files."""

    organisation_id: UUID
    name: Annotated[Name, Field(examples=["Commission permanente"])]
    meets_on: Annotated[PlannedDay, Field(examples=["2027-03-12"])]
    deposit_days: Annotated[
        int, Field(ge=0, le=180, description="Calendar days before the assembly by which files are due.", examples=[20])
    ]


class AssemblyUpdate(BaseModel):
    """Merge patch: only what is sent changes."""

    name: Name | None = None
    meets_on: PlannedDay | None = None
    deposit_days: Annotated[int | None, Field(None, ge=0, le=180)]


class AssemblyRead(AssemblyCreate):
    model_config = ConfigDict(from_attributes=True)

    id: UUID


class Closure(BaseModel):
    """Days on which nobody works, both ends included."""

    label: Annotated[Name, Field(examples=["Vacances d'été"])]
    starts_on: PlannedDay
    ends_on: PlannedDay

    @model_validator(mode="after")
    def _in_order(self) -> "Closure":
        if not 0 <= (self.ends_on - self.starts_on).days < _ONE_CLOSING:
            raise ValueError(
                Text(
                    f"La fermeture finit après son début, et dure moins de {_ONE_CLOSING} jours.",
                    f"The closing ends after it starts, and lasts less than {_ONE_CLOSING} days.",
                )
            )
        return self


class StepDurations(BaseModel):
    """Worked days that each period takes; what is left out stays as it is."""

    information: Annotated[Count | None, Field(description="From the information of holders to the opening.")] = None
    call: Annotated[Count | None, Field(description="From the opening to the closing.")] = None
    completion: Annotated[Count | None, Field(description="Changes asked and made, after the closing.")] = None
    review: Annotated[Count | None, Field(description="Instruction by the funders.")] = None
    papers: Annotated[Count | None, Field(description="Papers of the technical committee.")] = None
    between_committees: Annotated[Count | None, Field(description="From the technical to the steering committee.")] = None
    minutes: Annotated[Count | None, Field(description="From the steering committee to the files sent to assemblies.")] = None
    letters: Annotated[Count | None, Field(description="From the last assembly to the letters signed.")] = None
    posting: Annotated[Count | None, Field(description="From the letters signed to their arrival.")] = None


class RetroplanningTrial(BaseModel):
    """Merge patch of what is tried out: only what is sent changes; null puts it back to what it is by default."""

    durations: StepDurations | None = None
    alsace_moselle: Annotated[bool | None, Field(description="Good Friday and 26 December are holidays too.")] = None
    closures: Annotated[list[Closure] | None, Field(max_length=40, description="School and summer closings of the teams.")] = None
    answer_by: Annotated[
        PlannedDay | None, Field(description="Promised day; by default `answer_within_months` after the closing.")
    ] = None
    without_assembly_ids: Annotated[
        list[UUID] | None, Field(max_length=100, description="Funders that decide without an assembly (a prefect).")
    ] = None
    informed_on: Annotated[PlannedDay | None, Field(description="When holders were told of the call to come.")] = None
    technical_committee_on: Annotated[PlannedDay | None, Field(description="While no session is planned, or instead of it.")] = None
    steering_committee_on: Annotated[PlannedDay | None, Field(description="While no session is planned, or instead of it.")] = None
    opens_at: Annotated[Instant | None, Field(description="The campaign's, instead of its own.")] = None
    closes_at: Annotated[Instant | None, Field(description="The campaign's, instead of its own.")] = None
    answer_within_months: Annotated[int | None, Field(ge=1, le=12, description="The campaign's, instead of its own.")] = None

    @model_validator(mode="after")
    def _days_are_left(self) -> "RetroplanningTrial":
        closed = sum((each.ends_on - each.starts_on).days + 1 for each in self.closures or ())
        if closed > _CLOSED_DAYS:
            raise ValueError(
                Text(f"Les fermetures dépassent {_CLOSED_DAYS} jours en tout.", f"Closings exceed {_CLOSED_DAYS} days in all.")
            )
        return self


class EffectiveDurations(BaseModel):
    """Worked days that each period takes."""

    model_config = ConfigDict(from_attributes=True)

    information: int
    call: int
    completion: int
    review: int
    papers: int
    between_committees: int
    minutes: int
    letters: int
    posting: int


class RetroplanningStep(BaseModel):
    """One line of the calendar."""

    model_config = ConfigDict(from_attributes=True)

    kind: StepKind
    latest_on: Annotated[date, Field(description="Last day that keeps the promise.")]
    planned_on: Annotated[
        date | None,
        Field(description="Its real date, else the one the durations lead to; null when no assembly known is that late."),
    ]
    source: Annotated[StepSource | None, Field(description="Where the planned day comes from.")]
    status: StepStatus
    margin_days: Annotated[int | None, Field(description="Worked days from the planned day to the latest one.")]
    late_days: Annotated[int, Field(description="Worked days since the latest day, while it is not done.")]
    responsible: Annotated[str, Field(examples=["équipe du contrat"])]
    funder_id: UUID | None
    funder: str
    deposit_on: Annotated[date | None, Field(description="Of an assembly: when its files are due, for the answer to be in time.")]

    @computed_field(examples=["Comité de pilotage"])  # type: ignore[prop-decorator]
    @property
    def label(self) -> str:
        return f"{NAMES[self.kind]} – {self.funder}" if self.funder else NAMES[self.kind]


class RetroplanningConflict(BaseModel):
    """What does not fit, why, and what to change."""

    model_config = ConfigDict(from_attributes=True)

    code: Annotated[str, Field(examples=["files_due_before_committee"])]
    step: StepKind
    said: Annotated[
        str,
        Field(
            examples=[
                "L'assemblée du Département du 12/03/2027 exige les dossiers le 19/02/2027, avant le comité de pilotage du 25/02/2027."
            ]
        ),
    ]
    advice: str
    blocking: Annotated[bool, Field(description="Whether the promise cannot be kept as things stand.")]
    funder_id: Annotated[UUID | None, Field(description="The funder it is about, when it is about one.")]
    funder_ids: Annotated[list[UUID], Field(description="All the funders it is about: one cause is told once.")]


class RetroplanningRead(BaseModel):
    """A campaign's calendar, from the information of holders to the promised answer."""

    campaign_id: UUID
    trial: Annotated[bool, Field(description="Whether this is what the team tries out, not what is in force.")]
    promise_on: Annotated[date, Field(description="The promised answer.")]
    expected_answer_on: Annotated[
        date | None, Field(description="When answers arrive as things are planned; null: no assembly known.")
    ]
    opens_at: LocalInstant
    closes_at: LocalInstant
    durations: EffectiveDurations
    alsace_moselle: bool
    closures: list[Closure]
    without_assembly_ids: list[UUID]
    tried: Annotated[dict[str, Any], Field(description="What is being tried out, as it was sent; for the team.")]
    steps: list[RetroplanningStep]
    conflicts: list[RetroplanningConflict]


class RetroplanningFeedRead(BaseModel):
    """That there is a calendar to follow; its address was shown once."""

    model_config = ConfigDict(from_attributes=True)

    created_at: LocalInstant


class RetroplanningFeedMade(RetroplanningFeedRead):
    """The address, shown this once."""

    url: Annotated[str, Field(description="For a calendar program; whoever has it reads this calendar.")]
