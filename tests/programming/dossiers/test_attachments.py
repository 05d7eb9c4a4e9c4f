"""Files joined to a draft: typed by their content, kept under a name people can trust, streamed back whole or in part."""

import base64
import hashlib
from collections.abc import AsyncIterator
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZIP_STORED, ZipFile

import httpx
import pytest

from tests.programming.papers import PDF, codes
from tests.programming.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


PNG = base64.b64decode("iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==")


async def sent(world: World, dossier_id: str, content: Any, name: str = "statuts.pdf", **more: Any) -> httpx.Response:
    query = {"kind": "statuts", "name": name}
    where = f"/dossiers/{dossier_id}/attachments"
    return await world.call(world.holder, "POST", where, params=query, content=content, **more)


async def attached(world: World, content: bytes = PDF, name: str = "statuts.pdf") -> tuple[str, dict[str, Any]]:
    """A draft with one file, and the file's address."""
    dossier_id, _ = await world.draft({}, attach=False)
    answer = await sent(world, dossier_id, content, name, expect=201)
    return str(answer.headers["location"]), answer.json()


def digest(content: bytes) -> str:
    return f"sha-256=:{base64.b64encode(hashlib.sha256(content).digest()).decode()}:"


async def stored(world: World) -> set[str]:
    return {file.name for file in (world.running.resources.settings.data_dir / "files").rglob("*") if file.is_file()}


def archive(*names: str, mimetype: str = "") -> bytes:
    made = BytesIO()
    with ZipFile(made, "w", ZIP_DEFLATED) as file:
        if mimetype:
            file.writestr("mimetype", mimetype, ZIP_STORED)
        for name in names:
            file.writestr(name, "<x/>" * 50)
    return made.getvalue()


OFFICE = "application/vnd.openxmlformats-officedocument"
WORD, EXCEL = f"{OFFICE}.wordprocessingml.document", f"{OFFICE}.spreadsheetml.sheet"
WRITER = "application/vnd.oasis.opendocument.text"


@pytest.mark.parametrize(
    ("content", "name", "media_type"),
    [
        (PDF, "statuts.pdf", "application/pdf"),
        (PDF, "photo.png", "application/pdf"),
        (PNG, "statuts.pdf", "image/png"),
        (archive("[Content_Types].xml", "_rels/.rels", "word/document.xml"), "budget.xlsx", WORD),
        (archive("docProps/app.xml", "xl/workbook.xml", "[Content_Types].xml"), "budget.xlsx", EXCEL),
        (archive("content.xml", mimetype=WRITER), "statuts.odt", WRITER),
    ],
)
async def test_the_type_is_read_in_the_content_whatever_the_name_says(
    world: World, content: bytes, name: str, media_type: str
) -> None:
    where, made = await attached(world, content, name)
    assert (made["media_type"], made["name"], made["size"]) == (media_type, name, len(content))
    assert made["sha256"] == hashlib.sha256(content).hexdigest()
    read = await world.call(world.holder, "GET", where, expect=200)
    assert (read.headers["content-type"], read.content) == (media_type, content)


@pytest.mark.parametrize(
    "content",
    [
        b"<!doctype html><script>alert(1)</script>",
        b"#!/bin/sh\necho\n",
        b"MZ\x90\x00\x03\x00\x00\x00",
        b"du texte",
        archive("run.sh"),
        archive("a", mimetype="application/epub+zip"),
    ],
)
async def test_what_is_no_document_is_refused_under_any_name_and_not_kept(world: World, content: bytes) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    before = await stored(world)
    more = {"params": {"kind": "statuts", "name": "statuts.pdf"}, "content": content}
    where = f"/dossiers/{dossier_id}/attachments"
    problem = await world.refused(world.holder, "POST", where, 415, "unsupported-file-type", **more)
    assert "application/pdf" in problem["accepted"]
    assert await stored(world) == before
    assert (await world.seen(dossier_id, world.holder))["attachments"] == []


