"""What callers send and receive about visio."""

from typing import Annotated, Literal, Self
from urllib.parse import urlsplit
from uuid import UUID

from pydantic import AfterValidator, BaseModel, ConfigDict, Field, SecretStr, StringConstraints, model_validator

from services.common.language import Text
from services.common.texts import Name, ShortName

from ..agenda.schemas import Line, LocalInstant
from ..networks.schemas import WebAddress
from .models import LinkRole as LinkRole
from .models import MovementKind as MovementKind
from .models import ProviderKind as ProviderKind
from .models import RoomState as RoomState

KIND_LABELS = {
    ProviderKind.BIGBLUEBUTTON: "BigBlueButton",
    ProviderKind.JITSI: "Jitsi",
    ProviderKind.LIVEKIT: "LiveKit",
    ProviderKind.EXTERNAL: "Adresse extérieure",
}
ROLE_LABELS = {LinkRole.VIEWER: "Participant", LinkRole.PRESENTER: "Intervenant", LinkRole.MODERATOR: "Modérateur"}
STATE_LABELS = {RoomState.PLANNED: "À préparer", RoomState.READY: "Prête", RoomState.ENDED: "Terminée"}


def _has_a_host(address: str) -> str:
    try:
        parts = urlsplit(address)
        usable = bool(parts.hostname) and parts.username is None and (parts.port is None or parts.port > 0)
    except ValueError:
        usable = False
    if not usable:
        raise ValueError(Text("L'adresse n'a pas de serveur utilisable.", "The address has no usable server."))
    return address


Address = Annotated[WebAddress, AfterValidator(_has_a_host)]
Identifier = Annotated[str, StringConstraints(strip_whitespace=True, pattern=r"^[!-~]{1,200}$")]
Secret = Annotated[SecretStr, Field(min_length=8, max_length=10_000)]
Before = Annotated[int, Field(ge=0, le=240, description="Minutes before the beginning from when links open.")]
After = Annotated[int, Field(ge=0, le=480, description="Minutes after the end until when links lead to the room.")]


class VisioAccountFields(BaseModel):
    """What an account at a provider is made of; which are needed depends on `kind`."""

    model_config = ConfigDict(extra="forbid")

    name: ShortName = Field(examples=["BigBlueButton de la région"])
    address: Address | None = Field(
        None,
        description="BigBlueButton: what `bbb-conf --secret` prints. Jitsi: the server. LiveKit: the page of rooms, with `{token}` (and `{room}`, `{server}`). External: a room for all sessions.",
        examples=["https://visio.example/bigbluebutton/"],
    )
    server_address: Address | None = Field(None, description="LiveKit's own server: rooms are then made and ended there.")
    identifier: Identifier | None = Field(None, description="Jitsi's app id (`iss`), LiveKit's API key.")
    subject: Identifier | None = Field(None, description="Jitsi: `sub` of its tokens; without it, the server's name.")
    key_id: Identifier | None = Field(None, description="Jitsi: `kid` of its tokens, when the server has several keys.")
    algorithm: Literal["HS256", "RS256"] = Field("HS256", description="Jitsi: shared secret, or private key in PEM.")
    secret: Secret | None = Field(None, description="Never read back.")
    webhook_secret: Secret | None = Field(None, description="Jitsi: sent by the server in `Authorization`. Never read back.")


class VisioAccountCreate(VisioAccountFields):
    """A network's account at a provider."""

    kind: ProviderKind
    is_default: bool = Field(False, description="Used by the network's sessions that chose no other.")

    @model_validator(mode="after")
    def _complete(self) -> Self:
        missing = missing_of(self.kind, {name for name in REQUIRED_OF_ANY if getattr(self, name) is not None}, self.address)
        if missing:
            raise ValueError(Text(f"Il manque : {', '.join(missing)}.", f"Missing: {', '.join(missing)}."))
        return self


REQUIRED_OF_ANY = ("address", "identifier", "secret")
REQUIRED = {
    ProviderKind.BIGBLUEBUTTON: ("address", "secret"),
    ProviderKind.JITSI: ("address", "identifier", "secret"),
    ProviderKind.LIVEKIT: ("address", "identifier", "secret"),
    ProviderKind.EXTERNAL: (),
}


def missing_of(kind: ProviderKind, given: set[str], address: str | None) -> list[str]:
    """What an account of that kind lacks; a LiveKit page must say where the token goes."""
    missing = [name for name in REQUIRED[kind] if name not in given]
    if kind is ProviderKind.LIVEKIT and address is not None and "{token}" not in address:
        missing.append("{token} (address)")
    return missing


