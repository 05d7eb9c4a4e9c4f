"""What callers send and receive about events and their sessions."""

from datetime import date, datetime
from enum import Enum
from typing import Annotated, Any, Self, TypeVar
from uuid import UUID

from pydantic import AfterValidator, AwareDatetime, BaseModel, ConfigDict, Field, StringConstraints, model_validator

from services.common.clock import in_paris
from services.common.language import Text
from services.common.texts import Name, one_line, paragraphs

from ..networks.schemas import NetworkFace, WebAddress
from .models import Audience as Audience
from .models import Enrolment as Enrolment
from .models import EventFormat as EventFormat
from .models import EventStatus as EventStatus
from .models import SessionStatus as SessionStatus
from .models import Visibility as Visibility

FORMAT_LABELS = {
    EventFormat.JOURNEE: "Journée",
    EventFormat.CYCLE: "Cycle de qualification",
    EventFormat.TEMOIGNAGE_FLASH: "Témoignage flash",
    EventFormat.CAFELABO: "CaféLaboQUARTIERS",
    EventFormat.FORMATION_ACTION: "Formation-action",
    EventFormat.ELECTED_EXCHANGE: "Séance d'échanges entre élus",
    EventFormat.SITE_VISIT: "Visite de site",
    EventFormat.WEB_CONFERENCE: "Webconférence",
    EventFormat.REGIONAL_MEETING: "Rencontre régionale",
    EventFormat.WORKSHOP: "Atelier",
    EventFormat.OTHER: "Autre rencontre",
}
AUDIENCE_LABELS = {
    Audience.ELECTED_OFFICIAL: "Élus",
    Audience.STATE: "Services de l'État",
    Audience.LOCAL_AUTHORITY: "Collectivités",
    Audience.ASSOCIATION: "Associations",
    Audience.LANDLORD: "Bailleurs",
    Audience.RESIDENT: "Habitants et conseils citoyens",
    Audience.RESEARCHER: "Chercheurs",
    Audience.OTHER: "Autres",
}


class ShownStatus(Enum):
    """An event's status as people read it: `full` and `registration_closed` are derived at the moment of reading."""

    IDEA = "idea"
    TENTATIVE = "tentative"
    ANNOUNCED = "announced"
    OPEN = "open"
    FULL = "full"
    REGISTRATION_CLOSED = "registration_closed"
    HELD = "held"
    CANCELLED = "cancelled"
    POSTPONED = "postponed"


STATUS_LABELS = {
    ShownStatus.IDEA: "Idée",
    ShownStatus.TENTATIVE: "Date à confirmer",
    ShownStatus.ANNOUNCED: "Annoncé",
    ShownStatus.OPEN: "Inscriptions ouvertes",
    ShownStatus.FULL: "Complet",
    ShownStatus.REGISTRATION_CLOSED: "Inscriptions closes",
    ShownStatus.HELD: "Tenu",
    ShownStatus.CANCELLED: "Annulé",
    ShownStatus.POSTPONED: "Reporté",
}


class PartnerRole(Enum):
    """What an organisation brings to an event."""

    ORGANISER = "organiser"
    CO_ORGANISER = "co_organiser"
    PARTNER = "partner"
    CO_FUNDER = "co_funder"


class DocumentRole(Enum):
    """What a document of the catalogue is to an event."""

    PROGRAMME = "programme"
    SUPPORT = "support"
    PROCEEDINGS = "proceedings"
    REPLAY = "replay"


class Consent(Enum):
    """Whether a speaker agrees; nothing is assumed."""

    UNASKED = "unasked"
    GIVEN = "given"
    REFUSED = "refused"


_When = TypeVar("_When", date, datetime)


def _within_reach(instant: _When) -> _When:
    if not 2000 <= instant.year < 2200:
        raise ValueError(Text("L'année doit être comprise entre 2000 et 2199.", "The year must be between 2000 and 2199."))
    return instant


#: An instant people plan at: the calendar's far ends cannot be brought to another time zone.
Instant = Annotated[AwareDatetime, AfterValidator(_within_reach)]
#: A day people plan for, within the same reach.
Day = Annotated[date, AfterValidator(_within_reach)]
#: An instant people read: Paris time.
LocalInstant = Annotated[AwareDatetime, AfterValidator(in_paris)]
Paragraphs = Annotated[str, StringConstraints(max_length=20_000), AfterValidator(paragraphs)]
Line = Annotated[str, StringConstraints(strip_whitespace=True, max_length=200), AfterValidator(one_line)]
Codes = Annotated[list[Annotated[str, StringConstraints(pattern=r"^[0-9A-Za-z-]{1,60}$")]], Field(max_length=30)]
Reason = Annotated[str, StringConstraints(strip_whitespace=True, min_length=1, max_length=2000), AfterValidator(paragraphs)]


class Partner(BaseModel):
    """An organisation that takes part in the event's making."""

    model_config = ConfigDict(extra="forbid")

    role: PartnerRole
    name: Name = Field(examples=["Ville d'Exemple"])
    organisation_id: UUID | None = Field(None, description="When the directory knows it.")
    share_cents: int | None = Field(None, ge=0, le=10**11, description="What a co-funder pays, in cents.", examples=[150000])
    note: Line = ""


