"""Conflicts of interest: declared, enforced at once, flagged, withdrawn with a reason."""

from typing import Any
from uuid import UUID

import pytest

from services.common.ids import new_id
from services.programming.reviews import conflicts
from tests.programming.reviews.rounds import GIVEN, colleague, conflict, reviewing
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


async def test_who_declares_loses_the_review_and_what_they_wrote_is_kept_aside(world: World) -> None:
    dossier, where = await reviewing(world)
    nadia = colleague(world)
    await world.change(nadia, "PATCH", where, json={**GIVEN, "internal_comment": "Très bien"}, expect=200)
    declared = await conflict(world, nadia, dossier_id=dossier["id"])
    assert (declared["about"], declared["person_name"], declared["account_id"]) == (
        dossier["reference"],
        "Nadia Benali",
        str(nadia.account_id),
    )
    review = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (review["status"], review["assignee_id"], review["scores"], review["opinion"], review["internal_comment"]) == (
        "to_review",
        None,
        {},
        None,
        "",
    )
    (aside,) = await world.pages(world.caf_officer, f"{where}/set-aside")
    assert (aside["written"]["scores"], aside["written"]["internal_comment"], aside["stands"]) == (
        GIVEN["scores"],
        "Très bien",
        False,
    )
    assert (aside["account_id"], aside["conflict_id"]) == (str(nadia.account_id), declared["id"])
    tag = {"headers": {"If-Match": '"1"'}}
    refused: list[tuple[str, str, dict[str, Any]]] = [
        ("GET", "", {}),
        ("PATCH", "", {"json": GIVEN, **tag}),
        ("GET", "/readings", {}),
    ]
    tag = {"headers": {"If-Match": (await world.call(world.caf_officer, "GET", where)).headers["etag"]}}
    refused.append(("POST", "/completion", tag))
    refused[1] = ("PATCH", "", {"json": GIVEN, **tag})
    for method, path, sent in refused:
        await world.refused(nadia, method, where + path, 403, "in-conflict", **sent)
    await world.refused(nadia, "GET", f"{where}/set-aside", 403, "funder-managers-only")
    for listing, query in (("/reviews", {"dossier_id": dossier["id"]}), (f"/dossiers/{dossier['id']}/reviews", {})):
        rows = [row for row in await world.pages(nadia, listing, **query) if row["funder_id"] == str(world.caf)]
        assert [row["hidden"] for row in rows] == ["conflict"]
    wish = {"json": {"assignee_id": str(nadia.account_id)}, **tag}
    await world.refused(world.caf_officer, "POST", f"{where}/assignment", 409, "assignee-in-conflict", **wish)
    await world.review(world.caf_officer, dossier["id"])
    (row,) = await world.pages(nadia, "/reviews", dossier_id=dossier["id"])
    assert (row["status"], row["weighted_score"], row["opinion"], row["proposed_cents"]) == ("completed", None, None, None)


async def test_an_avis_already_given_is_taken_back_unless_a_committee_has_spoken(world: World) -> None:
    first, _ = await reviewing(world, caf=4_000)
    second = await world.admitted(caf=4_000)
    nadia = colleague(world)
    for dossier in (first, second):
        await world.review(nadia, dossier["id"])
    session = await world.convene(second["id"])
    await world.grant(world.caf_officer, session, world.request_of(second, world.caf)["id"], 100_000)
    for dossier in (first, second):
        await conflict(world, nadia, dossier_id=dossier["id"])
    reopened, stands = [
        (await world.pages(world.caf_officer, "/reviews", dossier_id=dossier["id"]))[0] for dossier in (first, second)
    ]
    assert (reopened["status"], reopened["opinion"], reopened["assignee_id"]) == ("to_review", None, None)
    assert world.request_of(await world.seen(first["id"], world.team), world.caf)["status"] == "asked"
    assert (stands["status"], stands["opinion"]) == ("completed", "favourable")
    (aside,) = await world.pages(world.caf_officer, f"/reviews/{stands['id']}/set-aside")
    assert (aside["stands"], aside["written"]["opinion"]) == (True, "favourable")


