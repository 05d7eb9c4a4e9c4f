"""What a session says of a request: who may say it, when, how it is corrected, and what another session may still change."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import codes
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio


@pytest.fixture
def world(shared_world: World) -> World:
    """Each test keeps to its own dossiers: they share the campaign."""
    return shared_world


GRANT: dict[str, Any] = {"outcome": "granted", "amount_cents": 400_000}
ADJOURN: dict[str, Any] = {"outcome": "adjourned"}
REFUSE: dict[str, Any] = {"outcome": "refused", "motive": "Hors priorités."}


async def sat(world: World, *, kind: str = "steering") -> tuple[dict[str, Any], str, str]:
    """A reviewed dossier that asks the CAF 4 000 €, a session under way, and the address of the CAF's decision in it."""
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"], kind=kind)
    return dossier, session, f"/committees/{session}/decisions/{world.request_of(dossier, world.caf)['id']}"


async def refused(
    world: World, where: str, status: int, slug: str, *, who: Person | None = None, **decision: Any
) -> dict[str, Any]:
    sent = {"json": decision or GRANT, "headers": await read(world, who or world.caf_officer, where)}
    return await world.refused(who or world.caf_officer, "PUT", where, status, slug, **sent)


async def read(world: World, who: Person, where: str) -> dict[str, str]:
    """The condition under which somebody who has read the decision may change it, or take it first."""
    before = await world.call(who, "GET", where)
    return {"If-Match": before.headers["etag"]} if before.status_code == 200 else {"If-None-Match": "*"}


async def decided(world: World, where: str, decision: dict[str, Any], *, who: Person | None = None) -> dict[str, Any]:
    who = who or world.caf_officer
    headers = await read(world, who, where)
    return dict((await world.call(who, "PUT", where, json=decision, headers=headers, expect=200)).json())


async def standing(world: World, dossier: dict[str, Any]) -> tuple[str, str, int | None]:
    """The dossier's status, the request's, and what is granted."""
    read = await world.seen(dossier["id"], world.team)
    request = world.request_of(read, world.caf)
    return read["status"], request["status"], request["granted_cents"]


async def test_a_technical_committee_proposes_by_the_hand_of_the_team(world: World) -> None:
    dossier, _, where = await sat(world, kind="technical")
    proposal: dict[str, Any] = {"outcome": "proposed", "amount_cents": 300_000}
    await refused(world, where, 403, "not-for-you-to-decide", **proposal)
    made = await decided(world, where, proposal, who=world.team)
    assert (made["outcome"], made["decided_by"]) == ("proposed", str(world.team.account_id))
    read = world.request_of(await world.seen(dossier["id"], world.team), world.caf)
    assert (read["status"], read["proposed_cents"], read["granted_cents"]) == ("proposed", 300_000, None)


async def test_a_technical_committee_may_propose_nothing(world: World) -> None:
    dossier, _, where = await sat(world, kind="technical")
    await decided(world, where, {"outcome": "proposed", "amount_cents": 0}, who=world.team)
    read = world.request_of(await world.seen(dossier["id"], world.team), world.caf)
    assert (read["status"], read["proposed_cents"]) == ("proposed", 0)


@pytest.mark.parametrize(
    ("decision", "expected"),
    [
        (GRANT, ("decided", "granted", 400_000)),
        (REFUSE, ("decided", "refused", 0)),
        (ADJOURN, ("ready_for_committee", "adjourned", None)),
    ],
)
async def test_in_a_steering_committee_each_funder_decides_for_itself(
    world: World, decision: dict[str, Any], expected: tuple[str, str, int | None]
) -> None:
    dossier, session, where = await sat(world)
    for who in (world.team, world.state_officer, member_of(world.caf)):
        await refused(world, where, 403, "not-for-you-to-decide", who=who, **decision)
    for stranger in (world.holder, world.stranger):
        await refused(world, where, 404, "not-found", who=stranger, **decision)
    signatory = member_of(world.caf, roles=["signatory"])
    made = await decided(world, where, decision, who=signatory)
    assert await standing(world, dossier) == expected
    for reader in (world.team, world.state_officer):
        assert await world.pages(reader, f"/committees/{session}/decisions") == [made]