class AttachedDocument(BaseModel):
    """A document of the catalogue, by reference."""

    model_config = ConfigDict(extra="forbid")

    role: DocumentRole
    document_id: UUID
    title: Name = Field(examples=["Compte rendu de la journée"])


class EventPlace(BaseModel):
    """Where people meet."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Maison des associations"])
    street: Line = Field("", examples=["1 rue Inventée"])
    postcode: Annotated[str, StringConstraints(pattern=r"^([0-9]{5})?$")] = Field("", examples=["11000"])
    city: Line = Field("", examples=["Carcassonne"])
    territory_code: Annotated[str, StringConstraints(pattern=r"^[0-9A-Z-]{2,12}$")] | None = Field(
        None, description="Commune or neighbourhood, as the directory codes it.", examples=["11069"]
    )
    latitude: float | None = Field(None, ge=-90, le=90)
    longitude: float | None = Field(None, ge=-180, le=180)
    access: Paragraphs = Field("", description="How to come.", examples=["Tram A, arrêt Exemple."])
    accessibility: Paragraphs = Field(
        "", description="For people with disabilities.", examples=["Entrée de plain-pied, boucle magnétique."]
    )


class Speaker(BaseModel):
    """Who speaks, and what they agree to."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(examples=["Camille Exemple"])
    function: Line = Field("", examples=["Cheffe de projet"])
    organisation: Line = Field("", examples=["Ville d'Exemple"])
    image_consent: Consent = Consent.UNASKED
    replay_consent: Consent = Consent.UNASKED
    consented_on: date | None = Field(None, description="The day they answered.")


class ProgrammeItem(BaseModel):
    """A moment of a session."""

    model_config = ConfigDict(extra="forbid")

    starts_at: Instant
    ends_at: Instant
    title: Name = Field(examples=["Table ronde : la parole des habitants"])
    description: Paragraphs = ""
    speakers: list[Speaker] = Field([], max_length=30)

    @model_validator(mode="after")
    def _in_order(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError(Text("La fin doit suivre le début.", "The end must come after the beginning."))
        return self


class SpeakerRead(BaseModel):
    """Who speaks. What they agree to is between them and the organisers: null for everybody else."""

    name: str = Field(examples=["Camille Exemple"])
    function: str = Field(examples=["Cheffe de projet"])
    organisation: str = Field(examples=["Ville d'Exemple"])
    image_consent: Consent | None = None
    replay_consent: Consent | None = None
    consented_on: date | None = None


class ProgrammeItemRead(BaseModel):
    """A moment of a session, as people read it."""

    starts_at: LocalInstant
    ends_at: LocalInstant
    title: str = Field(examples=["Table ronde : la parole des habitants"])
    description: str
    speakers: list[SpeakerRead]


class _EventFields(BaseModel):
    model_config = ConfigDict(extra="forbid")

    format: EventFormat
    title: Name = Field(examples=["La parole des habitants"])
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(paragraphs)] = Field(
        "", examples=["Une journée pour comparer des conseils citoyens."]
    )
    description: Paragraphs = ""
    aims: Paragraphs = ""
    visibility: Visibility = Visibility.PUBLIC
    audiences: list[Audience] = Field([], max_length=10, description="Whom it is for; empty: everybody.")
    theme_codes: Codes = []
    territory_codes: Codes = []
    partners: list[Partner] = Field([], max_length=50)
    documents: list[AttachedDocument] = Field([], max_length=100)
    vague_date: Line | None = Field(None, description="What is said while the date is not known.", examples=["Janvier ?"])
    expected_on: Day | None = Field(None, description="Around when, for the agenda's order, while no session is dated.")
    cost_cents: int = Field(0, ge=0, le=10**8, description="What a participant pays, in cents; nothing is collected here.")
    cost_note: Annotated[str, StringConstraints(max_length=500), AfterValidator(paragraphs)] = ""
    enrolment: Enrolment = Enrolment.WHOLE
    approval_required: bool = False
    registration_opens_at: Instant | None = None
    registration_closes_at: Instant | None = Field(
        None, description="None: when the first session begins. It may come later (one joins a cycle), not after the end."
    )
    most_in_group: int = Field(1, ge=1, le=20, description="Most people registered together.")
    form: dict[str, Any] | None = Field(
        None,
        description="Questions asked of each participant, as a JSON Schema (2020-12) of an object.",
        examples=[{"type": "object", "properties": {"atelier": {"type": "string", "enum": ["A", "B"]}}, "required": ["atelier"]}],
    )
    has_waiting_list: bool = True
    offer_hours: int = Field(48, ge=1, le=336, description="Hours an offered seat waits for its answer.")
    overtaking_hours: int = Field(
        72, ge=0, le=8760, description="Hours before the beginning from when a waiting group that does not fit lets others pass."
    )
    certificate_share: int = Field(80, ge=0, le=100, description="Percent of the hours that must be followed to be certified.")
    series_id: UUID | None = None


