"""What happens with nobody coming by: shares released, groups passed, lists that end, sessions cancelled."""

from typing import Any

import pytest

from services.events.registrations import tending
from tests.events.registrations.seating import all_is_true
from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio


async def _minute(world: World) -> list[Any]:
    """What the worker does each minute."""
    resources = world.running.resources
    async with resources.database.transaction() as session:
        desks = await tending.to_tend(session, resources.clock.now())
    for desk_id in desks:
        async with resources.database.transaction() as session:
            await tending.tend(session, desk_id, now=resources.clock.now())
    return desks


async def _news(world: World, found: dict[str, Any]) -> list[str]:
    jobs = await world.running.jobs("events:tell_registrant")
    return [job["args"]["news"] for job in jobs if job["args"]["registration_id"] == found["id"]]


async def test_what_a_share_has_left_is_offered_at_its_date(world: World) -> None:
    released = world.day(10)
    event = await world.opened(
        3, shares=[{"label": "Élus", "seats": 2, "audiences": ["elected_official"], "released_at": released}]
    )
    elected = await world.register(event, attendee(audience="elected_official"))
    assert elected["state"] == "seated"
    await world.register(event)
    waiting = [await world.register(event) for _ in range(2)]
    assert [each["rank"] for each in waiting] == [1, 2]
    world.at(released)
    await _minute(world)
    assert [(await world.registered(each))["state"] for each in waiting] == ["offered", "waiting"]
    assert (await all_is_true(world, event))["waiting"] == 1
    await _minute(world)
    assert await _news(world, waiting[0]) == ["waiting", "offered"], "twice is once"


async def test_a_share_is_kept_an_instant_before_its_date_and_open_at_it(world: World) -> None:
    released = world.day(10)
    event = await world.opened(
        1, shares=[{"label": "Élus", "seats": 1, "audiences": ["elected_official"], "released_at": released}]
    )
    world.at(released)
    world.running.clock.forward(microseconds=-1)
    waiting = await world.register(event)
    assert waiting["state"] == "waiting"
    world.running.clock.forward(microseconds=1)
    late = await world.register(event)
    assert (late["state"], late["rank"]) == ("waiting", 1), "who waits is served first, even when nobody came by"
    assert (await world.registered(waiting))["state"] == "offered"


async def test_a_group_that_does_not_fit_lets_others_pass_when_the_event_is_near(world: World) -> None:
    event = await world.opened(2, most_in_group=3, overtaking_hours=72)
    await world.register(event)
    group = await world.register(event, *[attendee()] * 3)
    single = await world.register(event)
    assert [group["rank"], single["rank"]] == [1, 2]
    await _minute(world)
    assert (await world.registered(single))["state"] == "waiting", "the seat is kept for the group"
    world.at(world.day(27, 10))
    await _minute(world)
    assert (await world.registered(single))["state"] == "offered"
    assert (await world.registered(group))["rank"] == 1


async def test_a_waiting_list_ends_when_the_event_begins_and_says_so(world: World) -> None:
    event = await world.opened(1)
    seated = await world.register(event)
    waiting = [await world.register(event) for _ in range(2)]
    world.at(world.day(30, 9))
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    assert {(await world.registered(each))["state"] for each in waiting} == {"waiting"}, "nothing is offered any more"
    await _minute(world)
    for each in waiting:
        found = await world.registered(each)
        assert (found["state"], found["rank"]) == ("lapsed", None)
        assert found["reason"]
        assert await _news(world, each) == ["waiting", "lapsed"]
    assert event["id"] not in {str(desk) for desk in await _minute(world)}


async def test_an_offer_never_ends_after_the_beginning_nor_the_end_of_registrations(world: World) -> None:
    event = await world.opened(1, offer_hours=336, registration_closes_at=world.day(20))
    first, second = [await world.register(event) for _ in range(2)]
    world.at(world.day(19))
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    assert (await world.registered(second))["due_at"] == event["registration_closes_at"]


async def test_closing_turns_newcomers_away_and_still_serves_who_waits(world: World) -> None:
    event = await world.opened(1)
    first, second, third = [await world.register(event) for _ in range(3)]
    await world.act(event, "closing")
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    assert (await world.registered(second))["state"] == "offered"
    path = f"/events/{event['id']}/registrations"
    await world.refused(world.participant, "POST", path, 409, "registrations-not-open", json=registration("late@example.fr"))
    await world.call(None, "POST", f"{world.link(second)}/acceptance", expect=201)
    assert (await world.registered(third))["rank"] == 1
    await world.seats(event, {"mode": "on_site", "seats": 2})
    assert (await world.registered(third))["state"] == "offered", "seats that are added serve the list too"
    assert await _news(world, third) == ["waiting", "offered"]
    await all_is_true(world, event)


