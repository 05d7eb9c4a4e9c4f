"""The envelope: drawn on by each grant, given back by each correction, and never exceeded, whoever decides at the same time."""

import asyncio
from collections.abc import Sequence
from typing import Any

import httpx
import pytest

from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio

CROWD = 16


def grant(world: World, session: str, dossier: dict[str, Any], amount_cents: int = 400_000) -> Any:
    """One grant of the CAF, ready to be sent with others at once."""
    where = f"/committees/{session}/decisions/{world.request_of(dossier, world.caf)['id']}"
    return world.caf_officer, "PUT", where, {"json": {"outcome": "granted", "amount_cents": amount_cents}}


async def again(world: World, session: str, request_id: str, *, who: Person | None = None, **decision: Any) -> None:
    """The CAF decides, having read what stands if anything does."""
    where = f"/committees/{session}/decisions/{request_id}"
    before = await world.call(who or world.caf_officer, "GET", where)
    headers = {"If-Match": before.headers["etag"]} if before.status_code == 200 else {}
    await world.call(who or world.caf_officer, "PUT", where, json=decision, headers=headers, expect=200)


async def left(world: World) -> int:
    """What is left on the CAF's line, once checked against what its requests were really granted."""
    funders = (await world.call(world.caf_officer, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
    ((line,),) = (funder["budget_lines"] for funder in funders)
    given = (
        "SELECT coalesce(sum(granted_cents), 0)::bigint AS n FROM funding_requests WHERE campaign_id = %(id)s AND funder_id = %(f)s"
    )
    rows = await world.running.rows(given, id=world.campaign_id, f=world.caf)
    assert line["granted_cents"] == rows[0]["n"]
    assert 0 <= line["granted_cents"] <= line["amount_cents"]
    assert line["left_cents"] == line["amount_cents"] - line["granted_cents"]
    return int(line["left_cents"])


async def dossiers_asking(world: World, count: int, *, envelope: int) -> list[dict[str, Any]]:
    """Reviewed dossiers that each ask the CAF 4 000 € in a campaign where it holds so much."""
    await world.open(envelopes={"caf": envelope})
    return [await world.reviewed(caf=4_000) for _ in range(count)]


def granted_and_refused(answers: Sequence[httpx.Response]) -> tuple[int, list[dict[str, Any]]]:
    """How many were granted, and the problems of those whose envelope was taken."""
    problems = [refusal(answer, 409, "envelope-exceeded") for answer in answers if answer.status_code != 200]
    return len(answers) - len(problems), problems


async def test_a_grant_draws_on_the_envelope_and_a_correction_gives_back(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=500_000)
    session = await world.convene(dossier["id"])
    request_id = world.request_of(dossier, world.caf)["id"]
    for decision, expected in (
        ({"outcome": "granted", "amount_cents": 400_000}, 100_000),
        ({"outcome": "granted", "amount_cents": 400_000}, 100_000),
        ({"outcome": "granted", "amount_cents": 100_000}, 400_000),
        ({"outcome": "adjourned"}, 500_000),
        ({"outcome": "granted", "amount_cents": 300_000}, 200_000),
        ({"outcome": "refused", "motive": "Hors priorités."}, 500_000),
    ):
        await again(world, session, request_id, **decision)
        assert await left(world) == expected


async def test_a_proposal_draws_on_nothing(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=100_000)
    session = await world.convene(dossier["id"], kind="technical")
    proposal: dict[str, Any] = {"outcome": "proposed", "amount_cents": 400_000}
    request_id = world.request_of(dossier, world.caf)["id"]
    assert (await world.decide(world.team, session, request_id, **proposal)).status_code == 200
    assert await left(world) == 100_000


async def test_what_no_longer_fits_is_refused_with_what_is_left_and_nothing_of_it_is_kept(world: World) -> None:
    first, second = await dossiers_asking(world, 2, envelope=500_000)
    session = await world.convene(first["id"], second["id"])
    await world.grant(world.caf_officer, session, world.request_of(first, world.caf)["id"], 400_000)
    who, method, where, sent = grant(world, session, second, 100_100)
    problem = await world.refused(who, method, where, 409, "envelope-exceeded", **sent)
    assert problem["left_cents"] == 100_000
    assert problem["detail"] == "Il reste 1\N{NARROW NO-BREAK SPACE}000\N{NO-BREAK SPACE}€ sur « Ligne caf »."
    assert world.request_of(await world.seen(second["id"], world.team), world.caf)["status"] == "reviewed"
    assert len(await world.pages(world.team, f"/committees/{session}/decisions")) == 1
    await world.grant(world.caf_officer, session, world.request_of(second, world.caf)["id"], 100_000)
    assert await left(world) == 0


async def test_two_committees_at_once_do_not_take_the_same_euros(world: World) -> None:
    first, second = await dossiers_asking(world, 2, envelope=500_000)
    sessions = [await world.convene(dossier["id"]) for dossier in (first, second)]
    answers = await world.at_once(grant(world, *pair) for pair in zip(sessions, (first, second), strict=True))
    granted, problems = granted_and_refused(answers)
    assert (granted, [problem["left_cents"] for problem in problems]) == (1, [100_000])
    assert await left(world) == 100_000


async def test_of_sixteen_committees_at_once_only_as_many_grant_as_the_envelope_holds(world: World) -> None:
    dossiers = await dossiers_asking(world, CROWD, envelope=5 * 400_000 + 399_900)
    sessions = [await world.convene(dossier["id"]) for dossier in dossiers]
    answers = await world.at_once(grant(world, *pair) for pair in zip(sessions, dossiers, strict=True))
    granted, problems = granted_and_refused(answers)
    assert (granted, len(problems)) == (5, CROWD - 5)
    assert {problem["left_cents"] for problem in problems} == {399_900}
    assert await left(world) == 399_900


async def test_sixteen_decisions_at_once_on_the_same_request_leave_one_decision_and_a_true_envelope(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=400_000)
    session = await world.convene(dossier["id"])
    answers = await world.at_once(grant(world, session, dossier, (i + 1) * 10_000) for i in range(CROWD))
    assert sorted(answer.status_code for answer in answers) == [200] + [428] * (CROWD - 1)
    (kept,) = await world.pages(world.team, f"/committees/{session}/decisions")
    assert await left(world) == 400_000 - kept["amount_cents"]
    read = await world.seen(dossier["id"], world.team)
    assert world.request_of(read, world.caf)["granted_cents"] == kept["amount_cents"]
    totals = await world.running.rows("SELECT granted_cents FROM dossiers WHERE id = %(id)s", id=dossier["id"])
    assert totals == [{"granted_cents": kept["amount_cents"]}]


async def test_the_same_request_granted_by_two_sessions_at_once_is_granted_once(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=1_000_000)
    sessions = [await world.convene(dossier["id"]) for _ in range(4)]
    answers = await world.at_once(grant(world, session, dossier) for session in sessions)
    assert sorted(answer.status_code for answer in answers) == [200, 409, 409, 409]
    for answer in answers:
        if answer.status_code == 409:
            refusal(answer, 409, "request-state-refused")
    assert await left(world) == 600_000


async def test_an_envelope_lowered_while_a_committee_grants_never_falls_below_what_is_granted(world: World) -> None:
    dossiers = await dossiers_asking(world, 4, envelope=1_600_000)
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    where = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    lowered = (world.caf_officer, "PUT", where, {"json": {"amount_cents": 800_000}})
    answers = await world.at_once(
        [*(grant(world, session, d) for d in dossiers[:2]), lowered, *(grant(world, session, d) for d in dossiers[2:])]
    )
    problems = [refusal(answer, 409, "envelope-exceeded") for answer in answers if answer.status_code != 200]
    assert len(problems) <= 2
    assert await left(world) in {0, 400_000}


async def test_funders_deciding_on_one_dossier_at_once_wait_for_each_other_and_never_deadlock(world: World) -> None:
    dossiers = [await world.reviewed(state=4_000, caf=4_000, region=4_000) for _ in range(4)]
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    officers = ((world.state_officer, world.state), (world.caf_officer, world.caf), (world.region_officer, world.region))
    acts = [
        (
            who,
            "PUT",
            f"/committees/{session}/decisions/{world.request_of(dossier, funder)['id']}",
            {"json": {"outcome": "granted", "amount_cents": 400_000}},
        )
        for turn, dossier in enumerate(dossiers)
        for who, funder in officers[turn % 3 :] + officers[: turn % 3]
    ]
    assert {answer.status_code for answer in await world.at_once(acts)} == {200}
    for dossier in dossiers:
        assert (await world.seen(dossier["id"], world.team))["status"] == "decided"


async def test_a_decision_and_the_closing_at_once_end_one_after_the_other(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=400_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}"
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    closing = (world.team, "POST", f"{where}/closing", {"headers": tag})
    decision, closed = await world.at_once([grant(world, session, dossier), closing])
    assert closed.status_code == 201
    assert decision.status_code == 200 or refusal(decision, 409, "committee-closed")
    assert await left(world) == (0 if decision.status_code == 200 else 400_000)


async def test_a_decision_that_waits_for_the_closing_comes_too_late(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=400_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}"
    tag = {"If-Match": (await world.call(world.team, "GET", where)).headers["etag"]}
    async with world.holding("committees", session):
        closing = asyncio.create_task(world.call(world.team, "POST", f"{where}/closing", headers=tag))
        await world.until_waiting()
        who, method, path, sent = grant(world, session, dossier)
        deciding = asyncio.create_task(world.call(who, method, path, **sent))
        await world.until_waiting(2)
    assert (await closing).status_code == 201
    refusal(await deciding, 409, "committee-closed")
    assert await left(world) == 400_000


async def test_the_second_officer_of_a_funder_learns_what_the_first_decided(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=400_000)
    session = await world.convene(dossier["id"])
    request_id = world.request_of(dossier, world.caf)["id"]
    signatory = member_of(world.caf, roles=["signatory"])
    where = f"/committees/{session}/decisions/{request_id}"
    lower = {"outcome": "granted", "amount_cents": 200_000}
    await world.refused(world.caf_officer, "PUT", where, 412, "decided-meanwhile", json=lower, headers={"If-Match": '"1"'})
    first = {"outcome": "granted", "amount_cents": 400_000}
    made = await world.call(world.caf_officer, "PUT", where, json=first, headers={"If-None-Match": "*"}, expect=200)
    assert made.headers["etag"] == '"1"'
    for headers, status, slug in (
        ({}, 428, "decision-version-required"),
        ({"If-None-Match": "*"}, 412, "decided-meanwhile"),
        ({"If-Match": '"7"'}, 412, "decided-meanwhile"),
    ):
        told = (await world.refused(signatory, "PUT", where, status, slug, json=lower, headers=headers))["decision"]
        assert (told["amount_cents"], told["decided_by"], told["version"]) == (400_000, str(world.caf_officer.account_id), 1)
    assert await left(world) == 0
    twice = await world.call(world.caf_officer, "PUT", where, json=first, expect=200)  # a double click
    assert (twice.headers["etag"], twice.json()["decided_at"]) == ('"1"', made.json()["decided_at"])
    await again(world, session, request_id, who=signatory, **lower)
    read = await world.call(world.team, "GET", where, expect=200)
    assert (read.json()["amount_cents"], read.json()["decided_by"]) == (200_000, str(signatory.account_id))
    assert (await world.call(world.team, "GET", where, headers={"If-None-Match": read.headers["etag"]})).status_code == 304
    assert await left(world) == 200_000


async def test_of_two_officers_who_read_the_same_decision_one_changes_it(world: World) -> None:
    (dossier,) = await dossiers_asking(world, 1, envelope=400_000)
    session = await world.convene(dossier["id"])
    request_id = world.request_of(dossier, world.caf)["id"]
    await world.grant(world.caf_officer, session, request_id, 400_000)
    where = f"/committees/{session}/decisions/{request_id}"
    wishes = [(world.caf_officer, 100_000), (member_of(world.caf, roles=["signatory"]), 300_000)]
    sent = [
        (who, "PUT", where, {"json": {"outcome": "granted", "amount_cents": cents}, "headers": {"If-Match": '"1"'}})
        for who, cents in wishes
    ]
    answers = await world.at_once(sent)
    assert sorted(answer.status_code for answer in answers) == [200, 412]
    kept = next(answer.json()["amount_cents"] for answer in answers if answer.status_code == 200)
    assert await left(world) == 400_000 - kept
