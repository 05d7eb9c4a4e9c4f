"""What callers send and receive about registrations."""

from enum import Enum
from typing import Annotated, Any, Literal
from uuid import UUID

import orjson
from pydantic import AfterValidator, BaseModel, ConfigDict, EmailStr, Field, StringConstraints

from services.common import forms
from services.common.language import Text
from services.common.texts import Name, ShortName, paragraphs

from ..agenda.schemas import Audience, Codes, Instant, Line, LocalInstant, Reason
from .models import ACTIVE as ACTIVE
from .models import Mode as Mode
from .models import RegistrationState as RegistrationState
from .models import Source as Source

STATE_LABELS = {
    RegistrationState.UNCONFIRMED: "À confirmer par courriel",
    RegistrationState.TO_APPROVE: "En attente de validation",
    RegistrationState.SEATED: "Inscrit",
    RegistrationState.WAITING: "En liste d'attente",
    RegistrationState.OFFERED: "Place proposée",
    RegistrationState.CANCELLED: "Annulée",
    RegistrationState.REFUSED: "Refusée",
    RegistrationState.LAPSED: "Expirée",
}
TerritoryCode = Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$"), Field(examples=["11069"])]


_MOST_ANSWERS = 20_000


def _bounded(answers: dict[str, Any]) -> dict[str, Any]:
    """Answers that a form may ask for; what is beyond is no answer."""
    if forms.depth_of(answers, most=forms.DEEPEST_ANSWERS) > forms.DEEPEST_ANSWERS:
        raise ValueError(Text("Les réponses s'emboîtent trop.", "The answers are nested too deep."))
    if not forms.is_written(answers):
        said = Text("Un caractère ou un nombre ne peut être enregistré.", "A character or a number cannot be recorded.")
        raise ValueError(said)
    if len(orjson.dumps(answers)) > _MOST_ANSWERS:
        raise ValueError(Text("Les réponses dépassent 20 000 caractères.", "The answers are over 20,000 characters."))
    return answers


#: To the event's `form`, by the keys of its questions.
Answers = Annotated[dict[str, Any], AfterValidator(_bounded), Field(examples=[{"atelier": "A"}])]

#: What a caterer, and a venue, count by.
Dietary = Literal[
    "vegetarian", "vegan", "no_pork", "halal", "kosher", "gluten_free", "lactose_free", "nut_allergy", "seafood_allergy", "other"
]
Accessibility = Literal[
    "wheelchair",
    "reduced_mobility",
    "hearing_loop",
    "sign_language",
    "captions",
    "large_print",
    "visual_guidance",
    "companion",
    "other",
]


class ShareWrite(BaseModel):
    """Seats reserved for some, inside a mode's capacity."""

    model_config = ConfigDict(extra="forbid")

    label: ShortName = Field(examples=["Élus"])
    seats: int = Field(ge=0, le=100_000, examples=[10])
    audiences: list[Audience] = Field([], max_length=10, description="Whoever is one of these.")
    territory_codes: Codes = Field([], description="Whoever comes from one of these territories, or from inside them.")
    released_at: Instant | None = Field(None, description="When what is left of it is for all.")


class CapacityWrite(BaseModel):
    """Seats of one mode."""

    model_config = ConfigDict(extra="forbid")

    mode: Mode
    seats: int | None = Field(
        None, ge=0, le=100_000, description="All of them, shares included; null: as many as come.", examples=[100]
    )
    shares: list[ShareWrite] = Field([], max_length=20)


class CapacitiesWrite(BaseModel):
    """All the seats of a desk: modes that are not named are not offered."""

    model_config = ConfigDict(extra="forbid")

    capacities: list[CapacityWrite] = Field(min_length=1, max_length=2)


class PoolRead(BaseModel):
    """Seats open to all, or one share."""

    id: UUID
    mode: Mode
    label: str
    audiences: list[Audience]
    territory_codes: list[str]
    seats: int | None
    taken: int
    released_at: LocalInstant | None