async def test_an_empty_file_is_refused(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    more = {"params": {"kind": "statuts", "name": "statuts.pdf"}, "content": b""}
    await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/attachments", 422, "empty-file", **more)


async def test_a_file_over_the_limit_is_refused_while_it_arrives_and_not_kept(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(world.running.resources.settings, "upload_limit_mb", 1)
    dossier_id, _ = await world.draft({}, attach=False)
    before = await stored(world)
    limit = 1024 * 1024
    await sent(world, dossier_id, PDF.ljust(limit), expect=201)
    announced = await sent(world, dossier_id, PDF.ljust(limit + 1))

    async def endless() -> AsyncIterator[bytes]:
        while True:
            yield PDF.ljust(limit // 4)

    unannounced = await sent(world, dossier_id, endless())
    for answer in (announced, unannounced):
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (413, "body-too-large")
        assert answer.json()["detail"] == "Le fichier dépasse la limite de 1 Mo."
    assert len((await world.seen(dossier_id, world.holder))["attachments"]) == 1
    assert len(await stored(world) - before) == 1


@pytest.mark.parametrize(
    ("name", "kept"),
    [
        ("../../x.pdf", "x.pdf"),
        ("..\\..\\x.pdf", "x.pdf"),
        ("/etc/passwd", "passwd"),
        ("statuts\u202efdp.exe", "statutsfdp.exe"),
        ("\u2066statuts\u2069.pdf", "statuts.pdf"),
        ("a\r\nSet-Cookie: b.pdf", "aSet-Cookie b.pdf"),
        ('le "bon".pdf', "le bon.pdf"),
        ("..", "fichier"),
        ("\u202e", "fichier"),
        ("Procès-verbal n° 2 🎨.pdf", "Procès-verbal n° 2 🎨.pdf"),
        ("é" * 300, "é" * 120),
    ],
)
async def test_a_name_is_kept_without_what_could_deceive(world: World, name: str, kept: str) -> None:
    where, made = await attached(world, name=name)
    assert made["name"] == kept
    disposition = (await world.call(world.holder, "GET", where, expect=200)).headers["content-disposition"]
    assert disposition.startswith("attachment; filename=")
    assert disposition.isascii()
    assert httpx.URL(f"http://x/{disposition.rpartition(chr(39))[2]}").path == f"/{kept}"


@pytest.mark.parametrize("query", [{"name": "x.pdf"}, {"kind": "statuts"}, {"kind": "Statuts 🎨", "name": "x.pdf"}])
async def test_a_file_comes_with_its_kind_and_its_name(world: World, query: dict[str, str]) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    more = {"params": query, "content": PDF}
    problem = await world.refused(world.holder, "POST", f"/dossiers/{dossier_id}/attachments", 422, "malformed-request", **more)
    assert len(codes(problem)) == 1


async def test_a_download_carries_its_digest_and_nothing_a_browser_could_run(world: World) -> None:
    where, made = await attached(world)
    headers = (await world.call(world.holder, "GET", where, expect=200)).headers
    assert headers["content-digest"] == headers["repr-digest"] == digest(PDF)
    assert headers["etag"] == f'"{made["sha256"]}"'
    assert headers["x-content-type-options"] == "nosniff"
    assert headers["content-length"] == str(len(PDF))
    assert headers["accept-ranges"] == "bytes"
    assert "private" in headers["cache-control"]


@pytest.mark.parametrize(
    ("asked", "start", "end"),
    [("bytes=0-3", 0, 4), ("bytes=5-", 5, len(PDF)), ("bytes=-6", len(PDF) - 6, len(PDF)), ("bytes=10-9999", 10, len(PDF))],
)
async def test_a_range_is_answered_alone_with_its_place(world: World, asked: str, start: int, end: int) -> None:
    where, _ = await attached(world)
    part = await world.call(world.holder, "GET", where, headers={"Range": asked}, expect=206)
    assert part.content == PDF[start:end]
    assert part.headers["content-range"] == f"bytes {start}-{end - 1}/{len(PDF)}"
    assert part.headers["repr-digest"] == digest(PDF)
    assert "content-digest" not in part.headers


@pytest.mark.parametrize("asked", ["bytes=69-", "bytes=9999-10000", "bytes=5-2", "bytes=-0"])
async def test_a_range_outside_of_the_file_is_refused(world: World, asked: str) -> None:
    where, made = await attached(world)
    assert made["size"] == 69
    await world.refused(world.holder, "GET", where, 416, "range-not-satisfiable", headers={"Range": asked})


@pytest.mark.parametrize("asked", ["bytes=0-0,2-3", "bytes=-", "lines=1-2", "bytes=a-b", "bytes=-9999"])
async def test_a_range_that_is_not_one_gives_the_whole_file(world: World, asked: str) -> None:
    where, _ = await attached(world)
    whole = await world.call(world.holder, "GET", where, headers={"Range": asked}, expect=200)
    assert whole.content == PDF


async def test_a_file_added_or_removed_is_a_new_version_of_the_draft(world: World) -> None:
    where, _ = await attached(world)
    dossier_id = where.split("/")[-3]
    before = await world.tag(dossier_id)
    await world.call(world.holder, "DELETE", where, expect=204)
    assert await world.tag(dossier_id) != before
    assert (await world.seen(dossier_id, world.holder))["attachments"] == []
    await world.refused(world.holder, "GET", where, 404, "not-found")
    await world.refused(world.holder, "DELETE", where, 404, "not-found")
    sent_before = {"json": {"title": "x"}, "headers": {"If-Match": before}}
    await world.refused(world.holder, "PATCH", f"/dossiers/{dossier_id}", 412, "stale-version", **sent_before)


async def test_a_dossier_carries_so_many_files_and_no_more_even_sent_at_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(world.running.resources.settings, "attachments_per_dossier", 3)
    dossier_id, _ = await world.draft({}, attach=False)
    where, query = f"/dossiers/{dossier_id}/attachments", {"kind": "rib", "name": "rib.pdf"}
    answers = await world.at_once((world.holder, "POST", where, {"params": query, "content": PDF}) for _ in range(8))
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 5
    problem = await world.refused(world.holder, "POST", where, 409, "too-many-attachments", params=query, content=PDF)
    assert problem["most"] == 3
    assert len((await world.seen(dossier_id, world.holder))["attachments"]) == 3


async def test_the_same_upload_sent_again_with_its_key_is_attached_once(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    key = {"Idempotency-Key": f"upload-{dossier_id}"}
    first = await sent(world, dossier_id, PDF, headers=key, expect=201)
    again = await sent(world, dossier_id, PDF, headers=key, expect=201)
    assert (again.json(), again.headers["idempotency-replayed"]) == (first.json(), "true")
    assert len((await world.seen(dossier_id, world.holder))["attachments"]) == 1


async def test_the_answer_to_a_file_carries_the_dossiers_new_tag(world: World) -> None:
    dossier_id, _ = await world.draft({}, attach=False)
    answer = await sent(world, dossier_id, PDF, expect=201)
    tag = answer.json()["dossier_etag"]
    assert tag == await world.tag(dossier_id)
    headers = {"If-Match": tag}
    await world.call(world.holder, "PATCH", f"/dossiers/{dossier_id}", json={"title": "Suite"}, headers=headers, expect=200)


async def test_the_bytes_of_a_file_removed_go_once_the_act_is_committed(world: World) -> None:
    before = await stored(world)
    where, _ = await attached(world)
    (kept,) = await stored(world) - before
    await world.call(world.holder, "DELETE", where, expect=204)
    assert kept in await stored(world)
    await world.running.run_jobs()
    assert kept not in await stored(world)
