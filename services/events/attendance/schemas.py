"""What callers send and receive about presence."""

from enum import Enum
from typing import Annotated, Self
from uuid import UUID

from pydantic import AwareDatetime, BaseModel, ConfigDict, EmailStr, Field, StringConstraints, model_validator

from services.common.language import Text
from services.common.texts import ShortName

from ..agenda.schemas import Audience, Instant, Line, LocalInstant, Reason, SessionStatus
from ..registrations.schemas import Mode, RegistrationState, TerritoryCode
from .models import PresenceSource as PresenceSource
from .models import PresenceState as PresenceState

PRESENCE_LABELS = {PresenceState.PRESENT: "Présent", PresenceState.ABSENT: "Absent", PresenceState.EXCUSED: "Excusé"}
DeviceId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,60}$"),
    Field(description="The device's own name, the same at each call.", examples=["accueil-1"]),
]
ClientId = Annotated[
    str,
    StringConstraints(pattern=r"^[A-Za-z0-9._-]{1,60}$"),
    Field(description="The scan's own name on its device: sent twice, it counts once.", examples=["0193a1"]),
]


class BadgeFormat(Enum):
    """A badge as a picture."""

    PNG = "png"
    SVG = "svg"


class _Scan(BaseModel):
    model_config = ConfigDict(extra="forbid")

    key: Annotated[str, StringConstraints(min_length=1, max_length=5000)] | None = Field(
        None, description="What the badge's code says.", examples=["CNV:kT3v0oJ1yUq8mZ4dWx2LsA"]
    )
    code: Annotated[str, StringConstraints(min_length=1, max_length=100)] | None = Field(
        None, description="The registration's code, said aloud.", examples=["7KQ29FVM"]
    )
    attendee_id: UUID | None = Field(None, description="Found on the list by name.")
    forced: bool = Field(
        False, description="Let in although registered by visio, or before the e-mail was confirmed; nothing else is forced."
    )

    @model_validator(mode="after")
    def _names_somebody(self) -> Self:
        if sum(each is not None for each in (self.key, self.code, self.attendee_id)) != 1:
            raise ValueError(
                Text("Indiquez `key`, `code` ou `attendee_id`, un seul des trois.", "Give one of `key`, `code`, `attendee_id`.")
            )
        return self


class CheckInWrite(_Scan):
    """Somebody is there."""

    device_id: DeviceId
    scanned_at: Instant | None = Field(None, description="None: now.")
    client_id: ClientId | None = None


class OfflineScan(_Scan):
    """A scan recorded without a network."""

    client_id: ClientId
    #: Whatever the device's clock said: a wrong one refuses this scan, not those beside it.
    scanned_at: AwareDatetime = Field(examples=["2027-03-18T08:52:10+01:00"])


class BatchWrite(BaseModel):
    """Scans of one device, in any order."""

    model_config = ConfigDict(extra="forbid")

    device_id: DeviceId
    scans: list[OfflineScan] = Field(min_length=1, max_length=500)


class CheckInResult(Enum):
    """`arrived`: the first scan of this person at this session; `already`: an earlier one is known."""

    ARRIVED = "arrived"
    ALREADY = "already"
    REFUSED = "refused"


class CheckInRead(BaseModel):
    """What a scan says: who, and since when they are there."""

    result: CheckInResult
    attendee_id: UUID
    given_name: str
    family_name: str
    organisation_name: str
    audience: Audience
    mode: Mode
    first_scanned_at: LocalInstant = Field(description="The first time this person was scanned here.")
    first_device_id: str
    scanned_at: LocalInstant
    times: int = Field(description="How many scans of this person are known here.", examples=[1])
    present_count: int = Field(description="People scanned at this session so far.", examples=[42])


class ScanProblem(BaseModel):
    """Why a scan was refused."""

    type: str = Field(description="The problem's name, as in its page.", examples=["badge-of-another-event"])
    title: str


class BatchItem(BaseModel):
    """What became of one scan."""

    client_id: str
    result: CheckInResult
    check_in: CheckInRead | None
    problem: ScanProblem | None


class BatchRead(BaseModel):
    """What became of each scan, in the order they were sent."""

    items: list[BatchItem]


class ListedPerson(BaseModel):
    """Somebody a welcome desk may receive without a network."""

    attendee_id: UUID
    key_hash: str = Field(description="SHA-256 of the badge's key (what follows `CNV:`), in hexadecimal.")
    code: str = Field(examples=["7KQ29FVM"])
    given_name: str
    family_name: str
    organisation_name: str
    audience: Audience
    mode: Mode
    seat: str = Field(description="The share their seat is of; empty when it is open to all.", examples=["Élus"])
    state: RegistrationState
    first_scanned_at: LocalInstant | None


