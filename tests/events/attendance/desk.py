"""A welcome desk to test at: the day has come, badges are scanned, sheets are validated."""

import io
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import zxingcpp
from PIL import Image

from services.events.attendance import proposals
from tests.events.world import World, attendee
from tests.support import Person

__all__ = ["attendee"]


def sitting(event: Mapping[str, Any], number: int = 1) -> str:
    """The address of one of its sessions."""
    return f"/events/{event['id']}/sessions/{event['sessions'][number - 1]['id']}"


def begins(event: Mapping[str, Any], number: int = 1) -> datetime:
    return datetime.fromisoformat(event["sessions"][number - 1]["starts_at"])


def come(world: World, event: Mapping[str, Any], number: int = 1, **later: float) -> None:
    """The session begins (or began so long ago)."""
    world.at((begins(event, number) + timedelta(**later)).isoformat())


async def key_of(world: World, registration: Mapping[str, Any], position: int = 0) -> str:
    sql = "SELECT key FROM attendees WHERE id = %(id)s"
    return str((await world.running.rows(sql, id=registration["attendees"][position]["id"]))[0]["key"])


async def scan(
    world: World,
    event: Mapping[str, Any],
    registration: Mapping[str, Any],
    number: int = 1,
    *,
    device: str = "accueil-1",
    **more: Any,
) -> dict[str, Any]:
    """The person's badge is read at the door."""
    sent = {"key": f"CNV:{await key_of(world, registration)}", "device_id": device, **more}
    answer = await world.call(world.organiser, "POST", f"{sitting(event, number)}/check-ins", json=sent, expect=201)
    body: dict[str, Any] = answer.json()
    return body


async def stay(
    world: World,
    event: Mapping[str, Any],
    registration: Mapping[str, Any],
    joined: datetime,
    left: datetime | None,
    *,
    mark: str = "a",
    number: int = 1,
) -> None:
    """A provider tells a stay in the room."""
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await proposals.propose(
            session,
            event_id=UUID(event["id"]),
            session_id=UUID(event["sessions"][number - 1]["id"]),
            attendee_id=UUID(registration["attendees"][0]["id"]),
            source="bigbluebutton",
            joined_at=joined,
            left_at=left,
            mark=mark,
            now=resources.clock.now(),
        )


async def sheet(world: World, event: Mapping[str, Any], number: int = 1) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.organiser, "GET", f"{sitting(event, number)}/presence", expect=200)).json()
    return body


async def line(world: World, event: Mapping[str, Any], registration: Mapping[str, Any], number: int = 1) -> dict[str, Any]:
    """Somebody's line on the sheet."""
    lines = {each["attendee_id"]: each for each in (await sheet(world, event, number))["people"]}
    found: dict[str, Any] = lines[registration["attendees"][0]["id"]]
    return found


async def validate(
    world: World, event: Mapping[str, Any], number: int = 1, *, who: Person | None = None, expect: int = 201, **wish: Any
) -> dict[str, Any]:
    """The organiser validates the sheet as it stands."""
    path = f"{sitting(event, number)}/presence"
    sent = wish or {"everybody": True}
    answer = await world.change(who or world.organiser, "POST", f"{path}/validation", of=path, json=sent, expect=expect)
    body: dict[str, Any] = answer.json()
    return body


def said(registration: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """What the organiser says of one person."""
    return {"attendee_id": registration["attendees"][0]["id"], **more}


def read_code(png: bytes) -> str:
    """What a phone reads in a picture."""
    found = zxingcpp.read_barcodes(Image.open(io.BytesIO(png)).convert("L"))
    assert len(found) == 1
    return str(found[0].text)
