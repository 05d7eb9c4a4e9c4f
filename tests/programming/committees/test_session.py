"""During the session: people step out, organisations vote, many decisions at once; after it, adjourned dossiers and reopenings."""

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


async def seated(world: World, session: str, **percent: int) -> None:
    """The State's officer and the CAF's have accounts at the table; the Region came under a name only; the observer does not vote."""
    members = [
        {"organisation_id": str(world.state), "name": "État", "person": "Dominique Exemple", "presence": "present",
         "account_id": str(world.state_officer.account_id)},
        {"organisation_id": str(world.caf), "name": "CAF", "person": "Claude Exemple", "presence": "represented",
         "account_id": str(world.caf_officer.account_id)},
        {"organisation_id": str(world.region), "name": "Région", "person": "Sacha Exemple", "presence": "present"},
        {"organisation_id": str(new_id()), "name": "Conseil citoyen", "presence": "present", "voting": False},
    ]  # fmt: skip
    of = f"/committees/{session}"
    await world.change(world.team, "PUT", f"{of}/attendance", of=of, json={"members": members}, expect=200)
    if percent:
        await world.change(world.team, "PATCH", of, json=percent, expect=200)


async def step_out(world: World, who: Person, session: str, dossier: dict[str, Any], **more: Any) -> dict[str, Any]:
    (organisation,) = who.memberships
    wish = {"organisation_id": str(organisation), "interest": "Administratrice du porteur.", **more}
    made = await world.call(who, "POST", f"/committees/{session}/dossiers/{dossier['id']}/deports", json=wish, expect=201)
    return dict(made.json())