class EventCreate(_EventFields):
    """An event of a network's agenda: an idea, until it is announced."""

    network_id: UUID


class EventUpdate(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    format: EventFormat | None = None
    title: Name | None = None
    summary: Annotated[str, StringConstraints(strip_whitespace=True, max_length=500), AfterValidator(paragraphs)] | None = None
    description: Paragraphs | None = None
    aims: Paragraphs | None = None
    visibility: Visibility | None = None
    audiences: list[Audience] | None = Field(None, max_length=10)
    theme_codes: Codes | None = None
    territory_codes: Codes | None = None
    partners: list[Partner] | None = Field(None, max_length=50)
    documents: list[AttachedDocument] | None = Field(None, max_length=100)
    vague_date: Line | None = None
    expected_on: Day | None = None
    cost_cents: int | None = Field(None, ge=0, le=10**8)
    cost_note: Annotated[str, StringConstraints(max_length=500), AfterValidator(paragraphs)] | None = None
    approval_required: bool | None = None
    registration_opens_at: Instant | None = None
    registration_closes_at: Instant | None = None
    most_in_group: int | None = Field(None, ge=1, le=20)
    form: dict[str, Any] | None = None
    has_waiting_list: bool | None = None
    offer_hours: int | None = Field(None, ge=1, le=336)
    overtaking_hours: int | None = Field(None, ge=0, le=8760)
    certificate_share: int | None = Field(None, ge=0, le=100)
    series_id: UUID | None = None


class SessionWrite(BaseModel):
    """A sitting: its date, its place, its visio."""

    model_config = ConfigDict(extra="forbid")

    title: Line = Field("", examples=["Première journée"])
    starts_at: Instant = Field(examples=["2027-03-18T09:00:00+01:00"])
    ends_at: Instant = Field(examples=["2027-03-18T17:00:00+01:00"])
    is_on_site: bool = True
    is_visio: bool = False
    place: EventPlace | None = None
    room: Line = Field("", examples=["Salle 2"])
    programme: list[ProgrammeItem] = Field([], max_length=100)

    @model_validator(mode="after")
    def _possible(self) -> Self:
        if self.starts_at >= self.ends_at:
            raise ValueError(Text("La fin doit suivre le début.", "The end must come after the beginning."))
        if not (self.is_on_site or self.is_visio):
            raise ValueError(
                Text("Une séance a lieu sur place, à distance, ou les deux.", "A session is on site, by visio, or both.")
            )
        return self


class SessionUpdate(BaseModel):
    """What changes."""

    model_config = ConfigDict(extra="forbid")

    title: Line | None = None
    starts_at: Instant | None = None
    ends_at: Instant | None = None
    is_on_site: bool | None = None
    is_visio: bool | None = None
    place: EventPlace | None = None
    room: Line | None = None
    programme: list[ProgrammeItem] | None = Field(None, max_length=100)


class EventSessionRead(BaseModel):
    """A session as everybody sees it."""

    id: UUID
    event_id: UUID
    number: int = Field(examples=[1])
    title: str
    status: SessionStatus
    starts_at: LocalInstant
    ends_at: LocalInstant
    is_on_site: bool
    is_visio: bool
    place: EventPlace | None
    room: str
    programme: list[ProgrammeItemRead]
    cancelled_reason: str | None
    previous_starts_at: LocalInstant | None = Field(description="When it was first promised to begin, once it was moved.")
    version: int


class EventSummary(BaseModel):
    """An event in the agenda."""

    id: UUID
    reference: str = Field(examples=["CRDSU-2027-0042"])
    network: NetworkFace
    format: EventFormat
    format_label: str = Field(examples=["Journée"])
    status: ShownStatus
    status_label: str = Field(examples=["Inscriptions ouvertes"])
    title: str
    summary: str
    audiences: list[Audience]
    theme_codes: list[str]
    territory_codes: list[str]
    vague_date: str | None
    sort_on: date
    starts_at: LocalInstant | None
    ends_at: LocalInstant | None
    is_on_site: bool
    is_visio: bool


class EventRead(EventSummary):
    """An event with its sessions."""

    visibility: Visibility
    description: str
    aims: str
    partners: list[Partner]
    documents: list[AttachedDocument]
    cost_cents: int
    cost_note: str
    enrolment: Enrolment
    approval_required: bool
    registration_opens_at: LocalInstant | None
    registration_closes_at: LocalInstant | None
    most_in_group: int
    form: dict[str, Any] | None
    has_waiting_list: bool
    offer_hours: int
    overtaking_hours: int
    certificate_share: int
    status_reason: str | None
    series_id: UUID | None
    copied_from_id: UUID | None
    page_url: WebAddress | None = Field(description="Where people read about it.")
    sessions: list[EventSessionRead]
    possible_acts: list[str] = Field(description="What may follow, for its organisers; empty for others.", examples=[["opening"]])
    version: int


class StatusReason(BaseModel):
    """Why, as participants will read it."""

    model_config = ConfigDict(extra="forbid")

    reason: Reason = Field(examples=["L'intervenante est empêchée."])
