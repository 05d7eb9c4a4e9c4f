"""A large file arrives piece by piece (tus 1.0.0): what came is counted to the byte, whatever happens to the line."""

import asyncio
import base64
import hashlib
import random
import socket
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import Message, Scope

from services.catalogue.files import uploads
from services.common.files import Files
from tests.catalogue.files import samples
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio

TUS = {"Tus-Resumable": "1.0.0"}
PIECE = {**TUS, "Content-Type": "application/offset+octet-stream"}
#: Bytes that no compression nor luck puts in order again.
NOISE = random.Random(4).randbytes(1_000_000)
CONTENT = samples.pdf("Les conseils citoyens") + NOISE


def named(name: str) -> str:
    return "filename " + base64.b64encode(name.encode()).decode()


async def begin(world: World, content: bytes = CONTENT, name: str = "rapport.pdf") -> str:
    """The path of a new upload."""
    headers = {**TUS, "Upload-Length": str(len(content)), "Upload-Metadata": named(name)}
    answer = await world.call(world.documentalist, "POST", f"/centres/{world.centre_id}/uploads", headers=headers, expect=201)
    assert answer.headers["upload-offset"] == "0"
    assert answer.headers["tus-resumable"] == "1.0.0"
    return "/catalogue" + answer.headers["location"].partition("/catalogue")[2]


async def offset(world: World, path: str) -> int:
    answer = await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=200)
    assert answer.headers["cache-control"] == "no-store"
    return int(answer.headers["upload-offset"])


async def piece(
    world: World, path: str, content: Any, at: int, *, who: Person | None = None, expect: int | None = 204, checksum: str = ""
) -> httpx.Response:
    sent = {**PIECE, "Upload-Offset": str(at), **({"Upload-Checksum": checksum} if checksum else {})}
    return await world.call(who or world.documentalist, "PATCH", path, headers=sent, content=content, expect=expect)


async def cut(world: World, path: str, at: int, pieces: list[bytes]) -> None:
    """A request whose line is cut after these bytes: nobody is there for the answer."""
    messages: list[Message] = [{"type": "http.request", "body": each, "more_body": True} for each in pieces]
    messages.append({"type": "http.disconnect"})
    headers = {"host": "canevas.test", **PIECE, **world.documentalist.headers, "Upload-Offset": str(at)}
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "PATCH",
        "path": path,
        "raw_path": path.encode(),
        "query_string": b"",
        "headers": [(name.lower().encode(), value.encode()) for name, value in headers.items()],
        "server": ("canevas.test", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }

    async def receive() -> Message:
        return messages.pop(0) if messages else {"type": "http.disconnect"}

    async def send(message: Message) -> None:
        pass

    await world.running.app(scope, receive, send)


def stored(world: World) -> set[Path]:
    folder = world.running.resources.settings.data_dir / "files" / "catalogue"
    return {path for path in folder.rglob("*") if path.is_file()}


async def settled(world: World) -> set[Path]:
    """What is stored once the jobs of other tests have run."""
    await world.running.run_jobs()
    return stored(world)


async def file_of(world: World, path: str) -> dict[str, Any]:
    whole = await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=200)
    body: dict[str, Any] = (await world.call(world.documentalist, "GET", whole.headers["content-location"], expect=200)).json()
    return body


async def test_a_file_sent_in_pieces_is_the_same_byte_for_byte(world: World) -> None:
    before = await settled(world)
    path = await begin(world, name="états ../généraux.pdf")
    middle = 400_001
    first = await piece(world, path, CONTENT[:middle], 0)
    assert first.headers["upload-offset"] == str(middle) == str(await offset(world, path))
    assert "content-location" not in first.headers
    last = await piece(world, path, CONTENT[middle:], middle)
    assert last.headers["upload-offset"] == str(len(CONTENT))
    file = await file_of(world, path)
    assert file["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert (file["name"], file["size"], file["media_type"]) == ("généraux.pdf", len(CONTENT), "application/pdf")
    assert (await world.call(world.documentalist, "GET", f"/files/{file['id']}/content")).content == CONTENT
    read = await samples.read(world, file)
    assert read["text_status"] == "done"
    # The file and its first page; the parts are gone.
    assert len(stored(world) - before) == 2


async def test_a_file_that_came_in_pieces_can_be_deleted(world: World) -> None:
    path = await begin(world)
    await piece(world, path, CONTENT, 0)
    file = await file_of(world, path)
    await world.call(world.documentalist, "DELETE", f"/files/{file['id']}", expect=204)
    await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=404)