class VisioAccountUpdate(BaseModel):
    """What changes; a secret that is not sent stays."""

    model_config = ConfigDict(extra="forbid")

    name: ShortName | None = None
    address: Address | None = None
    server_address: Address | None = None
    identifier: Identifier | None = None
    subject: Identifier | None = None
    key_id: Identifier | None = None
    algorithm: Literal["HS256", "RS256"] | None = None
    secret: Secret | None = None
    webhook_secret: Secret | None = None
    is_default: bool | None = None


class AccountFace(BaseModel):
    """An account, as sessions name it."""

    id: UUID
    kind: ProviderKind
    kind_label: str = Field(examples=["BigBlueButton"])
    name: str


class VisioAccountRead(AccountFace):
    """An account at a provider, without its secrets."""

    network_id: UUID
    address: str | None
    server_address: str | None
    identifier: str | None
    subject: str | None
    key_id: str | None
    algorithm: str
    has_secret: bool
    has_webhook_secret: bool
    webhook_address: str = Field(description="Where the provider tells who comes and goes.")
    is_default: bool
    retired_at: LocalInstant | None
    version: int


class VisioWrite(BaseModel):
    """How a session is held by visio."""

    model_config = ConfigDict(extra="forbid")

    account_id: UUID | None = Field(None, description="None: the network's default account, or `address` alone.")
    address: Address | None = Field(None, description="The room itself, when it is an external one.")
    minutes_before: Before = 15
    minutes_after: After = 30
    is_recorded: bool = False
    has_waiting_room: bool = Field(False, description="BigBlueButton: a moderator lets participants in.")
    is_webinar: bool = Field(False, description="Only moderators and presenters speak (BigBlueButton, LiveKit).")


class RoomRead(BaseModel):
    """The room, as its organisers follow it."""

    state: RoomState
    state_label: str = Field(examples=["Prête"])
    attempts: int = Field(description="Attempts that failed since it was last ready.")
    next_try_at: LocalInstant | None
    failure: str | None = Field(description="Why the last attempt failed.", examples=["unreachable"])
    failure_label: str | None = Field(examples=["Le serveur ne répond pas."])
    ready_at: LocalInstant | None
    ended_at: LocalInstant | None


class VisioRead(BaseModel):
    """How a session is held by visio, and how its room is."""

    session_id: UUID
    account: AccountFace | None = Field(description="The one that serves, chosen or by default.")
    account_id: UUID | None = Field(description="The one that was chosen.")
    address: str | None
    minutes_before: int
    minutes_after: int
    is_recorded: bool
    has_waiting_room: bool
    is_webinar: bool
    opens_at: LocalInstant
    closes_at: LocalInstant
    room: RoomRead | None
    version: int


class Playback(BaseModel):
    """A format of a recording."""

    format: str = Field(examples=["presentation"])
    address: str
    minutes: int | None = None


class RecordingRead(BaseModel):
    """What the provider kept of a session."""

    id: UUID
    session_id: UUID
    name: str
    playbacks: list[Playback]
    starts_at: LocalInstant | None
    ends_at: LocalInstant | None
    found_at: LocalInstant


class Moderation(BaseModel):
    """Where an organiser enters the room. Valid for them alone, until `closes_at`."""

    session_id: UUID
    join_address: str
    closes_at: LocalInstant


class LinkCreate(BaseModel):
    """A link for somebody who speaks or moderates without being registered."""

    model_config = ConfigDict(extra="forbid")

    name: Name = Field(description="As the room shows it.", examples=["Dominique Exemple"])
    role: LinkRole = Field(examples=["presenter"])


class LinkRead(BaseModel):
    """A personal link, as its organisers see it; a participant's address is theirs alone."""

    id: UUID
    event_id: UUID
    session_id: UUID | None
    attendee_id: UUID | None
    role: LinkRole
    role_label: str = Field(examples=["Intervenant"])
    name: Line
    address: str | None = Field(description="Of a link made for a speaker, while it is valid.")
    uses_count: int
    last_used_at: LocalInstant | None
    doubled_count: int = Field(description="Times it was followed while somebody was in the room by it.")
    revoked_at: LocalInstant | None
    revoked_because: str | None = Field(examples=["organiser"])
    created_at: LocalInstant
    version: int


class VisioEntrance(BaseModel):
    """Where somebody's link leads right now. It is theirs alone and changes: never keep it."""

    address: str = Field(examples=["https://visio.example/bigbluebutton/api/join?…"])