class SeatDeskRead(BaseModel):
    """Where one registers, and what is left there."""

    id: UUID
    event_id: UUID
    session_id: UUID | None
    pools: list[PoolRead]
    waiting_count: int = Field(description="Registrations in the waiting list.")
    version: int


class NeedsWrite(BaseModel):
    """Seen by the organiser alone, forgotten after the event."""

    model_config = ConfigDict(extra="forbid")

    dietary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(paragraphs)] = ""
    accessibility: Annotated[str, StringConstraints(strip_whitespace=True, max_length=1000), AfterValidator(paragraphs)] = ""
    dietary_kinds: list[Dietary] = Field([], max_length=10, description="What the caterer is told, counted without names.")
    accessibility_kinds: list[Accessibility] = Field([], max_length=10, description="What the venue is told, counted.")


class AttendeeWrite(BaseModel):
    """Somebody who will take part."""

    model_config = ConfigDict(extra="forbid")

    given_name: ShortName = Field(examples=["Camille"])
    family_name: ShortName = Field(examples=["Exemple"])
    email: EmailStr | None = Field(None, description="None: the contact's.", examples=["camille@asso.example.org"])
    function: Line = Field("", examples=["Coordinatrice"])
    organisation_name: Line = Field("", examples=["Les Ateliers imaginaires"])
    organisation_id: UUID | None = Field(None, description="When the directory knows it.")
    audience: Audience = Field(examples=["association"])
    territory_code: TerritoryCode | None = Field(None, description="Where they act or live.")
    mode: Mode = Field(examples=["on_site"])
    answers: Answers = Field({}, description="To the event's `form`.")
    needs: NeedsWrite | None = None


class RegistrationCreate(BaseModel):
    """One request for seats."""

    model_config = ConfigDict(extra="forbid")

    session_id: UUID | None = Field(None, description="When one registers session by session.")
    contact_name: Name = Field(examples=["Camille Exemple"])
    contact_email: EmailStr = Field(examples=["camille@asso.example.org"])
    contact_phone: Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[0-9+(). -]{0,40}$")] = ""
    attendees: list[AttendeeWrite] = Field(min_length=1, max_length=20)


class AttendeeRead(BaseModel):
    """A person of a registration, as they and the organisers see them."""

    id: UUID
    given_name: str
    family_name: str
    email: str | None
    function: str
    organisation_name: str
    audience: Audience
    territory_code: str | None
    mode: Mode
    answers: dict[str, Any] = Field({}, description="To the event's `form`, as it was when they were given.")
    has_seat: bool
    left_at: LocalInstant | None


class RegistrationRead(BaseModel):
    """A registration, as who made it and the organisers see it."""

    id: UUID
    event_id: UUID
    session_id: UUID | None
    code: str = Field(examples=["7KQ29FVM"])
    state: RegistrationState
    state_label: str = Field(examples=["Inscrit"])
    source: Source
    contact_name: str
    contact_email: str
    contact_phone: str
    rank: int | None = Field(description="Place in the waiting list, from 1: how many stand before, plus one.")
    due_at: LocalInstant | None = Field(description="When the offer, or the wait for the confirmation, ends.")
    reason: str | None
    attendees: list[AttendeeRead]
    created_at: LocalInstant
    version: int


class HistoryActor(Enum):
    """On whose side something was done."""

    PARTICIPANT = "participant"
    ORGANISER = "organiser"
    #: By the link of the mail, or by the clock.
    UNSIGNED = "unsigned"


class Cancellation(BaseModel):
    """Why, when there is something to say."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason | None = Field(None, description="The person reads it.", examples=["Votre inscription était en double."])


class RefusalReason(BaseModel):
    """Why, as the person will read it."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["La journée s'adresse aux élus."])


class HistoryLine(BaseModel):
    """Something that became of a registration."""

    id: UUID
    at: LocalInstant
    act: str = Field(examples=["registration.offered"])
    label: str = Field(examples=["Place proposée"])
    by: HistoryActor
    rank: int | None = Field(description="The rank it was given then in the waiting list; how many stand before it is `rank` now.")
    people: int | None = Field(description="How many people it was for, when that was said.")
