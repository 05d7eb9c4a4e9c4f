"""A holder is merged while its agreement is awaited: the one that takes over signs it, in its own name."""

from typing import Any

import pytest

from tests.programming.dossiers.successions import dissolve, reinstate
from tests.programming.world import World
from tests.support import Person, member_of

from .acts import PATH, act, amendment, award, drafted, granted, in_force, region_signatory, signature, the_agreement

pytestmark = pytest.mark.anyio


async def test_the_successor_signs_what_the_holder_was_to_sign(world: World) -> None:
    due = await granted(world, 24_000)
    await dissolve(world, world.association, world.neighbour)
    agreement = await drafted(world)
    (text,) = await world.running.rows("SELECT data FROM agreement_texts WHERE agreement_id = %(id)s", id=agreement["id"])
    assert text["data"]["holder"]["name"] == "La Voisine fictive"
    president = member_of(world.neighbour, roles=["signatory"])
    own = signature(world, "holder", organisation_id=str(world.neighbour))
    for who, given in ((world.president, signature(world, "holder")), (world.president, own), (world.stranger, own)):
        assert (await act(world, who, agreement["id"], "/signatures", given)).status_code == 403
    await act(world, president, agreement["id"], "/signatures", own, expect=201)
    await act(world, region_signatory(world), agreement["id"], "/signatures", signature(world, "funder"), expect=201)
    for who in (world.helper, world.stranger, world.region_officer):
        seen = await the_agreement_of(world, agreement["id"], who)
        assert (seen["status"], seen["holder_id"], seen["successor_id"]) == ("signed", str(world.association), str(world.neighbour))
        assert [one["organisation_id"] for one in seen["text"]["signatures"]] == [str(world.neighbour), str(world.region)]
    assert (await award(world, due["id"]))["agreed_at"] is not None


async def test_the_successor_signs_an_amendment_of_what_the_holder_signed(world: World) -> None:
    due = await granted(world, 24_000, asked=30_000)
    agreement = await in_force(world)
    await dissolve(world, world.association, world.neighbour)
    path = f"/amendments/{(await amendment(world, {due['id']: 2_600_000}))['id']}/signatures"
    president = member_of(world.neighbour, roles=["signatory"])
    own = signature(world, "holder", organisation_id=str(world.neighbour))
    await act(world, president, agreement["id"], path, own, expect=201)
    await act(world, region_signatory(world), agreement["id"], path, signature(world, "funder"), expect=201)
    seen = await the_agreement(world)
    assert (seen["granted_cents"], (await award(world, due["id"]))["granted_cents"]) == (2_600_000, 2_600_000)
    assert seen["text"]["signatures"][0]["organisation_id"] == str(world.association), "what was signed stays as it was signed"
    await reinstate(world, world.association)
    await world.refused(world.stranger, "GET", f"{PATH}/{agreement['id']}", 404, "not-found")


async def the_agreement_of(world: World, agreement_id: str, who: Person) -> dict[str, Any]:
    seen: dict[str, Any] = (await world.call(who, "GET", f"{PATH}/{agreement_id}", expect=200)).json()
    return seen
