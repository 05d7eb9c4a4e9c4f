"""A long import goes on in the background: batch after batch, after a crash, beside other files of the centre."""

import asyncio
from typing import Any
from uuid import UUID

import pytest

from services.catalogue.documents import service as documents
from services.catalogue.imports import batches
from tests.catalogue.imports.files import HEADER, counts, csv, drawn, many, read, report, send
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_a_long_file_is_worked_through_in_the_background(world: World) -> None:
    mark, count = drawn(), 2 * batches.AT_ONCE + 5
    sent = await send(world, many(count, mark))
    assert (sent["state"], sent["done"], sent["lines"]) == ("waiting", 0, count)
    assert {line["outcome"] for line in await report(world, sent)} == {"waiting"}
    async with world.running.resources.database.transaction() as session:
        await batches.go_on(session, world.running.resources, _centre(world), now=world.running.clock.now())
    half = await read(world, sent)
    assert (half["state"], half["done"], half["created"]) == ("running", batches.AT_ONCE, batches.AT_ONCE)
    await world.running.run_jobs()
    done = await read(world, sent)
    assert (done["state"], done["done"], counts(done)) == ("done", count, {"created": count})
    assert done["finished_at"] is not None
    assert len(await world.pages(world.documentalist, "/drafts", limit=100)) == count


def _centre(world: World) -> UUID:
    return UUID(world.centre_id)


async def test_a_batch_killed_in_the_middle_is_done_again_from_where_it_was(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    mark, count = drawn(), batches.AT_ONCE + 10
    sent = await send(world, many(count, mark))
    whole, calls = documents.deposit, 0

    async def struck(*given: Any, **more: Any) -> Any:
        nonlocal calls
        calls += 1
        if calls == batches.AT_ONCE // 2:
            raise KeyboardInterrupt
        return await whole(*given, **more)

    with monkeypatch.context() as patched:
        patched.setattr(documents, "deposit", struck)
        with pytest.raises(KeyboardInterrupt):
            async with world.running.resources.database.transaction() as session:
                await batches.go_on(session, world.running.resources, _centre(world), now=world.running.clock.now())
    assert (await read(world, sent))["done"] == 0
    assert await world.pages(world.documentalist, "/drafts") == []
    await world.running.run_jobs()
    assert counts(await read(world, sent)) == {"created": count}
    references = [each["reference"] for each in await world.pages(world.documentalist, "/drafts", limit=100)]
    assert len(set(references)) == count


async def test_a_line_refused_at_the_last_moment_loses_nobody_else(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    whole = documents.deposit

    async def rival(session: Any, resources: Any, centre_id: UUID, kind: Any, content: Any, **more: Any) -> Any:
        made = await whole(session, resources, centre_id, kind, content, **more)
        if content.title == "Document 1":  # somebody deposits the same at that very instant
            await whole(session, resources, centre_id, kind, content, **more)
        return made

    monkeypatch.setattr(documents, "deposit", rival)
    sent = await send(world, many(3, drawn()))
    told = await report(world, sent)
    assert [line["outcome"] for line in told] == ["created", "refused", "created"]
    assert [problem["code"] for problem in told[1]["problems"]] == ["already_deposited"]
    assert len(await world.pages(world.documentalist, "/drafts")) == 2
    assert (sent["state"], sent["done"], sent["version"]) == ("done", 3, 2)


async def test_files_of_one_centre_wait_for_each_other(world: World) -> None:
    mark = drawn()
    first = await send(world, many(batches.AT_ONCE + 1, mark))
    second = await send(world, csv(HEADER, [f"{mark}-0", "Document 0, revu", "Résumé."]))
    assert second["state"] == "waiting"
    await world.running.run_jobs()
    assert (await read(world, first))["created"] == batches.AT_ONCE + 1
    assert counts(await read(world, second)) == {"updated": 1}


async def test_the_same_file_sent_twice_at_once_makes_each_document_once(world: World) -> None:
    content = many(5, drawn())
    path = f"/centres/{world.centre_id}/imports"
    answers = await world.at_once([(world.documentalist, "POST", path, {"content": content})] * 4)
    assert [answer.status_code for answer in answers] == [201] * 4
    await world.running.run_jobs()
    read_back = [await read(world, answer.json()) for answer in answers]
    assert sorted((each["created"], each["unchanged"]) for each in read_back) == [(0, 5), (0, 5), (0, 5), (5, 0)]
    assert len(await world.pages(world.documentalist, "/drafts")) == 5


async def test_an_import_is_cancelled_between_two_batches(world: World) -> None:
    sent = await send(world, many(2 * batches.AT_ONCE, drawn()))
    async with world.running.resources.database.transaction() as session:
        await batches.go_on(session, world.running.resources, _centre(world), now=world.running.clock.now())
    path = f"/imports/{sent['id']}/cancellation"
    await world.refused(world.neighbour, "POST", path, 404, "not-found")
    cancelled = (await world.call(world.documentalist, "POST", path, expect=201)).json()
    assert (cancelled["state"], cancelled["done"]) == ("cancelled", batches.AT_ONCE)
    await world.running.run_jobs()
    assert (await read(world, sent))["done"] == batches.AT_ONCE
    assert len(await report(world, sent, outcome="waiting", limit=100)) == batches.AT_ONCE
    await world.refused(world.documentalist, "POST", path, 409, "import-finished")


async def test_reading_it_again_costs_nothing_while_nothing_moved(world: World) -> None:
    sent = await send(world, csv(HEADER, [drawn(), "Titre", ""]))
    first = await world.call(world.documentalist, "GET", f"/imports/{sent['id']}", expect=200)
    await world.call(
        world.documentalist, "GET", f"/imports/{sent['id']}", headers={"If-None-Match": first.headers["etag"]}, expect=304
    )


async def test_reading_while_lines_are_worked_through_is_never_refused(world: World) -> None:
    sent = await send(world, many(batches.AT_ONCE + 5, drawn()))
    _, seen = await asyncio.gather(world.running.run_jobs(), read(world, sent))
    assert seen["state"] in {"waiting", "running", "done"}
