"""Everybody at once, on the real database: seats are sold once, ranks have no hole, nobody is lost."""

import asyncio
from collections import Counter
from collections.abc import Mapping
from typing import Any

import pytest

from services.common.ids import new_id
from services.events.registrations import service as registrations
from services.events.registrations import tending
from tests.events.registrations.seating import all_is_true, shown_ranks
from tests.events.world import World, attendee, registration
from tests.support import Person

pytestmark = pytest.mark.anyio

Call = tuple[Person | None, str, str, Mapping[str, Any]]


def _asking(event: Mapping[str, Any], *attendees: Mapping[str, Any], **headers: str) -> Call:
    wish = registration(f"p{new_id().hex[-12:]}@example.fr", *attendees)
    return (Person(), "POST", f"/events/{event['id']}/registrations", {"json": wish, "headers": headers})


def _following(world: World, found: Mapping[str, Any], act: str) -> Call:
    return (None, "POST", f"{world.link(found)}/{act}", {})


async def _tend(world: World, event: Mapping[str, Any]) -> None:
    resources = world.running.resources
    async with resources.database.transaction() as session:
        desks = await tending.desks_of(session, event["id"])
    for desk_id in desks:
        async with resources.database.transaction() as session:
            await tending.tend(session, desk_id, now=resources.clock.now())


async def test_300_people_at_once_on_100_seats(world: World) -> None:
    event = await world.opened(100)
    answers = await world.at_once([_asking(event) for _ in range(300)])
    assert Counter(answer.status_code for answer in answers) == {201: 300}
    states = Counter(answer.json()["state"] for answer in answers)
    assert states == {"seated": 100, "waiting": 200} == await all_is_true(world, event)
    assert sorted(answer.json()["rank"] for answer in answers if answer.json()["rank"]) == list(range(1, 201))
    assert await shown_ranks(world, event) == list(range(1, 201))
    found = await world.pages(world.organiser, f"/events/{event['id']}/registrations", limit=100)
    assert {each["id"] for each in found} == {answer.json()["id"] for answer in answers}
    told = [job["args"]["registration_id"] for job in await world.running.jobs("events:tell_registrant")]
    assert {Counter(told)[each["id"]] for each in found} == {1}
    assert (await world.event(event))["status"] == "full"


async def test_groups_of_three_and_shares_at_once(world: World) -> None:
    shares = [{"label": "Élus", "seats": 10, "audiences": ["elected_official"]}]
    event = await world.opened(100, shares=shares, most_in_group=3)
    groups = [_asking(event, *[attendee()] * 3) for _ in range(60)]
    elected = [_asking(event, attendee(audience="elected_official")) for _ in range(60)]
    mixed = [call for pair in zip(groups, elected, strict=True) for call in pair]
    answers = await world.at_once(mixed)
    assert Counter(answer.status_code for answer in answers) == {201: 120}
    await all_is_true(world, event)
    desk = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()[0]
    taken = {pool["label"]: pool["taken"] for pool in desk["pools"]}
    assert taken["Élus"] == 10
    # Who comes after a group that waits does not overtake it, even for a seat too few for the group.
    waiting = [answer.json() for answer in answers if answer.json()["rank"]]
    first = min(waiting, key=lambda registration: registration["rank"])
    assert 0 <= 90 - taken[""] < len(first["attendees"]), "no seat stays free that whoever waits first could take"
    assert await shown_ranks(world, event) == list(range(1, desk["waiting_count"] + 1))


async def test_a_double_click_with_a_key_is_one_registration(world: World) -> None:
    event = await world.opened(5)
    call = _asking(event, **{"Idempotency-Key": "double-click"})
    first, second = await world.at_once([call, call])
    statuses = {first.status_code, second.status_code}
    assert 201 in statuses
    assert statuses <= {201, 409}
    again = await world.call(call[0], call[1], call[2], expect=201, **call[3])
    assert again.headers["idempotency-replayed"] == "true"
    assert await all_is_true(world, event) == {"seated": 1}


