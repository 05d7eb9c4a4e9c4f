"""What callers receive of statistics."""

from datetime import date
from enum import Enum
from uuid import UUID

from pydantic import BaseModel, Field


class Dimension(Enum):
    """What attendance is counted by."""

    AUDIENCE = "audience"
    MODE = "mode"
    FORMAT = "format"
    THEME = "theme"
    MONTH = "month"
    REGION = "region"
    DEPARTEMENT = "departement"
    COMMUNE = "commune"
    QPV = "qpv"


DIMENSION_LABELS = {
    Dimension.AUDIENCE: "Public",
    Dimension.MODE: "Mode de participation",
    Dimension.FORMAT: "Format",
    Dimension.THEME: "Thème",
    Dimension.MONTH: "Mois",
    Dimension.REGION: "Région",
    Dimension.DEPARTEMENT: "Département",
    Dimension.COMMUNE: "Commune",
    Dimension.QPV: "Quartier prioritaire",
}
#: Somebody, or an event, may stand under several of these.
OVERLAPPING = frozenset({Dimension.THEME})
LEVELS = frozenset({Dimension.REGION, Dimension.DEPARTEMENT, Dimension.COMMUNE, Dimension.QPV})


class AttendanceFigures(BaseModel):
    """Attendance of one line. A figure is null when it is withheld (`withheld` says how it is shown) or not known."""

    key: str = Field(description="Code; empty when nobody said.", examples=["association"])
    label: str = Field(examples=["Associations"])
    events: int = Field(description="Events somebody of this line asked for a seat at.")
    registered: int | None = Field(description="Requests for a seat that still stand, one per person and registration.")
    seated: int | None = Field(description="Seats given.")
    present: int | None = Field(
        description="People who were there, walk-ins too, as organisers validated it; null until one sheet is."
    )
    hours: float | None = Field(description="Hours they followed together; null until presence is validated.")
    people: int | None = Field(description="Different people among those registered or present, told apart without their names.")
    withheld: dict[str, str] = Field({}, description="`<3`: fewer than three people; `n.c.`: it would give another one away.")


class AttendanceStatistics(BaseModel):
    """Attendance of a network's events over a period."""

    network_id: UUID
    by: Dimension
    by_label: str = Field(examples=["Public"])
    since: date
    until: date
    exact: bool = Field(description="For organisers; everybody else is shown no figure under three people.")
    overlapping: bool = Field(description="An event may stand under several lines: they add up to more than the total.")
    presence_known: bool
    total: AttendanceFigures
    items: list[AttendanceFigures]
