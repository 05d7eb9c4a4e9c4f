"""What every provider of rooms does, and what it is told. No database here: accounts and rooms come as plain values."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import Enum
from typing import Any, Protocol

import orjson

from services.common.language import Text
from services.common.outbound import Answer, Bounds, Outbound, Unreachable

from ..schemas import LinkRole

#: A provider answers small things, quickly, from where it was asked: a redirection is not followed with a signed request.
BOUNDS = Bounds(most_bytes=1024 * 1024, seconds=8, redirects=0)
#: What is read of one recording list or notice.
MOST_ITEMS = 100

TROUBLES = {
    "unreachable": Text("Le serveur de visio ne répond pas.", "The visio server does not answer."),
    "too_slow": Text("Le serveur de visio répond trop lentement.", "The visio server answers too slowly."),
    "too_large": Text("Le serveur de visio répond par un contenu démesuré.", "The visio server answers with an excessive content."),
    "bad_answer": Text("Le serveur de visio répond autre chose que ce qui est prévu.", "The visio server answers something else."),
    "insecure": Text("La connexion au serveur de visio n'est pas sûre.", "The connection to the visio server is not secure."),
    "refused_address": Text("L'adresse du serveur de visio n'est pas publique.", "The visio server's address is not public."),
    "refused": Text("Le serveur de visio a refusé la demande.", "The visio server refused the request."),
    "forbidden": Text("Le serveur de visio refuse le secret du compte.", "The visio server refuses the account's secret."),
    "preparing": Text("La salle est en cours de préparation.", "The room is being prepared."),
    "no_account": Text("Aucun compte de visio n'est choisi.", "No visio account is chosen."),
    "no_address": Text("L'adresse de la salle n'est pas donnée.", "The room's address is not given."),
    "unreadable_secret": Text("Le secret du compte est à redonner.", "The account's secret has to be given again."),
}
_KNOWN = {"unreachable", "too_slow", "too_large", "insecure", "refused_address"}


class Trouble(Exception):
    """The provider did not do what was asked; `code` is one of `TROUBLES`. Nothing of its answer is repeated."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class Forged(Exception):
    """A notice that is not signed with the account's secret."""


class Unreadable(Exception):
    """A notice that is signed but says nothing one can follow."""


@dataclass(frozen=True)
class Account:
    """An account at a provider, its secrets opened."""

    address: str = ""
    server_address: str | None = None
    identifier: str = ""
    subject: str | None = None
    key_id: str | None = None
    algorithm: str = "HS256"
    secret: str = ""
    webhook_secret: str = ""


@dataclass(frozen=True)
class Room:
    """A session's room. `notice_address` is where the provider tells who comes and goes, `ending_address` that it ended."""

    meeting_id: str
    title: str
    opens_at: datetime
    closes_at: datetime
    create_time: int | None = None
    address: str | None = None
    is_recorded: bool = False
    has_waiting_room: bool = False
    is_webinar: bool = False
    notice_address: str = ""
    ending_address: str = ""


@dataclass(frozen=True)
class Guest:
    """Who enters: a name people see, and an id that says nothing of the person."""

    id: str
    name: str
    role: LinkRole


@dataclass(frozen=True)
class Found:
    """A recording at the provider: `(format, address, minutes)` for each way to watch it."""

    ref: str
    name: str
    playbacks: Sequence[tuple[str, str, int | None]]
    starts_at: datetime | None
    ends_at: datetime | None


@dataclass(frozen=True)
class Notice:
    """What reached the address of an account's notices, as it came; header names are in lower case."""

    address: str
    headers: Mapping[str, str]
    query: Mapping[str, str]
    body: bytes


class HeardKind(Enum):
    """What a notice says."""

    JOINED = "joined"
    LEFT = "left"
    ENDED = "ended"
    RECORDED = "recorded"


@dataclass(frozen=True)
class Heard:
    """One thing a notice says of a meeting; who, by which connection and when, for those who come and go."""

    kind: HeardKind
    meeting_id: str
    user_id: str = ""
    connection: str = ""
    at: datetime | None = None


class Provider(Protocol):
    """Software that holds rooms. Every call out raises `Trouble`; doing something twice is doing it once."""

    async def create(self, room: Room) -> int | None:
        """The room is there afterwards; returns the instant of its making when the provider has one (BigBlueButton)."""

    async def is_running(self, room: Room) -> bool:
        """Whether somebody is in the room."""

    async def end(self, room: Room) -> None:
        """Nobody is in the room afterwards."""

    async def recordings(self, room: Room) -> list[Found]:
        """What can be watched today."""

    def join(self, room: Room, guest: Guest, *, now: datetime) -> str:
        """Where this guest enters, until the room closes."""

    def heard(self, notice: Notice, *, now: datetime) -> list[Heard]:
        """What a notice says; raises `Forged`, or `Unreadable`."""


async def asked(
    web: Outbound, method: str, url: str, *, content: bytes | None = None, headers: Mapping[str, str] | None = None
) -> Answer:
    """An answer whose status is 200; raises `Trouble`."""
    try:
        if content is None:
            answer = await web.get(url, headers=headers, bounds=BOUNDS)
        else:
            answer = await web.send(url, content, method=method, headers=headers, bounds=BOUNDS)
    except Unreachable as error:
        raise Trouble(error.code if error.code in _KNOWN else "bad_answer") from error
    if answer.status in {401, 403}:
        raise Trouble("forbidden")
    if answer.status >= 500:
        raise Trouble("unreachable")
    if answer.status != 200:
        raise Trouble("refused" if answer.status < 500 and answer.status >= 400 else "bad_answer")
    return answer


def json_object(content: bytes, trouble: Exception) -> dict[str, Any]:
    """A JSON object, or `trouble`."""
    try:
        found = orjson.loads(content)
    except orjson.JSONDecodeError as error:
        raise trouble from error
    if not isinstance(found, dict):
        raise trouble
    return found
