"""A person's data across the services: asked for, handed over, erased, told by events.

The directory publishes `person.export_asked` and `account.erased`; each service answers for what it holds. What an export gathers
is never left in an outbox: it is handed over at once, signed as events are, to an address no gateway routes. Erasing answers with
`person.erased`, which says how much and what is kept until when, and names nobody.
"""

import zlib
from collections.abc import Awaitable, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession
from standardwebhooks import Webhook

from .db import Row, driver
from .jobs import Job, enqueue, job
from .outbox import Consumer, Event, publish

if TYPE_CHECKING:
    from .resources import Resources

#: `data`: `request_id`, and who (below). `subject` is the account.
EXPORT_ASKED = "person.export_asked"
#: `data`: `erasure_id`, and who. `subject` is the account.
ACCOUNT_ERASED = "account.erased"
#: What a service answers to the latter: `service`, `count`, `kept`. `subject` is the erasure.
PERSON_ERASED = "person.erased"
#: Events whose data names somebody: the directory empties it once everybody answered.
NAMING = (EXPORT_ASKED, ACCOUNT_ERASED)
#: Most bytes of a part, compressed; and once unfolded.
PART_LIMIT, UNFOLDED_LIMIT = 1_500_000, 30_000_000
#: Written in the place of a name, of an address.
ANONYMOUS = "Personne effacée"


@dataclass(frozen=True)
class Who:
    """Somebody, as services know them: by their account, by an e-mail they receive (lower case), by their name where they were."""

    account_id: UUID
    email: str
    full_name: str
    organisation_ids: tuple[UUID, ...] = ()

    def told(self) -> dict[str, Any]:
        """As events carry it."""
        return {
            "email": self.email,
            "full_name": self.full_name,
            "organisation_ids": [str(each) for each in self.organisation_ids],
        }

    @classmethod
    def heard(cls, event: Event) -> "Who | None":
        """None when the event was emptied: everybody had answered."""
        if "email" not in event.data:
            return None
        organisations = tuple(UUID(each) for each in event.data.get("organisation_ids", ()))
        return cls(UUID(event.subject), str(event.data["email"]).lower(), str(event.data["full_name"]), organisations)


@dataclass
class Forgotten:
    """What was erased of somebody: how many records, and what is kept, why and until when (names nobody)."""

    count: int = 0
    kept: list[dict[str, Any]] = field(default_factory=list)

    def add(self, other: "Forgotten") -> None:
        self.count += other.count
        self.kept += other.kept


Export = Callable[[AsyncConnection[Any], Who], Awaitable[list[Row]]]
Parts = Callable[["Resources", AsyncConnection[Any], Who], Awaitable[Mapping[str, Sequence[Row]]]]
Erase = Callable[[AsyncSession, "Resources", Who, datetime], Awaitable[Forgotten]]


@dataclass(frozen=True)
class Holding:
    """What a room holds about people: in French words, the tables concerned, how it tells them and how it forgets them."""

    room: str
    what: str
    tables: tuple[str, ...]
    export: Export | None = None
    erase: Erase | None = None


async def gathered(holdings: Sequence[Holding], reader: AsyncConnection[Any], who: Who) -> dict[str, list[Row]]:
    """Room by room, all that is held of somebody."""
    return {holding.room: await holding.export(reader, who) for holding in holdings if holding.export is not None}


def folded(rooms: Mapping[str, Sequence[Any]]) -> bytes:
    """A part as it travels. One over the limit says how much there is, and that it has to be asked for."""
    content = orjson.dumps(rooms, default=str)
    small = zlib.compress(content)
    if len(small) <= PART_LIMIT and len(content) <= UNFOLDED_LIMIT:
        return small
    counts = {room: [{"trop_volumineux": len(rows)}] for room, rows in rooms.items()}
    return zlib.compress(orjson.dumps(counts))


def unfolded(content: bytes) -> dict[str, Any]:
    """Raises `ValueError` for what is no part, or is larger than a part may be."""
    opening = zlib.decompressobj()
    try:
        plain = opening.decompress(content, UNFOLDED_LIMIT + 1)
    except zlib.error as error:
        raise ValueError("not a part") from error
    if len(plain) > UNFOLDED_LIMIT or not opening.eof:
        raise ValueError("not a part")
    found = orjson.loads(plain)
    if not isinstance(found, dict):
        raise ValueError("not a part")
    return found


async def hand_over(resources: "Resources", request_id: UUID, rooms: Mapping[str, Sequence[Any]]) -> None:
    """Give the directory this service's part. Again does no harm."""
    address = f"/directory/internal/personal-data/{request_id}/{resources.name}"
    answer = await resources.siblings.request("POST", "directory", address, **signed(resources, folded(rooms), address))
    if answer.status_code >= 300:
        raise RuntimeError(f"the directory answered {answer.status_code} to the part of request {request_id}")


def signed(resources: "Resources", content: bytes, address: str) -> dict[str, Any]:
    """The signature covers where it goes: a part cannot be passed off as another's."""
    at = datetime.now(UTC)
    mark = Webhook(resources.settings.events_secret.get_secret_value()).sign(address, at, content.hex())
    headers = {"webhook-id": address, "webhook-timestamp": str(int(at.timestamp())), "webhook-signature": mark}
    return {"content": content, "headers": {**headers, "content-type": "application/octet-stream"}}


def verify(resources: "Resources", content: bytes, headers: Mapping[str, str], address: str) -> None:
    """Raises what `standardwebhooks` raises when it is not signed, or signed for another address."""
    told = {**headers, "webhook-id": address}
    Webhook(resources.settings.events_secret.get_secret_value()).verify(content.hex(), told, json_parse=False)


def export_job(service: str, parts: Parts) -> Job:
    """The job that gathers and hands over this service's part."""

    @job(f"{service}:hand_over_personal_data")
    async def hand_over_personal_data(
        session: AsyncSession, resources: "Resources", request_id: str, account_id: str, told: dict[str, Any]
    ) -> None:
        who = Who.heard(Event(UUID(request_id), EXPORT_ASKED, "directory", account_id, resources.clock.now(), told))
        if who is not None:
            await hand_over(resources, UUID(request_id), await parts(resources, await driver(session), who))

    return hand_over_personal_data


def consumers(service: str, export: Job, erase: Erase, outbox: Any) -> dict[str, Consumer]:
    """How a service hears that somebody asks for their data, or was erased. Twice, or late, is no harm."""

    async def asked(session: AsyncSession, resources: "Resources", event: Event) -> None:
        if Who.heard(event) is not None:
            told = {name: event.data[name] for name in ("email", "full_name", "organisation_ids") if name in event.data}
            arguments = {"request_id": event.data["request_id"], "account_id": event.subject, "told": told}
            await enqueue(session, export, lock=f"personal-data:{event.data['request_id']}", **arguments)

    async def erased(session: AsyncSession, resources: "Resources", event: Event) -> None:
        who = Who.heard(event)
        if who is None:
            return
        now = resources.clock.now()
        forgotten = await erase(session, resources, who, now)
        data = {"service": service, "count": forgotten.count, "kept": forgotten.kept}
        subject = UUID(str(event.data["erasure_id"]))
        await publish(session, outbox, type=PERSON_ERASED, subject=subject, data=data, at=now, to=("directory",))

    return {EXPORT_ASKED: asked, ACCOUNT_ERASED: erased}
