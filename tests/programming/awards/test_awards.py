"""From the notification to the commitment of an award."""

from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest

from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import member_of

pytestmark = pytest.mark.anyio


async def test_what_is_notified_becomes_an_award_each_party_reads(world: World) -> None:
    told = await world.awarded(state=8_000, caf=4_000, granted={"state": 6_000})
    award = told["awards"]["state"]
    assert told["awards"]["caf"] is None, "a refusal is no award"
    assert (award["granted_cents"], award["committed_cents"], award["status"]) == (600_000, 0, "notified")
    for who in (world.helper, world.state_payer, world.team):
        assert (await world.call(who, "GET", f"/awards/{award['id']}", expect=200)).json()["id"] == award["id"]
        assert [a["id"] for a in await world.pages(who, "/awards", dossier_id=told["id"])] == [award["id"]]
    for who in (world.stranger, world.caf_officer):
        refusal(await world.call(who, "GET", f"/awards/{award['id']}"), 404, "not-found")
        assert await world.pages(who, "/awards", dossier_id=told["id"]) == []


async def test_nothing_is_an_award_before_its_notification(world: World) -> None:
    dossier = await world.reviewed(state=8_000)
    committee_id = await world.convene(dossier["id"])
    await world.grant(world.state_officer, committee_id, world.request_of(dossier, world.state)["id"], 800_000)
    await world.close(committee_id)
    assert await world.pages(world.state_officer, "/awards") == []


async def test_the_funder_commits_and_everybody_sees_the_dossier_under_way(world: World) -> None:
    told = await world.awarded(state=8_000)
    award = told["awards"]["state"]
    assert told["status"] == "notified"
    committed = await world.commit(world.state_payer, award["id"], amount_cents=300_000)
    assert (committed["committed_cents"], committed["status"], committed["status_label"]) == (300_000, "committed", "Engagé")
    dossier = await world.seen(told["id"], world.holder)
    assert (dossier["status"], dossier["granted_cents"], dossier["requests"][0]["status"]) == ("running", 800_000, "committed")
    assert (await world.commit(world.state_officer, award["id"]))["committed_cents"] == 800_000
    refused = await world.change(
        world.state_payer, "POST", f"/awards/{award['id']}/commitment", of=f"/awards/{award['id']}", json={"amount_cents": 1}
    )
    assert refusal(refused, 409, "amount-refused")["limit_cents"] == 0


async def test_only_those_who_spend_for_the_funder_commit(world: World) -> None:
    award = (await world.awarded(state=8_000))["awards"]["state"]
    where = f"/awards/{award['id']}"
    for who in (world.holder, world.team, member_of(world.state)):
        refusal(await world.change(who, "POST", f"{where}/commitment", of=where, json={}), 403, "not-for-you-to-commit")


async def test_two_clicks_commit_once(world: World) -> None:
    award = (await world.awarded(state=8_000))["awards"]["state"]
    where = f"/awards/{award['id']}"
    tag = {"If-Match": (await world.call(world.state_payer, "GET", where, expect=200)).headers["etag"]}
    wish = {"json": {"amount_cents": 500_000}, "headers": tag}
    answers = await world.at_once([(world.state_payer, "POST", f"{where}/commitment", wish)] * 8)
    assert sorted(answer.status_code for answer in answers) == [201, *[412] * 7]
    assert (await world.call(world.state_payer, "GET", where)).json()["committed_cents"] == 500_000


async def test_the_holder_s_tag_moves_with_what_the_holder_sees(world: World) -> None:
    told = await world.awarded(state=8_000)
    before = await world.tag(told["id"])
    await world.commit(world.state_payer, told["awards"]["state"]["id"])
    assert await world.tag(told["id"]) != before


async def test_the_payment_clock_starts_with_the_notification(world: World) -> None:
    award = (await world.awarded(state=8_000))["awards"]["state"]
    notified = datetime.fromisoformat(award["notified_at"]).astimezone(ZoneInfo("Europe/Paris")).date()
    assert date.fromisoformat(award["pay_before_on"]) == notified + timedelta(days=60)