async def test_a_double_click_without_a_key_is_one_registration(world: World) -> None:
    event = await world.opened(5)
    sent = {"json": registration("twice@example.fr")}
    path = f"/events/{event['id']}/registrations"
    answers = await world.at_once([(None, "POST", path, sent)] * 4)
    assert Counter(answer.status_code for answer in answers) == {201: 4}, (
        "an address that is registered is not told to whoever asks"
    )
    assert await all_is_true(world, event) == {"unconfirmed": 1}


async def test_people_cancel_and_register_at_once(world: World) -> None:
    event = await world.opened(20)
    seated = [await world.register(event) for _ in range(20)]
    leaving = [_following(world, each, "cancellation") for each in seated]
    coming = [_asking(event) for _ in range(40)]
    answers = await world.at_once([call for three in zip(leaving, coming[::2], coming[1::2], strict=True) for call in three])
    assert {answer.status_code for answer in answers} == {201}
    states = await all_is_true(world, event)
    assert states["cancelled"] == 20
    assert states.get("seated", 0) + states.get("offered", 0) == 20, "no seat stayed empty while somebody waited"
    assert await shown_ranks(world, event) == list(range(1, 21))


async def test_an_offer_accepted_twice_at_once_is_accepted_once(world: World) -> None:
    event = await world.opened(1)
    first, second = [await world.register(event) for _ in range(2)]
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    answers = await world.at_once([_following(world, second, "acceptance")] * 4)
    assert {(answer.status_code, answer.json()["state"], answer.json()["version"]) for answer in answers} == {(201, "seated", 3)}
    assert await all_is_true(world, event) == {"cancelled": 1, "seated": 1}


async def test_an_offer_is_accepted_or_lapses_but_not_both(world: World) -> None:
    event = await world.opened(6)
    first = [await world.register(event) for _ in range(6)]
    waiting = [await world.register(event) for _ in range(12)]
    await world.at_once([_following(world, each, "cancellation") for each in first])
    due_at = (await world.registered(waiting[0]))["due_at"]
    accepting = [_following(world, each, "acceptance") for each in waiting[:6]]
    world.at(due_at)
    world.running.clock.forward(microseconds=-1)
    resources = world.running.resources

    async def lapse(registration_id: Any) -> None:
        async with resources.database.transaction() as session:
            await registrations.lapse(session, registration_id, now=world.running.clock.forward(microseconds=1))

    lapsing = asyncio.gather(*(lapse(each["id"]) for each in waiting[:6]))
    answers, _ = await asyncio.gather(world.at_once(accepting), lapsing)
    states = [(await world.registered(each))["state"] for each in waiting[:6]]
    for answer, state in zip(answers, states, strict=True):
        assert (answer.status_code, state) in {(201, "seated"), (409, "lapsed")}
    counts = await all_is_true(world, event)
    assert counts.get("seated", 0) + counts.get("offered", 0) == 6


async def test_capacity_changes_while_people_register(world: World) -> None:
    event = await world.opened(10)
    desk = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()[0]
    raised = {"json": {"capacities": [{"mode": "on_site", "seats": 30}]}, "headers": {"If-Match": f'"{desk["version"]}"'}}
    calls = [_asking(event) for _ in range(60)]
    calls.insert(20, (world.organiser, "PUT", f"/events/{event['id']}/capacity", raised))
    answers = await world.at_once(calls)
    assert Counter(answer.status_code for answer in answers) == {201: 60, 200: 1}
    states = await all_is_true(world, event)
    assert states.get("seated", 0) + states.get("offered", 0) == 30
    assert states["waiting"] == 30
    assert await shown_ranks(world, event) == list(range(1, 31))