async def test_an_organiser_who_ends_registrations_ends_the_list_with_them(world: World) -> None:
    event = await world.opened(1)
    first, second = [await world.register(event) for _ in range(2)]
    await world.act(event, "closing")
    path = f"/events/{event['id']}"
    await world.change(world.organiser, "PATCH", path, json={"registration_closes_at": world.day(0)}, expect=200)
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    assert (await world.registered(second))["state"] == "waiting", "nothing is offered any more"
    await _minute(world)
    assert (await world.registered(second))["state"] == "lapsed"


async def test_a_postponed_event_offers_nothing_until_it_has_a_date(world: World) -> None:
    event = await world.opened(1)
    first, second = [await world.register(event) for _ in range(2)]
    await world.act(event, "postponement", reason="Salle inondée")
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    await _minute(world)
    assert (await world.registered(second))["state"] == "waiting"
    await world.act(event, "opening")
    await world.running.run_jobs()
    assert (await world.registered(second))["state"] == "offered"


async def test_a_cancelled_event_ends_who_waits_and_leaves_who_was_seated(world: World) -> None:
    event = await world.opened(2)
    path = f"/events/{event['id']}/registrations"
    seated, leaving = [await world.register(event) for _ in range(2)]
    offered, waiting = [await world.register(event) for _ in range(2)]
    unconfirmed = (await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)).json()
    await world.call(None, "POST", f"{world.link(leaving)}/cancellation", expect=201)
    await world.act(event, "cancellation", reason="Salle inondée")
    await world.refused(None, "POST", f"{world.link(offered)}/acceptance", 409, "event-is-over")
    await world.refused(None, "POST", f"{world.link(unconfirmed)}/confirmation", 409, "event-is-over")
    await world.running.run_jobs()
    states = [(await world.registered(each))["state"] for each in (seated, offered, waiting, unconfirmed)]
    assert states == ["seated", "cancelled", "cancelled", "cancelled"]
    assert (await world.registered(waiting))["reason"] == "Salle inondée"
    assert (await _news(world, offered))[-1] == "cancelled"
    await all_is_true(world, event)


async def test_a_cancelled_session_frees_its_own_desk_and_no_other(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    first, second = [each["id"] for each in event["sessions"]]
    for session_id in (first, second):
        await world.seats(event, {"mode": "on_site", "seats": 1}, session_id=session_id)
    event = await world.act(event, "opening")
    here, waiting = [await world.register(event, session_id=first) for _ in range(2)]
    there = await world.register(event, session_id=second)
    path = f"/events/{event['id']}/sessions/{first}"
    answer = await world.change(
        world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Intervenante souffrante"}, expect=201
    )
    assert answer.json()["status"] == "cancelled"
    wish = registration("late@example.fr", session_id=first)
    await world.refused(world.participant, "POST", f"/events/{event['id']}/registrations", 409, "session-not-open", json=wish)
    await world.running.run_jobs()
    assert [(await world.registered(each))["state"] for each in (here, waiting, there)] == ["cancelled", "cancelled", "seated"]
    assert (await world.registered(here))["reason"] == "Intervenante souffrante"
    assert (await _news(world, here))[-1] == "cancelled"
    await all_is_true(world, event)


async def test_a_registration_for_a_whole_cycle_stands_when_one_session_is_cancelled(world: World) -> None:
    event = await world.opened(1, sessions=3)
    found = await world.register(event)
    path = f"/events/{event['id']}/sessions/{event['sessions'][1]['id']}"
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève"}, expect=201)
    await world.running.run_jobs()
    assert (await world.registered(found))["state"] == "seated"


async def test_who_waits_unconfirmed_keeps_their_rank_is_not_offered_and_lapses(world: World) -> None:
    event = await world.opened(1)
    path = f"/events/{event['id']}/registrations"
    seated = await world.register(event)
    unconfirmed = (await world.call(None, "POST", path, json=registration("slow@example.fr"), expect=201)).json()
    behind = await world.register(event)
    assert [unconfirmed["rank"], behind["rank"]] == [1, 2]
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    assert (await world.registered(unconfirmed))["state"] == "unconfirmed"
    assert (await world.registered(behind))["rank"] == 2, "nobody overtakes"
    world.running.clock.forward(hours=24)
    await world.lapse()
    assert (await world.registered(unconfirmed))["state"] == "lapsed"
    assert (await world.registered(behind))["state"] == "offered"
