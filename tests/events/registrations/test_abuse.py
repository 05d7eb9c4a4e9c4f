"""What may be sent by somebody clumsy or ill-meaning: too many requests, links forwarded or made up, odd names and addresses."""

from collections.abc import Iterator

import pytest

from services.events.registrations import jobs
from services.events.settings import Settings
from tests.events.registrations.seating import all_is_true
from tests.events.world import World, attendee, registration
from tests.support import Person

pytestmark = pytest.mark.anyio


@pytest.fixture
def settings(world: World) -> Iterator[Settings]:
    """The service's own, put back afterwards; an hour has passed since other tests asked."""
    found = world.running.resources.settings
    assert isinstance(found, Settings)
    world.running.clock.forward(hours=1, seconds=1)
    before = (found.registrations_per_network_per_hour, found.registrations_per_address_per_hour)
    yield found
    found.registrations_per_network_per_hour, found.registrations_per_address_per_hour = before


async def test_one_address_asks_so_many_times_in_an_hour(world: World, settings: Settings) -> None:
    settings.registrations_per_address_per_hour = 2
    events = [await world.opened() for _ in range(3)]
    paths = [f"/events/{event['id']}/registrations" for event in events]
    for path in paths[:2]:
        await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)
    answer = await world.call(None, "POST", paths[2], json=registration("A@example.fr"), expect=429)
    assert answer.headers["retry-after"] == "3600"
    assert answer.json()["type"].endswith("/problems/too-many-registrations")
    assert await all_is_true(world, events[2]) == {}
    await world.call(None, "POST", paths[2], json=registration("b@example.fr"), expect=201)
    await world.call(Person(), "POST", paths[2], json=registration("A@example.fr"), expect=201)


async def test_one_network_asks_so_many_times_in_an_hour_refusals_included(world: World, settings: Settings) -> None:
    """Asking whether addresses are registered, one after the other, is asking."""
    settings.registrations_per_network_per_hour = 3
    event = await world.opened()
    path = f"/events/{event['id']}/registrations"
    await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)
    for _ in range(2):
        await world.call(None, "POST", path, json=registration("a@example.fr"), expect=201)
    await world.refused(None, "POST", path, 429, "too-many-registrations", json=registration("b@example.fr"))
    world.running.clock.forward(hours=1)
    await world.call(None, "POST", path, json=registration("b@example.fr"), expect=201)


async def test_what_limits_count_is_forgotten_after_an_hour(world: World, settings: Settings) -> None:
    event = await world.opened()
    await world.call(None, "POST", f"/events/{event['id']}/registrations", json=registration("a@example.fr"), expect=201)
    kept = await world.running.rows("SELECT * FROM registration_attempts")
    assert kept
    assert "a@example.fr" not in str(kept)
    world.running.clock.forward(hours=1, seconds=1)
    async with world.running.resources.database.transaction() as session:
        await jobs.forget_attempts.run(session, world.running.resources, timestamp=0)
    assert await world.running.rows("SELECT * FROM registration_attempts") == []


async def test_a_cancelled_registration_is_read_by_its_link_and_serves_no_more(world: World) -> None:
    event = await world.opened(1)
    first = await world.register(event)
    second = await world.register(event)
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    again = await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    assert again.json()["state"] == "cancelled"
    await world.refused(None, "POST", f"{world.link(first)}/acceptance", 409, "registration-act-not-possible")
    await world.refused(None, "POST", f"{world.link(first)}/confirmation", 409, "registration-act-not-possible")
    assert (await world.call(None, "GET", world.link(first), expect=200)).json()["state"] == "cancelled"
    # Nor is it served when the seat comes free again, unless they ask again.
    await world.call(None, "POST", f"{world.link(second)}/cancellation", expect=201)
    assert (await world.registered(first))["state"] == "cancelled"
    assert (await world.register(event))["state"] == "seated"


async def test_whoever_let_an_offer_go_may_join_the_list_again(world: World) -> None:
    event = await world.opened(1, offer_hours=2)
    path = f"/events/{event['id']}/registrations"
    who = Person()
    seated = await world.register(event)
    wish = registration("again@example.fr")
    first = (await world.call(who, "POST", path, json=wish, expect=201)).json()
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    world.running.clock.forward(hours=2)
    await world.lapse()
    assert (await world.registered(first))["state"] == "lapsed"
    again = (await world.call(who, "POST", path, json=wish, expect=201)).json()
    assert again["id"] != first["id"]
    assert again["state"] == "seated"


@pytest.mark.parametrize("token", ["x", "W10.x", "a" * 4_000, "%00", "WyJ4Il0.c2lnbmVk"])
async def test_links_that_were_made_up_lead_nowhere(world: World, token: str) -> None:
    for path in ("", "/history"):
        await world.refused(None, "GET", f"/my-registrations/{token}{path}", 404, "bad-registration-link")
    for act in ("confirmation", "acceptance", "cancellation"):
        await world.refused(None, "POST", f"/my-registrations/{token}/{act}", 404, "bad-registration-link")


async def test_a_link_that_was_replaced_does_nothing(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    newer = world.link(found, link_version=2)
    for act in ("confirmation", "acceptance", "cancellation"):
        await world.refused(None, "POST", f"{newer}/{act}", 404, "bad-registration-link")
    assert (await world.registered(found))["state"] == "seated"


async def test_names_of_every_script_and_the_longest_address_are_kept_as_they_are(world: World) -> None:
    event = await world.opened()
    domain = ".".join(["d" * 63] * 2) + "." + "d" * (254 - 64 - 1 - 127 - 1 - 3) + ".fr"
    email = "l" * 64 + "@" + domain
    assert len(email) == 254
    name = "Zoë 🌻 Ნინო O’Brien"
    wish = {**registration(email, {**attendee("Ça 👩🏽‍🌾"), "given_name": name}), "contact_name": name}
    path = f"/events/{event['id']}/registrations"
    found = (await world.call(world.participant, "POST", path, json=wish, expect=201)).json()
    assert (found["contact_name"], found["contact_email"]) == (name, email)
    assert (await world.registered(found))["attendees"][0]["family_name"] == "Ça 👩🏽‍🌾"


async def test_a_name_is_one_line_whatever_was_pasted(world: World) -> None:
    event = await world.opened()
    wish = {**registration("a@example.fr", attendee("A\nB")), "contact_name": "Camille\r\nBcc: tous@example.fr\u2028Exemple"}
    path = f"/events/{event['id']}/registrations"
    found = (await world.call(world.participant, "POST", path, json=wish, expect=201)).json()
    assert found["contact_name"].split() == ["Camille", "Bcc:", "tous@example.fr", "Exemple"]
    assert found["attendees"][0]["family_name"] == "A B"
    assert len(found["contact_name"].splitlines()) == 1


@pytest.mark.parametrize(
    "wrong",
    [
        {"contact_email": "a@example.fr\nBcc: b@example.fr"},
        {"contact_email": "l" * 250 + "@example.fr"},
        {"contact_name": "Cam\x00ille"},
        {"attendees": []},
        {"attendees": [{**attendee(), "pool_id": "01a203d5-879f-7385-a754-97a1f3669fa6"}]},
        {"attendees": [{**attendee(), "answers": {"q": "a\x00b"}}]},
    ],
)
async def test_what_would_break_a_mail_or_the_database_is_refused_by_name(world: World, wrong: dict[str, object]) -> None:
    event = await world.opened()
    wish = {**registration("a@example.fr"), **wrong}
    path = f"/events/{event['id']}/registrations"
    await world.refused(world.participant, "POST", path, 422, "malformed-request", json=wish)
    assert await all_is_true(world, event) == {}
