"""What people read of events."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.problems import NotFound
from services.common.resources import Resources

from ..networks import service as networks
from . import repository, rules
from .schemas import FORMAT_LABELS, STATUS_LABELS, EventFormat


async def listing(reader: AsyncConnection[Any], caller: Principal | None, asked: dict[str, Any], *, now: datetime) -> list[Row]:
    """The agenda; organisers also see what they prepare."""
    organised = await networks.organised_ids(reader, caller)
    if organised:
        rows = await fetch(reader, repository.ORGANISED_LISTING, {**asked, "organised_ids": list(organised)})
    else:
        rows = await fetch(reader, repository.PUBLIC_LISTING, asked)
    return await summaries(reader, rows, now=now)


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
    face = (await networks.faces(reader, {row["network_id"]}))[row["network_id"]]
    _require_seen(row, face, caller)
    sessions = await fetch(reader, repository.SESSIONS, {"event_ids": [event_id]})
    template = resources.settings.event_page_url
    page = template.replace("{reference}", row["reference"]) if template else None
    return {**row, **_shown(row, face, now), "sessions": sessions, "page_url": page}


async def one_in(session: AsyncSession, resources: Resources, caller: Principal, event_id: UUID, *, now: datetime) -> Row:
    """The same in a transaction, with what it just wrote."""
    await session.flush()
    return await one(await driver(session), resources, caller, event_id, now=now)


async def session(reader: AsyncConnection[Any], caller: Principal | None, event_id: UUID, session_id: UUID) -> Row:
    """A session of an event the caller may read."""
    event = await fetch_one(reader, repository.ONE, {"id": event_id})
    found = await fetch_one(reader, repository.SESSION, {"id": session_id})
    if event is None or found is None or found["event_id"] != event_id:
        raise NotFound()
    face = (await networks.faces(reader, {event["network_id"]}))[event["network_id"]]
    _require_seen(event, face, caller)
    return found


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
        "format_label": FORMAT_LABELS[EventFormat(row["format"])],
        "status": status,
        "status_label": STATUS_LABELS[status],
    }
