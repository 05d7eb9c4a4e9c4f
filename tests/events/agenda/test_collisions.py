"""What else happens that week for the same people, and agendas of networks side by side."""

from datetime import datetime, timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


def _days(day: str, hour: int = 9) -> dict[str, str]:
    return {"starts_at": f"{day}T{hour:02d}:00:00+02:00", "ends_at": f"{day}T{hour + 3:02d}:00:00+02:00"}


async def _there(
    world: World, day: str, *, who: Person | None = None, act: str | None = "announcement", title: str = "Autre", **more: Any
) -> dict[str, Any]:
    """An event of the neighbouring network, unless somebody of another one makes it."""
    who = who or world.neighbour
    network_id = world.network_id if who is world.organiser else world.other_network_id
    wish = {"network_id": network_id, "format": "journee", "title": title, "territory_codes": ["11069"], **more}
    event: dict[str, Any] = (await world.call(who, "POST", "/events", json=wish, expect=201)).json()
    path = f"/events/{event['id']}"
    if day:
        await world.call(who, "POST", f"{path}/sessions", json=_days(day), expect=201)
    if act:
        await world.change(who, "POST", f"{path}/{act}", of=path, expect=201)
    return event


async def _met(world: World, event: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.organiser, "GET", f"/events/{event['id']}/collisions", expect=200)).json()
    return body


def _week(year: int) -> tuple[str, str, str]:
    """A Monday of that year's June, its Sunday, the next Monday: each test has a year of its own, events stay in the agenda."""
    monday = datetime.fromisoformat(f"{year}-06-10")
    monday -= timedelta(days=monday.weekday())
    return (
        monday.date().isoformat(),
        (monday + timedelta(days=6)).date().isoformat(),
        (monday + timedelta(days=7)).date().isoformat(),
    )


async def test_setting_a_date_signals_what_else_happens_that_week(world: World) -> None:
    monday, sunday, next_monday = _week(2031)
    other = await _there(world, sunday, audiences=["resident", "state"])
    event = await world.idea(territory_codes=["11"], audiences=["resident"])
    path = f"/events/{event['id']}/sessions"
    added = (await world.call(world.organiser, "POST", path, json=_days(monday), expect=201)).json()
    met = added["collisions"]
    week = datetime.fromisoformat(monday).strftime("%G-W%V")
    assert (met["weeks"], met["count"]) == ([week], 1)
    (item,) = met["items"]
    assert (item["event"]["id"], item["event"]["network"]["id"]) == (other["id"], world.other_network_id)
    assert (item["weeks"], item["shared_territory_codes"], item["shared_audiences"]) == ([week], ["11"], ["resident"])
    moved = await world.change(world.organiser, "PATCH", f"{path}/{added['id']}", json=_days(next_monday), expect=200)
    assert moved.json()["collisions"]["count"] == 0
    assert await _met(world, event) == moved.json()["collisions"]


@pytest.mark.parametrize(
    ("year", "more", "collides"),
    [
        (2032, {}, True),
        (2033, {"audiences": []}, True),
        (2034, {"audiences": ["state"]}, False),
        (2035, {"territory_codes": ["34"]}, False),
        (2036, {"territory_codes": ["QP011002"]}, True),
        (2037, {"territory_codes": []}, True),
        (2038, {"visibility": "unlisted"}, False),
    ],
)
async def test_events_collide_when_they_call_the_same_people(world: World, year: int, more: dict[str, Any], collides: bool) -> None:
    monday, _, _ = _week(year)
    await _there(world, monday, **{"audiences": ["resident"], **more})
    event = await world.idea(territory_codes=["11069"], audiences=["resident"])
    added = await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=_days(monday, 14), expect=201)
    assert added.json()["collisions"]["count"] == int(collides)


async def test_tentative_events_collide_ideas_of_others_stay_hidden(world: World) -> None:
    monday, sunday, _ = _week(2040)
    await _there(world, monday, act=None, title="Idée du voisin")
    await _there(world, monday, act="tentative-announcement", title="Peut-être")
    vague: dict[str, Any] = {"expected_on": sunday, "vague_date": "Juin ?"}
    await _there(world, "", act="tentative-announcement", title="Juin peut-être", **vague)
    await _there(world, monday, who=world.organiser, act=None, title="Notre idée")
    gone = await _there(world, monday, title="Annulé")
    path = f"/events/{gone['id']}"
    await world.change(world.neighbour, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève."}, expect=201)
    event = await world.idea(territory_codes=["11069"])
    await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=_days(monday, 14), expect=201)
    met = await _met(world, event)
    assert {item["event"]["title"] for item in met["items"]} == {"Peut-être", "Juin peut-être", "Notre idée"}
    assert met["count"] == 3


