"""Files that lie, that never end, that carry a program or a virus; a disk that is full, a line that is cut: nothing half kept."""

import tracemalloc
from collections.abc import AsyncIterator
from contextlib import suppress
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError
from starlette.requests import ClientDisconnect

from tests.programming.papers import PDF
from tests.programming.permanent_files.papers import VIRUS, office, pdf, scanner_on, stored
from tests.programming.world import World

pytestmark = pytest.mark.anyio

_TWO_GB = 2 * 1024**3
STATUTES = {"kind": "statuts", "name": "statuts.pdf"}


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


async def draft(world: World) -> tuple[str, str, set[str]]:
    """A draft, where its files are sent, and what is stored before."""
    dossier_id, _ = await world.draft({}, attach=False)
    return dossier_id, f"/dossiers/{dossier_id}/attachments", await stored(world)


async def test_a_file_announced_too_large_is_refused_before_its_first_byte(world: World) -> None:
    _, where, before = await draft(world)
    read = 0

    async def content() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(4):
            read += 1
            yield PDF.ljust(1024 * 1024)

    announced = {"Content-Length": str(_TWO_GB)}
    answer = await world.call(world.holder, "POST", where, params=STATUTES, content=content(), headers=announced, expect=413)
    assert answer.json()["detail"] == "Le fichier dépasse la limite de 25 Mo."
    assert read <= 1, "the rest was not read"
    assert await stored(world) == before


async def test_two_gigabytes_that_say_they_are_few_are_counted_and_never_held(world: World) -> None:
    _, where, before = await draft(world)
    block, read = PDF.ljust(1024 * 1024), 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        while read < _TWO_GB:
            read += len(block)
            yield block

    tracemalloc.start()
    try:
        lying = {"Content-Length": "1000"}
        answer = await world.call(world.holder, "POST", where, params=STATUTES, content=endless(), headers=lying)
        peak = tracemalloc.get_traced_memory()[1]
    finally:
        tracemalloc.stop()
    assert answer.status_code == 413, answer.text
    assert read < 40 * 1024 * 1024, "reading stops at the limit"
    assert peak < 64 * 1024 * 1024
    assert await stored(world) == before


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (office("word/vbaProject.bin"), "statuts.docx"),
        (office("xl/macrosheets/sheet1.xml"), "statuts.xlsx"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + b"\0" * 600 + "_VBA_PROJECT".encode("utf-16-le") + b"\0" * 600, "statuts.doc"),
    ],
)
async def test_a_document_with_a_program_is_refused(world: World, content: bytes, name: str) -> None:
    dossier_id, where, before = await draft(world)
    query = {"kind": "statuts", "name": name}
    problem = await world.refused(world.holder, "POST", where, 415, "macros-refused", params=query, content=content)
    assert "found" in problem
    assert await stored(world) == before
    assert (await world.seen(dossier_id, world.holder))["attachments"] == []


async def test_a_document_that_only_speaks_of_programs_is_taken(world: World) -> None:
    _, where, _ = await draft(world)
    await world.call(world.holder, "POST", where, params=STATUTES, content=PDF + b"% vbaProject.bin", expect=201)
    await world.call(world.holder, "POST", where, params=STATUTES, content=office(), expect=201)


async def test_a_name_that_deceives_is_cleaned_and_said(world: World) -> None:
    _, where, _ = await draft(world)
    query = {"kind": "statuts", "name": "../../statuts\u202efdp.exe"}
    made = await world.call(world.holder, "POST", where, params=query, content=PDF, expect=201)
    assert (made.json()["name"], made.json()["renamed"]) == ("statutsfdp.exe", True)
    got = await world.call(world.holder, "GET", made.headers["location"], expect=200)
    assert got.headers["content-disposition"] == "attachment; filename=\"statutsfdp.exe\"; filename*=UTF-8''statutsfdp.exe"