@pytest.mark.parametrize(
    ("kind", "decision", "expected"),
    [
        ("technical", GRANT, {"/outcome": "outcome"}),
        ("steering", {"outcome": "proposed", "amount_cents": 100}, {"/outcome": "outcome"}),
        ("steering", {"outcome": "refused"}, {"/motive": "missing"}),
        ("steering", {"outcome": "refused", "motive": " \n"}, {"/motive": "missing"}),
        ("steering", {"outcome": "granted"}, {"/amount_cents": "amount"}),
        ("steering", {"outcome": "granted", "amount_cents": 150}, {"/amount_cents": "whole_euros"}),
        ("steering", {"outcome": "adjourned", "amount_cents": 100}, {"/amount_cents": "amount"}),
    ],
)
async def test_a_decision_that_does_not_hold_together_is_pointed_at(
    world: World, kind: str, decision: dict[str, Any], expected: dict[str, str]
) -> None:
    dossier, session, where = await sat(world, kind=kind)
    who = world.team if kind == "technical" else world.caf_officer
    assert codes(await refused(world, where, 422, "decision-refused", who=who, **decision)) == expected
    assert await standing(world, dossier) == ("ready_for_committee", "reviewed", None)
    assert await world.pages(world.team, f"/committees/{session}/decisions") == []


@pytest.mark.parametrize(("presence", "status"), [("present", 200), ("represented", 200), ("excused", 409), (None, 409)])
async def test_a_funder_that_is_not_at_the_table_does_not_decide(world: World, presence: str | None, status: int) -> None:
    _, session, where = await sat(world)
    members = [{"organisation_id": str(world.state), "name": "État", "presence": "present"}]
    if presence:
        members.append({"organisation_id": str(world.caf), "name": "CAF", "presence": presence})
    of = f"/committees/{session}"
    await world.change(world.team, "PUT", f"{of}/attendance", of=of, json={"members": members}, expect=200)
    if status == 200:
        await decided(world, where, GRANT)
    else:
        await refused(world, where, status, "funder-absent")


async def test_nothing_is_decided_before_the_session_starts(world: World) -> None:
    dossier, session, where = await sat(world)
    later = {"starts_at": (world.running.clock.now() + timedelta(seconds=1)).isoformat()}
    await world.change(world.team, "PATCH", f"/committees/{session}", json=later, expect=200)
    await refused(world, where, 409, "committee-not-started")
    world.running.clock.forward(seconds=1)
    await decided(world, where, GRANT)
    assert await standing(world, dossier) == ("decided", "granted", 400_000)


async def test_nothing_is_decided_that_is_not_on_the_agenda(world: World) -> None:
    _, session, _ = await sat(world)
    other = await world.reviewed(caf=4_000)
    unlisted = f"/committees/{session}/decisions/{world.request_of(other, world.caf)['id']}"
    await refused(world, unlisted, 409, "not-on-agenda")
    await refused(world, f"/committees/{session}/decisions/{new_id()}", 404, "not-found")
    await refused(world, f"/committees/{new_id()}/decisions/{world.request_of(other, world.caf)['id']}", 404, "not-found")


