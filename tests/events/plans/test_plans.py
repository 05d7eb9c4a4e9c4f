"""A year's plan against what was held and what is planned."""

import csv
import io
from typing import Any

import pytest

from services.common import tabular
from tests.events.world import World

pytestmark = pytest.mark.anyio

PLAN: dict[str, Any] = {
    "note": "Une année de relance.",
    "formats": [
        {"format": "journee", "wanted": 3},
        {"format": "cycle", "measure": "hours", "wanted": 40},
    ],
    "places": [
        {"territory_code": "11", "min_percent": 60, "max_percent": 60},
        {"territory_code": "34", "measure": "hours", "min_percent": 10, "max_percent": 20},
    ],
    "territories": [{"territory_code": "11", "wanted": 2}],
}


def _path(world: World, year: int = 2027) -> str:
    return f"/networks/{world.network_id}/plans/{year}"


async def _made(world: World, plan: dict[str, Any] | None = None, year: int = 2027) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.manager, "PUT", _path(world, year), json=plan or PLAN, expect=201)).json()
    return body


async def _event(world: World, *sessions: dict[str, Any], act: str | None = "announcement", **more: Any) -> dict[str, Any]:
    event = await world.idea(**more)
    for number, session in enumerate(sessions):
        day = f"2027-06-{number + 1:02d}"
        wish = {"starts_at": f"{day}T09:00:00+02:00", "ends_at": f"{day}T12:00:00+02:00", **session}
        await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)
    return await world.act(event, act) if act else event


def _at(code: str) -> dict[str, Any]:
    return {"place": {"name": "Maison", "territory_code": code}}


async def _progress(world: World, year: int = 2027) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.organiser, "GET", f"{_path(world, year)}/progress", expect=200)).json()
    return body


async def test_managers_write_organisers_read_others_do_not(world: World) -> None:
    path = _path(world)
    await world.refused(world.organiser, "PUT", path, 403, "not-a-network-manager", json=PLAN)
    await world.refused(world.neighbour, "PUT", path, 403, "not-an-organiser", json=PLAN)
    made = await _made(world)
    assert (made["year"], made["version"], made["formats"][0]) == (
        2027,
        1,
        {"format": "journee", "measure": "events", "wanted": 3},
    )
    for what in ("", "/progress", "/export"):
        await world.call(world.organiser, "GET", path + what, expect=200)
        await world.refused(world.neighbour, "GET", path + what, 403, "not-an-organiser")
        await world.refused(world.organiser, "GET", _path(world, 2031) + what, 404, "not-found")
    assert [each["year"] for each in await world.pages(world.organiser, f"/networks/{world.network_id}/plans")] == [2027]


async def test_a_plan_is_replaced_whole_from_the_version_that_was_read(world: World) -> None:
    await _made(world)
    path = _path(world)
    await world.refused(world.manager, "PUT", path, 409, "plan-already-made", json=PLAN)
    await world.refused(world.manager, "PUT", path, 412, "stale-version", json=PLAN, headers={"If-Match": '"7"'})
    await world.refused(world.manager, "PUT", _path(world, 2029), 412, "stale-version", json=PLAN, headers={"If-Match": '"1"'})
    changed = await world.change(world.manager, "PUT", path, json={"formats": PLAN["formats"][:1]}, expect=200)
    assert (changed.json()["version"], changed.json()["places"], changed.headers["etag"]) == (2, [], '"2"')


async def test_a_plan_made_twice_at_once_is_made_once(world: World) -> None:
    answers = await world.at_once([(world.manager, "PUT", _path(world), {"json": PLAN}) for _ in range(4)])
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert {each.json()["type"].rpartition("/")[2] for each in answers if each.status_code == 409} == {"plan-already-made"}


async def test_targets_that_cannot_be_kept_are_refused(world: World) -> None:
    path = _path(world)
    twice = {"formats": [{"format": "journee", "wanted": 1}] * 2}
    await world.refused(world.manager, "PUT", path, 409, "target-twice", json=twice)
    places = [{"territory_code": code, "min_percent": 60, "max_percent": 100} for code in ("11", "34")]
    problem = await world.refused(world.manager, "PUT", path, 409, "shares-above-hundred", json={"places": places})
    assert problem["measures"] == ["sessions"]
    unknown = {"places": [places[0], {"territory_code": "99999", "min_percent": 0, "max_percent": 1}]}
    problem = await world.refused(world.manager, "PUT", path, 409, "unknown-territory-code", json=unknown)
    assert problem["errors"][0]["pointer"] == "/places/1/territory_code"
    upside_down = {"places": [{"territory_code": "11", "min_percent": 20, "max_percent": 10}]}
    await world.call(world.manager, "PUT", path, json=upside_down, expect=422)


