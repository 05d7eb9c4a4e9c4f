"""Files are measured and typed by what they hold, and what is refused leaves nothing behind."""

import hashlib
import io
import zipfile
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.types import Message, Scope

from services.common.files import Files, StorageFull, _cause, receive_for, safe_name, sniff
from services.common.macros import MacroWatch
from services.common.problems import Problem
from tests.support import Running

from .guests import refusal
from .rooms_router import FILE_LIMIT

pytestmark = pytest.mark.anyio
FILES = "/rooms/v1/files"
PDF = b"%PDF-1.7\n1 0 obj\n<< /Type /Catalog >>\nendobj\n"
PNG = b"\x89PNG\r\n\x1a\n\x00\x00\x00\rIHDR" + b"\x00" * 30
JPEG = b"\xff\xd8\xff\xe0\x00\x10JFIF\x00\x01" + b"\x00" * 30
OPEN_XML = "application/vnd.openxmlformats-officedocument."
OPEN_DOCUMENT = "application/vnd.oasis.opendocument."


def archive(*names: str, **contents: str) -> bytes:
    """A zip whose members come in that order; `mimetype` is stored as OpenDocument asks."""
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as opened:
        for name, content in contents.items():
            opened.writestr(zipfile.ZipInfo(name), content)
        for name in names:
            opened.writestr(name, "<xml/>" * 50)
    return made.getvalue()


KINDS = {
    "a PDF": (PDF, "application/pdf"),
    "a PNG": (PNG, "image/png"),
    "a JPEG": (JPEG, "image/jpeg"),
    "a page": (b"<!DOCTYPE html><html><script>alert(1)</script></html>", "text/html"),
    "a page after a mark": (b"\xef\xbb\xbf\r\n<!doctype HTML>\n<p>", "text/html"),
    "a page after comments": (b"<!-- <html> --><!-- z -->\n<HTML lang=fr>", "text/html"),
    "an XHTML page": (b'<?xml version="1.0"?>\n<!DOCTYPE html PUBLIC "z">\n<html xmlns="z">', "text/html"),
    "words about pages": (b"This is about <html> and <!doctype html>.", "text/plain"),
    "a drawing": (b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>', "image/svg+xml"),
    "French text": ("œuvre à suivre\n".encode(), "text/plain"),
    "a long French text": (("é" * FILE_LIMIT).encode()[1 : FILE_LIMIT - 1].lstrip(b"\xa9"), "text/plain"),
    "a text cut within a letter": (b"a" + "é".encode() * 5_000, "text/plain"),
    "a table": (b"nom;montant\nun;2\n", "text/plain"),
    "bytes": (bytes([0x81, 0x8D, 0x8F, 0x90]) * 20, "application/octet-stream"),
    "Word": (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), OPEN_XML + "wordprocessingml.document"),
    "Excel": (archive("[Content_Types].xml", "_rels/.rels", "xl/workbook.xml"), OPEN_XML + "spreadsheetml.sheet"),
    "PowerPoint": (archive("[Content_Types].xml", "ppt/presentation.xml"), OPEN_XML + "presentationml.presentation"),
    "Writer": (archive("content.xml", mimetype=OPEN_DOCUMENT + "text"), OPEN_DOCUMENT + "text"),
    "Calc": (archive("content.xml", mimetype=OPEN_DOCUMENT + "spreadsheet"), OPEN_DOCUMENT + "spreadsheet"),
    "an archive": (archive("holidays.txt"), "application/zip"),
    "an archive that names itself": (archive(mimetype="text/html"), "application/zip"),
}


def stored(hotel: Running) -> set[Path]:
    """Every file of the store, half-written ones included."""
    return files_in(hotel.resources.settings.data_dir / "files" / "rooms")


def files_in(folder: Path) -> set[Path]:
    return {path for path in folder.rglob("*") if path.is_file()}


@pytest.mark.parametrize(("content", "media_type"), KINDS.values(), ids=KINDS.keys())
async def test_a_file_is_measured_and_typed_by_its_content(hotel: Running, content: bytes, media_type: str) -> None:
    answer = await hotel.client.post(FILES, content=content, headers={"content-type": "application/pdf"})
    assert answer.status_code == 201
    kept = answer.json()
    assert kept["media_type"] == media_type
    assert kept["size"] == len(content)
    assert kept["sha256"] == hashlib.sha256(content).hexdigest()
    assert await hotel.resources.files.read(kept["key"]) == content


