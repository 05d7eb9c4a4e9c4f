"""Saved searches and followed documents belong to one person, who may have them all erased."""

import pytest

from services.catalogue.subscriptions import rules
from tests.catalogue.subscriptions.morning import save
from tests.catalogue.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_a_search_is_saved_read_changed_and_deleted_by_its_owner_alone(world: World, reader: Person) -> None:
    criteria = {"q": "« conseil citoyen »", "theme": ["participation"], "territory": ["11"]}
    wish = {"name": "Aude", "criteria": criteria}
    answer = await world.call(reader, "POST", "/saved-searches", json=wish, expect=201)
    path = answer.headers["location"]
    saved = (await world.call(reader, "GET", path, expect=200)).json()
    assert (saved["name"], saved["frequency"], saved["criteria"]["q"]) == ("Aude", "weekly", "« conseil citoyen »")
    for other in (Person(), world.documentalist):
        await world.refused(other, "GET", path, 404, "not-found")
        await world.refused(other, "PATCH", path, 404, "not-found", json={}, headers={"If-Match": '"1"'})
        await world.refused(other, "DELETE", path, 404, "not-found", headers={"If-Match": '"1"'})
        assert await world.pages(other, "/saved-searches") == []
    changed = (await world.change(reader, "PATCH", path, json={"name": "Aude, emploi"}, expect=200)).json()
    assert (changed["name"], changed["version"]) == ("Aude, emploi", 2)
    await world.refused(reader, "DELETE", path, 412, "stale-version", headers={"If-Match": '"1"'})
    await world.refused(reader, "DELETE", path, 428, "precondition-required")
    await world.change(reader, "DELETE", path, expect=204)
    await world.refused(reader, "GET", path, 404, "not-found")


async def test_the_address_is_the_accounts_and_only_while_something_is_mailed(world: World, reader: Person) -> None:
    saved = await save(world, reader, frequency="never")

    async def address() -> str | None:
        email: str | None = (await world.call(reader, "GET", "/me/subscriptions", expect=200)).json()["email"]
        return email

    assert await address() is None
    path = f"/saved-searches/{saved['id']}"
    await world.change(reader, "PATCH", path, json={"frequency": "daily"}, expect=200)
    assert await address() == f"{reader.account_id}@example.fr"
    document = await world.published()
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)
    await world.change(reader, "DELETE", path, expect=204)
    assert await address() is not None
    await world.call(reader, "DELETE", f"/documents/{document['id']}/follow", expect=204)
    assert await address() is None


async def test_everything_kept_about_somebody_is_shown_and_erased(world: World, reader: Person) -> None:
    saved = await save(world, reader)
    document = await world.published()
    await world.call(reader, "PUT", f"/documents/{document['id']}/follow", expect=201)
    mine = (await world.call(reader, "GET", "/me/subscriptions", expect=200)).json()
    assert [each["id"] for each in mine["saved_searches"]] == [saved["id"]]
    assert mine["followed_document_ids"] == [document["id"]]
    for _ in range(2):
        await world.call(reader, "DELETE", "/me/subscriptions", expect=204)
    mine = (await world.call(reader, "GET", "/me/subscriptions", expect=200)).json()
    assert mine == {"email": None, "saved_searches": [], "followed_document_ids": []}


async def test_nobody_saves_more_searches_than_can_be_looked_at(
    world: World, reader: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "MOST_SEARCHES", 3)
    wish = {"name": "Z", "criteria": {}}
    calls = [(reader, "POST", "/saved-searches", {"json": wish}) for _ in range(6)]
    answers = await world.at_once(calls)
    assert sorted(answer.status_code for answer in answers) == [201] * 3 + [409] * 3


@pytest.mark.parametrize("criteria", [{"q": "a" * 10_001}, {"year": ["hier"]}, {"magie": 1}, {"access": ["secret"]}])
async def test_criteria_are_those_of_a_search(world: World, reader: Person, criteria: dict[str, object]) -> None:
    wish = {"name": "Z", "criteria": criteria}
    await world.refused(reader, "POST", "/saved-searches", 422, "malformed-request", json=wish)


async def test_following_twice_is_following_once(world: World, reader: Person) -> None:
    document = await world.published("Suivi")
    path = f"/documents/{document['id']}/follow"
    await world.call(reader, "PUT", path, expect=201)
    await world.call(reader, "PUT", path, expect=200)
    (followed,) = await world.pages(reader, "/follows")
    assert followed["document"]["title"] == "Suivi"
    await world.withdraw(document)
    (followed,) = await world.pages(reader, "/follows")
    assert followed["document"] is None
    for _ in range(2):
        await world.call(reader, "DELETE", path, expect=204)
    assert await world.pages(reader, "/follows") == []


async def test_two_clicks_at_once_follow_once(world: World, reader: Person) -> None:
    document = await world.published()
    answers = await world.at_once([(reader, "PUT", f"/documents/{document['id']}/follow", {}) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [200, 200, 200, 201]


async def test_only_what_may_be_read_is_followed_and_only_what_is_public(world: World, reader: Person) -> None:
    reserved = await world.published(access="members")
    path = f"/documents/{reserved['id']}/follow"
    await world.refused(reader, "PUT", path, 404, "not-found")
    await world.refused(world.member, "PUT", path, 409, "followed-by-nobody")
    gone = await world.published()
    await world.withdraw(gone)
    await world.refused(reader, "PUT", f"/documents/{gone['id']}/follow", 410, "document-withdrawn")
