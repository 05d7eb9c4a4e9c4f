"""An open campaign: its charter in public, its envelopes in private, its deadline, its later states, its listing."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import tampered
from tests.programming.world import World
from tests.support import Person, member_of

pytestmark = pytest.mark.anyio

CLOSING = "SELECT actor_id, changes FROM journal_lines WHERE resource_id = %(id)s AND act = 'campaign.closing'"


def where(world: World, more: str = "") -> str:
    return f"/campaigns/{world.campaign_id}{more}"


def envelope(world: World, line: str = "caf") -> str:
    return where(world, f"/funders/{world.caf}/budget-lines/{line}/envelope")


async def lines_of(world: World, who: Person) -> dict[str, tuple[int, int, int]]:
    """What this person reads of the envelopes: amount, granted, left by line."""
    funders = (await world.call(who, "GET", where(world, "/funders"), expect=200)).json()["items"]
    return {
        line["code"]: (line["amount_cents"], line["granted_cents"], line["left_cents"])
        for one in funders
        for line in one["budget_lines"]
    }


async def test_envelopes_are_seen_whole_by_the_team_and_by_each_funder_for_itself(world: World) -> None:
    full = (10_000_000, 0, 10_000_000)
    assert await lines_of(world, world.team) == {"p147": full, "caf": full, "region": full}
    assert await lines_of(world, world.caf_officer) == {"caf": full}
    for who in (world.holder, world.stranger):
        await world.refused(who, "GET", where(world, "/funders"), 403, "forbidden")
    await world.refused(None, "GET", where(world, "/funders"), 401, "unauthenticated")


async def test_the_charter_is_public_and_says_no_envelope(world: World) -> None:
    rules = (await world.call(None, "GET", where(world, "/charter"), expect=200)).json()["rules"]
    by_line = {rule["budget_line"]: rule for rule in rules}
    assert by_line["caf"]["cap_cents"] == 2_000_000
    assert by_line["caf"]["excluded_objective_codes"] == ["8"]
    assert (by_line["p147"]["qpv_required"], by_line["p147"]["max_share_bp"]) == (True, 8_000)
    assert all("amount_cents" not in rule and "granted_cents" not in rule for rule in rules)


@pytest.mark.parametrize(
    ("query", "eligible"),
    [
        ({"nature": "action"}, {"p147", "caf", "region"}),
        ({"nature": "fonctionnement"}, {"p147"}),
        ({"nature": "investissement"}, {"region"}),
        ({"nature": "action", "in_qpv": "false"}, {"caf", "region"}),
        ({"nature": "action", "objective": ["2", "8"]}, {"p147", "region"}),
    ],
)
async def test_the_advice_tells_anyone_whom_to_ask(shared_world: World, query: dict[str, str], eligible: set[str]) -> None:
    lines = (await shared_world.call(None, "GET", where(shared_world, "/advice"), params=query, expect=200)).json()["lines"]
    assert {line["budget_line"] for line in lines if line["eligible"]} == eligible
    assert all(line["eligible"] is not bool(line["refusals"]) for line in lines)


async def test_the_advice_is_given_in_the_language_asked(world: World) -> None:
    query = {"nature": "investissement", "language": "en"}
    lines = (await world.call(None, "GET", where(world, "/advice"), params=query, expect=200)).json()["lines"]
    assert [line["refusals"] for line in lines if line["budget_line"] == "caf"] == [["CAF (Ligne caf) only funds: action."]]


async def test_a_funder_sets_its_own_envelope_down_to_what_is_granted_and_no_lower(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)
    await world.grant(world.caf_officer, session, request["id"], 400_000)
    problem = await world.refused(
        world.caf_officer, "PUT", envelope(world), 409, "envelope-exceeded", json={"amount_cents": 399_999}
    )
    assert problem["granted_cents"] == 400_000
    lowered = await world.call(world.caf_officer, "PUT", envelope(world), json={"amount_cents": 400_000}, expect=200)
    assert lowered.json()["left_cents"] == 0
    await world.call(world.caf_officer, "PUT", envelope(world), json={"amount_cents": 900_000}, expect=200)
    assert (await lines_of(world, world.team))["caf"] == (900_000, 400_000, 500_000)


async def test_once_the_campaign_is_open_an_envelope_is_its_funders_alone(world: World) -> None:
    sent: dict[str, Any] = {"json": {"amount_cents": 100}}
    for who in (world.team, world.state_officer, member_of(world.caf), world.holder):
        await world.refused(who, "PUT", envelope(world), 403, "not-your-envelope", **sent)
    await world.refused(world.caf_officer, "PUT", envelope(world, "unknown"), 404, "not-found", **sent)
    await world.call(member_of(world.caf, roles=["signatory"]), "PUT", envelope(world), expect=200, **sent)


async def test_before_the_opening_the_team_may_correct_an_envelope(world: World) -> None:
    await world.prepare_campaign()
    await world.call(world.team, "PUT", envelope(world), json={"amount_cents": 5_000_000}, expect=200)
    assert (await lines_of(world, world.caf_officer))["caf"][0] == 5_000_000


async def test_a_campaign_is_closed_by_its_deadline_before_anybody_has_said_so(world: World) -> None:
    at_deadline = await world.at_deadline()
    read = await world.call(None, "GET", where(world), expect=200)
    assert read.json()["status"] == "open"
    world.running.clock.at = at_deadline + timedelta(microseconds=1)
    held = {"If-None-Match": read.headers["etag"]}
    assert (await world.call(None, "GET", where(world), headers=held, expect=200)).json()["status"] == "closed"
    listed = await world.pages(None, "/campaigns", contract_id=world.contract_id)
    assert [one["status"] for one in listed] == ["closed"]


async def test_the_periodic_job_writes_the_closing_down_once(world: World) -> None:
    at_deadline = await world.at_deadline()
    await world.close_expired()
    assert await world.running.rows(CLOSING, id=world.campaign_id) == []
    world.running.clock.at = at_deadline + timedelta(seconds=1)
    await world.close_expired()
    await world.close_expired()
    written = await world.running.rows(CLOSING, id=world.campaign_id)
    assert written == [{"actor_id": None, "changes": {"status": ["open", "closed"]}}]


async def test_acts_follow_one_another_to_the_archive(world: World) -> None:
    for name, status in (
        ("closing", "closed"),
        ("instruction", "under_review"),
        ("decision", "decided"),
        ("archiving", "archived"),
    ):
        done = await world.act(name)
        assert done.json()["status"] == status
        held = {"If-None-Match": done.headers["etag"]}
        await world.call(None, "GET", where(world), headers=held, expect=304)


@pytest.mark.parametrize("name", ["opening", "instruction", "decision", "archiving"])
async def test_an_act_out_of_turn_is_refused(world: World, name: str) -> None:
    tag = {"If-Match": (await world.call(None, "GET", where(world))).headers["etag"]}
    problem = await world.refused(world.team, "POST", where(world, f"/{name}"), 409, "campaign-state-refused", headers=tag)
    assert problem["act"] == name


async def test_after_the_deadline_the_instruction_starts_whether_or_not_the_closing_was_written(world: World) -> None:
    world.running.clock.at = await world.at_deadline() + timedelta(seconds=1)
    assert (await world.act("instruction")).json()["status"] == "under_review"


async def test_an_act_is_the_teams_on_the_version_it_has_read(world: World) -> None:
    tag = {"If-Match": (await world.call(None, "GET", where(world))).headers["etag"]}
    for who in (world.holder, world.caf_officer):
        await world.refused(who, "POST", where(world, "/closing"), 403, "not-contract-lead", headers=tag)
    await world.refused(world.team, "POST", where(world, "/closing"), 428, "precondition-required")
    await world.refused(world.team, "POST", where(world, "/closing"), 412, "stale-version", headers={"If-Match": '"0-open"'})
    nowhere = f"/campaigns/{new_id()}/closing"
    await world.refused(world.team, "POST", nowhere, 404, "not-found", headers=tag)


async def test_campaigns_are_listed_latest_year_first_each_exactly_once_through_every_page(world: World) -> None:
    years = [2030, 2028, 2031, 2028, 2030, 2030, 2029]
    made = [(await world.call(world.team, "POST", "/campaigns", json=world.campaign(year=y), expect=201)).json() for y in years]
    for limit in (1, 2, 3, 100):
        listed = await world.pages(world.team, "/campaigns", contract_id=world.contract_id, limit=limit)
        assert [(one["year"], one["id"]) for one in listed] == sorted([(one["year"], one["id"]) for one in listed], reverse=True)
        assert sorted(one["id"] for one in listed) == sorted([world.campaign_id, *(one["id"] for one in made)])


async def test_a_page_announces_the_next_one_in_its_link(world: World) -> None:
    await world.prepare_campaign()
    query = {"contract_id": world.contract_id, "limit": 1}
    first = await world.call(world.team, "GET", "/campaigns", params=query, expect=200)
    address = first.headers["link"].removeprefix("<").removesuffix('>; rel="next"')
    second = await world.running.client.get(address, headers=world.team.headers)
    assert [one["id"] for one in second.json()["items"]] != [one["id"] for one in first.json()["items"]]
    assert second.json()["next"] is None
    assert "link" not in second.headers


async def test_campaigns_are_filtered_by_contract_and_status(world: World) -> None:
    await world.prepare_campaign()
    drafts = await world.pages(world.team, "/campaigns", contract_id=world.contract_id, status="draft")
    assert [one["id"] for one in drafts] == [world.campaign_id]
    assert await world.pages(world.team, "/campaigns", contract_id=str(new_id())) == []


async def test_a_cursor_that_was_tampered_with_is_refused(world: World) -> None:
    await world.prepare_campaign()
    query = {"contract_id": world.contract_id, "limit": 1}
    cursor = (await world.call(world.team, "GET", "/campaigns", params=query, expect=200)).json()["next"]
    other_listing = {"contract_id": world.contract_id, "status": "draft", "cursor": cursor}
    for bad in tampered(cursor):
        await world.refused(world.team, "GET", "/campaigns", 400, "invalid-cursor", params={**query, "cursor": bad})
    await world.refused(world.team, "GET", "/campaigns", 400, "invalid-cursor", params=other_listing)
    await world.refused(world.team, "GET", "/dossiers", 400, "invalid-cursor", params={"cursor": cursor})


async def test_a_campaign_past_its_deadline_is_found_among_the_closed_and_no_more_among_the_open(world: World) -> None:
    async def found(status: str) -> set[str]:
        query = {"status": status, "contract_id": world.contract_id}
        return {item["id"] for item in (await world.call(None, "GET", "/campaigns", params=query, expect=200)).json()["items"]}

    assert (await found("open"), await found("closed")) == ({world.campaign_id}, set())
    world.running.clock.forward(days=31)
    assert (await found("open"), await found("closed")) == (set(), {world.campaign_id})
