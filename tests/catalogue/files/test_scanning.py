"""With a virus scanner, a file is nobody's before it has answered: it may be slow, down, confused, or right."""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any

import pytest

from services.catalogue.files import scanning, service
from services.common import clamd
from tests.catalogue.files import samples
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

#: What the stand-in calls a virus.
VIRUS = b"du texte malveillant"
Answering = Callable[[bytes, asyncio.StreamWriter], Awaitable[None]]


async def honest(content: bytes, writer: asyncio.StreamWriter) -> None:
    writer.write(b"stream: Exemple.Test.EICAR FOUND\0" if VIRUS in content else b"stream: OK\0")


class Scanner:
    """A stand-in that speaks the protocol: it checks every frame, then `answering` plays."""

    def __init__(self) -> None:
        self.answering: Answering = honest
        self.received: list[bytes] = []
        self.faults: list[str] = []
        self.address = ""

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        try:
            if await reader.readexactly(10) != b"zINSTREAM\0":
                self.faults.append("command")
            content = b""
            while size := int.from_bytes(await reader.readexactly(4), "big"):
                content += await reader.readexactly(size)
            self.received.append(content)
            await self.answering(content, writer)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            self.faults.append(repr(error))
        finally:
            writer.close()


@asynccontextmanager
async def scanner_on(world: World, path: Path | None = None) -> AsyncIterator[Scanner]:
    """A scanner that listens, and the catalogue told of it."""
    scanner = Scanner()
    if path is None:
        server = await asyncio.start_server(scanner.serve, "127.0.0.1", 0)
        scanner.address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    else:
        server = await asyncio.start_unix_server(scanner.serve, path)
        scanner.address = f"unix:{path}"
    settings = world.running.resources.settings
    settings.clamd = scanner.address
    try:
        yield scanner
    finally:
        settings.clamd = ""
        server.close()


@pytest.fixture
async def scanner(world: World) -> AsyncIterator[Scanner]:
    async with scanner_on(world) as scanner:
        yield scanner


@pytest.fixture(autouse=True)
async def _nothing_waits(world: World) -> AsyncIterator[None]:
    """Jobs of a test are not another's."""
    yield
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute(b"DELETE FROM procrastinate_jobs")
        await connection.execute(b"UPDATE files SET status = 'ready' WHERE status = 'waiting_scan'")


async def status(world: World, file: dict[str, Any]) -> tuple[str, str | None]:
    found = (await world.call(world.documentalist, "GET", f"/files/{file['id']}", expect=200)).json()
    return found["status"], found["status_reason"]


async def waiting_jobs(world: World) -> list[tuple[str, int]]:
    return [(job["status"], job["attempts"]) for job in await world.running.jobs(service.SCAN)]


async def test_a_file_waits_then_is_served(world: World, scanner: Scanner) -> None:
    content = samples.pdf("Sain")
    file = await samples.send(world, content)
    assert file["status"] == "waiting_scan"
    document = await world.published(files=samples.joined(file))
    path = f"/documents/{document['id']}/files"
    assert (await world.call(None, "GET", path, expect=200)).json()["items"] == []
    await world.refused(None, "GET", f"{path}/{file['id']}", 404, "not-found")
    await world.refused(world.member, "GET", f"{path}/{file['id']}", 404, "not-found")
    got = await world.call(world.documentalist, "GET", f"/files/{file['id']}/content", expect=200)
    assert got.content == content
    await world.running.run_jobs()
    assert scanner.received == [content]
    assert scanner.faults == []
    assert await status(world, file) == ("ready", None)
    assert (await world.call(None, "GET", f"{path}/{file['id']}", expect=200)).content == content
    read = (await world.call(world.documentalist, "GET", f"/files/{file['id']}")).json()
    assert read["text_status"] == "done", "it is read only after its scan"


