"""Funders and the team are told of probable duplicates and overlaps among what they read; holders never are."""

import asyncio
from datetime import timedelta
from typing import Any
from uuid import UUID

import pytest
from psycopg.types.json import Jsonb

from services.common.ids import new_id
from services.programming.similar import profiling
from tests.programming.similar.actions import GARAGE, GARDEN, NEED, action, drafted, overlaps, profile, submitted
from tests.programming.world import World
from tests.support import member_of
from tests.walked import walked_once

pytestmark = pytest.mark.anyio

OTHER_NEED = "Dans plusieurs rues les parents disent manquer d’occasions de sortir avec leurs petits pendant la semaine."


async def _twice(world: World, **more: Any) -> tuple[str, str]:
    """The garden submitted by the association, then retyped by its neighbour under another title."""
    mine = await submitted(world, action(world, **more))
    theirs = await submitted(world, action(world, need=OTHER_NEED, title="Semer et récolter", **more), by=world.stranger)
    return mine, theirs


async def test_a_text_retyped_by_another_holder_is_a_probable_duplicate_and_says_why(world: World) -> None:
    mine, theirs = await _twice(world)
    for who in (world.team, world.state_officer, world.caf_officer, member_of(world.state)):
        (pair,) = await overlaps(world, who, mine)
        assert await overlaps(world, who, theirs) == [pair]
    assert (pair["kind"], pair["kind_label"]) == ("probable_duplicate", "Doublon probable")
    assert 0.8 < pair["shared_text"] < 1
    assert 0.5 < pair["score"] < 1
    assert {pair["first"]["id"], pair["second"]["id"]} == {mine, theirs}
    assert {pair["first"]["holder_name"], pair["second"]["holder_name"]} == {"Les Ateliers imaginaires", "La Voisine fictive"}
    why = {each["code"]: each["label"] for each in pair["why"]}
    assert why.keys() == {"text", "qpv_objective", "period", "budget"}
    assert why["text"].startswith("Texte commun : ")
    assert why["text"].endswith(" % du plus court")
    assert pair["why"][0]["code"] == "text"
    assert pair["passages"][0] == GARDEN.rstrip(".")
    assert "amount" not in str(pair)


async def test_the_same_neighbourhood_and_objective_alone_are_no_overlap(world: World) -> None:
    mine = await submitted(world, action(world))
    await submitted(world, action(world, GARAGE, OTHER_NEED, title="Garage solidaire"), by=world.stranger)
    await submitted(world, action(world, GARAGE, OTHER_NEED, title="Garage solidaire"))
    assert await overlaps(world, world.team, mine) == []


async def test_one_holder_twice_in_one_call_is_a_duplicate_and_for_another_objective_an_overlap(world: World) -> None:
    first = await submitted(world, action(world))
    again = await submitted(world, action(world))
    elsewhere = await submitted(world, action(world, objective_codes=["8"], asks={"state": 8_000}))
    kinds = {}
    for pair in await overlaps(world, world.state_officer, first):
        (other,) = {pair["first"]["id"], pair["second"]["id"]} - {first}
        kinds[other] = pair["kind"]
    assert kinds == {again: "probable_duplicate", elsewhere: "overlap"}
    (twin,) = await overlaps(world, world.state_officer, first, kind="probable_duplicate")
    assert (twin["score"], twin["shared_text"]) == (1, 1)


async def test_a_holder_learns_nothing_of_overlaps(world: World) -> None:
    mine, theirs = await _twice(world)
    (pair,) = await overlaps(world, world.team, mine)
    before = await world.call(world.holder, "GET", f"/dossiers/{mine}", expect=200)
    body = {"organisation_id": str(world.association), "reason": "Rien à voir."}
    for who in (world.holder, world.helper, world.president):
        await world.refused(who, "GET", f"/dossiers/{mine}/overlaps", 404, "not-found")
        await world.refused(who, "GET", f"/dossiers/{theirs}/overlaps", 404, "not-found")
        await world.refused(who, "GET", f"/campaigns/{world.campaign_id}/overlaps", 404, "not-found")
        await world.refused(who, "POST", f"/overlaps/{pair['id']}/dismissal", 404, "not-found", json=body)
        query = {"organisation_id": str(world.association)}
        await world.refused(who, "DELETE", f"/overlaps/{pair['id']}/dismissal", 404, "not-found", params=query)
    body["organisation_id"] = str(world.lead)
    await world.call(world.team, "POST", f"/overlaps/{pair['id']}/dismissal", json=body, expect=201)
    after = await world.call(world.holder, "GET", f"/dossiers/{mine}", expect=200)
    assert after.headers["etag"] == before.headers["etag"]
    assert "overlap" not in after.text + str(await world.pages(world.holder, f"/dossiers/{mine}/journal"))
    # Nor does somebody who also works for a funder, while one of the two is their own.
    both = member_of(world.association, world.state, roles=["manager"])
    assert await overlaps(world, both, mine) == []
    assert await world.pages(both, f"/campaigns/{world.campaign_id}/overlaps") == []
    body["organisation_id"] = str(world.state)
    await world.refused(both, "POST", f"/overlaps/{pair['id']}/dismissal", 404, "not-found", json=body)


