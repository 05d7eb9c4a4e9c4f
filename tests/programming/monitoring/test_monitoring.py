"""The dashboard: every figure is what one would count by hand, whoever reads it sees what is theirs."""

import csv
import io
import random
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from python_calamine import CalamineWorkbook

from services.common.clock import in_paris, today_in_paris
from tests.programming.monitoring.timelines import Life, any_life, expected_clocks, expected_steps, write
from tests.programming.papers import refusal
from tests.programming.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def dashboard(world: World, who: Person | None = None) -> dict[str, Any]:
    found: dict[str, Any] = (
        await world.call(who or world.team, "GET", f"/campaigns/{world.campaign_id}/monitoring", expect=200)
    ).json()
    return found


def steps_of(line: dict[str, Any]) -> dict[str, Any]:
    return {step["step"]: {name: step[name] for name in ("count", "leg", "cumulated")} for step in line["steps"]}


def clocks_of(line: dict[str, Any]) -> dict[str, Any]:
    names = ("kept", "broken", "share_kept", "late_now", "at_risk")
    return {clock["clock"]: {name: clock[name] for name in names} for clock in line["clocks"]}


async def requests_of(world: World) -> list[dict[str, Any]]:
    dossiers = [await world.awarded(state=1_000, caf=1_000) for _ in range(2)]
    dossiers += [await world.submitted(state=1_000, caf=1_000, region=1_000) for _ in range(3)]
    return [
        {**request, "dossier_id": dossier["id"], "awarded": "awards" in dossier}
        for dossier in dossiers
        for request in dossier["requests"]
    ]


async def test_figures_are_what_one_counts_by_hand_whatever_happened_and_when(world: World) -> None:
    requests = await requests_of(world)
    for seed in range(25):
        chance = random.Random(seed)
        world.running.clock.at = datetime(2027, 1, 1, tzinfo=UTC) + timedelta(hours=chance.randrange(24 * 700))
        today = today_in_paris(world.running.clock.now())
        lives = [any_life(chance, request, request["awarded"], today) for request in requests]
        for life in lives:  # the clocks of answers are the dossier's
            first = next(each for each in lives if each.dossier_id == life.dossier_id)
            life.promised_on, life.silence_on = first.promised_on, first.silence_on
        await write(world, lives)
        read = await dashboard(world)
        assert read["as_of"] == today.isoformat()
        by_funder = {UUID(line["funder_id"]): line for line in read["funders"]}
        assert set(by_funder) == {world.state, world.caf, world.region}
        for funder_id, line in [*by_funder.items(), (None, read["total"])]:
            own = [life for life in lives if funder_id in {None, life.funder_id}]
            assert line["asked"] == len(own)
            assert line["granted"] == sum(life.has_award for life in own)
            assert same(steps_of(line), expected_steps(own)), seed
            assert clocks_of(line) == expected_clocks(own, today), seed


def same(found: Any, expected: Any) -> bool:
    """Equal, percentiles to a billionth."""
    if isinstance(expected, dict):
        assert found.keys() == expected.keys()
        return all(same(found[name], expected[name]) for name in expected)
    if expected is None or found is None:
        assert found is expected
        return True
    assert found == pytest.approx(expected)
    return True


async def life_of(world: World) -> Life:
    told = await world.awarded(state=1_000)
    request = told["requests"][0]
    submitted = datetime.fromisoformat(told["submitted_at"])
    return Life(
        UUID(request["id"]),
        UUID(told["id"]),
        UUID(request["funder_id"]),
        submitted,
        has_award=True,
        granted_cents=request["granted_cents"],
    )


@pytest.mark.parametrize(
    ("asked", "notified", "days"),
    [
        # The night of 27 to 28 March 2027 loses an hour: two days of Paris hold 47 hours.
        ("2027-03-27T00:30:00+01:00", "2027-03-28T23:59:59+02:00", 1),
        ("2027-03-27T23:59:59+01:00", "2027-03-29T00:00:00+02:00", 2),
        # 23:30 in Paris on the 27th is still the 27th although an hour later UTC says another thing in summer.
        ("2027-03-27T23:30:00+01:00", "2027-03-28T03:00:00+02:00", 1),
        # The night of 30 to 31 October has the hour of 2 twice: on the same day.
        ("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00", 0),
        ("2027-10-30T23:59:00+02:00", "2027-10-31T00:01:00+02:00", 1),
        ("2027-10-31T00:00:00+02:00", "2027-11-01T00:00:00+01:00", 1),
    ],
)
async def test_a_change_of_clock_at_night_shifts_no_day(world: World, asked: str, notified: str, days: int) -> None:
    life = await life_of(world)
    life.submitted_at = datetime.fromisoformat(asked)
    life.steps = {"reviewed": life.submitted_at, "decided": life.submitted_at, "notified": datetime.fromisoformat(notified)}
    life.pay_before_on = today_in_paris(world.running.clock.now())
    await write(world, [life])
    assert steps_of((await dashboard(world))["total"])["notified"]["cumulated"]["slowest"] == days
    delays = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/delays", expect=200)).json()["funders"]
    assert delays[0]["median_days_to_notification"] == days, "what is published is what the team reads"


