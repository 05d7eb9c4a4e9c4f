"""What attendance holds of people: when they were scanned, when they were in a room, what organisers validated and noted."""

from collections import defaultdict
from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..agenda import service as agenda
from ..personal import Erased, Who
from ..registrations import personal as registrations
from . import repository

_PRESENCE = ("state", "minutes", "arrived_at", "left_at", "note", "validated_at")


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{session_id, starts_at, scans, stays, presence}` of each session somebody left a trace at."""
    own = await registrations.own(reader, who)
    event_ids = list({row["event_id"] for row in own})
    asked = {"event_ids": event_ids, "ids": [row["id"] for row in own]}
    found: dict[UUID, Row] = defaultdict(lambda: {"scans": [], "stays": [], "presence": None})
    for row in await fetch(reader, repository.SCANS_OF, asked):
        found[row["session_id"]]["scans"].append(row["scanned_at"])
    for row in await fetch(reader, repository.STAYS_OF, asked):
        found[row["session_id"]]["stays"].append({"joined_at": row["joined_at"], "left_at": row["left_at"]})
    for row in await fetch(reader, repository.PRESENCES_OF, asked):
        found[row["session_id"]]["presence"] = {name: row[name] for name in _PRESENCE}
    starts = {row["id"]: row["starts_at"] for row in await agenda.session_rows(reader, event_ids)}
    return [{"session_id": each, "starts_at": starts.get(each), **said} for each, said in found.items()]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """Notes, and the traces of what was validated; hours stay counted, to nobody's name."""
    own = await registrations.own(await driver(session), who)
    events = [row["event_id"] for row in own]
    return Erased(await repository.forget_traces(session, events, [row["id"] for row in own]) if own else 0)


async def forget(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    return await repository.forget_traces_of(session, event_ids)