async def test_two_receptions_are_two_files(hotel: Running) -> None:
    keys = {(await hotel.client.post(FILES, content=PDF)).json()["key"] for _ in range(2)}
    assert len(keys) == 2


async def test_a_page_that_lies_as_a_pdf_is_refused(hotel: Running) -> None:
    before = stored(hotel)
    answer = await hotel.client.post(
        FILES, content=KINDS["a page"][0], params={"accepted": "application/pdf"}, headers={"content-type": "application/pdf"}
    )
    body = refusal(answer, 415, "unsupported-file-type")
    assert (body["found"], body["accepted"]) == ("text/html", ["application/pdf"])
    assert stored(hotel) == before


@pytest.mark.parametrize("announced", [True, False])
async def test_a_file_over_the_limit_leaves_nothing(hotel: Running, announced: bool) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for _ in range(FILE_LIMIT // 1024):
            yield b"x" * 1025

    before = stored(hotel)
    content = b"x" * (FILE_LIMIT + 1) if announced else pieces()
    refusal(await hotel.client.post(FILES, content=content), 413, "body-too-large")
    assert stored(hotel) == before


async def test_a_file_at_the_limit_is_kept(hotel: Running) -> None:
    assert (await hotel.client.post(FILES, content=b"x" * FILE_LIMIT)).status_code == 201


async def test_an_empty_file_is_refused(hotel: Running) -> None:
    before = stored(hotel)
    refusal(await hotel.client.post(FILES, content=b""), 422, "empty-file")
    assert stored(hotel) == before


async def test_a_body_over_the_route_s_limit_is_refused_before_it_is_read(hotel: Running) -> None:
    before = stored(hotel)
    refusal(await hotel.client.post(FILES, content=b"x" * (2 * 1024 * 1024)), 413, "body-too-large")
    assert stored(hotel) == before


async def test_a_stream_that_is_cut_leaves_nothing(hotel: Running) -> None:
    before = stored(hotel)
    messages: list[Message] = [
        {"type": "http.request", "body": b"x" * 20_000, "more_body": True},
        {"type": "http.disconnect"},
    ]
    scope: Scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "scheme": "http",
        "method": "POST",
        "path": FILES,
        "raw_path": FILES.encode(),
        "query_string": b"",
        "headers": [(b"host", b"canevas.test")],
        "server": ("canevas.test", 80),
        "client": ("127.0.0.1", 1),
        "state": {},
    }
    sent: list[Message] = []

    async def receive() -> Message:
        return messages.pop(0)

    async def send(message: Message) -> None:
        sent.append(message)

    await hotel.app(scope, receive, send)
    assert sent[0]["status"] >= 400
    assert stored(hotel) == before


async def test_a_stream_that_breaks_leaves_nothing(tmp_path: Path) -> None:
    async def broken() -> AsyncIterator[bytes]:
        yield b"x" * 20_000
        raise ConnectionResetError("cut")

    files = Files("", tmp_path)
    with pytest.raises(Exception, match="cut"):
        await files.receive(broken(), limit=FILE_LIMIT)
    assert files_in(tmp_path) == set()


async def test_the_platform_s_own_file_replaces_the_one_of_the_same_key(tmp_path: Path) -> None:
    files = Files("", tmp_path)
    await files.write("letter", b"first")
    again = await files.write("letter", PDF)
    assert (again.media_type, again.size) == ("application/pdf", len(PDF))
    assert await files.read("letter") == PDF


async def test_a_store_may_be_elsewhere() -> None:
    files = Files("memory:///", Path("/nowhere"))
    kept = await files.write("letter", PDF)
    assert await files.read(kept.key) == PDF


@given(head=st.binary(max_size=200))
@example(b"")
def test_any_content_has_a_type(head: bytes) -> None:
    assert "/" in sniff(head)


