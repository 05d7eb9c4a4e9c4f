"""How tests of usage read documents: as browsers do, each reader with a machine of their own."""

from typing import Any

import httpx

from services.catalogue.usage.counter import Counter
from tests.catalogue.world import World
from tests.support import Person, Running

FIREFOX = "Mozilla/5.0 (X11; Linux x86_64; rv:140.0) Gecko/20100101 Firefox/140.0"


def browser(number: int = 0) -> str:
    return f"{FIREFOX} Machine/{number}"


def counter_of(running: Running) -> Counter:
    (counter,) = running.app.state.observers
    assert isinstance(counter, Counter)
    return counter


async def read(
    world: World, document_id: str, *, agent: str | None = FIREFOX, who: Person | None = None, path: str = "", **headers: str
) -> httpx.Response:
    sent = {"User-Agent": agent or "", **{name.replace("_", "-"): value for name, value in headers.items()}}
    return await world.call(who, "GET", f"/documents/{document_id}{path}", headers=sent)


async def usage(world: World, document_id: str, who: Person | None = None) -> dict[str, Any]:
    """What is told once everything counted is written."""
    await counter_of(world.running).flush()
    body: dict[str, Any] = (await world.call(who, "GET", f"/documents/{document_id}/usage", expect=200)).json()
    return body


async def counts(world: World, document_id: str) -> tuple[int, int]:
    told = await usage(world, document_id)
    return told["views"], told["downloads"]
