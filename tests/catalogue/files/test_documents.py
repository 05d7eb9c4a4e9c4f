"""What a document joins is given to who may read the document, and is found by its words."""

import hashlib
from datetime import timedelta
from uuid import UUID

import pytest
from sqlmodel.ext.asyncio.session import AsyncSession

from services.catalogue.search import service as search
from services.catalogue.search.entry import Entry
from services.common.clock import in_paris
from services.common.ids import new_id
from tests.catalogue.files import samples
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio

CONTENT = samples.pdf("La gestion urbaine de proximité")


async def test_a_document_s_files_are_listed_and_downloaded(world: World) -> None:
    file = await samples.read(world, await samples.send(world, CONTENT, "états.pdf"))
    document = await world.published(files=samples.joined(file, "Le rapport (1 p.)"))
    (shown,) = (await world.call(None, "GET", f"/documents/{document['id']}/files", expect=200)).json()["items"]
    base = f"http://canevas.test/catalogue/v1/documents/{document['id']}/files/{file['id']}"
    assert shown == {
        "file_id": file["id"],
        "label": "Le rapport (1 p.)",
        "role": "main",
        "name": "états.pdf",
        "size": len(CONTENT),
        "media_type": "application/pdf",
        "sha256": hashlib.sha256(CONTENT).hexdigest(),
        "pages": 1,
        "download_url": base,
        "thumbnail_url": f"{base}/thumbnail",
    }
    path = base.partition("canevas.test")[2]
    assert (await world.call(None, "GET", path, expect=200)).content == CONTENT
    assert (await world.call(None, "GET", f"{path}/thumbnail", expect=200)).headers["content-type"] == "image/webp"


async def test_a_range_is_served_and_what_is_held_is_not_sent_again(world: World) -> None:
    file = await samples.send(world, CONTENT)
    document = await world.published(files=samples.joined(file))
    path = f"/documents/{document['id']}/files/{file['id']}"
    some = await world.call(None, "GET", path, headers={"Range": "bytes=10-19"}, expect=206)
    assert (some.content, some.headers["content-range"]) == (CONTENT[10:20], f"bytes 10-19/{len(CONTENT)}")
    tag = some.headers["etag"]
    assert some.headers["cache-control"] == "public, no-cache"
    held = await world.call(None, "GET", path, headers={"If-None-Match": tag}, expect=304)
    assert (held.content, held.headers["cache-control"]) == (b"", "public, no-cache")
    await world.call(None, "GET", path, headers={"Range": "bytes=0-1", "If-Range": tag}, expect=206)
    whole = await world.call(None, "GET", path, headers={"Range": "bytes=0-1", "If-Range": '"other"'}, expect=200)
    assert whole.content == CONTENT
    await world.refused(None, "GET", path, 416, "range-not-satisfiable", headers={"Range": f"bytes={len(CONTENT)}-"})


async def test_files_are_read_by_who_may_read_the_document(world: World) -> None:
    file = await samples.send(world, CONTENT)
    document = await world.published(files=samples.joined(file), access="members")
    path = f"/documents/{document['id']}/files"
    for reader, expected in ((None, 404), (world.stranger, 404), (world.neighbour, 404), (world.member, 200)):
        await world.call(reader, "GET", path, expect=expected)
        answer = await world.call(reader, "GET", f"{path}/{file['id']}", expect=expected)
    assert answer.headers["cache-control"] == "private, no-cache"


