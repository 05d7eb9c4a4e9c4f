"""Every door by which a file comes into programming holds against the same bad files, and asks the same scanner."""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import Any

import obstore
import pytest
from obstore.exceptions import GenericError

from tests.programming.agreements.acts import PATH, granted, in_force
from tests.programming.bilans.acts import at, fill, opened, submit
from tests.programming.papers import PDF, SWORN
from tests.programming.permanent_files.papers import VIRUS, office, pdf, scanner_on, stored
from tests.programming.world import World

pytestmark = pytest.mark.anyio

_TWO_GB = 2 * 1024**3


@dataclass(frozen=True)
class Door:
    """Where a file is sent, and where what was joined there is read."""

    method: str
    path: str
    #: Its name is said in the query.
    named: bool
    joined: Callable[[], Awaitable[list[Any]]]


async def _dossier(world: World) -> Door:
    dossier_id, _ = await world.draft({}, attach=False)

    async def joined() -> list[Any]:
        return list((await world.seen(dossier_id, world.holder))["attachments"])

    return Door("POST", f"/dossiers/{dossier_id}/attachments", True, joined)


async def _bilan(world: World) -> Door:
    dossier = await opened(world, state=8_000)

    async def joined() -> list[Any]:
        return list((await world.call(world.holder, "GET", f"/dossiers/{dossier['id']}/bilan", expect=200)).json()["attachments"])

    return Door("POST", f"/dossiers/{dossier['id']}/bilan/attachments", True, joined)


async def _permanent_file(world: World) -> Door:
    where = f"/organisations/{world.association}/permanent-files"

    async def joined() -> list[Any]:
        return await world.pages(world.holder, where, history=True)

    return Door("POST", where, True, joined)


async def _signed_copy(world: World) -> Door:
    await granted(world, 24_000)
    agreement = await in_force(world)
    where = f"{PATH}/{agreement['id']}"
    own = next(one for one in agreement["text"]["signatures"] if one["party"] == "holder")

    async def joined() -> list[Any]:
        read = (await world.call(world.holder, "GET", where, expect=200)).json()
        return [one for one in read["text"]["signatures"] if one["signed_file"]]

    return Door("PUT", f"{where}/signatures/{own['id']}/signed-file", False, joined)


DOORS = pytest.mark.parametrize("opening", [_dossier, _bilan, _permanent_file, _signed_copy])


