"""What tests of changes and decisions repeat: acts by link and by account, with the version that was read."""

from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote
from uuid import UUID

import httpx

from services.common.ids import new_id
from services.events.registrations import contacts
from tests.events.world import World, attendee, registration
from tests.support import Person

FORM: dict[str, Any] = {
    "type": "object",
    "required": ["atelier"],
    "additionalProperties": False,
    "properties": {
        "atelier": {"title": "Atelier souhaité", "enum": ["A", "B"]},
        "repas": {"title": "Déjeune sur place", "type": "boolean"},
        "themes": {"type": "array", "items": {"enum": ["sport", "culture"]}, "uniqueItems": True},
        "attentes": {"type": "string", "maxLength": 20},
    },
}


def tag(found: Mapping[str, Any]) -> dict[str, str]:
    """The version that was read, as a condition."""
    return {"If-Match": f'"{found["version"]}"'}


def first(found: Mapping[str, Any]) -> str:
    """The id of the first of a registration who has not left."""
    return next(str(each["id"]) for each in found["attendees"] if each["left_at"] is None)


async def by_link(
    world: World, found: Mapping[str, Any], method: str, path: str = "", *, link: int = 1, **more: Any
) -> httpx.Response:
    """An act by the registration's link, on the version in hand."""
    return await world.call(None, method, world.link(found, link) + path, headers=tag(found), **more)


async def refused_by_link(
    world: World, found: Mapping[str, Any], method: str, path: str, slug: str, *, status: int = 409, **more: Any
) -> dict[str, Any]:
    return await world.refused(None, method, world.link(found) + path, status, slug, headers=tag(found), **more)


async def decided(world: World, found: Mapping[str, Any], act: str, **wish: Any) -> dict[str, Any]:
    """An organiser's act on a registration, whatever its version."""
    path = f"/registrations/{found['id']}"
    body: dict[str, Any] = (
        await world.change(world.organiser, "POST", f"{path}/{act}", of=path, json=wish or None, expect=201)
    ).json()
    return body


async def anonymous(
    world: World, event: Mapping[str, Any], email: str, *attendees: Mapping[str, Any], **more: Any
) -> dict[str, Any]:
    """Somebody without an account asks for seats, and confirms."""
    wish = registration(email, *attendees, **more)
    found = (await world.call(None, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)).json()
    body: dict[str, Any] = (await world.call(None, "POST", f"{world.link(found)}/confirmation", expect=201)).json()
    return body


async def both_modes(world: World, on_site: int | None, visio: int | None, **more: Any) -> dict[str, Any]:
    """An open event on site and by visio, with so many seats of each."""
    event = await world.dated(visio=True, **more)
    await world.seats(event, {"mode": "on_site", "seats": on_site}, {"mode": "visio", "seats": visio})
    return await world.act(event, "opening")


async def taken(world: World, event: Mapping[str, Any]) -> dict[str, int]:
    """Seats taken, per mode, as the pools count them; and the attendees who sit there say the same."""
    rows = await world.running.rows(
        """SELECT p.mode, sum(p.taken)::int AS taken,
                  (SELECT count(*) FROM attendees a JOIN seat_pools q ON q.id = a.pool_id JOIN registration_desks e ON e.id = q.desk_id
                   WHERE e.event_id = %(event_id)s AND q.mode = p.mode)::int AS sitting
           FROM seat_pools p JOIN registration_desks d ON d.id = p.desk_id WHERE d.event_id = %(event_id)s GROUP BY p.mode""",
        event_id=UUID(str(event["id"])),
    )
    assert all(row["taken"] == row["sitting"] for row in rows), rows
    return {row["mode"]: row["taken"] for row in rows}


async def journalled(world: World, act: str) -> list[dict[str, Any]]:
    return await world.running.rows("SELECT * FROM journal_lines WHERE act = %(act)s ORDER BY id", act=act)


async def email_token(world: World, found: Mapping[str, Any]) -> str:
    rows = await world.running.rows("SELECT id FROM email_changes WHERE registration_id = %(id)s", id=UUID(str(found["id"])))
    return contacts.change_token(world.running.resources.settings, rows[0]["id"])


def address_in(text: str) -> str:
    """Where the page of the only link of a mail reads the registration: the path after the service's version."""
    line = unquote(next(line for line in text.splitlines() if line.startswith("http")))
    _, page, token = line.partition("/inscription#")
    return f"/my-registrations/{token}" if page else "/" + line.split("/events/v1/")[1]


def new_email() -> str:
    return f"p{new_id().hex[-12:]}@example.fr"


__all__ = ["FORM", "Person", "attendee", "registration"]
