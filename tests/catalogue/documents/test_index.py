"""Published documents the search engine does not hold are put in it by a job: those it came after, those it lost."""

from typing import Any
from uuid import UUID

import pytest

from services.catalogue.documents import jobs, publication
from services.common.ids import new_id
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def _found(world: World, word: str) -> set[str]:
    asked = {"q": word, "centre_id": world.centre_id}
    items = (await world.call(world.documentalist, "GET", "/search", params=asked, expect=200)).json()["items"]
    return {each["title"] for each in items}


async def _run(world: World) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await jobs.index_missing.run(session, resources, timestamp=0)
    await world.running.run_jobs()


async def _entries(world: World) -> dict[UUID, Any]:
    return {row["document_id"]: row["indexed_at"] for row in await world.running.rows("SELECT * FROM search_entries")}


@pytest.mark.parametrize("at_once", [1, 2, 500])
async def test_what_the_index_lacks_is_put_in_it_and_nothing_else(
    world: World, monkeypatch: pytest.MonkeyPatch, at_once: int
) -> None:
    monkeypatch.setattr(publication, "_LOOKED_AT", at_once)
    word = "mot" + "".join("abcdefghijklmnop"[int(figure, 16)] for figure in new_id().hex[-12:])
    held, lost, late = [await world.published(f"{name} {word}") for name in ("Tenu", "Perdu", "Ancien")]
    withdrawn = await world.published(f"Retiré {word}")
    await world.withdraw(withdrawn)
    await world.draft(f"Brouillon {word}")
    await world.running.rows("DELETE FROM search_entries WHERE document_id = %(id)s RETURNING 1", id=lost["id"])
    past = "UPDATE search_entries SET published_at = published_at - interval '1 day' WHERE document_id = %(id)s RETURNING 1"
    await world.running.rows(past, id=late["id"])
    before = await _entries(world)
    assert await _found(world, word) == {f"Tenu {word}", f"Ancien {word}"}
    await _run(world)
    assert await _found(world, word) == {f"Tenu {word}", f"Perdu {word}", f"Ancien {word}"}
    after = await _entries(world)
    changed = {str(each) for each in after if before.get(each) != after[each]}
    assert changed == {lost["id"], late["id"]}
    await _run(world)
    assert await _entries(world) == after, "twice does no more"
    assert held["id"] not in changed
