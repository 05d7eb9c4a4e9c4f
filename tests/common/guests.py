"""What the tests of the hotel say often."""

from typing import Any

import httpx

from services.common.ids import new_id
from tests.support import Running

ROOMS_URL = "/rooms/v1/rooms"


def a_name() -> str:
    return f"room {new_id().hex}"


async def open_room(hotel: Running, *, headers: dict[str, str] | None = None, then: str = "", **wish: Any) -> httpx.Response:
    """Ask for a room; its name is new unless told."""
    params = {"then": then} if then else {}
    return await hotel.client.post(ROOMS_URL, json={"name": a_name()} | wish, params=params, headers=headers)


async def rooms_called(hotel: Running, name: str) -> int:
    return int((await hotel.rows("SELECT count(*) FROM rooms WHERE name = %(name)s", name=name))[0]["count"])


async def visits(hotel: Running, note: str) -> int:
    return int((await hotel.rows("SELECT count(*) FROM visits WHERE note = %(note)s", note=note))[0]["count"])


def refusal(answer: httpx.Response, status: int, slug: str) -> dict[str, Any]:
    """The problem of a refused request, checked for what every problem carries."""
    assert answer.status_code == status, answer.text
    assert answer.headers["content-type"] == "application/problem+json"
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["x-request-id"]
    body: dict[str, Any] = answer.json()
    assert body["type"] == f"http://canevas.test/problems/{slug}"
    assert body["status"] == status
    assert body["title"]
    assert body["instance"] == answer.request.url.path
    return body
