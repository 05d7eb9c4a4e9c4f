"""What tests of deadlines repeat."""

import asyncio
from datetime import datetime, timedelta
from typing import Any

import httpx
from icalendar import Calendar

from tests.programming.world import World
from tests.support import Person


async def campaign(world: World) -> dict[str, Any]:
    found: dict[str, Any] = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}", expect=200)).json()
    return found


async def closes_at(world: World) -> datetime:
    return datetime.fromisoformat((await campaign(world))["closes_at"])


async def tag(world: World) -> str:
    return (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}", expect=200)).headers["etag"]


async def extend(
    world: World, until: datetime | str, *, who: Person | None = None, if_match: str | None = None, reason: str = "Panne nationale."
) -> httpx.Response:
    body = {"closes_at": until if isinstance(until, str) else until.isoformat(), "reason": reason}
    headers = {"If-Match": if_match or await tag(world)}
    return await world.call(who or world.team, "POST", f"/campaigns/{world.campaign_id}/extension", json=body, headers=headers)


async def refused(world: World, until: datetime | str, status: int, slug: str) -> dict[str, Any]:
    body = {"closes_at": until if isinstance(until, str) else until.isoformat(), "reason": "Panne."}
    headers = {"If-Match": await tag(world)}
    return await world.refused(
        world.team, "POST", f"/campaigns/{world.campaign_id}/extension", status, slug, json=body, headers=headers
    )


async def in_a_week(world: World) -> datetime:
    return await closes_at(world) + timedelta(days=7)


async def while_held(world: World, table: str, row_id: str, *calls: Any, waiting: int | None = None) -> list[httpx.Response]:
    """Answers of calls begun, in order, while somebody else holds a row they need."""
    async with world.holding(table, row_id):
        begun = []
        for count, call in enumerate(calls, 1):
            begun.append(asyncio.ensure_future(call))
            if waiting is None or count <= waiting:
                await world.until_waiting(count)
    return list(await asyncio.gather(*begun))


def entries(content: bytes) -> dict[str, Any]:
    """Entries of a calendar by their `UID`."""
    calendar: Any = Calendar.from_ical(content)
    return {str(event["UID"]): event for event in calendar.walk("VEVENT")}