async def test_a_funder_never_sees_a_pair_with_a_dossier_it_may_not_read(world: World) -> None:
    to_both = await submitted(world, action(world, asks={"state": 8_000, "caf": 4_000}))
    to_state = await submitted(world, action(world, need=OTHER_NEED, asks={"state": 8_000}), by=world.stranger)
    (pair,) = await overlaps(world, world.state_officer, to_both)
    assert await overlaps(world, world.caf_officer, to_both) == []
    assert await world.pages(world.caf_officer, f"/campaigns/{world.campaign_id}/overlaps") == []
    assert await world.pages(world.region_officer, f"/campaigns/{world.campaign_id}/overlaps") == []
    await world.refused(world.caf_officer, "GET", f"/dossiers/{to_state}/overlaps", 404, "not-found")
    await world.refused(world.region_officer, "GET", f"/dossiers/{to_both}/overlaps", 404, "not-found")
    body = {"organisation_id": str(world.caf), "reason": "Vu."}
    await world.refused(world.caf_officer, "POST", f"/overlaps/{pair['id']}/dismissal", 404, "not-found", json=body)
    stranger = member_of(new_id(), roles=["manager"])
    await world.refused(stranger, "GET", f"/campaigns/{world.campaign_id}/overlaps", 404, "not-found")
    await world.refused(None, "GET", f"/campaigns/{world.campaign_id}/overlaps", 401, "unauthenticated")


async def test_two_calls_are_compared_for_who_reads_both(world: World) -> None:
    first_campaign = world.campaign_id
    mine = await submitted(world, action(world))
    await world.prepare_campaign()
    await world.act("opening")
    again = await submitted(world, action(world))
    (pair,) = await overlaps(world, world.state_officer, again)
    assert pair["kind"] == "overlap"  # one action asked of two calls
    assert {pair["first"]["campaign_id"], pair["second"]["campaign_id"]} == {first_campaign, world.campaign_id}
    for campaign_id in (first_campaign, world.campaign_id):
        assert await world.pages(world.team, f"/campaigns/{campaign_id}/overlaps") == [pair]
    assert {mine, again} == {pair["first"]["id"], pair["second"]["id"]}


async def test_a_renewal_said_to_be_one_is_not_an_overlap(world: World) -> None:
    mine = await submitted(world, action(world))
    year = world.running.clock.now().year + 1
    await world.prepare_campaign(year=year)
    await world.act("opening")
    dates = {"starts_on": f"{year}-03-01", "ends_on": f"{year}-12-15"}
    await submitted(world, action(world, renews_id=mine, **dates))
    assert await overlaps(world, world.team, mine) == []
    undeclared = await submitted(world, action(world, **dates))
    (pair,) = await overlaps(world, world.team, mine)
    assert undeclared in {pair["first"]["id"], pair["second"]["id"]}
    assert pair["kind"] == "overlap"


async def test_dismissed_by_one_organisation_it_stays_for_the_others_and_comes_back(world: World) -> None:
    mine, _ = await _twice(world)
    (pair,) = await overlaps(world, world.state_officer, mine)
    where = f"/overlaps/{pair['id']}/dismissal"
    body = {"organisation_id": str(world.state), "reason": "Deux groupes distincts."}
    calls = [(world.state_officer, "POST", where, {"json": body})] * 2
    assert sorted(answer.status_code for answer in await world.at_once(calls)) == [201, 409]
    await world.refused(world.state_officer, "POST", where, 409, "overlap-already-dismissed", json=body)
    (seen,) = await overlaps(world, world.state_officer, mine, dismissed=True)
    (dismissal,) = seen["dismissals"]
    assert (dismissal["organisation_id"], dismissal["reason"]) == (str(world.state), "Deux groupes distincts.")
    assert await overlaps(world, world.state_officer, mine, dismissed=False) == []
    (other,) = await overlaps(world, world.caf_officer, mine, dismissed=False)
    assert other["dismissals"] == []  # another organisation's reasons are its own
    await world.refused(world.caf_officer, "POST", where, 403, "not-your-overlap", json=body)
    await world.refused(world.state_officer, "POST", where, 422, "malformed-request", json={**body, "reason": " "})
    query = {"organisation_id": str(world.state)}
    await world.refused(world.caf_officer, "DELETE", where, 403, "not-your-overlap", params=query)
    for _ in range(2):
        await world.call(world.state_officer, "DELETE", where, params=query, expect=204)
    assert len(await overlaps(world, world.state_officer, mine, dismissed=False)) == 1
    acts = await world.running.rows("SELECT act FROM journal_lines WHERE resource_id = %(id)s ORDER BY id", id=pair["id"])
    assert [line["act"] for line in acts] == ["overlap.dismissed", "overlap.brought_back"]