async def test_a_plan_is_read_against_what_was_held_and_what_is_planned(world: World) -> None:
    await _made(world)
    held = await _event(world, _at("11069"), territory_codes=["QP011002"])
    await world.act(held, "holding")
    await _event(world, _at("QP011002"), territory_codes=["34"])
    await _event(world, _at("34"), {}, format="cycle", territory_codes=["34"])
    await _event(world, {"is_on_site": False, "is_visio": True}, format="web_conference")
    await _event(world, _at("11069"), act="tentative-announcement", territory_codes=["11"])
    await _event(world, expected_on="2027-09-01", vague_date="Septembre ?", act="tentative-announcement")
    await _event(world, _at("11069"), act=None)  # an idea
    cancelled = await _event(world, _at("11069"))
    await world.act(cancelled, "cancellation", reason="Grève.")
    found = await _progress(world)

    formats = {(each["code"], each["measure"]): each for each in found["formats"]}
    journee = formats["journee", "events"]
    assert (journee["held"], journee["planned"], journee["tentative"], journee["gap"]) == (1, 1, 2, -1)
    cycle = formats["cycle", "hours"]
    assert (cycle["label"], cycle["planned"], cycle["gap"]) == ("Cycle de qualification", 6, -34)
    assert formats["web_conference", "events"]["wanted"] is None
    aude, herault = [each for each in found["places"] if each["min_percent"] is not None]
    # Four sessions on site: two in the Aude, one in the Hérault, one nobody said where.
    assert (aude["label"], aude["held"], aude["planned"], aude["tentative"]) == ("Aude", 1, 1, 1)
    assert (aude["held_percent"], aude["percent"], aude["gap_points"]) == (100, 50, -10)
    assert (herault["measure"], herault["percent"], herault["gap_points"]) == ("hours", 25, 5)
    assert {each["label"] for each in found["places"] if each["min_percent"] is None} >= {"Lieu non précisé"}
    (territory,) = found["territories"]
    assert (territory["held"], territory["planned"], territory["tentative"], territory["gap"]) == (1, 0, 1, -1)
    visio = {each["measure"]: each["planned"] for each in found["visio_only"]}
    assert visio == {"events": 1, "sessions": 1, "hours": 3}


async def test_a_session_belongs_to_the_year_it_begins_in_paris(world: World) -> None:
    event = await world.idea()
    for starts_at, ends_at in (
        ("2026-12-31T22:30:00Z", "2026-12-31T22:45:00Z"),
        ("2026-12-31T23:00:00Z", "2026-12-31T23:30:00Z"),
        ("2027-12-31T22:59:00Z", "2027-12-31T23:30:00Z"),
        ("2027-12-31T23:30:00Z", "2028-01-01T00:00:00Z"),
    ):
        wish = {"starts_at": starts_at, "ends_at": ends_at}
        await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)
    await world.act(event, "announcement")
    plan = {"formats": [{"format": "journee", "measure": "sessions", "wanted": 2}]}
    counts = {}
    for year in (2026, 2027, 2028):
        await _made(world, plan, year)
        counts[year] = (await _progress(world, year))["formats"][0]["planned"]
    assert counts == {2026: 1, 2027: 2, 2028: 1}


async def test_what_is_over_and_was_announced_was_held_session_by_session(world: World) -> None:
    plan = {"formats": [{"format": "journee", "measure": measure, "wanted": 1} for measure in ("sessions", "events")]}
    year = world.running.clock.now().year + 2
    await _made(world, plan, year)
    event = await world.idea()
    for month in ("03", "09"):
        wish = {"starts_at": f"{year}-{month}-10T09:00:00Z", "ends_at": f"{year}-{month}-10T12:00:00Z"}
        await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)
    await world.act(event, "announcement")
    now = world.running.clock.now()
    world.at(f"{year}-06-01T00:00:00+00:00")
    sessions, events = (await _progress(world, year))["formats"]
    world.running.clock.at = now  # other tests live today
    assert (sessions["held"], sessions["planned"]) == (1, 1)
    assert (events["held"], events["planned"]) == (0, 1)


async def test_the_plan_is_downloaded_as_a_table_and_a_workbook(world: World) -> None:
    await _made(world)
    await _event(world, _at("11069"))
    path = f"{_path(world)}/export"
    answer = await world.call(world.organiser, "GET", path, params={"format": "csv"}, expect=200)
    assert answer.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(io.StringIO(answer.text)))
    assert [(each["kind"], each["code"]) for each in lines][:2] == [("format", "journee"), ("format", "cycle")]
    assert (lines[0]["wanted"], lines[0]["planned"], lines[0]["gap"]) == ("3", "1.0", "-2.0")
    answer = await world.call(world.organiser, "GET", path, expect=200)
    assert answer.headers["content-disposition"] == 'attachment; filename="plan-2027.xlsx"'
    rows = [row for _, row in tabular.open_table(io.BytesIO(answer.content), lambda _: None, tabular.Bounds()).rows]
    assert rows[0][:4] == ["Quoi", "Mesure", "Objectif", "Tenu"]
    assert rows[1][:7] == ["Journée", "Évènements", 3, 0, 1, 0, -2]
