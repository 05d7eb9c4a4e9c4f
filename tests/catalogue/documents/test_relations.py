"""Relations name to nobody a document they may not read, and lead only to what who writes knows of."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.clock import in_paris
from services.common.ids import new_id
from tests.catalogue.formats import reading
from tests.catalogue.world import World, content

pytestmark = pytest.mark.anyio


def _to(document: dict[str, Any], kind: str = "about") -> dict[str, Any]:
    return {"kind": kind, "target": "document", "target_id": document["id"]}


async def test_a_content_names_only_what_the_reader_may_read(world: World) -> None:
    tomorrow = (in_paris(world.running.clock.now()) + timedelta(days=1)).date().isoformat()
    public, reserved = await world.published("Public"), await world.published("Réservé", access="members")
    embargoed, draft = await world.published("Bientôt", embargo_until=tomorrow), await world.draft("Brouillon")
    withdrawn = await world.published("Retiré")
    elsewhere = [
        {"kind": "support_of", "target": "event", "target_id": str(new_id())},
        {"kind": "result_of", "target": "dossier", "target_id": str(new_id())},
    ]
    others = (public, reserved, embargoed, draft, withdrawn)
    document = await world.published("Le document", relations=[*map(_to, others), *elsewhere])
    await world.publish(await world.write(document, abstract="Mis à jour."))
    await world.withdraw(withdrawn)
    path = f"/documents/{document['id']}"
    readable = [
        (None, {public["id"]}),
        (world.member, {public["id"], reserved["id"]}),
        (world.documentalist, {public["id"], reserved["id"], embargoed["id"]}),
    ]
    tags = set()
    for who, expected in readable:
        for each in (path, f"{path}/versions/1", f"/catalogue/d/{document['reference']}"):
            answer = await world.call(who, "GET", each, expect=200)
            relations = answer.json()["content"]["relations"]
            assert {one["target_id"] for one in relations if one["target"] == "document"} == expected, (who, each)
            assert [one for one in relations if one["target"] != "document"] == elsewhere
            tags.add((each, answer.headers.get("etag")))
        changes = (await world.call(who, "GET", f"{path}/versions/1/changes", expect=200)).text
        assert {one["id"] for one in others if one["id"] in changes} == expected
    assert len(tags) == 2 * len(readable) + 1, "what is kept for one reader is not taken for what another sees"
    export = (await world.call(world.manager, "GET", "/export.jsonl", params={"centre_id": world.centre_id}, expect=200)).text
    (line,) = (each for each in reading.lines(export) if each["id"] == document["id"])
    assert [one["target_id"] for one in line["content"]["relations"]] == [public["id"], *(one["target_id"] for one in elsewhere)]
    own = (await world.call(world.documentalist, "GET", f"/drafts/{document['id']}", expect=200)).json()
    assert len(own["content"]["relations"]) == 7


async def test_another_centre_s_hidden_document_is_as_unknown_as_none(world: World) -> None:
    hidden = [await world.draft("Brouillon"), await world.published("Réservé", access="members"), {"id": str(new_id())}]
    public = await world.published("Public")
    told = []
    for target in hidden:
        wish = {"centre_id": world.other_centre_id, "kind": "study", "content": content(relations=[_to(target)])}
        problem = await world.refused(world.neighbour, "POST", "/drafts", 409, "unknown-relation", json=wish)
        told.append([problem[name] for name in ("title", "detail", "errors") if name in problem])
    assert told[0] == told[1] == told[2]
    wish = {"centre_id": world.other_centre_id, "kind": "study", "content": content(relations=[_to(public)])}
    draft = (await world.call(world.neighbour, "POST", "/drafts", json=wish, expect=201)).json()
    path = f"/drafts/{draft['id']}"
    published = await world.change(world.neighbour, "POST", f"{path}/publication", of=path, json={}, expect=201)
    for target in hidden:
        wish = {"reason": "Remplacé.", "replaced_by_id": target["id"]}
        sent = {"json": wish, "headers": {"If-Match": published.headers["etag"]}}
        await world.refused(world.neighbour, "POST", f"{path}/withdrawal", 409, "unknown-relation", **sent)


async def test_a_document_leads_to_those_of_its_centre_whatever_their_state(world: World) -> None:
    draft, withdrawn = await world.draft("Brouillon"), await world.published("Retiré")
    await world.withdraw(withdrawn)
    made = await world.draft("Z", relations=[_to(draft), _to(withdrawn)])
    assert len(made["content"]["relations"]) == 2
    itself = {"content": {"relations": [_to(made)]}}
    answer = await world.change(world.documentalist, "PATCH", f"/drafts/{made['id']}", json=itself, expect=409)
    assert answer.json()["type"].endswith("/unknown-relation")


async def test_a_relation_stays_when_what_it_leads_to_closes(world: World) -> None:
    public = await world.published("Public")
    wish = {"centre_id": world.other_centre_id, "kind": "study", "content": content(relations=[_to(public)])}
    draft = (await world.call(world.neighbour, "POST", "/drafts", json=wish, expect=201)).json()
    await world.publish(await world.write(public, access="members"))
    path = f"/drafts/{draft['id']}"
    kept = await world.change(world.neighbour, "PATCH", path, json={"content": {"title": "Autre titre"}}, expect=200)
    assert kept.json()["content"]["relations"] == [_to(public)]
