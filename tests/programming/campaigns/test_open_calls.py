"""The calls open now, as anybody reads them."""

from datetime import timedelta
from typing import Any

import pytest

from services.common.clock import in_paris
from services.programming.campaigns.open_calls import matching
from tests.programming.retroplanning import deadlines
from tests.programming.world import World

pytestmark = pytest.mark.anyio


async def _mine(world: World, **query: Any) -> dict[str, Any] | None:
    found = [call for call in await world.pages(None, "/open-campaigns", **query) if call["id"] == world.campaign_id]
    return found[0] if found else None


async def test_an_open_call_says_whom_to_ask_for_what_until_when_and_never_an_envelope(world: World) -> None:
    call = await _mine(world)
    assert call is not None
    closes_at = await deadlines.closes_at(world)
    assert (call["days_left"], call["extended"]) == (30, False)
    assert call["natures"] == ["action", "fonctionnement", "investissement"]
    assert [funder["short_name"] for funder in call["funders"]] == ["État", "CAF", "Région"]
    (caf,) = call["funders"][1]["lines"]
    assert (caf["cap_cents"], caf["excluded_objective_codes"], caf["reason"]) == (2_000_000, ["8"], "Hors emploi.")
    assert call["qpvs"][0]["name"] != call["qpvs"][0]["code"]
    assert {each["enjeu_code"] for each in call["objectives"]}
    assert call["form_url"].endswith(f"/campaigns/{world.campaign_id}")
    assert call["answer_before_at_latest"] > call["answer_before_if_today"] > f"{in_paris(closes_at):%Y-%m-%d}"
    said = (await world.call(None, "GET", "/open-campaigns", expect=200)).text
    for secret in ("amount_cents", "granted_cents", "letter_signatory", "lead_organisation_id"):
        assert secret not in said


async def test_calls_are_found_by_territory_theme_and_nature(world: World) -> None:
    call = await _mine(world)
    assert call is not None
    contract, qpv, objective = call["contract"]["code"], call["qpvs"][0]["code"], call["objectives"][0]
    kept: list[dict[str, Any]] = [
        {"contract": contract},
        {"qpv": qpv, "nature": "investissement"},
        {"department": contract[2:5].removeprefix("0")},
        {"objective": objective["code"]},
        {"objective": objective["enjeu_code"]},
        {"q": objective["title"].upper()},
        {"contract": [contract, "CN97201N"]},
    ]
    for query in kept:
        assert await _mine(world, **query), query
    for query in (
        {"contract": "CN97201N"},
        {"qpv": "QN97201N"},
        {"objective": "inconnu"},
        {"q": "introuvable"},
        {"department": "972"},
    ):
        assert await _mine(world, **query) is None, query
    for query in ({"qpv": "Paris"}, {"nature": "autre"}, {"couleur": "bleu"}):
        assert (await world.call(None, "GET", "/open-campaigns", params=query)).status_code == 422, query


async def test_a_call_is_there_from_its_opening_to_its_last_instant(world: World) -> None:
    tagged = await world.call(None, "GET", "/open-campaigns", expect=200)
    assert tagged.headers["cache-control"] == "public, max-age=60"
    await world.call(None, "GET", "/open-campaigns", headers={"If-None-Match": tagged.headers["etag"]}, expect=304)
    deadline = await world.at_deadline()
    call = await _mine(world)
    assert call is not None
    assert call["days_left"] == 0
    world.running.clock.at = deadline + timedelta(microseconds=1)
    assert await _mine(world) is None
    await deadlines.extend(world, deadline + timedelta(days=3))
    call = await _mine(world)
    assert call is not None
    assert (call["days_left"], call["extended"]) == (3, True)


async def test_a_draft_is_nobodys_to_read_here(world: World) -> None:
    await world.prepare_campaign()
    assert await _mine(world) is None


async def test_deadlines_are_followed_in_a_calendar_and_move_under_the_same_name(world: World) -> None:
    query = {"contract": (await _mine(world) or {})["contract"]["code"]}
    first = await world.call(None, "GET", "/open-campaigns/deadlines.ics", params=query, expect=200)
    (before,) = deadlines.entries(first.content).values()
    assert before["DTEND"].dt == (await deadlines.closes_at(world)).replace(microsecond=0)
    await world.call(
        None, "GET", "/open-campaigns/deadlines.ics", params=query, headers={"If-None-Match": first.headers["etag"]}, expect=304
    )
    await deadlines.extend(world, await deadlines.in_a_week(world))
    second = await world.call(None, "GET", "/open-campaigns/deadlines.ics", params=query, expect=200)
    (after,) = deadlines.entries(second.content).values()
    assert (after["UID"], after["DTEND"].dt) == (before["UID"], before["DTEND"].dt + timedelta(days=7))
    assert int(after["SEQUENCE"]) > int(before["SEQUENCE"])


@pytest.mark.parametrize(
    ("contract", "qpvs", "departments"),
    [
        ("CN01102I", ["QP011002"], {"11"}),
        ("CN02A01N", [], {"2A"}),
        ("CN98701M", ["QN98701N"], {"987"}),
        # The contract of 2015 is numbered, not placed: its neighbourhoods are.
        ("CV425", ["QP971002", "QN97103N"], {"971"}),
    ],
)
def test_the_department_of_a_contract_of_any_generation(contract: str, qpvs: list[str], departments: set[str]) -> None:
    call = {"contract": {"code": contract}, "qpvs": [{"code": code} for code in qpvs], "objectives": [], "natures": []}
    found = [code for code in ("11", "2A", "987", "971", "425") if matching([call], {"department": {code}})]
    assert set(found) == departments
