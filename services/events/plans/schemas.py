"""What callers send and receive about yearly plans."""

from datetime import date
from enum import Enum
from typing import Annotated, Self
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.common.language import Text

from ..agenda.schemas import EventFormat, LocalInstant, Paragraphs
from .models import Measure as Measure
from .models import TargetKind as TargetKind

TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$"), Field(examples=["69123"])]
Wanted = Annotated[int, Field(ge=0, le=100_000, examples=[12])]
Percent = Annotated[int, Field(ge=0, le=100, examples=[60])]

MEASURE_LABELS = {Measure.EVENTS: "Évènements", Measure.SESSIONS: "Séances", Measure.HOURS: "Heures"}


class ShareMeasure(Enum):
    """What a share is of: an event may take place in several towns, a session in one."""

    SESSIONS = "sessions"
    HOURS = "hours"


class FormatTarget(BaseModel):
    """How many of a format."""

    model_config = ConfigDict(extra="forbid")

    format: EventFormat
    measure: Measure = Measure.EVENTS
    wanted: Wanted


class PlaceTarget(BaseModel):
    """What share of what takes place on site is to be held somewhere: `60` and `60` for 60 %, `10` and `20` for 10–20 %."""

    model_config = ConfigDict(extra="forbid")

    territory_code: TerritoryCode
    measure: ShareMeasure = ShareMeasure.SESSIONS
    min_percent: Percent
    max_percent: Percent

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.min_percent > self.max_percent:
            raise ValueError(Text("Le minimum dépasse le maximum.", "The smallest share is above the largest."))
        return self


class TerritoryTarget(BaseModel):
    """How many about a territory, those inside it included."""

    model_config = ConfigDict(extra="forbid")

    territory_code: TerritoryCode
    measure: Measure = Measure.EVENTS
    wanted: Wanted


class PlanWrite(BaseModel):
    """All the targets of a year: what is left out is no target any more."""

    model_config = ConfigDict(extra="forbid")

    note: Paragraphs = ""
    formats: list[FormatTarget] = Field([], max_length=40)
    places: list[PlaceTarget] = Field([], max_length=100)
    territories: list[TerritoryTarget] = Field([], max_length=100)


class PlanFace(BaseModel):
    """A plan in the list."""

    id: UUID
    network_id: UUID
    year: int = Field(examples=[2027])
    updated_at: LocalInstant
    version: int = Field(examples=[1])


class PlanRead(PlanFace):
    """What the network means to offer in a year."""

    note: str
    formats: list[FormatTarget]
    places: list[PlaceTarget]
    territories: list[TerritoryTarget]


class Counted(BaseModel):
    """A number wanted against what there is."""

    code: str = Field(examples=["journee"])
    label: str = Field(examples=["Journée"])
    measure: Measure
    wanted: int | None = Field(description="Null: no target was set.")
    held: float
    planned: float
    tentative: float = Field(description="Without a sure date: counted apart.")
    gap: float | None = Field(description="Held and planned, less what is wanted: below zero, so many are missing.", examples=[-3])


class Share(BaseModel):
    """A share to keep within against what there is."""

    code: str = Field(examples=["69123"])
    label: str = Field(examples=["Lyon"])
    measure: Measure
    min_percent: int | None
    max_percent: int | None
    held: float
    planned: float
    tentative: float
    held_percent: float | None = Field(description="Of what was held on site; null when nothing was.", examples=[58.3])
    percent: float | None = Field(description="Of what was held or is planned on site.", examples=[61.5])
    gap_points: float | None = Field(
        description="0 within the bounds; below zero, so many points are missing; above, too many.", examples=[-2.5]
    )


class ProgressRead(BaseModel):
    """The plan of a year against what was held and what is planned, in Paris days."""

    network_id: UUID
    year: int = Field(examples=[2027])
    as_of: date
    plan_version: int
    formats: list[Counted]
    places: list[Share]
    territories: list[Counted]
    visio_only: list[Counted] = Field(description="What nobody travels to: in no place's share.")


class PlanFormat(Enum):
    """As what the plan is downloaded."""

    CSV = "csv"
    XLSX = "xlsx"
