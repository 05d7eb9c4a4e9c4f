"""Events as engines read them: expanded by somebody else's library, and harmless in a page."""

import json
from typing import Any

import pytest

from tests.events.agenda import reading
from tests.events.world import World

pytestmark = pytest.mark.anyio
PLACE = {"name": "Maison des associations", "street": "1 rue Inventée", "postcode": "11000", "city": "Carcassonne"}
_SCHEMA = reading.SCHEMA


async def _read(world: World, event: dict[str, Any]) -> dict[str, Any]:
    answer = await world.call(None, "GET", f"/events/{event['id']}/json-ld", expect=200)
    assert answer.headers["content-type"].startswith("application/ld+json")
    document = json.loads(answer.content)
    node = reading.expanded(document)
    # Nothing that is written is lost: every term is one of schema.org's.
    assert reading.terms(document) == reading.terms(node)
    return node


def _one(node: dict[str, Any], term: str) -> dict[str, Any]:
    (found,) = node[_SCHEMA + term]
    made: dict[str, Any] = found
    return made


async def test_an_event_of_one_session_is_an_event_somewhere_at_some_time(world: World) -> None:
    speaker = {"name": "Camille Exemple", "function": "Cheffe de projet", "organisation": "Ville d'Exemple"}
    item = {
        "starts_at": "2027-03-18T10:00:00+01:00",
        "ends_at": "2027-03-18T11:00:00+01:00",
        "title": "Débat",
        "speakers": [speaker],
    }
    event = await world.idea(
        summary="Une journée.",
        theme_codes=["participation"],
        audiences=["resident"],
        cost_cents=1250,
        partners=[{"role": "co_organiser", "name": "Ville d'Exemple"}, {"role": "co_funder", "name": "ANCT"}],
        registration_opens_at="2027-02-01T08:00:00+01:00",
    )
    session: dict[str, Any] = {"starts_at": "2027-03-18T09:00:00+01:00", "ends_at": "2027-03-18T17:00:00+01:00"}
    session |= {"place": {**PLACE, "latitude": 43.2, "longitude": 2.35}, "room": "Salle 2", "is_visio": True, "programme": [item]}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=session, expect=201)
    await world.seats(event, {"mode": "on_site", "seats": 10})
    await world.act(event, "opening")
    node = await _read(world, event)
    assert node["@type"] == [f"{_SCHEMA}Event"]
    assert reading.said(node, "name") == [event["title"]]
    assert reading.said(node, "startDate") == ["2027-03-18T09:00:00+01:00"]
    assert reading.said(node, "eventStatus") == ["https://schema.org/EventScheduled"]
    assert reading.said(node, "eventAttendanceMode") == ["https://schema.org/MixedEventAttendanceMode"]
    place, online = node[f"{_SCHEMA}location"]
    assert (place["@type"], online["@type"]) == ([f"{_SCHEMA}Place"], [f"{_SCHEMA}VirtualLocation"])
    assert reading.said(_one(place, "address"), "streetAddress") == ["1 rue Inventée"]
    assert reading.said(_one(place, "geo"), "latitude") == [43.2]
    assert reading.said(online, "url") == [node["@id"]]
    offer = _one(node, "offers")
    assert (reading.said(offer, "price"), reading.said(offer, "priceCurrency")) == (["12.50"], ["EUR"])
    assert reading.said(node, "isAccessibleForFree") == [False]
    assert [reading.said(each, "name") for each in node[f"{_SCHEMA}organizer"]] == [["Réseau exemple"], ["Ville d'Exemple"]]
    assert reading.said(_one(node, "funder"), "name") == ["ANCT"]
    assert reading.said(_one(node, "performer"), "jobTitle") == ["Cheffe de projet"]
    assert reading.said(node, "keywords") == ["Participation des habitants"]
    assert reading.said(_one(node, "audience"), "audienceType") == ["Habitants et conseils citoyens"]


async def test_what_costs_nothing_has_no_offer(world: World) -> None:
    event = await world.opened()
    node = await _read(world, event)
    assert reading.said(node, "isAccessibleForFree") == [True]
    assert f"{_SCHEMA}offers" not in node