class CheckInList(BaseModel):
    """Everybody expected at a session, for devices that may lose the network."""

    event_id: UUID
    session_id: UUID
    opens_at: LocalInstant
    closes_at: LocalInstant
    people: list[ListedPerson]


class WalkInWrite(BaseModel):
    """Somebody who came without being registered."""

    model_config = ConfigDict(extra="forbid")

    given_name: ShortName = Field(examples=["Camille"])
    family_name: ShortName = Field(examples=["Exemple"])
    email: EmailStr | None = Field(None, description="Where a certificate is sent; without one, nothing is.")
    function: Line = ""
    organisation_name: Line = Field("", examples=["Conseil citoyen"])
    audience: Audience = Field(examples=["resident"])
    territory_code: TerritoryCode | None = None
    device_id: DeviceId = "accueil"
    over_capacity_reason: Reason | None = Field(
        None,
        description="Why somebody takes the chair of an absent person when no seat is free; never more people than the room holds.",
    )


class WalkInRead(CheckInRead):
    """Somebody received without registration; they are registered now."""

    registration_id: UUID
    code: str
    has_seat: bool = Field(description="False: on the chair of somebody who did not come.")


class BadgeRead(BaseModel):
    """Somebody's badge."""

    attendee_id: UUID
    given_name: str
    family_name: str
    badge_url: str = Field(description="The picture, for whoever has this address.")


class BadgeReplaced(BaseModel):
    """The new badge; the old one opens nothing any more."""

    attendee_id: UUID
    badge_url: str


class ProposalRead(BaseModel):
    """What scans and stays say; it counts for nothing before it is validated."""

    minutes: int
    arrived_at: LocalInstant
    left_at: LocalInstant
    source: PresenceSource
    is_open: bool = Field(description="A stay whose end is not known: it was taken to last until the session's end.")


class ValidatedRead(BaseModel):
    """What an organiser validated."""

    state: PresenceState
    state_label: str
    minutes: int
    arrived_at: LocalInstant | None
    left_at: LocalInstant | None
    source: PresenceSource
    note: str
    validated_at: LocalInstant
    validated_by: UUID | None


class SheetLine(BaseModel):
    """Somebody on a session's sheet."""

    attendee_id: UUID
    given_name: str
    family_name: str
    organisation_name: str
    mode: Mode
    first_scanned_at: LocalInstant | None
    proposal: ProposalRead | None
    presence: ValidatedRead | None
    has_news: bool = Field(description="Validated, and the traces say something else by now.")


class SheetRead(BaseModel):
    """The presence at a session."""

    event_id: UUID
    session_id: UUID
    status: SessionStatus
    starts_at: LocalInstant
    ends_at: LocalInstant
    minutes: int = Field(description="How long the session lasts.", examples=[480])
    to_validate: int = Field(description="People nothing is validated for yet.")
    people: list[SheetLine]
    version: int


class ValidationItem(BaseModel):
    """What is validated of one person; without `state`, what is proposed."""

    model_config = ConfigDict(extra="forbid")

    attendee_id: UUID
    state: PresenceState | None = None
    minutes: int | None = Field(None, ge=0, le=100_000)
    arrived_at: Instant | None = None
    left_at: Instant | None = None
    note: Line = ""


class ValidationWrite(BaseModel):
    """What the organiser says of a session's presence."""

    model_config = ConfigDict(extra="forbid")

    everybody: bool = Field(
        False, description="Validate what is proposed for everybody not validated yet; who left no trace is absent."
    )
    items: list[ValidationItem] = Field(
        [], max_length=2000, description="These people, as said here; it corrects what was validated."
    )

    @model_validator(mode="after")
    def _says_something(self) -> Self:
        if not self.everybody and not self.items:
            raise ValueError(Text("Rien n'est validé ici.", "Nothing is validated here."))
        if len({each.attendee_id for each in self.items}) != len(self.items):
            raise ValueError(Text("La même personne apparaît deux fois.", "The same person appears twice."))
        return self


class PresenceCell(BaseModel):
    """Somebody at one session."""

    session_id: UUID
    number: int
    title: str
    starts_at: LocalInstant
    minutes_of_session: int
    is_cancelled: bool
    state: PresenceState | None = Field(description="None: not validated.")
    state_label: str | None
    minutes: int
    proposed_minutes: int | None = Field(description="What waits for the organiser's validation.")


class PresenceRow(BaseModel):
    """Somebody over the sessions they are registered for; cancelled sessions count neither for nor against."""

    attendee_id: UUID
    given_name: str
    family_name: str
    organisation_name: str
    mode: Mode
    sessions: list[PresenceCell]
    minutes: int = Field(description="Validated, cancelled sessions left out.")
    total_minutes: int = Field(description="What the sessions that were not cancelled last.")
    is_validated: bool = Field(description="Everything is validated.")
