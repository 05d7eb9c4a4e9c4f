"""The kind readers, listings, searches and harvesters see is the published version's, whatever the working copy becomes."""

from typing import Any

import pytest
from lxml import etree

from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def _rewritten(world: World) -> dict[str, Any]:
    """A published study whose working copy is a video."""
    document = await world.published("Les conseils citoyens", kind="study")
    link = {"url": "https://video.example/1", "label": "La vidéo"}
    wish = {"kind": "video", "content": {"links": [link], "extent": "12 min"}}
    answer = await world.change(world.documentalist, "PATCH", f"/drafts/{document['id']}", json=wish, expect=200)
    assert answer.json()["kind"] == "video"
    return document


async def _seen(world: World, document: dict[str, Any]) -> dict[str, Any]:
    """Its kind wherever readers see it."""
    of_centre = {"centre_id": world.centre_id}
    found = {}
    for kind in ("study", "video"):
        filters = {**of_centre, "kind": kind}
        found[kind] = [
            len((await world.call(None, "GET", "/documents", params=filters, expect=200)).json()["items"]),
            len((await world.call(None, "GET", "/search", params=filters, expect=200)).json()["items"]),
        ]
    read = (await world.call(None, "GET", f"/documents/{document['id']}", expect=200)).json()
    export = (await world.call(None, "GET", "/export.csv", params=of_centre, expect=200)).text
    return {"read": read["kind"], "counts": found, "in_export": [kind for kind in ("study", "video") if f'"{kind}"' in export]}


async def _oai_sets(world: World, document: dict[str, Any]) -> set[str]:
    """The sets of kinds it is harvested in."""
    listed = await world.call(None, "GET", "/catalogue/oai", params={"verb": "ListSets"}, expect=200)
    specs = [str(each.text) for each in etree.fromstring(listed.content).iter("{*}setSpec")]
    found = set()
    for spec in specs:
        if spec.endswith((":study", ":video")):
            asked = {"verb": "ListIdentifiers", "metadataPrefix": "oai_dc", "set": spec}
            if document["reference"] in (await world.call(None, "GET", "/catalogue/oai", params=asked, expect=200)).text:
                found.add(spec.rpartition(":")[2])
    return found


async def test_the_kind_changes_for_readers_with_the_publication(world: World) -> None:
    clock, before = world.running.clock, world.running.clock.now()
    document = await _rewritten(world)
    clock.forward(days=1)
    try:
        assert await _seen(world, document) == {
            "read": "study",
            "counts": {"study": [1, 1], "video": [0, 0]},
            "in_export": ["study"],
        }
        assert await _oai_sets(world, document) == {"study"}
        await world.publish(document)
        clock.forward(days=1)
        assert await _seen(world, document) == {
            "read": "video",
            "counts": {"study": [0, 0], "video": [1, 1]},
            "in_export": ["video"],
        }
        assert await _oai_sets(world, document) == {"video"}
    finally:
        clock.at = before


async def test_a_working_copy_given_up_takes_its_kind_along(world: World) -> None:
    document = await _rewritten(world)
    path = f"/drafts/{document['id']}"
    await world.change(world.documentalist, "DELETE", path, expect=204)
    draft = (await world.call(world.documentalist, "GET", path, expect=200)).json()
    assert (draft["kind"], draft["work"]) == ("study", "clean")


async def test_a_document_brought_back_is_of_the_kind_it_was(world: World) -> None:
    document = await _rewritten(world)
    await world.withdraw(document)
    path = f"/drafts/{document['id']}"
    await world.change(world.manager, "POST", f"{path}/reinstatement", of=path, expect=201)
    assert (await world.call(None, "GET", f"/documents/{document['id']}", expect=200)).json()["kind"] == "study"
    assert (await world.call(world.documentalist, "GET", path, expect=200)).json()["kind"] == "video"
