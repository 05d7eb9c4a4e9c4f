"""Whom a personal link lets in: whose it is, whether it still counts, and which sessions it may lead to."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from uuid import UUID

from pydantic import SecretStr
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import sealing
from services.common.db import Row
from services.common.resources import Resources

from ..agenda import service as agenda
from ..agenda import upcoming
from ..registrations import places
from . import repository, rules, tokens
from .errors import BadVisioLink, NotByVisio, VisioLinkRevoked
from .models import VisioLink
from .providers.contract import Guest

_NOT_HELD = {"cancelled", "postponed"}
_PURPOSE = "visio links"


@dataclass(frozen=True)
class Admitted:
    """Somebody whose link counts, and the sessions it may lead to."""

    link: VisioLink
    guest: Guest
    rows: Sequence[Row]
    seen: Sequence[rules.Sitting]
    registration_id: UUID | None


async def admitted(session: AsyncSession, resources: Resources, token: str) -> Admitted:
    """Who holds this link (404 when it was tampered with, 410 when it counts no more, 409 when they come on site)."""
    link = await repository.link(session, tokens.link_of(resources.settings, token))
    if link is None:
        raise BadVisioLink()
    if link.revoked_at is not None:
        raise VisioLinkRevoked(reason=link.revoked_because)
    place, session_id, name = None, link.session_id, link.label
    if link.attendee_id is not None:
        place = (await places.places(session, [link.attendee_id])).get(link.attendee_id)
        if place is None or not places.has_seat(place):
            raise VisioLinkRevoked(reason="registration_cancelled")
        if place["mode"] != "visio":
            raise NotByVisio()
        if not is_for(resources.settings.secret_key, link, place):
            raise VisioLinkRevoked(reason="replaced")
        session_id, name = place["session_id"], f"{place['given_name']} {place['family_name']}"
    every = [session_id] if session_id else [each.id for each in await agenda.sessions_of(session, link.event_id)]
    rows = await upcoming.sessions(session, every)
    guest = Guest(link.id.hex, name or "Participant", link.role)
    return Admitted(link, guest, rows, await sittings(session, rows), place["registration_id"] if place else None)


async def sittings(session: AsyncSession, rows: Iterable[Row]) -> list[rules.Sitting]:
    """Rows of sessions as the rules read them; those of a postponed event are not held either."""
    rows = list(rows)
    chosen = await repository.settings_of(session, [row["id"] for row in rows])
    found = []
    for row in rows:
        setting = chosen.get(row["id"])
        found.append(
            rules.Sitting(
                id=row["id"],
                starts_at=row["starts_at"],
                ends_at=row["ends_at"],
                is_visio=row["is_visio"],
                is_cancelled=row["status"] == "cancelled" or row["event_status"] in _NOT_HELD,
                minutes_before=setting.minutes_before if setting else 15,
                minutes_after=setting.minutes_after if setting else 30,
            )
        )
    return found


def takes_part(place: Row) -> bool:
    """Whether this place gives a personal link."""
    return places.has_seat(place) and place["mode"] == "visio" and place["erased_at"] is None


def marks(secret: SecretStr, place: Row) -> list[str]:
    """Who a place is of, without saying it: `badge, e-mail, given name, family name`."""
    said = [place["key"], (place["email"] or "").lower(), place["given_name"].casefold(), place["family_name"].casefold()]
    return [sealing.fingerprint(secret, _PURPOSE, each)[:24] for each in said]


def is_for(secret: SecretStr, link: VisioLink, place: Row) -> bool:
    """Whether the place is still the person's the link was made for."""
    return rules.same_person(link.marks, marks(secret, place))
