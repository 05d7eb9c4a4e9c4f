"""A campaign is prepared out of sight, opens when it is ready, and is frozen from then on."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.programming.papers import budget_line, codes, funder
from tests.programming.world import World

pytestmark = pytest.mark.anyio


@pytest.fixture
async def prepared(world: World) -> World:
    """The world beside a second campaign, still a draft: `world.campaign_id` is the draft's."""
    await world.prepare_campaign()
    return world


def where(world: World, more: str = "") -> str:
    return f"/campaigns/{world.campaign_id}{more}"


async def test_only_the_contracts_team_prepares_a_campaign(world: World) -> None:
    for who in (world.holder, world.state_officer):
        await world.refused(who, "POST", "/campaigns", 403, "not-contract-lead", json=world.campaign())
    nowhere = world.campaign(contract_id=str(new_id()))
    await world.refused(world.team, "POST", "/campaigns", 404, "not-found", json=nowhere)
    await world.refused(None, "POST", "/campaigns", 401, "unauthenticated", json=world.campaign())


async def test_a_draft_is_visible_to_the_team_and_the_funders_invited_only(prepared: World) -> None:
    read = ["", "/charter", "/advice?nature=action"]
    for who in (prepared.team, prepared.caf_officer):
        for path in read:
            await prepared.call(who, "GET", where(prepared, path), expect=200)
        listed = await prepared.pages(who, "/campaigns")
        assert prepared.campaign_id in {one["id"] for one in listed}
    for stranger in (prepared.holder, prepared.stranger, None):
        for path in [*read, "/delays"]:
            await prepared.refused(stranger, "GET", where(prepared, path), 404, "not-found")
        listed = await prepared.pages(stranger, "/campaigns", contract_id=prepared.contract_id)
        assert prepared.campaign_id not in {one["id"] for one in listed}


async def test_every_act_on_a_draft_answers_404_to_who_does_not_see_it(prepared: World) -> None:
    tag = {"If-Match": (await prepared.call(prepared.team, "GET", where(prepared))).headers["etag"]}
    line = funder(new_id(), "Ville", [budget_line("ville", ["action"])])
    attempts: list[tuple[str, str, dict[str, Any]]] = [
        ("PATCH", "", {"json": {"title": "Un"}, "headers": tag}),
        ("POST", "/opening", {"headers": tag}),
        ("POST", "/closing", {"headers": tag}),
        ("POST", "/funders", {"json": line}),
        ("GET", "/funders", {}),
        ("PUT", f"/funders/{prepared.caf}/budget-lines/caf/envelope", {"json": {"amount_cents": 100}}),
    ]
    for method, path, sent in attempts:
        await prepared.refused(prepared.holder, method, where(prepared, path), 404, "not-found", **sent)


async def test_a_funder_invited_sees_the_draft_but_does_not_change_it(prepared: World) -> None:
    tag = {"If-Match": (await prepared.call(prepared.team, "GET", where(prepared))).headers["etag"]}
    changed = {"json": {"title": "Un"}, "headers": tag}
    await prepared.refused(prepared.caf_officer, "PATCH", where(prepared), 403, "not-contract-lead", **changed)
    await prepared.refused(prepared.caf_officer, "POST", where(prepared, "/opening"), 403, "not-contract-lead", headers=tag)


async def test_opening_an_unready_campaign_says_everything_that_is_missing_and_keeps_the_draft(world: World) -> None:
    await world.sign_contract()
    now = world.running.clock.now()
    opens_at, closes_at = (now - timedelta(days=9)).isoformat(), now.isoformat()
    grid = [{"code": "seul", "label": "Seul", "weight": 99}]
    await world.prepare_campaign(funders=False, criteria=grid, opens_at=opens_at, closes_at=closes_at)
    tag = {"If-Match": (await world.call(world.team, "GET", where(world))).headers["etag"]}
    problem = await world.refused(world.team, "POST", where(world, "/opening"), 409, "campaign-not-ready", headers=tag)
    assert codes(problem) == {
        "/funders": "no_funder",
        "/criteria": "weights",
        "/objective_codes": "no_framework",
        "/closes_at": "deadline_passed",
    }
    assert (await world.call(world.team, "GET", where(world))).json()["status"] == "draft"


async def test_opening_freezes_the_contracts_neighbourhoods_and_framework(prepared: World) -> None:
    opened = (await prepared.act("opening")).json()
    assert (opened["status"], opened["status_label"]) == ("open", "Ouverte")
    assert opened["qpv_codes"] == ["QP011002"]
    assert (opened["objective_codes"], opened["transversal_codes"]) == (["2", "8"], ["climat"])
    assert (await prepared.call(None, "GET", where(prepared), expect=200)).json() == opened