async def test_a_conflict_with_an_organisation_is_one_with_all_its_dossiers_and_the_minutes_are_told(world: World) -> None:
    dossier, where = await reviewing(world)
    other, _ = await reviewing(world)
    nadia = colleague(world, "Zoé Nadir")
    await conflict(world, nadia, organisation_id=str(world.association), kind="family")
    await world.refused(nadia, "GET", where, 403, "in-conflict")
    async with world.running.resources.database.transaction() as session:
        rows = await conflicts.declared_about(session, [UUID(dossier["id"]), new_id()])
    mine = [row for row in rows if row["account_id"] == nadia.account_id]
    assert [(str(row["dossier_id"]), row["person_name"], row["kind"]) for row in mine] == [(dossier["id"], "Zoé Nadir", "family")]
    assert "details" not in mine[0]
    found = await world.pages(world.caf_officer, "/conflicts", dossier_id=other["id"], standing=True)
    assert str(nadia.account_id) in {row["account_id"] for row in found}
    async with world.running.resources.database.transaction() as session:
        await conflicts.forget(session, nadia.account_id)
    async with world.running.resources.database.transaction() as session:
        rows = await conflicts.declared_about(session, [UUID(dossier["id"])])
    assert [row["person_name"] for row in rows if row["account_id"] == nadia.account_id] == [""]


async def test_who_may_declare_for_whom_and_who_reads_the_words(world: World) -> None:
    dossier, _ = await reviewing(world)
    nadia, paul = colleague(world), colleague(world, "Paul")
    body = {"funder_id": str(world.caf), "dossier_id": dossier["id"], "kind": "other", "details": "Entre nous"}
    for who in (world.holder, world.team, world.state_officer, world.stranger):
        await world.refused(who, "POST", "/conflicts", 403, "not-the-funder", json=body)
    for_paul = {**body, "account_id": str(paul.account_id)}
    await world.refused(nadia, "POST", "/conflicts", 403, "funder-managers-only", json=for_paul)
    nobody = {**body, "account_id": str(new_id())}
    await world.refused(world.caf_officer, "POST", "/conflicts", 409, "not-a-member", json=nobody)
    hidden = {**body, "dossier_id": str(new_id())}
    await world.refused(nadia, "POST", "/conflicts", 404, "not-found", json=hidden)
    draft, _ = await world.draft()
    await world.refused(nadia, "POST", "/conflicts", 404, "not-found", json={**body, "dossier_id": draft})
    both = {**body, "organisation_id": str(world.association)}
    await world.refused(nadia, "POST", "/conflicts", 422, "malformed-request", json=both)
    recorded = (await world.call(world.caf_officer, "POST", "/conflicts", json=for_paul, expect=201)).json()
    await world.refused(world.caf_officer, "POST", "/conflicts", 409, "conflict-declared", json=for_paul)
    where = f"/conflicts/{recorded['id']}"
    assert (await world.call(world.caf_officer, "GET", where, expect=200)).json()["details"] == "Entre nous"
    assert (await world.call(paul, "GET", where, expect=200)).json()["details"] is None
    for who in (nadia, world.team, world.state_officer, world.holder):
        await world.refused(who, "GET", where, 404, "not-found")
        assert await world.pages(who, "/conflicts", dossier_id=dossier["id"]) == []


