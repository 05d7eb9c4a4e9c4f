"""People of the registrations as a welcome desk looks for them: by the key of their badge, their code, their id.

Rows are those of `attendees` with the registration's `code`, `session_id`, `state`, `source`, `account_id`, `contact_email`,
`contact_name`, and `seat`, the label of the share their seat is of.
"""

from collections.abc import Iterable, Mapping
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch, fetch_one

from . import repository, rules

#: Domain of addresses nobody has (RFC 2606): somebody received without an e-mail has one, since a registration needs an address.
NOWHERE = "sans-adresse.invalid"


async def by_key(reader: AsyncConnection[Any], key: str) -> Row | None:
    return await fetch_one(reader, repository.PERSON_BY_KEY, {"key": key})


async def by_code(reader: AsyncConnection[Any], event_id: UUID, code: str) -> list[Row]:
    """Those of one registration of this event, in their order."""
    return await fetch(reader, repository.PEOPLE_BY_CODE, {"id": event_id, "code": code})


async def by_id(reader: AsyncConnection[Any], attendee_ids: Iterable[UUID]) -> dict[UUID, Row]:
    """Whatever became of their registrations."""
    wanted = list(attendee_ids)
    return {row["id"]: row for row in await fetch(reader, repository.PEOPLE_BY_ID, {"ids": wanted})} if wanted else {}


async def seated(reader: AsyncConnection[Any], event_id: UUID) -> list[Row]:
    """Everybody who holds a seat at the event, those whose e-mail is not confirmed too (`state` says it)."""
    return await fetch(reader, repository.PEOPLE_SEATED, {"id": event_id})


async def received(reader: AsyncConnection[Any], event_id: UUID) -> list[Row]:
    """Everybody who came without being registered and holds no seat: they are expected at the sessions that follow."""
    return await fetch(reader, repository.PEOPLE_RECEIVED, {"id": event_id})


async def replace_key(session: AsyncSession, attendee_id: UUID) -> str:
    """A new secret key for a badge: the old one is nobody's from now on."""
    key = rules.new_key()
    await repository.set_key(session, attendee_id, key)
    return key


def address_of(person: Mapping[str, Any]) -> str | None:
    """Where somebody is written to: their own address, else their contact's; None when there is none, or they were erased."""
    address: str = person["email"] or person["contact_email"]
    return None if person["erased_at"] or not is_reachable(address) else address


def is_reachable(address: str) -> bool:
    """Whether somebody may read what is sent there: not what stands for an address that was forgotten, or never given (RFC 6761 §6.4)."""
    return "@" in address and not address.strip().endswith(("@invalid", ".invalid"))
