"""What visio holds of people: personal links, and who came and went by them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch

from ..personal import Erased, Who
from ..registrations import personal as registrations
from . import links, repository

_LINK = ("created_at", "uses_count", "last_used_at", "revoked_at")


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{link, movements}`: each personal link, and what providers told of who followed it."""
    own = await registrations.own(reader, who)
    asked = {"event_ids": list({row["event_id"] for row in own}), "ids": [row["id"] for row in own]}
    found = await fetch(reader, repository.LINKS_OF, asked)
    moves = await fetch(reader, repository.MOVEMENTS_OF, {"ids": [row["id"] for row in found]})
    return [
        {
            "link": {name: row[name] for name in _LINK},
            "movements": [{"kind": each["kind"], "at": each["at"]} for each in moves if each["link_id"] == row["id"]],
        }
        for row in found
    ]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """Their links lead nowhere any more."""
    own = await registrations.own(await driver(session), who)
    if not own:
        return Erased()
    return Erased(await repository.remove_links(session, [row["event_id"] for row in own], [row["id"] for row in own]))


async def forget(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Participants' links of these events, and names of speakers in theirs."""
    return await links.forget_names(session, event_ids) + await repository.remove_links(session, event_ids, None)
