"""A document's life: written, reviewed, published, changed, withdrawn, brought back."""

from datetime import timedelta

import pytest

from services.common.clock import in_paris
from tests.catalogue.world import World

pytestmark = pytest.mark.anyio


async def test_a_draft_is_seen_by_its_centre_only(world: World) -> None:
    draft = await world.draft()
    assert (draft["state"], draft["work"], draft["lacking"]) == ("draft", "draft", [])
    await world.call(world.documentalist, "GET", f"/drafts/{draft['id']}", expect=200)
    for stranger in (world.neighbour, world.member, world.stranger):
        await world.refused(stranger, "GET", f"/drafts/{draft['id']}", 404, "not-found")
        await world.refused(stranger, "GET", f"/documents/{draft['id']}", 404, "not-found")


async def test_it_is_reviewed_sent_back_then_published_by_a_manager(world: World) -> None:
    draft = await world.draft()
    path = f"/drafts/{draft['id']}"
    await world.change(world.documentalist, "POST", f"{path}/review-request", of=path, expect=201)
    tag = (await world.call(world.documentalist, "GET", path)).headers["etag"]
    await world.refused(
        world.documentalist, "PATCH", path, 409, "draft-in-review", headers={"If-Match": tag}, json={"content": {"title": "Z"}}
    )
    await world.change(world.manager, "POST", f"{path}/return", of=path, json={"reason": "Trop court."}, expect=201)
    sent_back = await world.write(draft, abstract="Un résumé plus long.")
    assert sent_back["review_note"] == "Trop court."
    tag = (await world.call(world.documentalist, "GET", path)).headers["etag"]
    await world.refused(
        world.documentalist, "POST", f"{path}/publication", 403, "not-a-centre-manager", headers={"If-Match": tag}, json={}
    )
    published = await world.publish(draft)
    assert (published["state"], published["work"], published["published_version"]) == ("published", "clean", 1)
    read = (await world.call(None, "GET", f"/documents/{draft['id']}", expect=200)).json()
    assert read["content"]["abstract"] == "Un résumé plus long."
    assert read["permalink"].endswith(draft["reference"])


async def test_readers_see_nothing_of_a_change_before_it_is_published(world: World) -> None:
    draft = await world.published(title="Avant")
    await world.write(draft, title="Après")
    read = (await world.call(None, "GET", f"/documents/{draft['id']}")).json()
    assert read["title"] == "Avant"
    await world.publish(draft, note="Nouveau titre.")
    read = (await world.call(None, "GET", f"/documents/{draft['id']}")).json()
    assert (read["title"], read["published_version"]) == ("Après", 2)
    versions = (await world.call(None, "GET", f"/documents/{draft['id']}/versions")).json()["items"]
    assert [(each["number"], each["note"]) for each in versions] == [(2, "Nouveau titre."), (1, "")]
    first = (await world.call(None, "GET", f"/documents/{draft['id']}/versions/1")).json()
    assert first["content"]["title"] == "Avant"


async def test_a_withdrawn_document_says_why_and_what_takes_its_place(world: World) -> None:
    successor = await world.published(title="Édition 2027")
    draft = await world.published(title="Édition 2016")
    await world.withdraw(draft, reason="Périmé.", replaced_by_id=successor["id"])
    gone = await world.refused(None, "GET", f"/documents/{draft['id']}", 410, "document-withdrawn")
    assert gone["reason"] == "Périmé."
    assert gone["replaced_by"].endswith(successor["reference"])
    path = f"/drafts/{draft['id']}"
    await world.change(world.manager, "POST", f"{path}/reinstatement", of=path, expect=201)
    await world.call(None, "GET", f"/documents/{draft['id']}", expect=200)


async def test_what_is_for_members_is_read_by_the_network_only(world: World) -> None:
    draft = await world.published(access="members")
    for reader, status in (
        (None, 404),
        (world.stranger, 404),
        (world.neighbour, 404),
        (world.member, 200),
        (world.documentalist, 200),
    ):
        await world.call(reader, "GET", f"/documents/{draft['id']}", expect=status)
    await world.call(world.documentalist, "DELETE", f"/centres/{world.centre_id}/members/{world.network}", expect=204)
    await world.call(world.member, "GET", f"/documents/{draft['id']}", expect=404)


