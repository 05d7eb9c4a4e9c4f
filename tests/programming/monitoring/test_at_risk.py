"""What is late or will be this week: up to which day, in which order, for whom."""

from datetime import UTC, date, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.common.clock import today_in_paris
from tests.programming.monitoring.timelines import Life, write
from tests.programming.papers import tampered
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def risks(world: World, who: Person | None = None, **query: Any) -> list[dict[str, Any]]:
    return await world.pages(who or world.team, f"/campaigns/{world.campaign_id}/at-risk", **query)


def stand_at(world: World, day: date) -> None:
    """Noon of that day."""
    world.running.clock.at = datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


async def asked(world: World) -> dict[str, Any]:
    """A dossier that asks the CAF, with clocks far from each other."""
    dossier = await world.submitted(caf=4_000)
    request = dossier["requests"][0]
    submitted = datetime.fromisoformat(dossier["submitted_at"])
    today = today_in_paris(world.running.clock.now())
    life = Life(UUID(request["id"]), UUID(dossier["id"]), world.caf, submitted)
    life.promised_on, life.silence_on = today + timedelta(days=400), today + timedelta(days=100)
    await write(world, [life])
    return {**dossier, "silence": life.silence_on, "promised": life.promised_on}


@pytest.mark.parametrize(("before", "seen"), [(8, False), (7, True), (1, True), (0, True), (-1, True)])
async def test_seven_days_before_is_a_risk_eight_is_not_yet(world: World, before: int, seen: bool) -> None:
    dossier = await asked(world)
    stand_at(world, dossier["silence"] - timedelta(days=before))
    found = await risks(world)
    assert bool(found) is seen
    if seen:
        (row,) = found
        assert (row["clock"], row["day"], row["days_left"]) == ("silence", dossier["silence"].isoformat(), before)
        assert row["late"] is (before < 0)
        assert (row["missing"], row["missing_label"], row["turn"]) == ("admissibility", "La recevabilité", "team")
        assert (row["reference"], row["funder"], row["award_id"]) == (dossier["reference"], "CAF", None)


async def test_the_week_begins_and_ends_at_midnight_in_paris(world: World) -> None:
    dossier = await asked(world)
    edge = dossier["silence"] - timedelta(days=8)
    midnight = datetime(edge.year, edge.month, edge.day, tzinfo=UTC) + timedelta(hours=21, minutes=59)
    world.running.clock.at = midnight - timedelta(hours=1)
    assert await risks(world) == []
    world.running.clock.at = midnight + timedelta(hours=2)  # 23:59 in UTC, the next day in Paris all year round
    assert [row["days_left"] for row in await risks(world)] == [7]


async def test_the_step_once_done_is_no_risk_any_more_and_the_payment_clock_takes_over(world: World) -> None:
    told = await world.awarded(state=8_000)
    award = told["awards"]["state"]
    stand_at(world, date.fromisoformat(award["pay_before_on"]) - timedelta(days=3))
    (row,) = await risks(world)
    assert (row["clock"], row["days_left"], row["missing"], row["award_id"]) == ("payment", 3, "commitment", award["id"])
    await world.commit(world.state_payer, award["id"])
    (row,) = await risks(world)
    assert (row["missing"], row["turn"], row["status"]) == ("payment", "funder", "committed")
    paid = Life(
        UUID(row["request_id"]), UUID(told["id"]), world.state, datetime.fromisoformat(told["submitted_at"]), granted_cents=800_000
    )
    paid.steps = {"notified": datetime.fromisoformat(award["notified_at"]), "first_paid": today_in_paris(world.running.clock.now())}
    await write(world, [paid])
    assert await risks(world) == []


async def test_late_ones_come_first_page_after_page_each_once_per_clock(world: World) -> None:
    for days in (0, 3, 1, 2):
        world.running.clock.forward(days=days)
        await world.submitted(caf=1_000, state=1_000)
    told = await world.awarded(state=8_000)
    world.running.clock.forward(days=110)
    everything = await risks(world, limit=100)
    order = [(row["day"], row["clock"], row["request_id"]) for row in everything]
    assert order == sorted(order)
    assert len(order) == len(set(order)) == 4 * 2 * 2 + 1
    assert [row["dossier_id"] for row in everything if row["clock"] == "payment"] == [told["id"]]
    for limit in (1, 2, 3):
        assert await risks(world, limit=limit) == everything
    silence = [row for row in everything if row["clock"] == "silence"]
    assert await risks(world, clock="silence", limit=3) == silence
    mine = [row for row in everything if row["funder_id"] == str(world.caf)]
    assert await risks(world, funder_id=str(world.caf), limit=2) == mine
    total = (await world.call(world.team, "GET", f"/campaigns/{world.campaign_id}/monitoring", expect=200)).json()["total"]
    counted = {clock["clock"]: clock["late_now"] + clock["at_risk"] for clock in total["clocks"]}
    assert counted == {name: sum(row["clock"] == name for row in everything) for name in ("promise", "silence", "payment")}


async def test_a_funder_sees_what_is_asked_of_it_and_nothing_of_the_others(world: World) -> None:
    await world.submitted(caf=1_000, state=1_000)
    world.running.clock.forward(days=100)
    for who, funder in ((world.caf_officer, world.caf), (world.state_officer, world.state)):
        assert {row["funder_id"] for row in await risks(world, who)} == {str(funder)}
    assert await risks(world, world.caf_officer, funder_id=str(world.state)) == []
    assert await risks(world, world.region_officer) == []


async def test_a_forged_cursor_is_refused(world: World) -> None:
    await world.submitted(caf=1_000, state=1_000)
    world.running.clock.forward(days=100)
    where = f"/campaigns/{world.campaign_id}/at-risk"
    cursor = (await world.call(world.team, "GET", where, params={"limit": 1}, expect=200)).json()["next"]
    for forged in tampered(cursor):
        assert (await world.call(world.team, "GET", where, params={"limit": 1, "cursor": forged})).status_code == 400
    await world.refused(world.team, "GET", where, 422, "malformed-request", params={"clock": "z"})