async def test_a_full_disk_has_a_name_and_nothing_is_half_kept(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    dossier_id, where, before = await draft(world)
    whole = obstore.put_async

    async def full(store: Any, key: str, content: Any) -> None:
        """What the store says of a real full disk, once part of the file is written."""
        await whole(store, key, b"half")
        raise GenericError("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)")

    monkeypatch.setattr(obstore, "put_async", full)
    await world.refused(world.holder, "POST", where, 507, "storage-full", params=STATUTES, content=PDF)
    monkeypatch.undo()
    assert await stored(world) == before
    assert (await world.seen(dossier_id, world.holder))["attachments"] == []
    await world.call(world.holder, "POST", where, params=STATUTES, content=PDF, expect=201)


async def test_a_line_that_is_cut_leaves_nothing(world: World) -> None:
    dossier_id, where, before = await draft(world)
    waiting = [
        {"type": "http.request", "body": PDF.ljust(100_000), "more_body": True},
        {"type": "http.disconnect"},
    ]
    answered: list[Any] = []

    async def receive() -> Any:
        return waiting.pop(0) if waiting else {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        answered.append(message)

    request = world.running.client.build_request("POST", f"{world.V1}{where}", params=STATUTES, headers=world.holder.headers)
    scope = {
        "type": "http",
        "asgi": {"version": "3.0"},
        "http_version": "1.1",
        "method": "POST",
        "scheme": "http",
        "path": request.url.path,
        "raw_path": request.url.raw_path,
        "query_string": request.url.query,
        "root_path": "",
        "headers": [(name.lower(), value) for name, value in request.headers.raw if name.lower() != b"content-length"],
        "client": ("127.0.0.1", 1),
        "server": ("canevas.test", 80),
        "state": {},
    }
    with suppress(ClientDisconnect):
        await world.running.app(scope, receive, send)
    assert not any(message.get("status") == 201 for message in answered)
    assert await stored(world) == before
    assert (await world.seen(dossier_id, world.holder))["attachments"] == []


async def test_an_infected_file_is_in_quarantine_and_its_holder_is_told(world: World) -> None:
    async with scanner_on(world):
        dossier_id, _ = await world.draft(attach=False)
        where = f"/dossiers/{dossier_id}/attachments"
        sick = (await world.call(world.holder, "POST", where, params=STATUTES, content=VIRUS, expect=201)).json()
        assert (sick["status"], sick["status_label"]) == ("waiting_scan", "Analyse antivirus en cours")
        await world.call(world.holder, "GET", f"{where}/{sick['id']}", expect=200)
        assert (await world.submit(dossier_id, sick["dossier_etag"])).status_code == 201
        await world.refused(world.state_officer, "GET", f"{where}/{sick['id']}", 409, "file-being-scanned")
        await world.running.run_jobs()
    for reader in (world.state_officer, world.team, world.holder):
        problem = await world.refused(reader, "GET", f"{where}/{sick['id']}", 409, "file-quarantined")
        assert problem["detail"] == "L'antivirus a reconnu : Exemple.Test.EICAR"
        sent = f"/dossiers/{dossier_id}/submissions/1/attachments/{sick['id']}"
        await world.refused(reader, "GET", sent, 409, "file-quarantined")
    (shown,) = (await world.seen(dossier_id, world.holder))["attachments"]
    assert (shown["status"], shown["status_reason"]) == ("refused", "L'antivirus a reconnu : Exemple.Test.EICAR")
    (mail,) = [mail for mail in await world.mails("antivirus") if "statuts.pdf" in mail["subject"]]
    assert mail["to"] == "contact@ateliers.example.org"
    assert "quarantaine" in mail["text"]


async def test_a_draft_with_an_infected_file_is_not_complete_and_a_clean_one_is_handed_out(world: World) -> None:
    async with scanner_on(world):
        dossier_id, _ = await world.draft(attach=False)
        where = f"/dossiers/{dossier_id}/attachments"
        sick = (await world.call(world.holder, "POST", where, params=STATUTES, content=VIRUS, expect=201)).json()
        await world.running.run_jobs()
        report = (await world.call(world.holder, "GET", f"/dossiers/{dossier_id}/completeness", expect=200)).json()
        assert {(one["pointer"], one["code"]) for one in report["missing"]} == {
            ("/attachments", "missing"),
            ("/attachments/0", "infected"),
        }
        await world.call(world.holder, "DELETE", f"{where}/{sick['id']}", expect=204)
        clean = (await world.call(world.holder, "POST", where, params=STATUTES, content=pdf("sain"), expect=201)).json()
        await world.running.run_jobs()
    assert (await world.submit(dossier_id, await world.tag(dossier_id))).status_code == 201
    got = await world.call(world.state_officer, "GET", f"{where}/{clean['id']}", expect=200)
    assert got.content == pdf("sain")