async def test_a_declaration_is_withdrawn_with_a_reason_by_who_made_it(world: World) -> None:
    dossier, address = await reviewing(world)
    nadia = colleague(world)
    own = await conflict(world, nadia, dossier_id=dossier["id"])
    where = f"/conflicts/{own['id']}"
    tag = {"headers": {"If-Match": (await world.call(nadia, "GET", where, expect=200)).headers["etag"]}}
    for body in ({}, {"reason": "  "}):
        await world.refused(nadia, "POST", f"{where}/withdrawal", 422, "malformed-request", json=body, **tag)
    why = {"json": {"reason": "Homonyme."}}
    await world.refused(colleague(world), "POST", f"{where}/withdrawal", 404, "not-found", **why, **tag)
    await world.refused(nadia, "POST", f"{where}/withdrawal", 428, "precondition-required", **why)
    await world.call(nadia, "POST", f"{where}/withdrawal", expect=201, **why, **tag)
    tag = {"headers": {"If-Match": (await world.call(nadia, "GET", where, expect=200)).headers["etag"]}}
    await world.refused(nadia, "POST", f"{where}/withdrawal", 409, "conflict-withdrawn", **why, **tag)
    await world.call(nadia, "GET", address, expect=200)
    assert (await world.pages(nadia, "/conflicts", standing=False))[0]["withdrawal_reason"] == "Homonyme."
    recorded = await conflict(world, world.caf_officer, dossier_id=dossier["id"], account_id=str(nadia.account_id))
    where = f"/conflicts/{recorded['id']}"
    tag = {"headers": {"If-Match": '"1"'}}
    await world.refused(nadia, "POST", f"{where}/withdrawal", 403, "funder-managers-only", **why, **tag)
    await world.call(world.caf_officer, "POST", f"{where}/withdrawal", expect=201, **why, **tag)


async def test_a_conflict_declared_while_the_other_tab_gives_the_avis_leaves_no_avis_of_theirs(world: World) -> None:
    for _ in range(3):
        dossier, where = await reviewing(world, caf=4_000)
        nadia = colleague(world)
        tag = (await world.change(nadia, "PATCH", where, json=GIVEN, expect=200)).headers["etag"]
        body = {"funder_id": str(world.caf), "dossier_id": dossier["id"], "kind": "family"}
        given, declared = await world.at_once(
            [
                (nadia, "POST", f"{where}/completion", {"headers": {"If-Match": tag}}),
                (nadia, "POST", "/conflicts", {"json": body}),
            ]
        )
        assert declared.status_code == 201, declared.text
        assert given.status_code in {201, 403}, given.text
        review = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
        assert (review["status"], review["opinion"], review["assignee_id"]) == ("to_review", None, None)
        assert world.request_of(await world.seen(dossier["id"], world.team), world.caf)["status"] == "asked"
        (aside,) = await world.pages(world.caf_officer, f"{where}/set-aside")
        assert aside["written"]["scores"] == GIVEN["scores"]


async def test_a_review_given_to_somebody_while_they_declare_does_not_stay_theirs(world: World) -> None:
    dossier, where = await reviewing(world, caf=4_000)
    nadia = colleague(world)
    tag = (await world.call(world.caf_officer, "GET", where)).headers["etag"]
    body = {"funder_id": str(world.caf), "dossier_id": dossier["id"], "kind": "family"}
    wish = {"json": {"assignee_id": str(nadia.account_id)}, "headers": {"If-Match": tag}}
    given, declared, again = await world.at_once(
        [
            (world.caf_officer, "POST", f"{where}/assignment", wish),
            (nadia, "POST", "/conflicts", {"json": body}),
            (nadia, "POST", "/conflicts", {"json": body}),
        ]
    )
    assert sorted((declared.status_code, again.status_code)) == [201, 409]
    assert given.status_code in {201, 409, 412}, given.text
    assert (await world.call(world.caf_officer, "GET", where, expect=200)).json()["assignee_id"] is None


async def test_what_somebody_else_wrote_stays_when_only_its_instructor_is_in_conflict(world: World) -> None:
    dossier, where = await reviewing(world)
    nadia = colleague(world)
    wish = {"assignee_id": str(nadia.account_id)}
    await world.change(world.caf_officer, "POST", f"{where}/assignment", of=where, json=wish, expect=201)
    await world.change(world.caf_officer, "PATCH", where, json=GIVEN, expect=200)
    await conflict(world, nadia, dossier_id=dossier["id"])
    review = (await world.call(world.caf_officer, "GET", where, expect=200)).json()
    assert (review["status"], review["assignee_id"], review["scores"]) == ("in_progress", None, GIVEN["scores"])
    assert await world.pages(world.caf_officer, f"{where}/set-aside") == []
    assert await world.pages(member_of(world.state, roles=["manager"]), "/conflicts") == []