async def test_a_cycle_is_a_series_of_its_sessions(world: World) -> None:
    event = await world.dated(sessions=3)
    await world.act(event, "announcement")
    cancelled = f"/events/{event['id']}/sessions/{event['sessions'][1]['id']}"
    await world.change(world.organiser, "POST", f"{cancelled}/cancellation", of=cancelled, json={"reason": "Grève."}, expect=201)
    node = await _read(world, event)
    assert node["@type"] == [f"{_SCHEMA}EventSeries"]
    assert reading.said(node, "eventStatus") == ["https://schema.org/EventScheduled"]
    parts = node[f"{_SCHEMA}subEvent"]
    assert [reading.said(each, "eventStatus") for each in parts] == [
        ["https://schema.org/EventScheduled"],
        ["https://schema.org/EventCancelled"],
        ["https://schema.org/EventScheduled"],
    ]
    assert len({each["@id"] for each in parts}) == 3


@pytest.mark.parametrize(("act", "status"), [("cancellation", "EventCancelled"), ("postponement", "EventPostponed")])
async def test_what_is_cancelled_or_postponed_says_so(world: World, act: str, status: str) -> None:
    event = await world.dated()
    await world.act(event, "announcement")
    await world.act(event, act, reason="Grève.")
    assert reading.said(await _read(world, event), "eventStatus") == [f"https://schema.org/{status}"]


async def test_what_moved_says_when_it_was_to_be_and_that_it_is_online_now(world: World) -> None:
    event = await world.dated()
    session = event["sessions"][0]
    path = f"/events/{event['id']}/sessions/{session['id']}"
    await world.change(world.organiser, "PATCH", path, json={"starts_at": world.day(30, 10)}, expect=200)
    await world.act(event, "announcement")
    assert reading.said(await _read(world, event), "eventStatus") == ["https://schema.org/EventScheduled"]
    for hour in (11, 12):
        await world.change(world.organiser, "PATCH", path, json={"starts_at": world.day(30, hour)}, expect=200)
    node = await _read(world, event)
    assert reading.said(node, "eventStatus") == ["https://schema.org/EventRescheduled"]
    assert reading.said(node, "previousStartDate") == [world.day(30, 10)]
    moved = await world.change(world.organiser, "PATCH", path, json={"is_on_site": False, "is_visio": True}, expect=200)
    assert moved.json()["previous_starts_at"] == world.day(30, 10)
    node = await _read(world, event)
    assert set(reading.said(node, "eventStatus")) == {
        "https://schema.org/EventRescheduled",
        "https://schema.org/EventMovedOnline",
    }
    assert reading.said(node, "eventAttendanceMode") == ["https://schema.org/OnlineEventAttendanceMode"]


async def test_nothing_in_it_closes_a_script(world: World) -> None:
    title = "</script><script>alert(1)</script> & <!-- \u2028"
    event = await world.dated(title=title.replace("\u2028", ""), description="a\u2028b</SCRIPT>")
    await world.act(event, "announcement")
    answer = await world.call(None, "GET", f"/events/{event['id']}/json-ld", expect=200)
    assert not set("<>&\u2028") & set(answer.text)
    assert reading.said(await _read(world, event), "name") == [event["title"]]


async def test_unlisted_events_and_ideas_are_not_for_engines(world: World) -> None:
    idea = await world.dated()
    unlisted = await world.dated(visibility="unlisted")
    await world.act(unlisted, "announcement")
    for event in (idea, unlisted):
        for who in (None, world.organiser):
            await world.refused(who, "GET", f"/events/{event['id']}/json-ld", 404, "not-found")


async def test_an_engine_that_knows_it_already_reads_nothing(world: World) -> None:
    event = await world.opened()
    path = f"/events/{event['id']}/json-ld"
    tag = (await world.call(None, "GET", path, expect=200)).headers["etag"]
    await world.call(None, "GET", path, headers={"If-None-Match": tag}, expect=304)
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}", json={"title": "Autre"}, expect=200)
    await world.call(None, "GET", path, headers={"If-None-Match": tag}, expect=200)
