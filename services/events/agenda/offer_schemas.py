"""What callers send and receive about series, copies, consents and agendas side by side."""

from datetime import date
from typing import Annotated
from uuid import UUID

from pydantic import BaseModel, ConfigDict, Field, StringConstraints

from services.common.texts import Name

from ..networks.schemas import NetworkFace
from .schemas import Audience, Consent, Day, EventSessionRead, EventSummary, Paragraphs

#: A week of the calendar (ISO 8601): `2027-W11`.
WeekName = Annotated[str, Field(examples=["2027-W11"])]


class SeriesCreate(BaseModel):
    """Events that come back: the same café every spring."""

    model_config = ConfigDict(extra="forbid")

    network_id: UUID
    title: Name = Field(examples=["CaféLaboQUARTIERS"])
    description: Paragraphs = ""


class SeriesUpdate(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    title: Name | None = None
    description: Paragraphs | None = None


class SeriesRead(BaseModel):
    """A series; its events are read with `GET /events?series_id=…`."""

    id: UUID
    network_id: UUID
    title: str = Field(examples=["CaféLaboQUARTIERS"])
    description: str
    version: int = Field(examples=[1])


class Duplication(BaseModel):
    """When it comes back."""

    model_config = ConfigDict(extra="forbid")

    first_session_on: Day = Field(description="Day, in Paris, of the copy's first session.", examples=["2028-03-16"])
    title: Name | None = Field(None, description="None: the same title.")


class SpeakerConsent(BaseModel):
    """What a speaker answered; what is left out stays as it was."""

    model_config = ConfigDict(extra="forbid")

    name: Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=200)] = Field(
        description="As the programme spells it.", examples=["Camille Exemple"]
    )
    image_consent: Consent | None = None
    replay_consent: Consent | None = None
    consented_on: Day = Field(description="The day they answered.", examples=["2027-03-01"])


class CollisionRead(BaseModel):
    """Another event of the same week that calls the same people."""

    event: EventSummary
    weeks: list[WeekName]
    shared_territory_codes: list[str] = Field(
        description="What one names and the other names or lies within; empty when one of them names none."
    )
    shared_audiences: list[Audience] = Field(description="Empty when one of them is for everybody.")


class CollisionsRead(BaseModel):
    """Events of the same week, territory and public. A signal: nothing is refused for it."""

    weeks: list[WeekName] = Field(description="Weeks of the event itself, in Paris.")
    count: int = Field(description="How many events collide; the first 50 are listed.", examples=[1])
    items: list[CollisionRead]


class SessionPlanned(EventSessionRead):
    """A session whose date was just set, and what else happens that week."""

    collisions: CollisionsRead


class EventInWeek(EventSummary):
    """An event among others."""

    collides_with: list[UUID] = Field(description="Events of the same answer, the same week, territory and public.")


class AgendaOfWeek(BaseModel):
    """A network's events of a week."""

    network_id: UUID
    events: list[EventInWeek]


class Week(BaseModel):
    """A week, Monday to Sunday in Paris: one agenda for each network."""

    week: WeekName
    monday: date
    agendas: list[AgendaOfWeek]
    collisions: int = Field(description="Pairs of events that collide that week.", examples=[0])


class AgendaWeeks(BaseModel):
    """Agendas side by side."""

    networks: list[NetworkFace]
    weeks: list[Week]