@given(name=st.text(max_size=400))
@example("../../etc/passwd")
@example("C:\\fakepath\\statuts.pdf")
@example("..")
@example("...")
@example(" . ")
@example("a" * 300 + ".pdf")
@example("a" * 118 + " .pdf")
@example("." + "a" * 300)
@example("facture\u202efdp.exe")
@example("a\r\nb\x00.pdf")
@example("\ud800.pdf")
def test_a_safe_name_can_be_kept_by_anybody(name: str) -> None:
    safe = safe_name(name)
    assert 1 <= len(safe) <= 120
    assert safe == safe.strip(". ")
    assert safe.isprintable()
    assert not set(safe) & set('\\/<>:"|?*\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f')
    assert safe_name(safe) == safe


@pytest.mark.parametrize(
    ("name", "safe"),
    [
        ("Arrêté n° 12 (final).pdf", "Arrêté n° 12 (final).pdf"),
        ("../../etc/passwd", "passwd"),
        ("C:\\fakepath\\statuts.pdf", "statuts.pdf"),
        ("", "fichier"),
        ("///", "fichier"),
        (".htaccess", "htaccess"),
        ("a" * 300 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
def test_a_safe_name_stays_what_people_read(name: str, safe: str) -> None:
    assert safe_name(name) == safe


class NoRoom(Problem):
    """Where the file was meant to go is full."""


async def test_a_file_for_which_there_is_no_room_any_more_is_forgotten(hotel: Running) -> None:
    """Asked before the first byte and after the last: what changed meanwhile counts, and nothing stays."""
    asked: list[AsyncSession] = []

    async def allowed(session: AsyncSession) -> str:
        asked.append(session)
        if len(asked) in refusing:
            raise NoRoom()
        return "a room"

    async def body() -> AsyncIterator[bytes]:
        assert len(asked) == 1
        yield PDF

    database, files = hotel.resources.database, hotel.resources.files
    before = stored(hotel)
    for refusals in ({1}, {2}):
        refusing = refusals
        asked.clear()
        async with database.transaction() as session:
            with pytest.raises(NoRoom):
                await receive_for(allowed, database, session, files, body(), limit=100, accepted=frozenset({"application/pdf"}))
        assert (len(asked), stored(hotel)) == (max(refusals), before)
    refusing = set()
    asked.clear()
    async with database.transaction() as session:
        room, kept = await receive_for(
            allowed, database, session, files, body(), limit=100, accepted=frozenset({"application/pdf"})
        )
        assert asked[1] is session
        assert asked[0] is not session
    assert (room, await files.read(kept.key)) == ("a room", PDF)


def test_a_service_knows_the_keys_it_drew(tmp_path: Path) -> None:
    drawn = "01a20478ca5476108ae5926b60a64f03"
    own = Files("", tmp_path, owner="rooms")
    assert own.drew(f"rooms-{drawn}")
    assert own.drew(drawn), "in a folder of its own, those drawn before keys had a mark"
    assert not own.drew(f"letters-{drawn}")
    shared = Files("memory:///", tmp_path, owner="rooms")
    assert shared.drew(f"rooms-{drawn}")
    assert not shared.drew(drawn), "another service's, perhaps"
    assert not shared.drew(f"other-{drawn}")


async def test_a_full_store_has_a_name_and_the_refusal_is_the_one_inside() -> None:
    full = "Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)"
    assert isinstance(_cause(RuntimeError(full)), StorageFull)
    assert isinstance(_cause(RuntimeError("Disk quota exceeded")), StorageFull)
    other = RuntimeError("os error 280")
    assert _cause(other) is other


@pytest.mark.parametrize("size", [1, 7, 10_000])
async def test_a_program_is_found_wherever_the_stream_is_cut(size: int) -> None:
    content = b"PK" + b"x" * 500 + b"word/vbaProject.bin" + b"x" * 500

    async def pieces() -> AsyncIterator[bytes]:
        for start in range(0, len(content), size):
            yield content[start : start + size]

    watch = MacroWatch()
    assert b"".join([chunk async for chunk in watch.watched(pieces())]) == content
    assert watch.found(OPEN_XML + "wordprocessingml.document")
    assert not watch.found("application/pdf")
    assert not watch.found(OPEN_DOCUMENT + "text")
