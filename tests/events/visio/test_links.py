"""One personal link per participant: to the session that is now, or a clear problem."""

import asyncio
from uuid import UUID

import pytest

from tests.events.visio.rooms import VisioWorld
from tests.events.world import attendee

pytestmark = pytest.mark.anyio


async def test_the_link_leads_to_the_room_in_its_window_as_this_person(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event, "Exemple"))
    visio.at(event, minutes=-15)
    entered = visio.bbb.joined(await visio.let_in(address))
    assert (entered["fullName"], entered["role"], entered["guest" if "guest" in entered else "redirect"]) == (
        "Camille Exemple",
        "VIEWER",
        "true",
    )
    assert (await visio.links_of(event))[0]["uses_count"] == 1


async def test_it_is_not_the_providers_address_and_stays_the_same(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    assert address.startswith("http://canevas.test/events/v1/visio/")
    assert await visio.address(found) == address


async def test_many_mails_prepared_at_once_give_one_link(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    attendee_id = UUID(found["attendees"][0]["id"])
    every = await asyncio.gather(*(visio.addresses(attendee_id) for _ in range(6)))
    assert len({each[attendee_id] for each in every}) == 1
    assert len(await visio.links_of(event)) == 1


async def test_too_early_says_when(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event, minutes=-16)
    problem = await visio.turned_away(address, 409, "visio-too-early")
    assert "T08:45:00" in problem["opens_at"]
    assert "à 08 h 45" in problem["detail"]


async def test_over_once_the_window_is_closed(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event, hours=8, minutes=29, seconds=59)
    await visio.let_in(address)
    visio.at(event, hours=8, minutes=30)
    await visio.turned_away(address, 410, "visio-over")


async def test_one_link_for_all_the_days_of_a_cycle(visio: VisioWorld) -> None:
    event = await visio.event(sessions=2)
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    first = visio.bbb.joined(await visio.let_in(address))["meetingID"]
    visio.at(event, hours=9)
    assert "T08:45:00" in (await visio.turned_away(address, 409, "visio-too-early"))["opens_at"]
    visio.at(event, 1)
    assert visio.bbb.joined(await visio.let_in(address))["meetingID"] != first


async def test_a_cancelled_session_says_so_and_the_next_one_opens(visio: VisioWorld) -> None:
    event = await visio.event(sessions=2)
    address = await visio.address(await visio.participant(event))
    session = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    world = visio.world
    wish = {"reason": "L'intervenante est empêchée."}
    await world.change(world.organiser, "POST", f"{session}/cancellation", of=session, json=wish, expect=201)
    visio.at(event)
    await visio.turned_away(address, 410, "visio-session-cancelled")
    visio.at(event, 1)
    await visio.let_in(address)


async def test_a_postponed_event_lets_nobody_in(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    await visio.world.act(event, "postponement", reason="Salle inondée.")
    visio.at(event)
    await visio.turned_away(address, 410, "visio-session-cancelled")


async def test_a_cancelled_registrations_link_is_dead(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    await visio.world.call(None, "POST", f"{visio.world.link(found)}/cancellation", expect=201)
    visio.at(event)
    assert (await visio.turned_away(address, 410, "visio-link-revoked"))["reason"] == "registration_cancelled"
    assert await visio.addresses(UUID(found["attendees"][0]["id"])) == {}


async def test_only_seats_by_visio_have_a_link(visio: VisioWorld) -> None:
    event = await visio.event()
    on_site = await visio.world.register(event, attendee(mode="on_site"))
    assert await visio.addresses(UUID(on_site["attendees"][0]["id"])) == {}


async def test_switched_on_site_the_link_says_so_and_back_by_visio_it_is_the_same(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    visio.at(event)
    await _set(visio, found, "mode = 'on_site'")
    await visio.turned_away(address, 409, "not-by-visio")
    assert await visio.addresses(UUID(found["attendees"][0]["id"])) == {}
    await _set(visio, found, "mode = 'visio'")
    assert await visio.address(found) == address
    await visio.let_in(address)


async def test_whoever_is_replaced_loses_their_link_and_who_comes_has_their_own(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    await _set(visio, found, "given_name = 'Dominique', family_name = 'Autre', email = 'd@example.fr'")
    visio.at(event)
    assert (await visio.turned_away(address, 410, "visio-link-revoked"))["reason"] == "replaced"
    theirs = await visio.address(found)
    assert theirs != address
    assert visio.bbb.joined(await visio.let_in(theirs))["fullName"] == "Dominique Autre"
    assert (await visio.turned_away(address, 410, "visio-link-revoked"))["reason"] == "replaced"


async def test_a_corrected_name_keeps_the_link(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.world.register(event, attendee("Exmple", mode="visio", email="c@example.fr"))
    address = await visio.address(found)
    await _set(visio, found, "family_name = 'Exemple'")
    assert await visio.address(found) == address


async def test_a_revoked_link_lets_nobody_in_until_it_is_renewed(visio: VisioWorld) -> None:
    world, event = visio.world, await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    link = (await visio.links_of(event))[0]
    path = f"/visio-links/{link['id']}"
    assert link["address"] is None  # a participant's address is theirs alone
    await world.change(world.organiser, "POST", f"{path}/revocation", of=path, expect=201)
    visio.at(event)
    assert (await visio.turned_away(address, 410, "visio-link-revoked"))["reason"] == "organiser"
    assert await visio.addresses(UUID(found["attendees"][0]["id"])) == {}
    await world.change(world.organiser, "POST", f"{path}/renewal", of=path, expect=201)
    renewed = await visio.address(found)
    assert renewed != address
    await visio.let_in(renewed)
    await visio.turned_away(address, 410, "visio-link-revoked")


async def test_two_organisers_who_renew_at_once_make_one_link(visio: VisioWorld) -> None:
    world, event = visio.world, await visio.event()
    await visio.address(await visio.participant(event))
    path = f"/visio-links/{(await visio.links_of(event))[0]['id']}/renewal"
    answers = await world.at_once([(world.organiser, "POST", path, {"headers": {"If-Match": '"1"'}}) for _ in range(4)])
    assert sorted(answer.status_code for answer in answers) == [201, 412, 412, 412]


async def test_a_link_that_was_changed_leads_nowhere(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    swapped = address[:-1] + ("A" if address[-1] != "A" else "B")
    for wrong in (swapped, address[:-5], f"{address}.x", address.rpartition("/")[0] + "/%00"):
        await visio.turned_away(wrong, 404, "bad-visio-link")


async def test_a_browser_is_led_to_the_page_that_says_why(visio: VisioWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    page = "https://agenda.example/visio/{token}?why={problem}"
    monkeypatch.setattr(visio.world.running.resources.settings, "visio_page_url", page)
    client = visio.world.running.client
    led = await client.get(address, headers={"Accept": "text/html,*/*;q=0.8"})
    assert led.status_code == 303
    assert led.headers["location"] == f"https://agenda.example/visio/{address.rpartition('/')[2]}?why=visio-too-early"
    await visio.turned_away(address, 409, "visio-too-early")


async def test_the_problem_is_said_in_english_to_who_asks(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event, hours=-3)
    answer = await visio.world.running.client.get(address, headers={"Accept-Language": "en"})
    assert "08:45 (Paris time)" in answer.json()["detail"]


async def test_changing_provider_changes_no_link(visio: VisioWorld) -> None:
    event = await visio.event()
    found = await visio.participant(event)
    address = await visio.address(found)
    visio.at(event, minutes=-10)
    former = visio.bbb.joined(await visio.let_in(address))["meetingID"]
    await visio.choose(event, address="https://ailleurs.example/salle")
    assert await visio.let_in(address) == "https://ailleurs.example/salle"
    assert await visio.address(found) == address
    await visio.minute()
    assert {"meetingID": former} in visio.bbb.called("end")


async def _set(visio: VisioWorld, found: dict[str, object], values: str) -> None:
    """What the registrations do to a participant, done to their row."""
    attendees = found["attendees"]
    assert isinstance(attendees, list)
    resources = visio.world.running.resources
    async with resources.database.readers.connection() as connection:
        await connection.execute(f"UPDATE attendees SET {values} WHERE id = %s".encode(), [attendees[0]["id"]])  # noqa: S608


async def test_an_application_that_accepts_json_is_told_the_address(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.world.at(event["sessions"][0]["starts_at"])
    client = visio.world.running.client
    led = await client.get(address)
    told = await client.get(address, headers={"Accept": "application/json"})
    assert (led.status_code, told.status_code, told.headers["cache-control"]) == (303, 200, "no-store")
    assert told.json()["address"].partition("?")[0] == led.headers["location"].partition("?")[0]