async def test_nothing_of_an_open_campaign_changes_but_its_state(world: World) -> None:
    tag = {"If-Match": (await world.call(None, "GET", where(world))).headers["etag"]}
    later = {"closes_at": (world.running.clock.now() + timedelta(days=60)).isoformat()}
    problem = await world.refused(world.team, "PATCH", where(world), 409, "campaign-frozen", json=later, headers=tag)
    assert problem["notices"] == f"/programming/v1/campaigns/{world.campaign_id}/notices"
    newcomer = funder(new_id(), "Ville", [budget_line("ville", ["action"])])
    await world.refused(world.team, "POST", where(world, "/funders"), 409, "campaign-frozen", json=newcomer)
    questions = {"form": {"type": "object", "properties": {"a": {"title": "A"}}}}
    await world.refused(world.team, "PUT", where(world, "/form"), 409, "campaign-frozen", json=questions, headers=tag)
    await world.refused(world.team, "DELETE", where(world, "/form"), 409, "campaign-frozen", headers=tag)
    await world.refused(world.team, "POST", where(world, "/opening"), 409, "campaign-state-refused", headers=tag)


async def test_a_draft_is_patched_and_what_is_not_sent_stays(prepared: World) -> None:
    before = (await prepared.call(prepared.team, "GET", where(prepared))).json()
    patch = {"title": "Titre corrigé", "criteria": [{"code": "unique", "label": "Unique", "weight": 100}]}
    saved = await prepared.change(prepared.team, "PATCH", where(prepared), json=patch, expect=200)
    assert saved.json() == {**before, **patch}
    held = {"If-None-Match": saved.headers["etag"]}
    await prepared.call(prepared.team, "GET", where(prepared), headers=held, expect=304)


async def test_two_people_preparing_the_same_campaign_do_not_overwrite_each_other(prepared: World) -> None:
    tag = {"If-Match": (await prepared.call(prepared.team, "GET", where(prepared))).headers["etag"]}
    await prepared.call(prepared.team, "PATCH", where(prepared), json={"title": "Un"}, headers=tag, expect=200)
    await prepared.refused(prepared.team, "PATCH", where(prepared), 412, "stale-version", json={"title": "Deux"}, headers=tag)
    await prepared.refused(prepared.team, "PATCH", where(prepared), 428, "precondition-required", json={"title": "Deux"})
    assert (await prepared.call(prepared.team, "GET", where(prepared))).json()["title"] == "Un"


async def test_a_code_names_one_campaign_a_year(prepared: World) -> None:
    taken = (await prepared.call(prepared.team, "GET", where(prepared))).json()
    again = prepared.campaign(code=taken["code"])
    await prepared.refused(prepared.team, "POST", "/campaigns", 409, "campaign-code-taken", json=again)
    next_year = prepared.campaign(code=taken["code"], year=taken["year"] + 1)
    await prepared.call(prepared.team, "POST", "/campaigns", json=next_year, expect=201)


async def test_a_campaign_closes_after_it_opens(prepared: World) -> None:
    now = prepared.running.clock.now().isoformat()
    backwards = prepared.campaign(opens_at=now, closes_at=now)
    await prepared.refused(prepared.team, "POST", "/campaigns", 422, "campaign-period-refused", json=backwards)


@pytest.mark.parametrize("field", ["opens_at", "closes_at"])
@pytest.mark.parametrize(
    ("instant", "code"),
    [
        ("2027-01-15T23:59:59", "timezone_aware"),
        ("9999-12-31T23:59:59-12:00", "value_error"),
        ("0001-01-01T00:00:00+14:00", "value_error"),
        ("minuit", "datetime_from_date_parsing"),
    ],
)
async def test_an_instant_carries_its_offset_and_stays_within_reach(
    shared_world: World, field: str, instant: str, code: str
) -> None:
    body = shared_world.campaign(**{field: instant})
    problem = await shared_world.refused(shared_world.team, "POST", "/campaigns", 422, "malformed-request", json=body)
    assert codes(problem) == {f"/{field}": code}


async def test_a_funder_takes_part_once_with_distinct_lines_and_known_objectives(prepared: World) -> None:
    add = where(prepared, "/funders")
    again = funder(prepared.caf, "CAF", [budget_line("autre", ["action"])])
    await prepared.refused(prepared.team, "POST", add, 409, "funder-already-there", json=again)
    twins = funder(new_id(), "Ville", [budget_line("ville", ["action"]), budget_line("ville", ["action"])])
    await prepared.refused(prepared.team, "POST", add, 422, "budget-line-repeated", json=twins)
    lost = funder(new_id(), "Ville", [budget_line("ville", ["action"], excluded_objective_codes=["2", "99"])])
    problem = await prepared.refused(prepared.team, "POST", add, 422, "unknown-code", json=lost)
    assert codes(problem) == {"/budget_lines/0/excluded_objective_codes/1": "unknown_objective"}
    charter = (await prepared.call(prepared.team, "GET", where(prepared, "/charter"))).json()["rules"]
    assert [rule["budget_line"] for rule in charter] == ["p147", "caf", "region"]