@DOORS
async def test_nothing_bad_comes_in_and_nothing_is_half_kept(
    world: World, opening: Callable[[World], Awaitable[Door]], monkeypatch: pytest.MonkeyPatch
) -> None:
    door = await opening(world)
    before = await stored(world)

    async def refused(status: int, slug: str, content: Any, name: str = "piece.pdf", **headers: str) -> dict[str, Any]:
        query: dict[str, Any] = {"params": {"kind": "statuts", "name": name}} if door.named else {}
        return await world.refused(world.president, door.method, door.path, status, slug, content=content, headers=headers, **query)

    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(_TWO_GB // 1024**2):
            read += 1
            yield PDF.ljust(1024**2)

    answer = await _send(world, door, endless())
    assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (413, "body-too-large")
    assert read < 40, "two gigabytes of unsaid length: reading stops at the limit"
    read = 0
    answer = await _send(world, door, endless(), headers={"Content-Length": str(_TWO_GB)})
    assert answer.status_code == 413
    assert read <= 1, "announced, it is refused before its first byte"
    await refused(422, "empty-file", b"")
    assert (await refused(415, "unsupported-file-type", b"#!/bin/sh\nrm -rf /\n"))["found"] == "text/plain"
    await refused(415, "unsupported-file-type", b"<html><script>alert(1)</script></html>", name="statuts.pdf")
    await refused(415, "unsupported-file-type", b"MZ\x90\x00" + b"\0" * 200, name="statuts.pdf")
    if door.named:
        await refused(415, "macros-refused", office("word/vbaProject.bin"), name="statuts.docx")

    whole = obstore.put_async

    async def full(store: Any, key: str, content: Any) -> None:
        await whole(store, key, b"half")
        raise GenericError("Generic LocalFileSystem error: Unable to copy data to file: No space left on device (os error 28)")

    monkeypatch.setattr(obstore, "put_async", full)
    await refused(507, "storage-full", PDF)
    monkeypatch.undo()
    assert await stored(world) == before, "no half file"
    assert await door.joined() == [], "no row"
    sent = await _send(world, door, PDF, name="../../x\u202efdp.exe")
    assert sent.is_success, sent.text
    if door.named:
        assert (sent.json()["name"], sent.json()["renamed"]) == ("xfdp.exe", True)
    assert len(await stored(world)) == len(before) + 1


async def _send(world: World, door: Door, content: Any, *, name: str = "piece.pdf", **more: Any) -> Any:
    query: dict[str, Any] = {"params": {"kind": "statuts", "name": name}} if door.named else {}
    return await world.call(world.president, door.method, door.path, content=content, **query, **more)


async def test_an_infected_file_of_a_bilan_is_in_quarantine_and_holds_the_bilan_back(world: World) -> None:
    dossier = await opened(world, state=8_000)
    where = f"/dossiers/{dossier['id']}/bilan"
    query = {"kind": "photos", "name": "photos.pdf"}
    async with scanner_on(world):
        sick = (await world.call(world.holder, "POST", f"{where}/attachments", params=query, content=VIRUS, expect=201)).json()
        assert sick["status"] == "waiting_scan"
        read = await world.call(world.holder, "GET", where, expect=200)
        await world.running.run_jobs()
        again = await world.call(world.holder, "GET", where, headers={"If-None-Match": read.headers["etag"]}, expect=200)
        (shown,) = again.json()["attachments"]
        assert (shown["status"], shown["status_reason"]) == ("refused", "L'antivirus a reconnu : Exemple.Test.EICAR")
        await world.refused(world.holder, "GET", f"{where}/attachments/{sick['id']}", 409, "file-quarantined")
        # What was read before the scanner spoke is still what is written on.
        kept = {"json": {"territory": "Ozanam"}, "headers": {"If-Match": read.headers["etag"]}}
        await world.call(world.holder, "PATCH", where, expect=200, **kept)
        at(world, f"{world.running.clock.now().year + 1}-02-01")
        await fill(world, dossier)
        refused = await submit(world, dossier)
        assert [(one["pointer"], one["code"]) for one in refused.json()["errors"]] == [("/attachments/0", "infected")]
        await world.call(world.holder, "DELETE", f"{where}/attachments/{sick['id']}", expect=204)
        clean = (
            await world.call(world.holder, "POST", f"{where}/attachments", params=query, content=pdf("sain"), expect=201)
        ).json()
        assert (await submit(world, dossier)).status_code == 201
        one = f"{where}/attachments/{clean['id']}"
        await world.refused(world.state_officer, "GET", one, 409, "file-being-scanned")
        await world.running.run_jobs()
        assert (await world.call(world.state_officer, "GET", one, expect=200)).content == pdf("sain")
    (mail,) = [mail for mail in await world.mails("antivirus") if "photos.pdf" in mail["subject"]]
    assert mail["to"] == "contact@ateliers.example.org"


async def test_an_infected_signed_copy_is_handed_to_nobody_until_another_replaces_it(world: World) -> None:
    door = await _signed_copy(world)
    async with scanner_on(world):
        kept = (await world.call(world.president, "PUT", door.path, content=VIRUS, expect=200)).json()
        assert kept["file_status"] == "waiting_scan"
        await world.call(world.president, "GET", door.path, expect=200)
        await world.refused(world.region_officer, "GET", door.path, 409, "file-being-scanned")
        await world.running.run_jobs()
        for who in (world.president, world.region_officer):
            await world.refused(who, "GET", door.path, 409, "file-quarantined")
        await world.call(world.president, "PUT", door.path, content=PDF, expect=200)
        await world.running.run_jobs()
    assert (await world.call(world.region_officer, "GET", door.path, expect=200)).content == PDF


async def test_the_scanner_s_verdict_does_not_take_a_draft_from_who_writes_it(world: World) -> None:
    async with scanner_on(world):
        dossier_id, _ = await world.draft(attach=False)
        where = f"/dossiers/{dossier_id}"
        query = {"kind": "statuts", "name": "statuts.pdf"}
        joined = await world.call(world.holder, "POST", f"{where}/attachments", params=query, content=PDF, expect=201)
        read = await world.call(world.holder, "GET", where, expect=200)
        await world.running.run_jobs()
        again = await world.call(world.holder, "GET", where, headers={"If-None-Match": read.headers["etag"]}, expect=200)
        assert [one["status"] for one in again.json()["attachments"]] == ["ready"], "who reads again sees what it found"
        tag = {"If-Match": joined.json()["dossier_etag"]}
        saved = await world.call(world.holder, "PATCH", where, json={"title": "Ateliers"}, headers=tag, expect=200)
        headers = {"If-Match": saved.headers["etag"]}
        await world.call(world.holder, "POST", f"{where}/submission", json=SWORN, headers=headers, expect=201)