async def test_an_infected_file_is_served_to_nobody(world: World, scanner: Scanner) -> None:
    file = await samples.send(world, VIRUS)
    draft = await world.draft(files=samples.joined(file))
    document = await world.published(files=samples.joined(file))
    await world.running.run_jobs()
    assert await status(world, file) == ("refused", "L'antivirus a reconnu : Exemple.Test.EICAR")
    path = f"/documents/{document['id']}/files"
    assert (await world.call(world.documentalist, "GET", path, expect=200)).json()["items"] == []
    await world.refused(world.documentalist, "GET", f"{path}/{file['id']}", 404, "not-found")
    await world.refused(world.documentalist, "GET", f"/files/{file['id']}/content", 409, "file-refused")
    problem = await world.refused(
        world.manager,
        "POST",
        f"/drafts/{draft['id']}/publication",
        409,
        "unknown-file",
        json={},
        headers={"If-Match": f'"{draft["version"]}"'},
    )
    assert (problem["errors"][0]["pointer"], problem["errors"][0]["code"]) == ("/content/files/0/file_id", "refused")
    lines = await world.running.rows("SELECT act FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=file["id"])
    assert [line["act"] for line in lines] == ["file.received", "file.refused"]


async def test_nobody_answers_and_the_file_waits(world: World) -> None:
    async with scanner_on(world) as scanner:
        scanner_address = scanner.address
    world.running.resources.settings.clamd = scanner_address
    try:
        file = await samples.send(world, b"du texte")
        await world.running.run_jobs()
        assert (await status(world, file))[0] == "waiting_scan"
        assert await waiting_jobs(world) == [("todo", 1)], "to be tried again"
    finally:
        world.running.resources.settings.clamd = ""
    async with scanner_on(world):
        async with world.running.resources.database.transaction() as session:
            await scanning.scan_waiting(session)
        await world.running.run_jobs()
        assert (await status(world, file))[0] == "ready"


async def test_a_scanner_that_is_too_slow_is_asked_again(world: World, scanner: Scanner, monkeypatch: pytest.MonkeyPatch) -> None:
    async def slow(content: bytes, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(30)

    scanner.answering = slow
    monkeypatch.setattr(world.running.resources.settings, "clamd_seconds", 0.3)
    file = await samples.send(world, b"du texte")
    await asyncio.wait_for(world.running.run_jobs(), 20)
    assert (await status(world, file))[0] == "waiting_scan"
    assert await waiting_jobs(world) == [("todo", 1)]


async def test_a_scanner_that_hangs_up_is_asked_again(world: World, scanner: Scanner) -> None:
    async def mute(content: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(b"stream: O")

    scanner.answering = mute
    file = await samples.send(world, b"du texte")
    await world.running.run_jobs()
    assert (await status(world, file))[0] == "waiting_scan"
    assert await waiting_jobs(world) == [("todo", 1)]


@pytest.mark.parametrize(
    "answer",
    [b"INSTREAM size limit exceeded. ERROR\0", b"stream: OK FOUND you\0", b"HTTP/1.1 400 Bad Request\0", b"x" * 100_000 + b"\0"],
)
async def test_a_broken_answer_never_lets_a_file_through(world: World, scanner: Scanner, answer: bytes) -> None:
    async def broken(content: bytes, writer: asyncio.StreamWriter) -> None:
        writer.write(answer)

    scanner.answering = broken
    file = await samples.send(world, b"du texte")
    await world.running.run_jobs()
    found, why = await status(world, file)
    assert found == "waiting_scan"
    assert why is not None
    assert why.startswith("L'antivirus n'a pas pu examiner ce fichier")
    scanner.answering = honest
    async with world.running.resources.database.transaction() as session:
        await scanning.scan_waiting(session)
    await world.running.run_jobs()
    assert await status(world, file) == ("ready", None)


async def test_why_a_stream_was_cut_short_is_heard(world: World) -> None:
    """clamd answers then hangs up in the middle of a stream longer than it takes."""

    async def impatient(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        await reader.readexactly(100)
        writer.write(b"INSTREAM size limit exceeded. ERROR\0")
        await writer.drain()
        await reader.read()
        writer.close()

    async def content() -> AsyncIterator[bytes]:
        yield bytes(1_000_000)

    server = await asyncio.start_server(impatient, "127.0.0.1", 0)
    address = f"tcp://127.0.0.1:{server.sockets[0].getsockname()[1]}"
    with pytest.raises(clamd.ScannerConfused, match="size limit exceeded"):
        await clamd.scan(address, content(), seconds=5)
    server.close()


async def test_a_scanner_may_listen_on_a_socket_of_the_machine(world: World, tmp_path: Path) -> None:
    async with scanner_on(world, tmp_path / "clamd.ctl") as scanner:
        file = await samples.send(world, b"du texte")
        await world.running.run_jobs()
        assert (scanner.received, scanner.faults) == ([b"du texte"], [])
        assert await status(world, file) == ("ready", None)


async def test_without_a_scanner_what_waited_is_ready(world: World) -> None:
    async with scanner_on(world):
        file = await samples.send(world, b"du texte")
    await world.running.run_jobs()
    assert await status(world, file) == ("ready", None)
