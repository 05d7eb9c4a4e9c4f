"""What was followed, for rooms that count it."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection

from services.common.db import fetch

from ..agenda import service as agenda
from . import repository, rules


async def minutes(reader: AsyncConnection[Any], event_ids: Sequence[UUID]) -> dict[UUID, int]:
    """`attendee → validated minutes` at these events; cancelled sessions left out, each clipped to what its session lasts.

    Whoever was validated as absent has 0; who is not in it was not validated yet.
    """
    lasts = {
        row["id"]: rules.whole_minutes(row["starts_at"], row["ends_at"])
        for row in await agenda.session_rows(reader, event_ids)
        if row["status"] != "cancelled"
    }
    found: dict[UUID, int] = {}
    for row in await fetch(reader, repository.VALIDATED, {"ids": list(event_ids)}):
        if row["session_id"] in lasts:
            found[row["attendee_id"]] = found.get(row["attendee_id"], 0) + min(row["minutes"], lasts[row["session_id"]])
    return found
