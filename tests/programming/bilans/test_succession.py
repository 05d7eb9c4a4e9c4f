"""A holder is merged while its bilan is awaited: the one that takes over fills it in and submits it."""

import pytest

from tests.programming.dossiers.successions import dissolve, reinstate
from tests.programming.papers import PDF
from tests.programming.world import World
from tests.support import member_of

from .acts import SWORN, at, bilan_of, content, fill, opened, submit, submitted, where

pytestmark = pytest.mark.anyio


async def test_the_successor_fills_the_bilan_in_and_submits_it(world: World) -> None:
    dossier = await opened(world)
    await fill(world, dossier)
    await dissolve(world, world.association, world.neighbour)
    at(world, "2028-02-01")
    bilan = await bilan_of(world, dossier, world.stranger)
    assert (bilan["holder_name"], bilan["report"]["done"]) == (
        "Les Ateliers imaginaires",
        "Quatre ateliers par semaine, de mars à décembre.",
    )
    tag = {"If-Match": (await world.call(world.holder, "GET", where(dossier), expect=200)).headers["etag"]}
    for method, path, sent in (("PATCH", "", content(bilan)), ("POST", "/submission", SWORN)):
        sent_with = {"json": sent, "headers": tag}
        problem = await world.refused(world.president, method, f"{where(dossier)}{path}", 403, "not-the-holder", **sent_with)
        assert problem["successor_id"] == str(world.neighbour)
    named = {"kind": "annexe", "name": "photos.pdf"}
    await world.call(world.stranger, "POST", f"{where(dossier)}/attachments", params=named, content=PDF, expect=201)
    await world.change(world.stranger, "PATCH", where(dossier), json=content(bilan), expect=200)
    member = member_of(world.neighbour)
    assert (await submit(world, dossier, who=member)).status_code == 403
    assert (await submit(world, dossier, who=world.stranger)).status_code == 201
    for who in (world.helper, world.stranger, world.state_officer):
        assert (await bilan_of(world, dossier, who))["status"] == "submitted"


async def test_both_find_it_and_strangers_do_not(world: World) -> None:
    dossier = await submitted(world)
    await dissolve(world, world.association, world.neighbour)
    for who in (world.helper, world.stranger):
        for holder_id in (world.association, world.neighbour):
            assert [one["dossier_id"] for one in await world.pages(who, "/bilans", holder_id=str(holder_id))] == [dossier["id"]]
    await reinstate(world, world.association)
    assert await world.pages(world.stranger, "/bilans") == []
    assert await world.pages(world.state_officer, "/bilans", holder_id=str(world.neighbour)) == []
    await world.refused(world.stranger, "GET", where(dossier), 404, "not-found")
