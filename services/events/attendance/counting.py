"""Presence as statistics count it: what organisers validated, nothing that was only seen."""

from collections.abc import Mapping, Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import fetch, fetch_one

from ..agenda import service as agenda
from . import repository, rules


async def minutes(connection: AsyncConnection[Any], event_ids: Sequence[UUID]) -> Mapping[UUID, int] | None:
    """Minutes followed by each participant who was said to be present; None while nobody validated any sheet of these events.

    Sessions that were cancelled count for nothing, one that was shortened for what it lasts.
    """
    known = await fetch_one(connection, repository.IS_KNOWN, {"event_ids": list(event_ids)})
    if known is None or not known["known"]:
        return None
    kept = [row for row in await agenda.session_rows(connection, event_ids) if row["status"] != "cancelled"]
    lasts = [rules.whole_minutes(row["starts_at"], row["ends_at"]) for row in kept]
    asked = {"event_ids": list(event_ids), "session_ids": [row["id"] for row in kept], "minutes": lasts}
    return {row["attendee_id"]: int(row["minutes"]) for row in await fetch(connection, repository.FOLLOWED, asked)}
