"""How tests of usage read documents: as browsers do, each reader with a machine of their own."""

from typing import Any

import httpx
from fastapi import Request, Response

from services.catalogue.usage.counter import Counter
from services.common.problems import NotFound
from services.common.routing import ActRoute, right
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


async def serve_files(running: Running) -> None:
    """A stand-in for the address of files, where it is not served: whole, or by ranges."""
    path, name = "/catalogue/v1/documents/{document_id}/files/{file_id}", "downloadDocumentFile"
    if any(getattr(route, "operation_id", "") == name for route in running.app.router.routes):
        return

    async def download(document_id: str, file_id: str, request: Request) -> Response:
        if file_id == "missing":
            raise NotFound()
        return Response(b"%PDF", status_code=206 if "range" in request.headers else 200)

    route = ActRoute(path, download, methods=["GET"], operation_id=name, openapi_extra=right("Anyone.", public=True))
    running.app.router.routes.append(route)