async def test_a_dossier_declared_inadmissible_leaves_the_pairs(world: World) -> None:
    mine, theirs = await _twice(world)
    (pair,) = await overlaps(world, world.team, mine)
    refusal = {"admissible": False, "reason": "Hors du territoire du contrat."}
    await world.change(world.team, "POST", f"/dossiers/{theirs}/admissibility", of=f"/dossiers/{theirs}", json=refusal, expect=201)
    assert await overlaps(world, world.team, mine) == []
    assert await world.pages(world.team, f"/campaigns/{world.campaign_id}/overlaps") == []
    body = {"organisation_id": str(world.lead), "reason": "Vu."}
    await world.refused(world.team, "POST", f"/overlaps/{pair['id']}/dismissal", 404, "not-found", json=body)


async def test_pairs_are_listed_strongest_or_newest_first_page_by_page(world: World) -> None:
    await submitted(world, action(world))
    world.running.clock.forward(seconds=1)
    await submitted(world, action(world))
    world.running.clock.forward(seconds=1)
    await submitted(world, action(world, need=OTHER_NEED, title="Semer et récolter"), by=world.stranger)
    where = f"/campaigns/{world.campaign_id}/overlaps"
    strongest = await world.pages(world.team, where, limit=1)
    newest = await world.pages(world.team, where, limit=1, sort="-found_at")
    assert len({pair["id"] for pair in strongest}) == 3
    assert {pair["id"] for pair in newest} == {pair["id"] for pair in strongest}
    assert [pair["score"] for pair in strongest] == sorted((pair["score"] for pair in strongest), reverse=True)
    assert strongest[0]["score"] == 1
    assert newest[-1] == strongest[0]
    await world.refused(world.team, "GET", where, 400, "invalid-cursor", params={"cursor": "autre"})
    await world.refused(world.team, "GET", where, 422, "malformed-request", params={"kind": "autre"})


async def test_a_dossier_submitted_again_is_compared_anew(world: World) -> None:
    mine, theirs = await _twice(world)
    (pair,) = await overlaps(world, world.team, mine)
    await _submit_again(world, theirs, {"description": GARAGE})
    await profile(world)
    assert await overlaps(world, world.team, mine) == []
    await _submit_again(world, theirs, {"description": GARDEN, "need": NEED})
    await profile(world)
    (anew,) = await overlaps(world, world.team, mine)
    assert anew["shared_text"] == 1 > pair["shared_text"]
    kept = await world.running.rows("SELECT number FROM action_profiles WHERE dossier_id = %(id)s", id=theirs)
    assert [row["number"] for row in kept] == [3]


async def _submit_again(world: World, dossier_id: str, content: dict[str, str]) -> None:
    """A submission of a higher number, as an answer to changes that were requested leaves it."""
    async with world.running.resources.database.readers.connection() as connection:
        await connection.execute(
            b"INSERT INTO submissions (id, dossier_id, number, reference, submitted_at, submitted_by, signatory_name,"
            b" signatory_function, snapshot) SELECT %(new)s, dossier_id, number + 1, reference, submitted_at, submitted_by,"
            b" signatory_name, signatory_function, jsonb_set(snapshot, '{content}', snapshot->'content' || %(content)s)"
            b" FROM submissions WHERE dossier_id = %(id)s ORDER BY number DESC LIMIT 1",
            {"new": new_id(), "id": dossier_id, "content": Jsonb(content)},
        )


@walked_once
async def _three_drafts(world: World) -> list[str]:
    return [await drafted(world, action(world)) for _ in range(3)]


async def test_the_job_run_twice_or_twice_at_once_changes_nothing_and_drafts_have_no_profile(world: World) -> None:
    drafts = await _three_drafts(world)
    for dossier_id in drafts:
        assert (await world.submit(dossier_id, await world.tag(dossier_id))).status_code == 201
    waiting = await drafted(world, action(world))
    await asyncio.gather(*(profile(world) for _ in range(3)))
    await profile(world)
    sql = "SELECT dossier_id::text AS id FROM action_profiles WHERE dossier_id = ANY(%(ids)s::uuid[]) ORDER BY dossier_id"
    profiled = await world.running.rows(sql, ids=[*drafts, waiting])
    assert [row["id"] for row in profiled] == sorted(drafts)
    pairs = await world.pages(world.team, f"/campaigns/{world.campaign_id}/overlaps")
    assert len(pairs) == 3
    assert len({frozenset((pair["first"]["id"], pair["second"]["id"])) for pair in pairs}) == 3


async def test_a_submission_whose_id_is_ahead_of_time_does_not_hide_those_that_follow(world: World) -> None:
    early = await drafted(world, action(world))
    assert (await world.submit(early, await world.tag(early))).status_code == 201
    ahead = profiling.first_id_at(world.running.clock.now() + timedelta(days=30)).int + new_id().int % 2**62
    async with world.running.resources.database.readers.connection() as connection:
        moved = b"UPDATE submissions SET id = %(id)s WHERE dossier_id = %(dossier)s"
        await connection.execute(moved, {"id": UUID(int=ahead), "dossier": early})
    await profile(world)
    later = await submitted(world, action(world))
    (pair,) = await overlaps(world, world.team, later)
    assert {pair["first"]["id"], pair["second"]["id"]} == {early, later}