async def test_a_balance_paid_after_the_bilan_leaves_no_leg_below_zero(world: World) -> None:
    life = await life_of(world)
    day = life.submitted_at
    order = ("reviewed", "decided", "notified", "agreed", "first_paid", "reported", "justified", "paid")
    for number, step in enumerate(order, 1):
        when = day + timedelta(days=10 * number)
        life.steps[step] = in_paris(when).date() if step in {"first_paid", "paid"} else when
    life.pay_before_on = today_in_paris(world.running.clock.now())
    await write(world, [life])
    steps = steps_of((await dashboard(world))["total"])
    assert {name: step["leg"]["slowest"] for name, step in steps.items()} == dict.fromkeys(order, 10) | {"paid": 30}


async def test_an_adjournment_is_no_decision_neither_here_nor_in_public(world: World) -> None:
    dossier = await world.reviewed(caf=4_000)
    session = await world.convene(dossier["id"])
    request = world.request_of(dossier, world.caf)
    assert (await world.decide(world.caf_officer, session, request["id"], outcome="adjourned")).status_code == 200
    assert steps_of((await dashboard(world))["total"])["decided"]["count"] == 0
    delays = (await world.call(None, "GET", f"/campaigns/{world.campaign_id}/delays", expect=200)).json()["funders"]
    assert (delays[0]["decided"], delays[0]["median_days_to_decision"]) == (0, None)


async def test_no_clock_runs_on_what_was_found_inadmissible(world: World) -> None:
    dossier = await world.submitted(caf=4_000)
    where = f"/dossiers/{dossier['id']}"
    refused = {"admissible": False, "reason": "Hors délai."}
    await world.change(world.team, "POST", f"{where}/admissibility", of=where, json=refused, expect=201)
    world.running.clock.forward(days=200)
    total = (await dashboard(world))["total"]
    assert (total["asked"], total["inadmissible"]) == (1, 1)
    assert all(clock["late_now"] == clock["broken"] == clock["at_risk"] == 0 for clock in total["clocks"])
    assert await world.pages(world.team, f"/campaigns/{world.campaign_id}/at-risk") == []


async def test_a_campaign_without_dossier_shows_zeros_and_no_median(world: World) -> None:
    read = await dashboard(world)
    assert [line["funder"] for line in read["funders"]] == ["État", "CAF", "Région"]
    for line in [*read["funders"], read["total"]]:
        assert line["asked"] == line["granted"] == 0
        assert all(step["count"] == 0 and step["cumulated"]["median"] is None for step in line["steps"])
        assert all(clock["share_kept"] is None for clock in line["clocks"])


async def test_a_funder_reads_its_own_line_and_the_totals(world: World) -> None:
    await world.awarded(state=1_000, caf=1_000)
    team, caf = await dashboard(world), await dashboard(world, world.caf_officer)
    assert [line["funder"] for line in caf["funders"]] == ["CAF"]
    assert caf["funders"] == [line for line in team["funders"] if line["funder_id"] == str(world.caf)]
    assert caf["total"] == team["total"]
    for who in (world.holder, world.stranger):
        for path in ("monitoring", "at-risk", "monitoring/export"):
            refusal(await world.call(who, "GET", f"/campaigns/{world.campaign_id}/{path}"), 404, "not-found")


async def exported(world: World, who: Person, name: str) -> bytes:
    where = f"/campaigns/{world.campaign_id}/monitoring/export"
    answer = await world.call(who, "GET", where, params={"format": name}, expect=200)
    assert f".{name}" in answer.headers["content-disposition"]
    return answer.content


async def test_the_table_says_what_the_dashboard_says(world: World) -> None:
    await world.awarded(state=1_000)
    await world.submitted(caf=1_000)
    read = await dashboard(world)
    rows = list(csv.DictReader(io.StringIO((await exported(world, world.team, "csv")).decode())))
    kept = {(row["funder_id"], row["kind"], row["name"]): row for row in rows}
    assert len(rows) == len(kept) == (len(read["funders"]) + 1) * (3 + 8 + 3)
    for line in [*read["funders"], read["total"]]:
        for step in line["steps"]:
            row = kept[line["funder_id"] or "", "step", step["step"]]
            assert (row["count"], row["median_days"]) == (
                str(step["count"]),
                str(step["cumulated"]["median"] if step["count"] else ""),
            )
    assert {row["funder"] for row in csv.DictReader(io.StringIO((await exported(world, world.caf_officer, "csv")).decode()))} == {
        "CAF",
        "Tous financeurs",
    }


async def test_the_workbook_holds_numbers_under_a_header_that_stays_in_sight(world: World) -> None:
    await world.awarded(state=1_000)
    dossier = await world.submitted_with(world.content(caf=1_000) | {"title": "=HYPERLINK(A1)"})
    world.running.clock.forward(days=100)
    content = await exported(world, world.team, "xlsx")
    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    assert book.sheet_names == ["Demandes", "Étapes", "Délais", "À risque"]
    head, *rows = book.get_sheet_by_name("Demandes").to_python()
    assert (head[0], rows[-1]) == ("Financeur", ["Tous financeurs", 2.0, 0.0, 1.0])
    late = book.get_sheet_by_name("À risque").to_python()
    assert [row[6] for row in late[1:] if row[5] == dossier["reference"]] == ["=HYPERLINK(A1)"] * 2, "text, not a formula"
    assert all(isinstance(row[1], float) and row[1] < 0 for row in late[1:])
