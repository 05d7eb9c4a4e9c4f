"""Everything the service shows, read as an organiser: what a name that was erased is looked for in."""

import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

from tests import events
from tests.contract import authorisation
from tests.events.attendance.papers import pages_of
from tests.events.world import World
from tests.support import Person


async def everything(world: World, who: Person | None, values: Mapping[str, str]) -> dict[str, tuple[int, str]]:
    """`operation → status and words` of every GET of the contract; workbooks and PDFs are read as people read them."""
    asked: dict[str, Any] = {}
    for room in authorisation.rooms(events):
        asked |= room.QUERIES
    found = {}
    for operation in _reads(world):
        path = operation.path.format(**values)
        params = {"by": "audience", **asked.get(operation.name, {})} if "statistics" in path else asked.get(operation.name)
        answer = await world.call(who, "GET", path, params=params)
        assert answer.status_code in {*range(200, 500), 503}, (operation.name, answer.text)
        found[operation.name] = (answer.status_code, _words(answer.content, answer.headers.get("content-type", "")))
    return found


def _reads(world: World) -> Iterator[authorisation.Operation]:
    for operation in authorisation.operations(world.running.app):
        if operation.method == "GET" and operation.path.startswith("/events/v1"):
            yield operation


def _words(content: bytes, kind: str) -> str:
    if kind.startswith("application/pdf"):
        return " ".join(pages_of(content))
    if content[:2] == b"PK":
        with zipfile.ZipFile(io.BytesIO(content)) as book:
            return " ".join(book.read(name).decode(errors="replace") for name in book.namelist())
    return content.decode(errors="replace").replace("\r\n ", "")