async def test_who_steps_out_does_not_decide_and_another_person_of_the_funder_does(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    deport = await step_out(world, world.caf_officer, session, dossier)
    assert (deport["account_id"], deport["withdrawn_at"]) == (str(world.caf_officer.account_id), None)
    where = f"/committees/{session}/decisions/{request}"
    grant = {"outcome": "granted", "amount_cents": 400_000}
    problem = await world.refused(world.caf_officer, "PUT", where, 409, "stepped-out", json=grant)
    assert problem["deport_id"] == deport["id"]
    wish = {"organisation_id": str(world.caf)}
    deports = f"/committees/{session}/dossiers/{dossier['id']}/deports"
    await world.refused(world.caf_officer, "POST", deports, 409, "deport-declared", json=wish)
    await world.refused(world.caf_signatory, "POST", f"/deports/{deport['id']}/withdrawal", 403, "not-for-you-to-step-out")
    await world.refused(world.holder, "POST", f"/deports/{deport['id']}/withdrawal", 404, "not-found")
    assert (await world.call(world.holder, "GET", f"/committees/{session}/deports")).status_code == 404
    await world.grant(world.caf_signatory, session, request, 400_000)
    await world.refused(world.caf_signatory, "POST", deports, 409, "already-spoke", json=wish)
    gone = (await world.call(world.caf_officer, "POST", f"/deports/{deport['id']}/withdrawal", expect=201)).json()
    assert gone["withdrawn_at"]
    await world.refused(world.caf_officer, "POST", f"/deports/{deport['id']}/withdrawal", 409, "deport-withdrawn")
    lines = await world.running.rows(
        "SELECT act FROM journal_lines WHERE resource_id = %(id)s AND act LIKE 'committee.deport%%' ORDER BY id", id=session
    )
    assert [line["act"] for line in lines] == ["committee.deport_declared", "committee.deport_withdrawn"]


async def test_people_step_out_for_themselves_and_the_team_for_anybody(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/dossiers/{dossier['id']}/deports"
    another = {"organisation_id": str(world.caf), "account_id": str(world.caf_officer.account_id)}
    await world.refused(world.state_officer, "POST", where, 403, "not-for-you-to-step-out", json=another)
    await world.refused(world.stranger, "POST", where, 404, "not-found", json=another)
    await world.call(world.team, "POST", where, json=another, expect=201)
    named = {"organisation_id": str(world.region), "person": "Sacha Exemple"}
    await world.call(world.team, "POST", where, json=named, expect=201)
    await world.refused(world.team, "POST", where, 409, "deport-declared", json={**named, "person": " sacha exemple "})
    elsewhere = f"/committees/{session}/dossiers/{new_id()}/deports"
    await world.refused(world.team, "POST", elsewhere, 409, "not-on-agenda", json=named)
    assert len(await world.pages(world.state_officer, f"/committees/{session}/deports", limit=1)) == 2
    await world.close(session)
    await world.refused(world.caf_signatory, "POST", where, 409, "committee-closed", json={"organisation_id": str(world.caf)})


async def test_a_double_click_on_a_deport_declares_it_once(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/committees/{session}/dossiers/{dossier['id']}/deports"
    click = (world.caf_officer, "POST", where, {"json": {"organisation_id": str(world.caf)}})
    assert sorted(answer.status_code for answer in await world.at_once([click, click, click])) == [201, 409, 409]


async def vote(world: World, who: Person, session: str, dossier: dict[str, Any], choice: str, **more: Any) -> Any:
    voter = more.pop("voter", None) or next(iter(who.memberships))
    path = f"/committees/{session}/dossiers/{dossier['id']}/votes/{voter}"
    return await world.call(who, "PUT", path, json={"choice": choice}, **more)


async def test_organisations_vote_change_their_mind_and_the_advice_follows_the_majority(world: World) -> None:
    dossier = await world.reviewed(state=8_000, caf=4_000)
    session = await world.convene(dossier["id"])
    await seated(world, session)
    where = f"/committees/{session}/dossiers/{dossier['id']}"
    await world.refused(world.team, "POST", f"{where}/advice", 409, "nobody-voted")
    first = await vote(world, world.state_officer, session, dossier, "against", expect=200)
    assert (first.headers["etag"], first.json()["choice"]) == ('"1"', "against")
    assert (await vote(world, world.state_officer, session, dossier, "against", expect=200)).headers["etag"] == '"1"'
    mine = f"{where}/votes/{world.state}"
    told = await world.refused(world.state_signatory, "PUT", mine, 428, "vote-version-required", json={"choice": "for"})
    assert told["vote"]["choice"] == "against"
    stale = {"json": {"choice": "for"}, "headers": {"If-Match": '"4"'}}
    await world.refused(world.state_signatory, "PUT", mine, 412, "vote-changed", **stale)
    two_tabs = [
        (world.state_signatory, "PUT", mine, {"json": {"choice": choice}, "headers": {"If-Match": '"1"'}})
        for choice in ("for", "abstain")
    ]
    assert sorted(answer.status_code for answer in await world.at_once(two_tabs)) == [200, 412]
    await vote(world, world.state_officer, session, dossier, "for", headers={"If-Match": '"2"'}, expect=200)
    await vote(world, world.team, session, dossier, "abstain", voter=world.region, expect=200)
    await vote(world, world.caf_officer, session, dossier, "for", expect=200)
    theirs = f"{where}/votes/{world.caf}"
    await world.refused(world.region_officer, "PUT", theirs, 403, "not-your-vote", json={"choice": "against"})
    outside = f"{where}/votes/{world.lead}"
    await world.refused(world.team, "PUT", outside, 409, "not-a-voting-member", json={"choice": "for"})
    await world.refused(world.caf_officer, "POST", f"{where}/advice", 403, "not-contract-lead")
    closing: tuple[Person, str, str, dict[str, Any]] = (world.team, "POST", f"{where}/advice", {})
    assert sorted(answer.status_code for answer in await world.at_once([closing, closing])) == [201, 409]
    await world.refused(world.caf_officer, "PUT", theirs, 409, "vote-closed", json={"choice": "against"})
    ballot = (await world.call(world.region_officer, "GET", f"{where}/vote", expect=200)).json()
    advice = ballot["advice"]
    assert (advice["result"], advice["votes_for"], advice["votes_against"], advice["abstentions"]) == ("favourable", 2, 0, 1)
    assert (ballot["voting_members"], ballot["members_present"], ballot["quorum_reached"]) == (3, 3, True)
    assert (await world.call(world.holder, "GET", f"{where}/vote")).status_code == 404
    of = f"/committees/{session}"
    emptied = await world.change(world.team, "PUT", f"{of}/agenda", of=of, json={"dossier_ids": []}, expect=409)
    assert emptied.json()["dossier_ids"] == [dossier["id"]]


async def test_without_a_quorum_there_is_no_advice_and_each_funder_decides_all_the_same(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    await seated(world, session, quorum_percent=100)
    of = f"/committees/{session}"
    sheet = (await world.call(world.team, "GET", of, expect=200)).json()["attendance"]
    sheet[0]["presence"] = "excused"
    await world.change(world.team, "PUT", f"{of}/attendance", of=of, json={"members": sheet}, expect=200)
    await vote(world, world.caf_officer, session, dossier, "for", expect=200)
    problem = await world.refused(world.team, "POST", f"{of}/dossiers/{dossier['id']}/advice", 409, "quorum-not-reached")
    assert (problem["voting_members"], problem["members_present"], problem["quorum_percent"]) == (3, 2, 100)
    await world.grant(world.caf_officer, session, world.request_of(dossier, world.caf)["id"], 400_000)


async def test_who_stepped_out_counts_neither_in_the_quorum_nor_in_the_votes(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    await seated(world, session, quorum_percent=100)
    where = f"/committees/{session}/dossiers/{dossier['id']}"
    await vote(world, world.caf_officer, session, dossier, "against", expect=200)
    await vote(world, world.state_officer, session, dossier, "for", expect=200)
    deport = await step_out(world, world.caf_officer, session, dossier)
    ballot = (await world.call(world.team, "GET", f"{where}/vote", expect=200)).json()
    assert (ballot["voting_members"], ballot["members_present"]) == (2, 2)
    assert [one["organisation_id"] for one in ballot["votes"]] == [str(world.state)]
    assert [one["id"] for one in ballot["deports"]] == [deport["id"]]
    mine = f"{where}/votes/{world.caf}"
    await world.refused(world.caf_officer, "PUT", mine, 409, "stepped-out", json={"choice": "against"})
    await world.refused(world.team, "PUT", mine, 409, "not-a-voting-member", json={"choice": "against"})
    advice = (await world.call(world.team, "POST", f"{where}/advice", expect=201)).json()
    assert (advice["result"], advice["voting_members"], advice["votes_against"]) == ("favourable", 2, 0)


async def adjourned(world: World) -> tuple[dict[str, Any], str]:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    assert (await world.decide(world.caf_officer, session, request, outcome="adjourned")).status_code == 200
    await world.close(session)
    return dossier, session


async def test_adjourned_dossiers_join_the_next_session_with_where_they_come_from(fresh_world: World) -> None:
    world = fresh_world
    dossier, first = await adjourned(world)
    decided = await world.reviewed(caf=4_000)
    second = await world.convene(decided["id"])
    of = f"/committees/{second}"
    await world.refused(world.team, "POST", f"{of}/agenda/carry-over", 428, "precondition-required")
    assert (await world.change(world.caf_officer, "POST", f"{of}/agenda/carry-over", of=of)).status_code == 403
    read = (await world.change(world.team, "POST", f"{of}/agenda/carry-over", of=of, expect=201)).json()
    assert [(i["dossier_id"], i["position"], i["carried_from_id"], i["adjournments"]) for i in read["agenda"]] == [
        (decided["id"], 1, None, 0),
        (dossier["id"], 2, first, 1),
    ]
    again = await world.change(world.team, "POST", f"{of}/agenda/carry-over", of=of)
    assert again.json()["type"].endswith("nothing-to-carry-over")
    request = world.request_of(dossier, world.caf)["id"]
    assert (await world.decide(world.caf_officer, second, request, outcome="adjourned")).status_code == 200
    await world.close(second)
    third = await world.convene(dossier["id"])
    ((item),) = (await world.call(world.team, "GET", f"/committees/{third}", expect=200)).json()["agenda"]
    assert (item["carried_from_id"], item["adjournments"]) == (second, 2)
    await world.grant(world.caf_officer, third, request, 400_000)


async def left(world: World) -> int:
    funders = (await world.call(world.caf_officer, "GET", f"/campaigns/{world.campaign_id}/funders", expect=200)).json()["items"]
    ((line,),) = (funder["budget_lines"] for funder in funders)
    return int(line["left_cents"])


async def test_a_closed_decision_reopens_when_the_funder_and_the_team_both_ask(fresh_world: World) -> None:
    world = fresh_world
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)["id"]
    before = await left(world)
    await world.grant(world.caf_officer, session, request, 400_000)
    where = f"/committees/{session}/decisions/{request}"
    why: dict[str, Any] = {"json": {"reason": "Le budget comptait deux fois une recette."}}
    await world.refused(world.caf_officer, "POST", f"{where}/reopening", 409, "reopening-refused", **why)
    await world.close(session)
    await world.refused(world.region_officer, "POST", f"{where}/reopening", 403, "not-for-you-to-reopen", **why)
    await world.refused(world.holder, "POST", f"{where}/reopening", 404, "not-found", **why)
    asked = (await world.call(world.caf_officer, "POST", f"{where}/reopening", expect=201, **why)).json()
    assert (asked["asked_by_team"], asked["opened_at"]) == (None, None)
    lower: dict[str, Any] = {"json": {"outcome": "granted", "amount_cents": 150_000}, "headers": {"If-Match": '"1"'}}
    await world.refused(world.caf_officer, "PUT", where, 409, "committee-closed", **lower)
    await world.refused(world.caf_signatory, "POST", f"{where}/reopening", 409, "reopening-asked", **why)
    opened = (await world.call(world.team, "POST", f"{where}/reopening", expect=201, **why)).json()
    assert opened["opened_at"]
    assert await left(world) == before - 400_000
    tell: dict[str, Any] = {"json": {"funder_id": str(world.caf)}}
    await world.refused(world.caf_officer, "POST", f"/dossiers/{dossier['id']}/notifications", 409, "decision-reopened", **tell)
    await world.call(world.caf_officer, "PUT", where, expect=200, **lower)
    assert await left(world) == before - 150_000
    await world.refused(world.caf_officer, "PUT", where, 409, "committee-closed", **lower | {"headers": {"If-Match": '"2"'}, "json": {
        "outcome": "granted", "amount_cents": 200_000}})  # fmt: skip
    await world.call(world.caf_officer, "POST", f"/dossiers/{dossier['id']}/notifications", expect=201, **tell)
    await world.refused(world.caf_officer, "POST", f"{where}/reopening", 409, "reopening-refused", **why)
    assert (await world.seen(dossier["id"], world.holder))["requests"][0]["granted_cents"] == 150_000


async def test_a_reopened_decision_and_another_grant_at_once_keep_the_envelope_true(fresh_world: World) -> None:
    world = fresh_world
    first, second = [await world.reviewed(caf=4_000) for _ in range(2)]
    where = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", where, json={"amount_cents": 500_000}, expect=200)
    held, sitting = await world.convene(first["id"]), await world.convene(second["id"])
    requests = [world.request_of(dossier, world.caf)["id"] for dossier in (first, second)]
    await world.grant(world.caf_officer, held, requests[0], 100_000)
    await world.close(held)
    decision = f"/committees/{held}/decisions/{requests[0]}"
    for who in (world.team, world.caf_officer):
        await world.call(who, "POST", f"{decision}/reopening", json={"reason": "Erreur."}, expect=201)
    raised = {"json": {"outcome": "granted", "amount_cents": 400_000}, "headers": {"If-Match": '"1"'}}
    other = {"json": {"outcome": "granted", "amount_cents": 400_000}}
    answers = await world.at_once(
        [
            (world.caf_officer, "PUT", decision, raised),
            (world.caf_signatory, "PUT", f"/committees/{sitting}/decisions/{requests[1]}", other),
        ]
    )
    statuses = [answer.status_code for answer in answers]
    assert sorted(statuses) == [200, 409]
    assert await left(world) == (100_000 if statuses[0] == 200 else 0)


async def test_many_decisions_at_once_are_tried_then_kept_line_by_line(fresh_world: World) -> None:
    world = fresh_world
    dossiers = [await world.reviewed(caf=4_000) for _ in range(3)]
    envelope = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", envelope, json={"amount_cents": 600_000}, expect=200)
    session = await world.convene(*(dossier["id"] for dossier in dossiers))
    requests = [world.request_of(dossier, world.caf)["id"] for dossier in dossiers]
    lines = [
        {"request_id": requests[0], "outcome": "granted", "amount_cents": 400_000},
        {"request_id": requests[1], "outcome": "granted", "amount_cents": 400_000},
        {"request_id": requests[2], "outcome": "refused"},
        {"request_id": str(new_id()), "outcome": "adjourned"},
        {"request_id": requests[0], "outcome": "adjourned"},
    ]
    where = f"/committees/{session}/bulk-decisions"

    async def said(**more: Any) -> dict[str, Any]:
        answer = await world.call(world.caf_officer, "POST", where, json={"lines": lines, **more}, expect=200)
        return dict(answer.json())

    tried = await said(dry_run=True)
    types = [line["problem"] and line["problem"]["type"] for line in tried["lines"]]
    assert types == [None, "envelope-exceeded", "decision-refused", "not-found", "bulk-decisions-refused"]
    assert tried["lines"][2]["problem"]["errors"][0]["pointer"] == "/lines/2/motive"
    assert (tried["decided"], tried["problems"], tried["granted_cents"]) == (1, 4, 400_000)
    assert await left(world) == 600_000
    assert await world.pages(world.team, f"/committees/{session}/decisions") == []
    whole = {"json": {"lines": lines, "all_or_nothing": True}}
    problem = await world.refused(world.caf_officer, "POST", where, 409, "bulk-decisions-refused", **whole)
    assert codes(problem)["/lines/2/motive"] == "missing"
    assert [line["line"] for line in problem["lines"]] == [2, 3, 4, 5]
    assert await left(world) == 600_000
    kept = await said()
    assert [line["state"] for line in kept["lines"]] == ["decided", *["problem"] * 4]
    assert await left(world) == 200_000
    assert (await said())["unchanged"] == 1
    theirs = await world.call(world.state_officer, "POST", where, json={"lines": lines[:1]}, expect=200)
    assert theirs.json()["lines"][0]["problem"]["type"] == "not-for-you-to-decide"
    await world.refused(world.holder, "POST", where, 404, "not-found", json={"lines": lines[:1]})


async def test_two_bulks_on_one_envelope_at_once_never_exceed_it(fresh_world: World) -> None:
    world = fresh_world
    dossiers = [await world.reviewed(caf=4_000) for _ in range(4)]
    envelope = f"/campaigns/{world.campaign_id}/funders/{world.caf}/budget-lines/caf/envelope"
    await world.call(world.caf_officer, "PUT", envelope, json={"amount_cents": 1_200_000}, expect=200)
    sessions = [await world.convene(*(dossier["id"] for dossier in dossiers)) for _ in range(2)]
    orders = (dossiers, dossiers[::-1])
    acts = []
    for who, session, order in zip((world.caf_officer, world.caf_signatory), sessions, orders, strict=True):
        lines = [
            {"request_id": world.request_of(dossier, world.caf)["id"], "outcome": "granted", "amount_cents": 400_000}
            for dossier in order
        ]
        acts.append((who, "POST", f"/committees/{session}/bulk-decisions", {"json": {"lines": lines}}))
    reports = [answer.json() for answer in await world.at_once(acts)]
    assert sum(report["decided"] for report in reports) == 3
    assert await left(world) == 0


async def test_who_declared_an_interest_neither_decides_nor_votes(world: World) -> None:
    dossier, manager = await world.reviewed(caf=4_000), member_of(world.caf, roles=["manager"])
    request = world.request_of(dossier, world.caf)["id"]
    about = {"funder_id": str(world.caf), "kind": "family", "dossier_id": dossier["id"]}
    await world.call(manager, "POST", "/conflicts", json=about, expect=201)
    session = await world.convene(dossier["id"])
    where, grant = f"/committees/{session}", {"outcome": "granted", "amount_cents": 400_000}
    decision, vote = f"{where}/decisions/{request}", f"{where}/dossiers/{dossier['id']}/votes/{world.caf}"
    await world.refused(manager, "PUT", decision, 403, "interest-declared", json=grant)
    await world.refused(manager, "PUT", vote, 403, "interest-declared", json={"choice": "for"})
    lines = {"lines": [{"request_id": request, **grant}]}
    (line,) = (await world.call(manager, "POST", f"{where}/bulk-decisions", json=lines)).json()["lines"]
    assert (line["state"], line["problem"]["type"]) == ("problem", "interest-declared")
    await world.call(world.caf_officer, "PUT", vote, json={"choice": "for"}, expect=200)
    await world.grant(world.caf_officer, session, request, 400_000)


async def test_nobody_votes_on_a_dossier_that_its_holder_withdrew(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    where = f"/dossiers/{dossier['id']}"
    await world.change(world.holder, "POST", f"{where}/withdrawal", of=where, json={"reason": "Sans objet."}, expect=201)
    of = f"/committees/{session}/dossiers/{dossier['id']}"
    await world.refused(world.caf_officer, "PUT", f"{of}/votes/{world.caf}", 409, "dossier-withdrawn", json={"choice": "for"})
    await world.refused(world.team, "POST", f"{of}/advice", 409, "dossier-withdrawn")
