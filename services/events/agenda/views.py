"""What people read of events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from urllib.parse import quote
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.problems import NotFound
from services.common.resources import Resources

from ..networks import service as networks
from . import repository, rules
from .schemas import FORMAT_LABELS, STATUS_LABELS, EventStatus, Visibility

_FORMATS = {each.value: label for each, label in FORMAT_LABELS.items()}
_CONSENTS = {"image_consent", "replay_consent", "consented_on"}


async def listing(reader: AsyncConnection[Any], caller: Principal | None, asked: dict[str, Any], *, now: datetime) -> list[Row]:
    """The agenda; organisers also see what they prepare. What is None in `asked` is not asked for."""
    organised = await networks.organised_ids(reader, caller)
    filters = frozenset(name for name in repository.FILTERS if asked.get(name) is not None)
    statement = repository.listing(filters, bool(organised))
    rows = await fetch(reader, statement, {**asked, "organised_ids": list(organised)})
    return [_shown(row, row["network"], now) for row in rows]


async def summaries(reader: AsyncConnection[Any], rows: Sequence[Row], *, now: datetime) -> list[Row]:
    """Rows of events as the agenda shows them."""
    faces = await networks.faces(reader, {row["network_id"] for row in rows})
    return [_shown(row, faces[row["network_id"]], now) for row in rows]


async def one(
    reader: AsyncConnection[Any], resources: Resources, caller: Principal | None, event_id: UUID, *, now: datetime
) -> Row:
    """The event with its sessions; an idea is its organisers' alone."""
    row = await fetch_one(reader, repository.ONE, {"id": event_id})
    if row is None:
        raise NotFound()
    return await _whole(reader, resources, caller, row, now=now)


async def one_by_reference(
    reader: AsyncConnection[Any], resources: Resources, caller: Principal | None, reference: str, *, now: datetime
) -> Row:
    """The same by its reference. References follow each other: who was not given the address of an unlisted event finds none."""
    row = await fetch_one(reader, repository.BY_REFERENCE, {"reference": reference})
    if row is None:
        raise NotFound()
    whole = await _whole(reader, resources, caller, row, now=now)
    if row["visibility"] == Visibility.UNLISTED.value and not whole["is_organised"]:
        raise NotFound()
    return whole


async def _whole(reader: AsyncConnection[Any], resources: Resources, caller: Principal | None, row: Row, *, now: datetime) -> Row:
    face = (await networks.faces(reader, {row["network_id"]}))[row["network_id"]]
    _require_seen(row, face, caller)
    organised = caller is not None and caller.belongs_to(face["organisation_id"])
    sessions = await fetch(reader, repository.SESSIONS, {"event_ids": [row["id"]]})
    acts = rules.possible_acts(EventStatus(row["status"]), is_dated=row["starts_at"] is not None) if organised else []
    return {
        **row,
        **_shown(row, face, now),
        "sessions": sessions if organised else [without_consents(each) for each in sessions],
        "page_url": page_address(resources, row),
        "possible_acts": acts,
        "is_organised": organised,
    }


def page_address(resources: Resources, event: Row) -> str | None:
    """Where people read about the event, if the platform says where. An unlisted one is named by its id, which nobody guesses."""
    template: str = resources.settings.event_page_url
    named = str(event["id"]) if event["visibility"] == Visibility.UNLISTED.value else event["reference"]
    return template.replace("{reference}", quote(named)) if template else None


def without_consents(session: Row) -> Row:
    """A session as others than its organisers read it."""
    programme = [
        {
            **item,
            "speakers": [{name: value for name, value in speaker.items() if name not in _CONSENTS} for speaker in item["speakers"]],
        }
        for item in session["programme"]
    ]
    return {**session, "programme": programme}


def view_of(event: Row) -> str:
    """Names the representation: what is derived at the moment of reading, and whether the reader organises (`etag`)."""
    return str(event["status"].value).replace("_", "") + ("own" if event["is_organised"] else "")


async def one_in(session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, *, now: datetime) -> Row:
    """The same in a transaction, with what it just wrote."""
    await session.flush()
    return await one(await driver(session), resources, caller, event_id, now=now)


async def session(reader: AsyncConnection[Any], caller: Principal | None, event_id: UUID, session_id: UUID) -> Row:
    """A session of an event the caller may read; `is_organised` says whether they prepare it."""
    event = await fetch_one(reader, repository.ONE, {"id": event_id})
    found = await fetch_one(reader, repository.SESSION, {"id": session_id})
    if event is None or found is None or found["event_id"] != event_id:
        raise NotFound()
    face = (await networks.faces(reader, {event["network_id"]}))[event["network_id"]]
    _require_seen(event, face, caller)
    organised = caller is not None and caller.belongs_to(face["organisation_id"])
    return {**(found if organised else without_consents(found)), "is_organised": organised}


def _require_seen(event: Row, face: Row, caller: Principal | None) -> None:
    if event["status"] in {status.value for status in rules.HIDDEN} and not (caller and caller.belongs_to(face["organisation_id"])):
        raise NotFound()


async def by_reference(reader: AsyncConnection[Any], reference: str) -> UUID:
    found = await fetch_one(reader, repository.BY_REFERENCE, {"reference": reference})
    if found is None:
        raise NotFound()
    event_id: UUID = found["id"]
    return event_id


def _shown(row: Row, face: Row, now: datetime) -> Row:
    status = rules.shown_status(row, now)
    return {
        **row,
        "network": face,
        "format_label": _FORMATS[row["format"]],
        "status": status,
        "status_label": STATUS_LABELS[status],
    }