async def test_an_embargo_ends_when_the_day_begins_in_paris(world: World) -> None:
    clock = world.running.clock
    tomorrow = (in_paris(clock.now()) + timedelta(days=1)).replace(hour=0, minute=0, second=0, microsecond=0)
    draft = await world.published(embargo_until=tomorrow.date().isoformat())
    before = clock.now()
    try:
        clock.at = tomorrow - timedelta(microseconds=1)
        await world.call(None, "GET", f"/documents/{draft['id']}", expect=404)
        shown = (await world.call(world.documentalist, "GET", f"/documents/{draft['id']}", expect=200)).json()
        assert shown["access"] == "embargo"
        clock.at = tomorrow
        shown = (await world.call(None, "GET", f"/documents/{draft['id']}", expect=200)).json()
        assert shown["access"] == "public"
    finally:
        clock.at = before


async def test_publication_names_what_is_lacking(world: World) -> None:
    draft = await world.draft(kind="experience", abstract="")
    assert {each["pointer"] for each in draft["lacking"]} >= {"/content/abstract", "/content/experience/context"}
    tag = (await world.call(world.manager, "GET", f"/drafts/{draft['id']}")).headers["etag"]
    problem = await world.refused(
        world.manager, "POST", f"/drafts/{draft['id']}/publication", 409, "not-publishable", headers={"If-Match": tag}, json={}
    )
    assert "/content/experience/reproducibility" in {error["pointer"] for error in problem["errors"]}


async def test_documents_of_an_event_are_listed_in_one_call(world: World) -> None:
    event_id = "01890a5d-ac96-774b-bcce-b302099a8057"
    relation = {"kind": "support_of", "target": "event", "target_id": event_id}
    support = await world.published("Diaporama", kind="presentation", relations=[relation])
    await world.published("Autre chose")
    found = await world.pages(None, "/documents", event_id=event_id)
    assert [each["id"] for each in found] == [support["id"]]


async def test_a_relation_is_followed_both_ways_and_hides_what_one_may_not_read(world: World) -> None:
    whole = await world.published("Document de capitalisation")
    relation = {"kind": "synthesis_of", "target_id": whole["id"]}
    synthesis = await world.published("Synthèse", relations=[relation], access="members")
    seen = (await world.call(world.member, "GET", f"/documents/{whole['id']}/relations")).json()["documents"]
    assert [(each["kind"], each["direction"], each["document"]["id"]) for each in seen] == [
        ("synthesis_of", "from", synthesis["id"])
    ]
    assert (await world.call(None, "GET", f"/documents/{whole['id']}/relations")).json()["documents"] == []


async def test_unknown_themes_and_territories_are_named(world: World) -> None:
    wish = {"centre_id": world.centre_id, "kind": "study", "content": {"title": "Z", "theme_codes": ["participation", "magie"]}}
    problem = await world.refused(world.documentalist, "POST", "/drafts", 409, "unknown-theme", json=wish)
    assert [error["pointer"] for error in problem["errors"]] == ["/theme_codes/1"]
    wish["content"] = {"title": "Z", "territory_codes": ["QP011002", "99999"]}
    problem = await world.refused(world.documentalist, "POST", "/drafts", 409, "unknown-territory", json=wish)
    assert [error["pointer"] for error in problem["errors"]] == ["/territory_codes/1"]


async def test_the_permalink_is_the_document_or_leads_to_its_page(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    draft = await world.published()
    path = f"/catalogue/d/{draft['reference']}"
    assert (await world.call(None, "GET", path, expect=200)).json()["id"] == draft["id"]
    monkeypatch.setattr(world.running.resources.settings, "page_url", "https://ressources.example/documents/{reference}")
    answer = await world.call(None, "GET", path, expect=303)
    assert answer.headers["location"] == f"https://ressources.example/documents/{draft['reference']}"