async def test_a_line_cut_keeps_what_came_and_the_upload_goes_on_from_there(world: World) -> None:
    path = await begin(world)
    await cut(world, path, 0, [CONTENT[:70_000], CONTENT[70_000:70_003]])
    assert await offset(world, path) == 70_003
    await cut(world, path, 70_003, [])
    assert await offset(world, path) == 70_003
    await cut(world, path, 70_003, [CONTENT[70_003:500_000]])
    at = await offset(world, path)
    assert at == 500_000
    await piece(world, path, CONTENT[at:], at)
    file = await file_of(world, path)
    assert file["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_a_line_cut_after_the_last_byte_has_made_the_file(world: World) -> None:
    path = await begin(world)
    await cut(world, path, 0, [CONTENT])
    assert (await file_of(world, path))["size"] == len(CONTENT)


async def test_a_long_piece_is_kept_part_by_part(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART", 300_000)
    path = await begin(world)
    (upload,) = await world.running.rows("SELECT id FROM uploads WHERE id = %(id)s", id=path.rpartition("/")[2])

    async def slow() -> AsyncIterator[bytes]:
        for start in range(0, len(CONTENT), 100_000):
            if start >= 700_000:
                (seen,) = await world.running.rows("SELECT received FROM uploads WHERE id = %(id)s", id=upload["id"])
                assert seen["received"] >= 300_000, "what came is recorded while the rest arrives"
            yield CONTENT[start : start + 100_000]

    await piece(world, path, slow(), 0)
    assert (await file_of(world, path))["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_a_piece_elsewhere_than_at_the_offset_is_refused(world: World) -> None:
    path = await begin(world)
    await piece(world, path, CONTENT[:1_000], 0)
    for at in (0, 999, 1_001):
        headers = {**PIECE, "Upload-Offset": str(at)}
        problem = await world.refused(
            world.documentalist, "PATCH", path, 409, "offset-mismatch", headers=headers, content=CONTENT[at : at + 10]
        )
        assert problem["offset"] == 1_000
    assert await offset(world, path) == 1_000


async def test_of_two_requests_for_the_same_bytes_one_wins(world: World) -> None:
    path = await begin(world)
    sent = {"headers": {**PIECE, "Upload-Offset": "0"}, "content": CONTENT}
    answers = await world.at_once([(world.documentalist, "PATCH", path, sent)] * 4)
    statuses = sorted(answer.status_code for answer in answers)
    assert statuses == [204, 409, 409, 409]
    assert (await file_of(world, path))["sha256"] == hashlib.sha256(CONTENT).hexdigest()
    assert len(await world.pages(world.documentalist, f"/centres/{world.centre_id}/files")) == 1


async def test_more_bytes_than_announced_are_refused(world: World) -> None:
    path = await begin(world)
    headers = {**PIECE, "Upload-Offset": "0"}
    await world.refused(world.documentalist, "PATCH", path, 413, "piece-too-long", headers=headers, content=CONTENT + b"z")
    assert await offset(world, path) == 0

    async def unannounced() -> AsyncIterator[bytes]:
        yield CONTENT
        yield b"z"

    await world.refused(world.documentalist, "PATCH", path, 413, "piece-too-long", headers=headers, content=unannounced())


async def test_a_piece_with_another_checksum_is_forgotten(world: World) -> None:
    path = await begin(world)
    before = stored(world)
    for name in ("sha1", "sha256"):
        wrong = base64.b64encode(hashlib.new(name, b"other").digest()).decode()
        headers = {**PIECE, "Upload-Offset": "0", "Upload-Checksum": f"{name} {wrong}"}
        await world.refused(world.documentalist, "PATCH", path, 460, "checksum-mismatch", headers=headers, content=CONTENT[:50_000])
    assert await offset(world, path) == 0
    assert stored(world) == before
    right = base64.b64encode(hashlib.sha256(CONTENT[:50_000]).digest()).decode()
    await piece(world, path, CONTENT[:50_000], 0, checksum=f"sha256 {right}")
    assert await offset(world, path) == 50_000


async def test_a_checksum_is_of_the_whole_piece_or_nothing_is_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(uploads, "PART", 10_000)
    path = await begin(world)
    before = stored(world)
    wrong = base64.b64encode(bytes(32)).decode()
    await piece(world, path, CONTENT[:35_000], 0, expect=460, checksum=f"sha256 {wrong}")
    assert (await offset(world, path), stored(world)) == (0, before)


@pytest.mark.parametrize(
    ("headers", "status", "slug"),
    [
        ({}, 412, "unsupported-tus-version"),
        ({"Tus-Resumable": "0.2.0", "Upload-Length": "10"}, 412, "unsupported-tus-version"),
        (TUS, 400, "upload-header-invalid"),
        ({**TUS, "Upload-Length": "-1"}, 400, "upload-header-invalid"),
        ({**TUS, "Upload-Length": "1e3"}, 400, "upload-header-invalid"),
        ({**TUS, "Upload-Length": "10", "Upload-Metadata": "filename !!"}, 400, "upload-header-invalid"),
        ({**TUS, "Upload-Length": "10", "Upload-Metadata": "filename /w=="}, 400, "upload-header-invalid"),
        ({**TUS, "Upload-Length": "0"}, 422, "empty-file"),
        ({**TUS, "Upload-Length": str(2 * 1024**3)}, 413, "body-too-large"),
    ],
)
async def test_what_cannot_begin_says_why(world: World, headers: dict[str, str], status: int, slug: str) -> None:
    await world.refused(world.documentalist, "POST", f"/centres/{world.centre_id}/uploads", status, slug, headers=headers)


async def test_what_cannot_go_on_says_why(world: World) -> None:
    path = await begin(world)
    for headers, status, slug in (
        ({"Upload-Offset": "0"}, 412, "unsupported-tus-version"),
        ({**TUS, "Upload-Offset": "0", "Content-Type": "application/pdf"}, 415, "piece-type-expected"),
        (PIECE, 400, "upload-header-invalid"),
        ({**PIECE, "Upload-Offset": "0", "Upload-Checksum": "crc32 AAAA"}, 400, "upload-header-invalid"),
    ):
        await world.refused(world.documentalist, "PATCH", path, status, slug, headers=headers, content=b"z")
    assert await offset(world, path) == 0


async def test_an_upload_is_its_centre_s_alone(world: World) -> None:
    path = await begin(world)
    for other in (world.neighbour, world.member, world.stranger):
        await world.call(other, "HEAD", path, headers=TUS, expect=404)
        await piece(world, path, b"z", 0, who=other, expect=404)
        await world.call(other, "DELETE", path, headers=TUS, expect=404)
        headers = {**TUS, "Upload-Length": "10"}
        await world.call(other, "POST", f"/centres/{world.centre_id}/uploads", headers=headers, expect=403)
    await world.call(None, "HEAD", path, headers=TUS, expect=401)
    colleague = world.manager
    await piece(world, path, CONTENT[:10], 0, who=colleague)


async def test_a_type_that_is_not_accepted_is_forgotten_at_the_last_byte(world: World) -> None:
    content = b"MZ\x90\x00" + bytes(range(256)) * 100
    before = await settled(world)
    path = await begin(world, content)
    await piece(world, path, content[:10_000], 0)
    headers = {**PIECE, "Upload-Offset": "10000"}
    problem = await world.refused(
        world.documentalist, "PATCH", path, 415, "upload-refused", headers=headers, content=content[10_000:]
    )
    assert "application/pdf" in problem["accepted"]
    await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=404)
    assert await settled(world) == before


async def test_an_upload_given_up_leaves_nothing(world: World) -> None:
    before = await settled(world)
    path = await begin(world)
    await piece(world, path, CONTENT[:10_000], 0)
    await world.call(world.documentalist, "DELETE", path, headers=TUS, expect=204)
    await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=404)
    await piece(world, path, CONTENT[10_000:], 10_000, expect=404)
    assert await settled(world) == before


async def test_an_abandoned_upload_expires_and_is_swept(world: World) -> None:
    clock, resources = world.running.clock, world.running.resources
    before = await settled(world)
    path, other = await begin(world), await begin(world)
    started = clock.now()
    await piece(world, path, CONTENT[:10_000], 0)
    try:
        clock.forward(hours=23)
        await piece(world, path, CONTENT[10_000:20_000], 10_000)  # each piece gives it another day
        clock.forward(hours=23)
        assert await offset(world, path) == 20_000
        await world.call(world.documentalist, "HEAD", other, headers=TUS, expect=410)
        clock.forward(hours=2)
        await piece(world, path, CONTENT[20_000:], 20_000, expect=410)
        async with resources.database.transaction() as session:
            await uploads.sweep(session, now=clock.now())
        await world.call(world.documentalist, "HEAD", path, headers=TUS, expect=404)
        # Those of other tests are swept too.
        assert await settled(world) <= before
    finally:
        clock.at = started


async def test_a_file_whose_request_died_is_made_by_a_job(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    """The bytes were all recorded, then the process was killed: the client is told that everything came, and it is true."""
    resources, clock = world.running.resources, world.running.clock
    path = await begin(world)
    real = Files.receive

    async def dies(self: Files, stream: AsyncIterator[bytes], **more: Any) -> Any:
        if more.get("accepted") is not None:
            raise RuntimeError("killed")
        return await real(self, stream, **more)

    monkeypatch.setattr(Files, "receive", dies)
    await piece(world, path, CONTENT, 0, expect=500)
    monkeypatch.undo()
    assert await offset(world, path) == len(CONTENT)
    jobs = await world.running.jobs(uploads.ASSEMBLING)
    assert jobs[-1]["args"] == {"upload_id": path.rpartition("/")[2]}
    async with resources.database.transaction() as session:
        await uploads.assemble(session, resources, jobs[-1]["args"]["upload_id"], now=clock.now())
    async with resources.database.transaction() as session:
        assert await uploads.assemble(session, resources, jobs[-1]["args"]["upload_id"], now=clock.now()) is None
    assert (await file_of(world, path))["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_a_line_cut_for_real_keeps_what_came(world: World) -> None:
    """Through a server and a socket, not only as the interface says it."""
    path = await begin(world)
    config = uvicorn.Config(world.running.app, port=0, lifespan="off", log_config=None, access_log=False)
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    serving = asyncio.create_task(server.serve([listening]))
    try:
        _, writer = await asyncio.open_connection(*listening.getsockname())
        headers = {**PIECE, **world.documentalist.headers, "Host": "canevas.test", "Upload-Offset": "0"}
        headers["Content-Length"] = str(len(CONTENT))
        head = f"PATCH {path} HTTP/1.1\r\n" + "".join(f"{name}: {value}\r\n" for name, value in headers.items()) + "\r\n"
        writer.write(head.encode() + CONTENT[:123_457])
        await writer.drain()
        await asyncio.sleep(0.3)
        assert await offset(world, path) == 0
        writer.close()
        for _ in range(100):
            if at := await offset(world, path):
                break
            await asyncio.sleep(0.05)
        assert at == 123_457
    finally:
        server.should_exit = True
        await serving
        listening.close()
    await piece(world, path, CONTENT[at:], at)
    assert (await file_of(world, path))["sha256"] == hashlib.sha256(CONTENT).hexdigest()


async def test_clients_are_told_what_is_spoken(world: World) -> None:
    answer = await world.call(None, "OPTIONS", f"/centres/{world.centre_id}/uploads", expect=204)
    assert answer.headers["tus-version"] == "1.0.0"
    assert set(answer.headers["tus-extension"].split(",")) == {"creation", "termination", "checksum", "expiration"}
    assert int(answer.headers["tus-max-size"]) == 500 * 1024 * 1024
    refused = await world.call(world.documentalist, "POST", f"/centres/{world.centre_id}/uploads", expect=412)
    assert (refused.headers["tus-version"], refused.headers["tus-resumable"]) == ("1.0.0", "1.0.0")
