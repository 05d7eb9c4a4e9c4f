"""Organisers say how many seats there are, and change their mind."""

from typing import Any

import pytest

from tests.events.registrations.seating import all_is_true
from tests.events.world import World, attendee

pytestmark = pytest.mark.anyio


def _on_site(seats: int | None, *shares: dict[str, Any]) -> dict[str, Any]:
    return {"mode": "on_site", "seats": seats, "shares": list(shares)}


def _elected(seats: int, label: str = "Élus") -> dict[str, Any]:
    return {"label": label, "seats": seats, "audiences": ["elected_official"]}


async def test_fewer_seats_than_are_taken_are_refused_saying_how_many(world: World) -> None:
    event = await world.opened(5)
    for _ in range(3):
        await world.register(event)
    problem = await world.seats(event, _on_site(2), expect=409)
    assert problem["type"].endswith("/problems/below-taken")
    assert problem["taken"] == 3
    await world.seats(event, _on_site(3))
    assert (await world.event(event))["status"] == "full"


async def test_more_seats_are_offered_in_the_order_people_came(world: World) -> None:
    event = await world.opened(1, most_in_group=2)
    await world.register(event)
    waiting = [await world.register(event) for _ in range(2)]
    group = await world.register(event, attendee(), attendee())
    last = await world.register(event)
    await world.seats(event, _on_site(4))
    assert [(await world.registered(each))["state"] for each in (*waiting, group, last)] == [
        "offered",
        "offered",
        "waiting",
        "waiting",
    ]
    assert (await world.registered(group))["rank"] == 1
    await world.seats(event, _on_site(6))
    assert [(await world.registered(each))["state"] for each in (group, last)] == ["offered", "offered"]
    await all_is_true(world, event)


async def test_a_mode_is_not_withdrawn_with_people_in_it(world: World) -> None:
    event = await world.opened(5, visio=True)
    await world.register(event, attendee(mode="visio"))
    problem = await world.seats(event, _on_site(5), expect=409)
    assert (problem["taken"], problem["label"]) == (1, "visio")
    await world.seats(event, {"mode": "visio", "seats": 1})
    await world.refused(
        world.participant,
        "POST",
        f"/events/{event['id']}/registrations",
        409,
        "mode-not-offered",
        json={"contact_name": "A", "contact_email": "a@example.fr", "attendees": [attendee()]},
    )


async def test_a_share_is_not_withdrawn_with_people_in_it(world: World) -> None:
    event = await world.opened(5, shares=[_elected(2)])
    await world.register(event, attendee(audience="elected_official"))
    problem = await world.seats(event, _on_site(5), expect=409)
    assert (problem["taken"], problem["label"]) == (1, "Élus")


async def test_whoever_read_no_version_or_an_old_one_changes_nothing(world: World) -> None:
    event = await world.opened(5)
    path = f"/events/{event['id']}/capacity"
    sent = {"capacities": [_on_site(9)]}
    await world.refused(world.organiser, "PUT", path, 428, "precondition-required", json=sent)
    await world.refused(world.organiser, "PUT", path, 412, "stale-version", json=sent, headers={"If-Match": '"7"'})
    other = await world.dated()
    path = f"/events/{other['id']}/capacity"
    await world.refused(world.organiser, "PUT", path, 412, "stale-version", json=sent, headers={"If-Match": '"1"'})


@pytest.mark.parametrize(
    ("capacities", "pointer"),
    [
        ([_on_site(5), _on_site(6)], "/capacities/1/mode"),
        ([_on_site(5, _elected(3), _elected(3, "Autres"))], "/capacities/0/seats"),
        ([_on_site(5, _elected(1), _elected(1))], "/capacities/0/shares/1/label"),
        ([_on_site(5, {"label": "Personne", "seats": 1})], "/capacities/0/shares/0"),
    ],
)
async def test_shares_that_do_not_fit_are_refused_where_they_do_not(world: World, capacities: list[Any], pointer: str) -> None:
    event = await world.dated()
    problem = await world.seats(event, *capacities, expect=409)
    assert problem["type"].endswith("/problems/shares-do-not-fit")
    assert [error["pointer"] for error in problem["errors"]] == [pointer]


async def test_a_session_opened_later_makes_room_in_a_full_event(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    first, second = [each["id"] for each in event["sessions"]]
    await world.seats(event, _on_site(1), session_id=first)
    event = await world.act(event, "opening")
    await world.register(event, session_id=first)
    assert (await world.event(event))["status"] == "full"
    await world.seats(event, _on_site(1), session_id=second)
    assert (await world.event(event))["status"] == "open"