async def test_nothing_is_decided_of_a_request_nobody_has_reviewed(world: World) -> None:
    dossier = await world.admitted(caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/decisions/{world.request_of(dossier, world.caf)['id']}"
    assert (await refused(world, where, 409, "request-state-refused"))["request_status"] == "asked"


async def test_no_more_is_granted_or_proposed_than_what_is_asked(world: World) -> None:
    _, _, where = await sat(world)
    problem = await refused(world, where, 409, "request-state-refused", outcome="granted", amount_cents=400_100)
    assert problem["asked_cents"] == 400_000


async def test_after_the_closing_a_decision_stands(world: World) -> None:
    dossier, session, where = await sat(world)
    await decided(world, where, GRANT)
    await world.close(session)
    for decision in (REFUSE, GRANT):
        await refused(world, where, 409, "committee-closed", **decision)
    another = await world.convene(dossier["id"])
    request_id = world.request_of(dossier, world.caf)["id"]
    elsewhere = f"/committees/{another}/decisions/{request_id}"
    assert (await refused(world, elsewhere, 409, "request-state-refused", **REFUSE))["request_status"] == "granted"
    assert await standing(world, dossier) == ("decided", "granted", 400_000)


async def test_until_the_closing_the_session_corrects_itself_and_says_so_in_the_journal(world: World) -> None:
    dossier, session, where = await sat(world)
    await decided(world, where, GRANT)
    await decided(world, where, {**GRANT, "amount_cents": 100_000})
    assert await standing(world, dossier) == ("decided", "granted", 100_000)
    await decided(world, where, ADJOURN)
    assert await standing(world, dossier) == ("ready_for_committee", "adjourned", None)
    await decided(world, where, REFUSE)
    assert await standing(world, dossier) == ("decided", "refused", 0)
    (kept,) = await world.pages(world.team, f"/committees/{session}/decisions")
    assert kept["outcome"] == "refused"
    lines = await world.pages(world.team, f"/dossiers/{dossier['id']}/journal")
    assert [line["changes"]["decision"] for line in lines if line["act"].startswith("request.")][::-1] == [
        [None, ["granted", 400_000]],
        [["granted", 400_000], ["granted", 100_000]],
        [["granted", 100_000], ["adjourned", 0]],
        [["adjourned", 0], ["refused", 0]],
    ]


async def test_what_one_session_adjourned_another_grants(world: World) -> None:
    dossier, session, where = await sat(world)
    await decided(world, where, ADJOURN)
    await world.close(session)
    another = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, another, world.request_of(dossier, world.caf)["id"], 400_000)
    assert await standing(world, dossier) == ("decided", "granted", 400_000)


async def test_a_session_still_open_does_not_take_back_what_another_has_decided_since(world: World) -> None:
    dossier, _, first = await sat(world)
    await decided(world, first, ADJOURN)
    second = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, second, world.request_of(dossier, world.caf)["id"], 400_000)
    for decision in (REFUSE, {**GRANT, "amount_cents": 100}, ADJOURN):
        await refused(world, first, 409, "request-state-refused", **decision)
    assert await standing(world, dossier) == ("decided", "granted", 400_000)


async def test_a_steering_session_may_grant_other_than_what_was_proposed(world: World) -> None:
    dossier, _, proposing = await sat(world, kind="technical")
    await decided(world, proposing, {"outcome": "proposed", "amount_cents": 300_000}, who=world.team)
    steering = await world.convene(dossier["id"])
    await world.grant(world.caf_officer, steering, world.request_of(dossier, world.caf)["id"], 350_000)
    await refused(world, proposing, 409, "request-state-refused", who=world.team, outcome="proposed", amount_cents=100)
    assert await standing(world, dossier) == ("decided", "granted", 350_000)


async def test_decisions_are_listed_each_once_through_every_page(world: World) -> None:
    dossier = await world.reviewed(state=1_000, caf=4_000, region=2_000)
    session = await world.convene(dossier["id"])
    for who, funder in ((world.caf_officer, world.caf), (world.state_officer, world.state), (world.region_officer, world.region)):
        await world.grant(who, session, world.request_of(dossier, funder)["id"], 100_000)
    for limit in (1, 2, 100):
        listed = await world.pages(world.team, f"/committees/{session}/decisions", limit=limit)
        assert [one["funder_id"] for one in listed] == [str(world.caf), str(world.state), str(world.region)]
