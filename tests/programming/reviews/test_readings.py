"""Several people read a request on their own before the funder's one review of it is given."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.change_requests.asks import answer, ask, edit
from tests.programming.papers import PDF, codes
from tests.programming.reviews.rounds import GIVEN, choose, colleague, conflict, reviewing
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


async def read_by(world: World, where: str, *people: Person) -> dict[str, str]:
    """The readings given to these people, by account."""
    body = {"reader_ids": [str(each.account_id) for each in people]}
    await world.change(world.caf_officer, "PUT", f"{where}/readers", of=where, json=body, expect=200)
    found = (await world.call(world.caf_officer, "GET", f"{where}/readings", expect=200)).json()["items"]
    return {reading["reader_id"]: f"/readings/{reading['id']}" for reading in found}


async def give(world: World, who: Person, where: str, **more: Any) -> None:
    await world.change(who, "PATCH", where, json={**GIVEN, **more}, expect=200)
    await world.change(who, "POST", f"{where}/completion", of=where, expect=201)


async def test_two_people_read_alone_then_see_each_other_and_one_review_is_given(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=2, hides_holder=True)
    dossier, where = await reviewing(world)
    nadia, paul, third = colleague(world), colleague(world, "Paul"), colleague(world, "Inès")
    addresses = await read_by(world, where, nadia, paul)
    first, second = addresses[str(nadia.account_id)], addresses[str(paul.account_id)]
    review = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert review["assignee_id"] == str(nadia.account_id)

    # Nobody sees the other's scores, nor the review they end in, before their own are given.
    await give(world, nadia, first, scores={"besoin": 5, "budget": 5}, score_comments={"besoin": "Enquête solide"}, comment="Oui")
    await world.refused(paul, "GET", where, 403, "own-reading-first")
    latest = {"headers": {"If-Match": (await world.call(nadia, "GET", where)).headers["etag"]}}
    await world.refused(paul, "PATCH", where, 403, "own-reading-first", json=GIVEN, **latest)
    seen = (await world.call(paul, "GET", f"{where}/readings", expect=200)).json()
    other = next(each for each in seen["items"] if each["reader_id"] == str(nadia.account_id))
    assert (other["status"], other["scores"], other["comment"], other["score_comments"], other["opinion"]) == (
        "completed",
        None,
        None,
        None,
        None,
    )
    assert (seen["mean_scores"], seen["spread"], seen["completed"], seen["expected"]) == (None, None, 1, 2)
    await world.refused(paul, "GET", first, 403, "own-reading-first")
    await world.refused(third, "GET", first, 403, "not-the-reader")
    await world.refused(world.caf_officer, "GET", second, 403, "not-the-reader")
    (row,) = await world.pages(paul, "/reviews", dossier_id=dossier["id"])
    assert (row["hidden"], row["holder_name"]) == ("own_reading", "")

    # The review waits for both.
    await world.change(nadia, "PATCH", where, json=GIVEN, expect=200)
    latest = {"headers": {"If-Match": (await world.call(nadia, "GET", where)).headers["etag"]}}
    problem = await world.refused(nadia, "POST", f"{where}/completion", 409, "readings-missing", **latest)
    assert (problem["expected"], problem["completed"]) == (2, 1)
    await give(world, paul, second, scores={"besoin": 2, "budget": 4})
    seen = (await world.call(paul, "GET", f"{where}/readings", expect=200)).json()
    assert (seen["mean_scores"], seen["mean_weighted_score"], seen["spread"]) == ({"besoin": 3.5, "budget": 4.5}, 78.0, 44.0)
    assert (await world.call(third, "GET", f"{where}/readings", expect=200)).json()["mean_scores"] is None
    await world.change(nadia, "POST", f"{where}/completion", of=where, expect=201)
    assert (await world.call(third, "GET", f"{where}/readings", expect=200)).json()["spread"] == 44.0
    assert world.request_of(await world.seen(dossier["id"], world.team), world.caf)["status"] == "reviewed"
    latest = {"json": GIVEN, "headers": {"If-Match": (await world.call(paul, "GET", second)).headers["etag"]}}
    await world.refused(paul, "PATCH", second, 409, "reading-completed", **latest)


async def test_a_reader_from_whom_holders_are_hidden_is_not_told_their_names(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=2, hides_holder=True)
    content = world.content(caf=4_000)
    content["title"] = "Ateliers de LES  ateliers imaginaires"
    content["content"]["need"] = "Camille Exemple anime Les Ateliers imaginaires depuis dix ans."
    dossier_id = await world._admit(content)
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier_id)
    nadia = colleague(world)
    addresses = await read_by(world, f"/reviews/{review['id']}", nadia)
    where = addresses[str(nadia.account_id)]
    read = (await world.call(nadia, "GET", f"{where}/dossier", expect=200)).text
    for word in ("imaginaires", "Camille", "ateliers.example.org", "rue Inventée", "W119000001", "statuts.pdf"):
        assert word.lower() not in read.lower(), word
    body = (await world.call(nadia, "GET", f"{where}/dossier")).json()
    assert (body["title"], body["content"]["need"]) == ("Ateliers de [porteur]", "[porteur] anime [porteur] depuis dix ans.")
    assert (body["holder_hidden"], body["reference"], body["attachments"], body["asked_of_funder_cents"]) == (
        True,
        None,
        ["statuts"],
        400_000,
    )
    (reading,) = [one for one in await world.pages(nadia, "/me/reviews") if one["kind"] == "reading"]
    assert (reading["holder_name"], reading["reference"]) == (None, None)
    await world.refused(world.caf_officer, "GET", f"{where}/dossier", 403, "not-the-reader")
    for who in (world.holder, world.team, world.state_officer):
        await world.refused(who, "GET", f"{where}/dossier", 404, "not-found")


async def test_independence_is_settled_before_reviews_open_and_the_rest_at_any_time(fresh_world: World) -> None:
    world = fresh_world
    _, alone = await reviewing(world)
    await world.change(world.caf_officer, "PUT", f"{alone}/readers", of=alone, json={"reader_ids": []}, expect=409)
    refused = await world.call(
        world.caf_officer,
        "PUT",
        f"/campaigns/{world.campaign_id}/funders/{world.caf}/review-settings",
        json={"readings": 2},
    )
    assert refused.json()["type"].endswith("/reviews-already-open"), refused.text
    later = await choose(world, review_due_on="2030-01-31", follows_rules=True)
    assert (later["review_due_on"], later["follows_rules"], later["readings"], later["version"]) == ("2030-01-31", True, 1, 1)


async def test_who_may_choose_and_what_is_refused_of_readers(fresh_world: World) -> None:
    world = fresh_world
    settings = f"/campaigns/{world.campaign_id}/funders/{world.caf}/review-settings"
    assert (await world.call(world.caf_officer, "GET", settings, expect=200)).json()["version"] == 0
    wish = {"json": {"readings": 2}}
    await world.refused(member_of(world.caf), "PUT", settings, 403, "funder-managers-only", **wish)
    for who in (world.team, world.holder, world.state_officer):
        await world.refused(who, "PUT", settings, 404, "not-found", **wish)
        await world.refused(who, "GET", settings, 404, "not-found")
    alone = {"json": {"readings": 1, "hides_holder": True}}
    await world.refused(world.caf_officer, "PUT", settings, 409, "readers-refused", **alone)
    await world.refused(world.caf_officer, "PUT", settings, 422, "malformed-request", json={"readings": 6})
    await choose(world, readings=2)
    await world.refused(world.caf_officer, "PUT", settings, 412, "stale-version", **wish)
    dossier, where = await reviewing(world)
    nadia, paul, ines, tom = (colleague(world, name) for name in ("Nadia", "Paul", "Inès", "Tom"))
    await conflict(world, tom, dossier_id=dossier["id"])
    tag = {"If-Match": (await world.call(world.caf_officer, "GET", where)).headers["etag"]}

    async def refused(slug: str, *readers: Any) -> dict[str, Any]:
        body = {"reader_ids": [str(getattr(each, "account_id", each)) for each in readers]}
        return await world.refused(world.caf_officer, "PUT", f"{where}/readers", 409, slug, json=body, headers=tag)

    assert codes(await refused("readers-refused", nadia, paul, ines)) == {"/reader_ids": "too_many"}
    assert codes(await refused("readers-refused", nadia, nadia)) == {"/reader_ids/1": "repeated"}
    assert codes(await refused("not-a-member", nadia, new_id())) == {"/reader_ids/1": "not_a_member"}
    await refused("assignee-in-conflict", nadia, tom)
    body = {"reader_ids": [str(nadia.account_id)]}
    await world.refused(nadia, "PUT", f"{where}/readers", 403, "funder-managers-only", json=body, headers=tag)
    addresses = await read_by(world, where, nadia, paul)
    await world.change(nadia, "PATCH", addresses[str(nadia.account_id)], json={"scores": {"besoin": 1}}, expect=200)
    tag = {"If-Match": (await world.call(world.caf_officer, "GET", where)).headers["etag"]}
    assert codes(await refused("readers-refused", ines, paul)) == {"/reader_ids": "begun"}
    addresses = await read_by(world, where, nadia, ines)
    assert str(paul.account_id) not in addresses
    mine = addresses[str(ines.account_id)]
    tag = {"If-Match": '"1"'}
    for patch, status, slug in (
        ({"scores": {"humeur": 3}}, 422, "unknown-criterion"),
        ({"score_comments": {"humeur": "Bof"}}, 422, "unknown-criterion"),
        ({"proposed_cents": 400_001}, 409, "review-incomplete"),
    ):
        await world.refused(ines, "PATCH", mine, status, slug, json=patch, headers=tag)
    await world.refused(ines, "POST", f"{mine}/completion", 409, "review-incomplete", headers=tag)
    await world.refused(paul, "PATCH", mine, 403, "not-the-reader", json=GIVEN, headers=tag)
    for who in (world.team, world.holder, world.state_officer):
        await world.refused(who, "GET", mine, 404, "not-found")


async def test_a_conflict_sets_a_reading_aside_and_its_withdrawal_brings_it_back(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=2)
    dossier, where = await reviewing(world)
    nadia, paul = colleague(world), colleague(world, "Paul")
    addresses = await read_by(world, where, nadia, paul)
    mine = addresses[str(paul.account_id)]
    await give(world, paul, mine)
    await give(world, nadia, addresses[str(nadia.account_id)])
    await world.change(nadia, "PATCH", where, json=GIVEN, expect=200)
    await world.change(nadia, "POST", f"{where}/completion", of=where, expect=201)
    declared = await conflict(world, paul, dossier_id=dossier["id"])
    await world.refused(paul, "GET", mine, 403, "in-conflict")
    assert (await world.call(world.caf_officer, "GET", where)).json()["status"] == "in_progress"
    seen = (await world.call(world.caf_officer, "GET", f"{where}/readings", expect=200)).json()
    assert (seen["completed"], {each["status"] for each in seen["items"]}) == (1, {"completed", "set_aside"})
    address = f"/conflicts/{declared['id']}"
    why = {"reason": "Démissionné en 2020."}
    await world.change(paul, "POST", f"{address}/withdrawal", of=address, json=why, expect=201)
    assert (await world.call(paul, "GET", mine, expect=200)).json()["status"] == "completed"
    await world.change(nadia, "POST", f"{where}/completion", of=where, expect=201)


async def test_a_reading_given_twice_at_once_is_given_once(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=2)
    _, where = await reviewing(world)
    nadia = colleague(world)
    mine = (await read_by(world, where, nadia))[str(nadia.account_id)]
    tag = (await world.change(nadia, "PATCH", mine, json=GIVEN, expect=200)).headers["etag"]
    answers = await world.at_once((nadia, "POST", f"{mine}/completion", {"headers": {"If-Match": tag}}) for _ in range(5))
    assert sorted(answer.status_code for answer in answers) == [201, *[409] * 4]


async def test_a_reader_reads_what_was_submitted_and_not_what_the_holder_is_writing(fresh_world: World) -> None:
    world = fresh_world
    await choose(world, readings=2, hides_holder=True)
    content = {**world.content(caf=4_000), "title": "Atelier de LES ateliers  IMAGINAIRES"}
    dossier_id = await world._admit(content)
    (review,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier_id)
    nadia = colleague(world)
    where = (await read_by(world, f"/reviews/{review['id']}", nadia))[str(nadia.account_id)]
    # Hidden in the text, the name is hidden wherever the title is said, however it is written.
    (todo,) = [one for one in await world.pages(nadia, "/me/reviews") if one["kind"] == "reading"]
    (row,) = await world.pages(nadia, "/reviews", dossier_id=dossier_id)
    assert (todo["title"], row["title"]) == ("Atelier de [porteur]", "Atelier de [porteur]")

    asked = await ask(world, world.caf_officer, dossier_id, "/content/need", "/attachments/rib")
    await edit(world, world.holder, dossier_id, content={"need": "Brouillon de réponse."})
    world.running.clock.forward(hours=1)
    rib = {"kind": "rib", "name": "rib.pdf"}
    await world.call(world.holder, "POST", f"/dossiers/{dossier_id}/attachments", params=rib, content=PDF, expect=201)
    read = (await world.call(nadia, "GET", f"{where}/dossier", expect=200)).json()
    assert (read["content"]["need"], read["attachments"]) == (content["content"]["need"], ["statuts"])
    assert (await answer(world, asked)).status_code == 201
    read = (await world.call(nadia, "GET", f"{where}/dossier", expect=200)).json()
    assert (read["content"]["need"], read["attachments"]) == ("Brouillon de réponse.", ["statuts", "rib"])
