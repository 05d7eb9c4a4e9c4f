"""Use cases of feeds: the public agenda, one's own calendar by a secret address, the sessions of one registration."""

import asyncio
from collections import OrderedDict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode
from uuid import UUID
from weakref import WeakKeyDictionary

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import calendars, journal
from services.common.auth import Principal
from services.common.calendars import Entry, Title
from services.common.db import Row, driver
from services.common.etag import tag_of_parts
from services.common.problems import NotFound
from services.common.resources import Resources

from ..agenda import published
from ..agenda import service as agenda
from ..invitations import addresses, writing
from ..invitations import service as invitations
from ..invitations.letters import Matter
from ..invitations.rules import Recipient
from ..networks import service as networks
from ..registrations import audiences
from ..registrations import service as registrations
from ..registrations.schemas import RegistrationState
from ..tables import KERNEL
from ..visio import links as visio
from . import repository, rules
from .errors import NothingForTheCalendar
from .schemas import FeedQuery

#: A personal calendar forgets what is older.
_KEPT = timedelta(days=365)
#: Public calendars lately written, by their tags.
_WRITTEN: OrderedDict[str, bytes] = OrderedDict()
_MOST_WRITTEN = 16
#: One writes at a time: what many ask for after a change is written once.
_TURNS: WeakKeyDictionary[asyncio.AbstractEventLoop, asyncio.Lock] = WeakKeyDictionary()


@dataclass(frozen=True)
class Feed:
    """A calendar as it stands: its tag is known before it is written."""

    tag: str
    updated_at: datetime | None
    write: Callable[[], Any]


async def of_agenda(reader: AsyncConnection[Any], resources: Resources, query: FeedQuery, *, now: datetime) -> Feed:
    """The public agenda of these criteria."""
    given = [(name, str(value)) for name, values in query.model_dump(mode="json").items() for value in sorted(values)]
    asked = rules.since(now) | {
        "network_ids": [str(each) for each in query.network_id] or None,
        "formats": [each.value for each in query.format] or None,
        "audiences": [each.value for each in query.audience] or None,
        "themes": query.theme or None,
        "territories": query.territory or None,
    }
    mark = await published.mark(reader, asked)
    tag = tag_of_parts("agenda", given, mark["count"], str(mark["versions"]), str(mark["updated_at"]), await networks.mark(reader))

    async def write() -> bytes:
        async with _TURNS.setdefault(asyncio.get_running_loop(), asyncio.Lock()):
            if tag not in _WRITTEN:
                entries = await _agenda_entries(reader, resources, {**asked, "limit": rules.MOST_EVENTS})
                title = Title("Agenda", addresses.agenda(resources.settings, urlencode(given)))
                # Out of the loop that answers others: a thousand events take a while to write.
                _WRITTEN[tag] = await asyncio.to_thread(calendars.write, entries, "PUBLISH", title, remembered=True)
            _WRITTEN.move_to_end(tag)
            while len(_WRITTEN) > _MOST_WRITTEN:
                _WRITTEN.popitem(last=False)
            return _WRITTEN[tag]

    return Feed(tag, mark["updated_at"], write)