@pytest.mark.parametrize("act", ["closing", "cancellation"])
async def test_an_event_is_closed_or_cancelled_while_people_register(world: World, act: str) -> None:
    event = await world.opened(10)
    version = (await world.call(world.organiser, "GET", f"/events/{event['id']}", expect=200)).headers["etag"]
    sent = {"json": {"reason": "Salle inondée"} if act == "cancellation" else None, "headers": {"If-Match": version}}
    calls = [_asking(event) for _ in range(60)]
    calls.insert(25, (world.organiser, "POST", f"/events/{event['id']}/{act}", sent))
    answers = await world.at_once(calls)
    decided = answers.pop(25)
    assert decided.status_code == 201, decided.text
    counts = Counter(answer.status_code for answer in answers)
    assert counts[201] + counts[409] == 60
    assert counts[409], "the organiser did not have to wait for the rush to end"
    assert {answer.json()["type"].rpartition("/")[2] for answer in answers if answer.status_code == 409} == {
        "registrations-not-open"
    }
    states = await all_is_true(world, event)
    assert sum(states.values()) == counts[201]
    await _tend(world, event)
    after = await all_is_true(world, event)
    if act == "cancellation":
        assert after.keys() <= {"seated", "cancelled"}
    else:
        assert after == states, "it may open again"


async def test_desks_of_one_event_fill_at_once(world: World) -> None:
    """Each session has its desk; the last seats of both go at the same instant, and the event says it is full."""
    event = await world.dated(sessions=2, enrolment="per_session")
    sessions = [each["id"] for each in event["sessions"]]
    for session_id in sessions:
        await world.seats(event, {"mode": "on_site", "seats": 5}, session_id=session_id)
    event = await world.act(event, "opening")
    path = f"/events/{event['id']}/registrations"
    calls: list[Call] = [
        (Person(), "POST", path, {"json": registration(f"p{new_id().hex[-12:]}@example.fr", session_id=session_id)})
        for _ in range(8)
        for session_id in sessions
    ]
    answers = await world.at_once(calls)
    assert {answer.status_code for answer in answers} == {201}
    assert await all_is_true(world, event) == {"seated": 10, "waiting": 6}
    assert (await world.event(event))["status"] == "full"


async def test_whatever_everybody_does_at_once_nobody_waits_for_one_another_in_a_circle(world: World) -> None:
    """Organisers take the event alone then its desk, registrants the event together then the desk, and both say whether it is full."""
    event = await world.opened(12, most_in_group=3, offer_hours=1)
    known = [await world.register(event) for _ in range(18)]
    resources = world.running.resources
    deadlocks = "SELECT deadlocks FROM pg_stat_database WHERE datname = current_database()"
    before = await world.running.rows(deadlocks)

    async def put(seats: int) -> None:
        path = f"/events/{event['id']}"
        desk = (await world.call(world.organiser, "GET", f"{path}/desks", expect=200)).json()[0]
        sent = {"capacities": [{"mode": "on_site", "seats": seats}]}
        headers = {"If-Match": f'"{desk["version"]}"'}
        answer = await world.call(world.organiser, "PUT", f"{path}/capacity", json=sent, headers=headers)
        assert answer.status_code in (200, 409, 412), answer.text

    async def lapse() -> None:
        async with resources.database.transaction() as session:
            due = await registrations.due(session, resources.clock.now())
        for registration_id in due:
            async with resources.database.transaction() as session:
                await registrations.lapse(session, registration_id, now=resources.clock.now())

    for turn in range(3):
        leaving = [_following(world, each, "cancellation") for each in known[turn * 6 : turn * 6 + 6]]
        accepting = [_following(world, each, "acceptance") for each in known[12:]]
        asking = [_asking(event, *[attendee()] * size) for size in (1, 2, 3, 1, 2, 1)]
        beside = asyncio.gather(put(12 + turn), _tend(world, event), put(13 + turn), lapse())
        answers, _ = await asyncio.gather(world.at_once([*leaving, *asking, *accepting]), beside)
        assert {answer.status_code for answer in answers} <= {201, 409}
        await all_is_true(world, event)
        world.running.clock.forward(hours=1)
    assert await world.running.rows(deadlocks) == before