async def test_a_file_under_embargo_is_read_when_the_day_begins_in_paris(world: World) -> None:
    clock = world.running.clock
    tomorrow = (in_paris(clock.now()) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    file = await samples.send(world, CONTENT)
    document = await world.published(files=samples.joined(file), embargo_until=tomorrow.date().isoformat())
    path = f"/documents/{document['id']}/files/{file['id']}"
    before = clock.now()
    try:
        clock.at = tomorrow - timedelta(microseconds=1)
        await world.call(None, "GET", path, expect=404)
        early = await world.call(world.documentalist, "GET", path, expect=200)
        assert early.headers["cache-control"] == "private, no-cache"
        clock.at = tomorrow
        await world.call(None, "GET", path, expect=200)
    finally:
        clock.at = before


async def test_only_files_of_the_published_version_are_given(world: World) -> None:
    first, second = await samples.send(world, CONTENT), await samples.send(world, b"une annexe")
    document = await world.published(files=samples.joined(first))
    await world.write(document, files=samples.joined(second))
    path = f"/documents/{document['id']}/files"
    await world.call(None, "GET", f"{path}/{first['id']}", expect=200)
    await world.refused(None, "GET", f"{path}/{second['id']}", 404, "not-found")
    await world.publish(document)
    await world.refused(None, "GET", f"{path}/{first['id']}", 404, "not-found")
    await world.call(None, "GET", f"{path}/{second['id']}", expect=200)
    await world.withdraw(document, reason="Périmé.")
    await world.refused(None, "GET", f"{path}/{second['id']}", 410, "document-withdrawn")
    await world.refused(None, "GET", path, 410, "document-withdrawn")


async def test_a_document_joins_only_files_of_its_centre(world: World) -> None:
    known = await samples.send(world, CONTENT)
    path = f"/centres/{world.other_centre_id}/files"
    other = (await world.call(world.neighbour, "POST", path, params={"name": "a.pdf"}, content=CONTENT, expect=201)).json()
    files = [{"file_id": file_id, "label": "Z"} for file_id in (known["id"], other["id"], str(new_id()))]
    wish = {"centre_id": world.centre_id, "kind": "study", "content": {"title": "Z", "files": files}}
    problem = await world.refused(world.documentalist, "POST", "/drafts", 409, "unknown-file", json=wish)
    assert [(error["pointer"], error["code"]) for error in problem["errors"]] == [
        ("/content/files/1/file_id", "unknown"),
        ("/content/files/2/file_id", "unknown"),
    ]
    draft = await world.draft()
    await world.refused(
        world.documentalist,
        "PATCH",
        f"/drafts/{draft['id']}",
        409,
        "unknown-file",
        json={"content": {"files": files[1:]}},
        headers={"If-Match": f'"{draft["version"]}"'},
    )


async def test_a_file_no_document_joins_is_deleted_with_its_bytes(world: World) -> None:
    file = await samples.read(world, await samples.send(world, CONTENT))
    (row,) = await world.running.rows("SELECT key, thumbnail_key FROM files WHERE id = %(id)s", id=file["id"])
    await world.call(world.documentalist, "DELETE", f"/files/{file['id']}", expect=204)
    await world.call(world.documentalist, "GET", f"/files/{file['id']}", expect=404)
    await world.running.run_jobs()
    for key in (row["key"], row["thumbnail_key"]):
        with pytest.raises(FileNotFoundError):
            await world.running.resources.files.read(key)


async def test_a_file_in_a_draft_or_in_any_version_is_kept(world: World) -> None:
    file = await samples.send(world, CONTENT)
    draft = await world.draft(files=samples.joined(file))
    problem = await world.refused(world.documentalist, "DELETE", f"/files/{file['id']}", 409, "file-in-use")
    assert problem["documents"] == [draft["reference"]]
    await world.publish(draft)
    await world.write(draft, files=[])
    await world.publish(draft)
    await world.refused(world.documentalist, "DELETE", f"/files/{file['id']}", 409, "file-in-use")


async def test_a_file_cannot_be_joined_and_deleted_at_once(world: World) -> None:
    for _ in range(5):
        file = await samples.send(world, CONTENT)
        wish = {"centre_id": world.centre_id, "kind": "study", "content": {"title": "Z", "files": samples.joined(file)}}
        joined, deleted = await world.at_once(
            [
                (world.documentalist, "POST", "/drafts", {"json": wish}),
                (world.documentalist, "DELETE", f"/files/{file['id']}", {}),
            ]
        )
        assert (joined.status_code, deleted.status_code) in {(201, 409), (409, 204)}


@pytest.fixture
def told(monkeypatch: pytest.MonkeyPatch) -> list[Entry]:
    """What the search engine is told."""
    entries: list[Entry] = []

    real = search.put

    async def put(session: AsyncSession, entry: Entry) -> None:
        entries.append(entry)
        await real(session, entry)

    monkeypatch.setattr(search, "put", put)
    return entries


async def test_a_document_is_described_again_when_its_file_is_read(world: World, told: list[Entry]) -> None:
    file = await samples.send(world, CONTENT)
    document = await world.published(files=samples.joined(file))
    await world.published(title="Sans fichier")
    assert [entry.files for entry in told] == ["", ""]
    told.clear()
    await world.running.run_jobs()
    assert [(entry.document_id, entry.files) for entry in told] == [(UUID(document["id"]), "La gestion urbaine de proximité")]


async def test_a_document_is_described_with_the_words_of_files_read_already(world: World, told: list[Entry]) -> None:
    first = await samples.read(world, await samples.send(world, b"un premier texte"))
    second = await samples.read(world, await samples.send(world, b"un second texte"))
    await world.published(files=samples.joined(second) + samples.joined(first))
    assert told[-1].files == "un second texte\nun premier texte"
