"""Asking for seats: given at once, waited for, given back."""

import pytest

from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio


async def test_somebody_with_an_account_is_seated_at_once(world: World) -> None:
    event = await world.opened(2)
    found = await world.register(event)
    assert (found["state"], found["state_label"], found["rank"]) == ("seated", "Inscrit", None)
    assert found["attendees"][0]["has_seat"]


async def test_without_an_account_the_seat_is_held_until_the_link_is_followed(world: World) -> None:
    event = await world.opened(1)
    path = f"/events/{event['id']}/registrations"
    found = (await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)).json()
    assert found["state"] == "unconfirmed"
    assert (await world.register(event))["state"] == "waiting"
    confirmed = (await world.call(None, "POST", f"{world.link(found)}/confirmation", expect=201)).json()
    assert confirmed["state"] == "seated"
    again = (await world.call(None, "POST", f"{world.link(found)}/confirmation", expect=201)).json()
    assert again["version"] == confirmed["version"]


async def test_what_is_not_confirmed_in_time_goes_to_who_waits(world: World) -> None:
    event = await world.opened(1)
    path = f"/events/{event['id']}/registrations"
    found = (await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)).json()
    waiting = await world.register(event)
    world.running.clock.forward(hours=24)
    await world.lapse()
    assert (await world.registered(found))["state"] == "lapsed"
    assert (await world.registered(waiting))["state"] == "offered"


async def test_a_cancelled_seat_is_offered_and_one_click_accepts_it(world: World) -> None:
    event = await world.opened(1)
    first, second, third = [await world.register(event) for _ in range(3)]
    assert [(await world.registered(each))["rank"] for each in (first, second, third)] == [None, 1, 2]
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    assert (await world.registered(second))["state"] == "offered"
    assert (await world.registered(third))["rank"] == 1
    accepted = (await world.call(None, "POST", f"{world.link(second)}/acceptance", expect=201)).json()
    assert accepted["state"] == "seated"


async def test_an_offer_accepted_in_the_second_it_expires_is_too_late(world: World) -> None:
    event = await world.opened(1, offer_hours=2)
    first, second = [await world.register(event) for _ in range(2)]
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    world.at((await world.registered(second))["due_at"])
    await world.refused(None, "POST", f"{world.link(second)}/acceptance", 409, "offer-expired")
    await world.lapse()
    assert (await world.registered(second))["state"] == "lapsed"


async def test_the_same_address_registers_once(world: World) -> None:
    event = await world.opened()
    path = f"/events/{event['id']}/registrations"
    first = (await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)).json()
    again = (await world.call(None, "POST", path, json=registration("A@example.fr"), expect=201)).json()
    other = (await world.call(None, "POST", path, json=registration("b@example.fr"), expect=201)).json()
    # Who asks learns nothing of whether the address was registered, nor does anything change for who is.
    own = {"id", "code", "contact_email", "attendees"}
    assert again.keys() == other.keys()
    assert {name: again[name] for name in again.keys() - own} == {name: other[name] for name in other.keys() - own}
    kept = await world.running.rows("SELECT id::text FROM registrations WHERE event_id = %(id)s ORDER BY id", id=event["id"])
    assert [row["id"] for row in kept] == [first["id"], other["id"]]
    (desk,) = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()
    assert sum(pool["taken"] for pool in desk["pools"]) == 2
    await world.running.run_jobs()
    told = [mail for mail in await world.mails("Votre inscription") if "déjà une" in mail["text"]]
    assert [(mail["to"], first["code"] in mail["text"], again["code"] in mail["text"]) for mail in told] == [
        ("a@example.fr", True, False)
    ]


async def test_a_share_serves_its_own_first_and_leaves_the_rest_to_all(world: World) -> None:
    event = await world.opened(3, shares=[{"label": "Élus", "seats": 1, "audiences": ["elected_official"]}])
    elected = await world.register(event, attendee(audience="elected_official"))
    others = [await world.register(event) for _ in range(3)]
    assert [each["state"] for each in (elected, *others)] == ["seated", "seated", "seated", "waiting"]


async def test_seats_of_a_share_are_kept_for_it(world: World) -> None:
    event = await world.opened(2, shares=[{"label": "Aude", "seats": 1, "territory_codes": ["11"]}])
    assert (await world.register(event))["state"] == "seated"
    assert (await world.register(event))["state"] == "waiting"
    assert (await world.register(event, attendee(territory_code="QP011002")))["state"] == "seated"
    assert (await world.event(event))["status"] == "full"


async def test_a_link_that_was_changed_leads_nowhere(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    await world.refused(None, "GET", world.link(found)[:-2] + "xx", 404, "bad-registration-link")
    await world.refused(None, "GET", world.link(found, link_version=2), 404, "bad-registration-link")