async def test_an_undated_event_collides_around_the_day_it_is_expected(world: World) -> None:
    monday, sunday, _ = _week(2041)
    other = await _there(world, monday)
    event = await world.idea(territory_codes=["11069"], expected_on=sunday)
    assert [item["event"]["id"] for item in (await _met(world, event))["items"]] == [other["id"]]
    nowhere = await world.idea(territory_codes=["11069"])
    assert await _met(world, nowhere) == {"weeks": [], "count": 0, "items": []}


async def test_the_week_is_that_of_paris(world: World) -> None:
    # A Monday at 00:30 in Paris is still Sunday in UTC.
    monday, _, _ = _week(2042)
    other = await _there(world, monday)
    event = await world.idea(territory_codes=["11069"])
    wish = {"starts_at": f"{monday}T00:30:00+02:00", "ends_at": f"{monday}T01:30:00+02:00"}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)
    assert [item["event"]["id"] for item in (await _met(world, event))["items"]] == [other["id"]]


async def test_collisions_are_their_organisers_to_read(world: World) -> None:
    event = await world.opened()
    await world.refused(world.neighbour, "GET", f"/events/{event['id']}/collisions", 403, "not-an-organiser")
    await world.refused(world.neighbour, "GET", f"/events/{(await world.idea())['id']}/collisions", 404, "not-found")


async def test_agendas_stand_side_by_side_week_by_week(world: World) -> None:
    monday, sunday, next_monday = _week(2043)
    ours = await _there(world, monday, who=world.organiser, title="Le nôtre")
    theirs = await _there(world, sunday, title="Le leur")
    alone = await _there(world, next_monday, title="Plus tard")
    idea = await _there(world, next_monday, who=world.organiser, act=None, title="Une idée")
    asked = {"network_id": [world.network_id, world.other_network_id], "since": monday, "until": next_monday}
    read = (await world.call(None, "GET", "/agenda-weeks", params=asked, expect=200)).json()
    assert {face["id"] for face in read["networks"]} == {world.network_id, world.other_network_id}
    first, second = read["weeks"]
    assert (first["monday"], first["collisions"], second["collisions"]) == (monday, 1, 0)
    events = {agenda["network_id"]: agenda["events"] for agenda in first["agendas"]}
    assert [(each["id"], each["collides_with"]) for each in events[world.network_id]] == [(ours["id"], [theirs["id"]])]
    assert [(each["id"], each["collides_with"]) for each in events[world.other_network_id]] == [(theirs["id"], [ours["id"]])]
    assert [each["id"] for agenda in second["agendas"] for each in agenda["events"]] == [alone["id"]]
    own = (await world.call(world.organiser, "GET", "/agenda-weeks", params=asked, expect=200)).json()
    assert {each["id"] for agenda in own["weeks"][1]["agendas"] for each in agenda["events"]} == {alone["id"], idea["id"]}
    assert own["weeks"][1]["collisions"] == 1


async def test_a_period_too_long_or_upside_down_is_refused(world: World) -> None:
    for since, until in (("2027-01-01", "2028-01-01"), ("2027-02-01", "2027-01-01")):
        await world.refused(None, "GET", "/agenda-weeks", 422, "malformed-request", params={"since": since, "until": until})
    read = (await world.call(None, "GET", "/agenda-weeks", params={"network_id": str(new_id())}, expect=200)).json()
    assert (read["networks"], len(read["weeks"]), read["weeks"][0]["agendas"]) == ([], 13, [])


async def test_dates_at_the_calendars_ends_are_refused(world: World) -> None:
    for since in ("0001-01-01", "9999-12-31"):
        answer = await world.call(None, "GET", "/agenda-weeks", params={"since": since})
        assert answer.status_code in {200, 422}, answer.text
        assert answer.status_code == 422