async def personal(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Feed:
    """What the holder of this address is registered for (404 once it is revoked or renewed)."""
    reader = await driver(session)
    found = await repository.ADDRESSES.at(reader, token)
    if found is None:
        raise NotFound()
    account_id = found["account_id"]
    seated = rules.own_rows(await audiences.seated_of_account(reader, account_id))
    events = await published.rows(reader, [row["event_id"] for row in seated])
    marks = sorted((str(row["id"]), row["registration_version"], events[row["event_id"]]["version"]) for row in seated)
    tag = tag_of_parts("personal", str(account_id), marks, await networks.mark(reader))
    dates = [events[row["event_id"]]["updated_at"] for row in seated]

    async def write() -> bytes:
        entries = await _own_entries(session, resources, seated, events, now)
        title = Title("Mes rencontres", addresses.personal_feed(resources.settings, token))
        return await asyncio.to_thread(calendars.write, entries, "PUBLISH", title)

    return Feed(tag, max(dates, default=None), write)


async def of_registration(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> bytes:
    """All the sessions of a registration, for whoever holds its link."""
    found = await registrations.by_link(session, resources, token)
    if found.state is not RegistrationState.SEATED:
        raise NothingForTheCalendar(state=found.state.value)
    reader = await driver(session)
    seated = rules.own_rows(await audiences.seated_of_registration(reader, found.id))
    events = await published.rows(reader, [found.event_id])
    entries = await _own_entries(session, resources, seated, events, now)
    return calendars.write(entries, "PUBLISH")


async def renew(session: AsyncSession, resources: Resources, caller: Principal, *, now: datetime) -> Row:
    """A personal calendar at a new address; the one before opens nothing any more."""
    token = await repository.ADDRESSES.renew(session, now=now, account_id=caller.account_id)
    await _note(session, caller, "feed.renewed", now)
    return {"created_at": now, "url": addresses.personal_feed(resources.settings, token)}


async def mine(reader: AsyncConnection[Any], caller: Principal) -> Row:
    found = await repository.ADDRESSES.of(reader, account_id=caller.account_id)
    if found is None:
        raise NotFound()
    return found


async def revoke(session: AsyncSession, caller: Principal, *, now: datetime) -> None:
    """The address opens nothing any more."""
    if not await repository.ADDRESSES.revoke(session, account_id=caller.account_id):
        raise NotFound()
    await _note(session, caller, "feed.revoked", now)


async def _agenda_entries(reader: AsyncConnection[Any], resources: Resources, asked: dict[str, Any]) -> Iterator[Entry]:
    """Read at once, made one by one as they are written."""
    events = await published.events(reader, asked)
    faces = await networks.faces(reader, {event["network_id"] for event in events})
    sessions: dict[UUID, list[Row]] = {}
    for row in await agenda.session_rows(reader, [event["id"] for event in events]):
        sessions.setdefault(row["event_id"], []).append(row)
    return (
        entry
        for event in events
        for entry in rules.entries(
            event,
            sessions.get(event["id"], []),
            faces[event["network_id"]],
            addresses.page(resources.settings, event["reference"], event["id"]),
        )
    )


async def _own_entries(
    session: AsyncSession, resources: Resources, seated: Sequence[Row], events: dict[UUID, Row], now: datetime
) -> list[Entry]:
    """As invitations say them, under the same `UID`: a calendar that has both shows one."""
    reader = await driver(session)
    settings = resources.settings
    faces = await networks.faces(reader, {event["network_id"] for event in events.values()})
    sessions = await agenda.session_rows(reader, list(events))
    told = await invitations.told(reader, [row["id"] for row in seated])
    by_visio = await visio.addresses(session, resources, [row["id"] for row in seated if row["mode"] == "visio"])
    found = []
    for person in seated:
        event = events[person["event_id"]]
        matter = Matter(
            event=event,
            network=faces[event["network_id"]],
            page_url=addresses.page(settings, event["reference"], event["id"]),
            sessions=(),
            recipient=Recipient(person["contact_email"], person["contact_name"], True, ()),
            visio=by_visio,
            badges={person["id"]: addresses.badge(settings, person["key"])},
        )
        for row in sessions:
            if row["event_id"] != event["id"] or person["session_id"] not in {None, row["id"]} or row["ends_at"] < now - _KEPT:
                continue
            known = told.get((person["id"], row["id"]))
            sequence = max(row["sequence"], known.sequence if known else 0)
            entry = writing.calendar_entry(matter, row, person["id"], person["mode"], sequence, event["updated_at"])
            found.append(entry if event["status"] not in {"cancelled", "postponed"} else _off(entry))
    return found


def _off(entry: Entry) -> Entry:
    return Entry(**{**entry.__dict__, "status": "CANCELLED"})


async def _note(session: AsyncSession, caller: Principal, act: str, now: datetime) -> None:
    await journal.record(
        session, KERNEL.journal, at=now, act=act, resource=("account", caller.account_id), actor=caller, changes={}
    )
