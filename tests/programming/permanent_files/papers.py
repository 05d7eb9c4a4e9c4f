"""What tests of permanent files send and look for."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from io import BytesIO
from typing import Any
from zipfile import ZipFile

from tests.programming.papers import PDF
from tests.programming.world import World

#: What the stand-in calls a virus.
VIRUS = PDF + b"du texte malveillant"


def pdf(mark: str) -> bytes:
    """A PDF of its own."""
    return PDF + f"% {mark}\n".encode()


def office(*names: str) -> bytes:
    made = BytesIO()
    with ZipFile(made, "w") as file:
        for name in ("[Content_Types].xml", "_rels/.rels", "word/document.xml", *names):
            file.writestr(name, "<x/>" * 50)
    return made.getvalue()


async def keep(world: World, kind: str, content: bytes = PDF, *, name: str = "piece.pdf", **query: Any) -> dict[str, Any]:
    """A document kept by the association, as it is answered."""
    where = f"/organisations/{world.association}/permanent-files"
    asked = {"kind": kind, "name": name, **query}
    kept: dict[str, Any] = (await world.call(world.holder, "POST", where, params=asked, content=content, expect=201)).json()
    return kept


async def stored(world: World) -> set[str]:
    return {file.name for file in (world.running.resources.settings.data_dir / "files").rglob("*") if file.is_file()}


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.readexactly(10)
    content = b""
    while size := int.from_bytes(await reader.readexactly(4), "big"):
        content += await reader.readexactly(size)
    writer.write(b"stream: Exemple.Test.EICAR FOUND\0" if b"malveillant" in content else b"stream: OK\0")
    await writer.drain()
    writer.close()


@asynccontextmanager
async def scanner_on(world: World) -> AsyncIterator[None]:
    """A stand-in for the scanner that listens, and programming told of it."""
    server = await asyncio.start_server(_serve, "127.0.0.1", 0)
    settings = world.running.resources.settings
    settings.clamd = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    try:
        yield
    finally:
        settings.clamd = ""
        server.close()
