"""A file is sent in one go, kept by its centre, and typed by its content."""

import hashlib
from collections.abc import AsyncIterator
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError

from tests.catalogue.files import samples
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_a_file_is_measured_typed_and_listed(world: World) -> None:
    content = samples.pdf("Les conseils citoyens")
    answer = await world.call(
        world.documentalist, "POST", f"/centres/{world.centre_id}/files", params={"name": "états.pdf"}, content=content, expect=201
    )
    file = answer.json()
    assert answer.headers["location"] == f"/catalogue/v1/files/{file['id']}"
    assert (file["name"], file["size"], file["media_type"]) == ("états.pdf", len(content), "application/pdf")
    assert file["sha256"] == hashlib.sha256(content).hexdigest()
    assert (file["status"], file["text_status"]) == ("ready", "pending")
    second = await samples.send(world, samples.png(), "plan.png")
    listed = await world.pages(world.documentalist, f"/centres/{world.centre_id}/files", limit=1)
    assert [each["id"] for each in listed] == [second["id"], file["id"]]
    got = await world.call(world.documentalist, "GET", f"/files/{file['id']}/content", expect=200)
    assert got.content == content


async def test_only_documentalists_of_the_centre_send_and_see_files(world: World) -> None:
    file = await samples.send(world, samples.pdf("Z"))
    path = f"/centres/{world.centre_id}/files"
    for other in (world.neighbour, world.member, world.stranger):
        await world.refused(other, "POST", path, 403, "not-a-documentalist", params={"name": "a.pdf"}, content=b"%PDF-1.4\n")
        await world.refused(other, "GET", path, 403, "not-a-documentalist")
        for what in ("", "/content", "/thumbnail"):
            await world.refused(other, "GET", f"/files/{file['id']}{what}", 404, "not-found")
        await world.refused(other, "DELETE", f"/files/{file['id']}", 404, "not-found")
    await world.refused(None, "GET", f"/files/{file['id']}", 401, "unauthenticated")


async def test_an_empty_file_is_refused(world: World) -> None:
    path = f"/centres/{world.centre_id}/files"
    await world.refused(world.documentalist, "POST", path, 422, "empty-file", params={"name": "a.pdf"}, content=b"")


@pytest.mark.parametrize(
    "content",
    [
        b"MZ\x90\x00" + bytes(300),
        samples.archive({"a.txt": "a"}),
        b'<svg xmlns="http://www.w3.org/2000/svg" onload="alert(1)"/>',
    ],
    ids=["a program", "an archive", "a drawing that is a program"],
)
async def test_a_type_that_lies_is_refused(world: World, content: bytes) -> None:
    path = f"/centres/{world.centre_id}/files"
    sent = {"params": {"name": "rapport.pdf"}, "content": content, "headers": {"content-type": "application/pdf"}}
    problem = await world.refused(world.documentalist, "POST", path, 415, "unsupported-file-type", **sent)
    assert "application/pdf" in problem["accepted"]


async def test_a_page_called_pdf_is_kept_as_a_page(world: World) -> None:
    file = await samples.send(world, b"<!DOCTYPE html><html><body>Bonjour</body></html>", "rapport.pdf")
    got = await world.call(world.documentalist, "GET", f"/files/{file['id']}/content", expect=200)
    assert got.headers["content-type"].startswith("text/html")
    assert got.headers["content-disposition"].startswith("attachment")
    assert got.headers["x-content-type-options"] == "nosniff"


async def test_two_gigabytes_announced_are_refused_before_they_are_read(world: World) -> None:
    path = f"/centres/{world.centre_id}/files"
    headers = {"content-length": str(2 * 1024**3)}
    problem = await world.refused(
        world.documentalist, "POST", path, 413, "body-too-large", params={"name": "film.mp4"}, content=b"x", headers=headers
    )
    assert "500 Mo" in problem["detail"]


@pytest.mark.parametrize(
    ("given", "kept"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"),
        ("C:\\fakepath\\bilan.pdf", "bilan.pdf"),
        ("bilan\u202efdp.exe", "bilanfdp.exe"),
        ("..", "fichier"),
        ("a" * 290 + ".pdf", "a" * 116 + ".pdf"),
    ],
)
async def test_a_name_that_plays_tricks_is_made_safe(world: World, given: str, kept: str) -> None:
    file = await samples.send(world, b"du texte", given)
    assert file["name"] == kept


async def test_the_same_key_sends_once(world: World) -> None:
    headers = {"Idempotency-Key": f"envoi-{world.centre_id}"}
    first = await samples.send(world, b"du texte", headers=headers)
    again = await samples.send(world, b"du texte", headers=headers)
    assert first["id"] == again["id"]
    assert len(await world.pages(world.documentalist, f"/centres/{world.centre_id}/files")) == 1


async def test_two_gigabytes_of_unsaid_length_are_counted_and_a_full_disk_leaves_nothing(
    world: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    path, folder = f"/centres/{world.centre_id}/files", world.running.resources.settings.data_dir / "files" / "catalogue"
    monkeypatch.setattr(world.running.resources.settings, "file_limit_mb", 2)
    kept, read, block = {each.name for each in folder.rglob("*")}, 0, samples.pdf("Z").ljust(1024**2)

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(2 * 1024):
            read += 1
            yield block

    answer = await world.call(world.documentalist, "POST", path, params={"name": "film.pdf"}, content=endless())
    assert (answer.status_code, read < 10) == (413, True), "reading stops at the limit"
    whole = obstore.put_async

    async def full(store: Any, key: str, content: Any) -> None:
        await whole(store, key, b"half")
        raise GenericError("Unable to copy data to file: No space left on device (os error 28)")

    monkeypatch.setattr(obstore, "put_async", full)
    refused = {"params": {"name": "a.pdf"}, "content": samples.pdf("Z")}
    await world.refused(world.documentalist, "POST", path, 507, "storage-full", **refused)
    monkeypatch.undo()
    assert {each.name for each in folder.rglob("*")} == kept
    assert await world.pages(world.documentalist, path) == []
