"""A dossier sent again after it was reviewed: whoever reviewed it is told, reads what changed, corrects or confirms."""

import pytest

from tests.programming.change_requests.asks import answer, ask, edit
from tests.programming.reviews.rounds import GIVEN, choose, colleague, conflict, reviewing
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def _sent_again(world: World, dossier_id: str, need: str) -> None:
    asked = await ask(world, world.state_officer, dossier_id, "/content/need")
    await edit(world, world.holder, dossier_id, content={"need": need})
    assert (await answer(world, asked)).status_code == 201


async def test_whoever_reviewed_the_dossier_is_told_that_it_changed_and_says_that_the_review_holds(world: World) -> None:
    dossier, where = await reviewing(world)
    await world.change(world.caf_officer, "PATCH", where, json=GIVEN, expect=200)
    read = await world.call(world.caf_officer, "GET", where, expect=200)
    assert (read.json()["submission_number"], read.json()["dossier_changed"], read.json()["dossier_changes"]) == (1, False, None)

    await _sent_again(world, dossier["id"], "Apprendre le français, et le lire.")
    again = await world.call(world.caf_officer, "GET", where, headers={"If-None-Match": read.headers["etag"]}, expect=200)
    review = again.json()
    assert (review["submission_number"], review["last_submission_number"], review["dossier_changed"]) == (1, 2, True)
    path = review["dossier_changes"].removeprefix(world.V1)
    told = (await world.call(world.caf_officer, "GET", path, expect=200)).json()
    assert [one["pointer"] for one in told["differences"]] == ["/content/need"]
    (row,) = await world.pages(world.caf_officer, "/me/reviews", campaign_id=world.campaign_id)
    assert (row["dossier_changed"], row["dossier_changes"]) == (True, review["dossier_changes"])
    (listed,) = await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"], funder_id=str(world.caf))
    assert listed["dossier_changed"]
    due = {one["kind"]: one for one in await world.pages(world.caf_officer, "/me/due")}
    assert due["review_to_confirm"]["resource_id"] == review["id"]

    # Saved meanwhile it still is what was written on the first submission; who read the new one says so.
    await world.change(world.caf_officer, "PATCH", where, json={"internal_comment": "Vu."}, expect=200)
    await world.refused(
        world.caf_officer,
        "POST",
        f"{where}/confirmation",
        409,
        "not-the-last-submission",
        json={"submission_number": 1},
        headers={"If-Match": await _tag(world, where)},
    )
    await world.refused(
        world.caf_officer, "POST", f"{where}/confirmation", 428, "precondition-required", json={"submission_number": 2}
    )
    for who, status, slug in (
        (world.team, 403, "not-the-funder"),
        (world.holder, 404, "not-found"),
        (world.stranger, 404, "not-found"),
    ):
        sent = {"json": {"submission_number": 2}, "headers": {"If-Match": await _tag(world, where)}}
        await world.refused(who, "POST", f"{where}/confirmation", status, slug, **sent)
    body = {"submission_number": 2}
    confirmed = await world.change(world.caf_officer, "POST", f"{where}/confirmation", of=where, json=body, expect=201)
    assert (confirmed.json()["submission_number"], confirmed.json()["dossier_changed"]) == (2, False)
    assert "review_to_confirm" not in {one["kind"] for one in await world.pages(world.caf_officer, "/me/due")}


async def test_an_avis_already_given_is_flagged_to_the_committee_until_it_is_confirmed(world: World) -> None:
    dossier, where = await reviewing(world)
    await world.review(world.caf_officer, dossier["id"])
    await _sent_again(world, dossier["id"], "Autre chose.")
    flags = {
        row["funder_id"]: row["dossier_changed"] for row in await world.pages(world.team, f"/dossiers/{dossier['id']}/reviews")
    }
    assert flags == {str(world.caf): True, str(world.state): False}, "nothing is written yet for the State"
    assert "review_to_confirm" in {one["kind"] for one in await world.pages(world.caf_officer, "/me/due")}
    body = {"submission_number": 2}
    given = await world.change(world.caf_officer, "POST", f"{where}/confirmation", of=where, json=body, expect=201)
    assert (given.json()["status"], given.json()["dossier_changed"]) == ("completed", False)
    nadia = colleague(world)
    await conflict(world, nadia, dossier_id=dossier["id"])
    sent = {"json": body, "headers": {"If-Match": given.headers["etag"]}}
    await world.refused(nadia, "POST", f"{where}/confirmation", 403, "in-conflict", **sent)


async def test_a_reader_is_told_too_and_never_reads_what_the_holder_is_still_writing(world: World) -> None:
    await choose(world, readings=2, hides_holder=True)
    dossier, where = await reviewing(world)
    nadia = colleague(world)
    await world.change(
        world.caf_officer, "PUT", f"{where}/readers", of=where, json={"reader_ids": [str(nadia.account_id)]}, expect=200
    )
    (reading,) = (await world.call(world.caf_officer, "GET", f"{where}/readings", expect=200)).json()["items"]
    own = f"/readings/{reading['id']}"
    await world.change(nadia, "PATCH", own, json=GIVEN, expect=200)
    asked = await ask(world, world.state_officer, dossier["id"], "/content/need")
    await edit(world, world.holder, dossier["id"], content={"need": "Un brouillon."})
    seen = (await world.call(nadia, "GET", f"{own}/dossier", expect=200)).json()
    assert seen["content"]["need"] == dossier["content"]["need"], "what was submitted, not what is being written"
    assert seen["attachments"] == ["statuts"]
    assert (await answer(world, asked)).status_code == 201
    behind = (await world.call(nadia, "GET", own, expect=200)).json()
    assert (behind["submission_number"], behind["dossier_changed"]) == (1, True)
    rows = await world.pages(nadia, "/me/reviews", campaign_id=world.campaign_id)
    assert {row["kind"]: row["dossier_changed"] for row in rows} == {"reading": True, "review": False}
    sent = {"json": {"submission_number": 2}}
    await world.refused(
        world.caf_officer,
        "POST",
        f"{own}/confirmation",
        403,
        "not-the-reader",
        **sent,
        headers={"If-Match": await _tag(world, own, nadia)},
    )
    held = await world.change(nadia, "POST", f"{own}/confirmation", of=own, **sent, expect=201)
    assert not held.json()["dossier_changed"]


async def _tag(world: World, where: str, who: object = None) -> str:
    reader = who or world.caf_officer
    return str((await world.call(reader, "GET", where, expect=200)).headers["etag"])  # type: ignore[arg-type]
