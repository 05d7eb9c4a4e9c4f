"""The agenda as calendars follow it, and what begins before long."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch, fetch_in, fetch_one

from . import repository


async def mark(reader: AsyncConnection[Any], asked: Mapping[str, Any]) -> Row:
    """`count`, `updated_at` and `versions` of the public events asked for: unlike as soon as one of them changed."""
    row = await fetch_one(reader, repository.FEED_MARK, asked)
    return row or {"count": 0, "updated_at": None, "versions": 0}


async def events(reader: AsyncConnection[Any], asked: Mapping[str, Any]) -> list[Row]:
    """The same events, in the order of their dates (`limit` at most)."""
    return await fetch(reader, repository.FEED_EVENTS, asked)


async def rows(reader: AsyncConnection[Any], event_ids: Sequence[UUID]) -> dict[UUID, Row]:
    """`id → the event's own columns`, whoever asks."""
    return {row["id"]: row for row in await fetch(reader, repository.BY_IDS, {"ids": list(event_ids)})}


async def upcoming_sessions(session: AsyncSession, now: datetime, until: datetime) -> list[Row]:
    """`id`, `event_id`, `starts_at` of the sessions that begin meanwhile."""
    return await fetch_in(session, repository.UPCOMING, {"now": now, "until": until})
