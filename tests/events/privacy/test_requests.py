"""People about their own data: all of it told, or forgotten, to who receives mail at the address and to nobody else."""

from typing import Any

import pytest

from services.common.mail import queue_mail
from services.events.privacy import requests
from tests.events.world import World, attendee, registration

from .acts import ask, confirmed, link, night, somebody

pytestmark = pytest.mark.anyio


async def register(world: World, event: dict[str, Any], email: str, *people: dict[str, Any], who: Any = None) -> dict[str, Any]:
    path = f"/events/{event['id']}/registrations"
    body: dict[str, Any] = (
        await world.call(who or world.participant, "POST", path, json=registration(email, *people), expect=201)
    ).json()
    return body


async def test_who_is_signed_in_is_told_all_that_is_held_of_them(world: World) -> None:
    speaker = {"starts_at": world.day(30, 9), "ends_at": world.day(30, 10), "title": "T", "speakers": [{"name": "Camille Exemple"}]}
    event = await world.idea()
    await world.add_session(event, programme=[speaker])
    await world.seats(event, {"mode": "on_site", "seats": 10})
    await world.act(event, "opening")
    hidden = await world.idea()
    await world.add_session(hidden, programme=[speaker])
    needs = {"dietary": "végétarien", "dietary_kinds": ["vegan"], "accessibility": "", "accessibility_kinds": []}
    await register(world, event, somebody(), attendee(needs=needs))
    own = f"{world.participant.account_id}@example.fr"
    await register(world, event, somebody(), attendee("Collègue", email=own.upper()), who=world.stranger)
    found = (await world.call(world.participant, "GET", "/me/export", expect=200)).json()
    made, named = found["rooms"]["registrations"]
    assert made["registration"]["contact_name"] == "Camille Exemple"
    assert made["people"][0]["needs"] == needs
    assert (named["registration"], named["people"][0]["family_name"]) == (None, "Collègue")
    assert event["reference"] in {each["event"] for each in found["rooms"]["agenda"]}
    assert hidden["reference"] not in {each["event"] for each in found["rooms"]["agenda"]}
    nobody = (await world.call(world.neighbour, "GET", "/me/export", expect=200)).json()
    assert nobody["rooms"]["registrations"] == []
    await world.refused(None, "GET", "/me/export", 401, "unauthenticated")


async def test_without_an_account_the_export_goes_to_who_holds_the_mailed_link(world: World) -> None:
    email = somebody()
    event = await world.opened()
    await register(world, event, email)
    await ask(world, email.upper())
    path = await link(world, email)
    shown = (await world.call(None, "GET", path, expect=200)).json()
    assert shown["kind"] == "export"
    answer = (await world.call(None, "POST", f"{path}/confirmation", expect=201)).json()
    assert [each["event"] for each in answer["export"]["rooms"]["registrations"]] == [event["reference"]]
    assert answer["erased_count"] is None
    await world.refused(None, "POST", f"{path[:-2]}xx/confirmation", 404, "bad-data-request-link")


async def test_the_answer_is_the_same_whether_the_address_is_known_or_not(world: World) -> None:
    known, unknown = somebody(), somebody()
    await register(world, await world.opened(), known)
    assert await ask(world, known) == await ask(world, unknown)
    mails = {mail["to"]: mail for mail in await world.mails("confirmez votre demande") if mail["to"] in {known, unknown}}
    assert set(mails) == {known, unknown}
    assert (await confirmed(world, unknown))["export"]["rooms"]["registrations"] == []


async def test_an_erasure_cancels_what_is_to_come_and_the_seat_goes_on(world: World) -> None:
    email = somebody()
    event = await world.opened(1)
    found = await register(world, event, email, attendee(needs={"dietary": "x", "accessibility": ""}))
    waiting = await world.register(event)
    assert (await world.registered(waiting))["state"] == "waiting"
    answer = await confirmed(world, email, "erasure")
    assert (answer["kept"], answer["erased_count"]) == ([], 2)
    assert (await world.registered(waiting))["state"] == "offered"
    shown = await world.registered(found)
    assert (shown["state"], shown["contact_name"], shown["attendees"][0]["family_name"]) == ("cancelled", "Anonyme", "Anonyme")
    assert email not in str(shown)
    assert (await confirmed(world, email))["export"]["rooms"]["registrations"] == []
    (line,) = await world.running.rows("SELECT * FROM erasures ORDER BY number DESC LIMIT 1")
    assert (line["rule"], line["before"], line["count"]) == ("request", None, 2)


async def test_an_erasure_serves_once(world: World) -> None:
    email = somebody()
    await ask(world, email, "erasure")
    path = await link(world, email)
    await world.call(None, "GET", path, expect=200)
    await world.call(None, "POST", f"{path}/confirmation", expect=201)
    await world.refused(None, "POST", f"{path}/confirmation", 404, "bad-data-request-link")
    rows = await world.running.rows("SELECT email FROM personal_data_requests WHERE done_at IS NOT NULL AND kind = 'erasure'")
    assert [row for row in rows if row["email"]] == [], "the address that asked is gone too"


async def test_colleagues_keep_their_seats(world: World) -> None:
    email, colleague = somebody(), somebody()
    event = await world.opened(3, most_in_group=3)
    group = [attendee("Exemple"), attendee("Collègue", email=colleague), attendee("Autre")]
    found = await register(world, event, email, *group)
    waiting = await world.register(event)
    answer = await confirmed(world, email, "erasure")
    assert [each["reference"] for each in answer["kept"]] == [event["reference"]]
    shown = await world.registered(found)
    people = {each["family_name"]: each["has_seat"] for each in shown["attendees"]}
    assert people == {"Anonyme": False, "Collègue": True, "Autre": True}
    assert (shown["state"], shown["contact_email"]) == ("seated", email)
    assert (await world.registered(waiting))["state"] == "offered", "the seat that was left went to who waited"
    await confirmed(world, colleague, "erasure")
    shown = await world.registered(found)
    assert sorted(each["family_name"] for each in shown["attendees"]) == ["Anonyme", "Anonyme", "Autre"]
    assert [each["has_seat"] for each in shown["attendees"]].count(True) == 1


async def test_after_the_event_names_go_and_attendance_stays(world: World) -> None:
    email = somebody()
    event = await world.opened(days=1)
    found = await register(world, event, email)
    world.running.clock.forward(days=3)
    assert (await confirmed(world, email, "erasure"))["kept"] == []
    shown = await world.registered(found)
    assert (shown["state"], shown["attendees"][0]["has_seat"]) == ("seated", True)
    assert shown["attendees"][0]["family_name"] == "Anonyme"
    await world.refused(None, "GET", world.link(found), 404, "bad-registration-link")


async def test_two_people_of_one_desk_may_both_be_forgotten(world: World) -> None:
    event = await world.opened(days=1)
    emails = [somebody(), somebody()]
    for email in emails:
        await register(world, event, email)
    world.running.clock.forward(days=3)
    for email in emails:
        await confirmed(world, email, "erasure")


async def test_who_was_forgotten_is_written_to_by_nobody(world: World) -> None:
    email = somebody()
    found = await register(world, await world.opened(), email)
    await confirmed(world, email, "erasure")
    address = (await world.registered(found))["contact_email"]
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await queue_mail(session, to=address, subject="x", text="x")
    assert [mail for mail in await world.mails() if mail["to"] == address] == []


async def test_an_address_is_written_to_three_times_an_hour_and_no_more(world: World) -> None:
    email = somebody()
    answers = [await ask(world, email) for _ in range(5)]
    assert len({str(each) for each in answers}) == 1
    assert len([mail for mail in await world.mails("confirmez") if mail["to"] == email]) == 3


async def test_a_network_that_asks_too_much_waits(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.running.clock.forward(hours=2)
    monkeypatch.setattr(world.running.resources.settings, "requests_per_hour", 2)
    for _ in range(2):
        await ask(world, somebody())
    sent = {"email": somebody(), "kind": "export"}
    problem = await world.call(None, "POST", "/personal-data-requests", json=sent, expect=429)
    assert problem.headers["retry-after"] == "3600"
    world.running.clock.forward(hours=1, seconds=1)
    await ask(world, somebody())


async def test_a_link_serves_for_a_day_then_the_address_is_forgotten(world: World) -> None:
    email = somebody()
    await ask(world, email)
    path = await link(world, email)
    world.running.clock.forward(hours=24)
    await world.refused(None, "POST", f"{path}/confirmation", 404, "bad-data-request-link")
    resources = world.running.resources
    async with resources.database.transaction() as session:
        await requests.forget_old(session, now=resources.clock.now())
    assert await world.running.rows("SELECT FROM personal_data_requests WHERE email = %(email)s", email=email) == []


async def test_a_line_break_in_an_address_is_refused(world: World) -> None:
    sent = {"email": "a@example.fr\nBcc: b@example.fr", "kind": "export"}
    await world.refused(None, "POST", "/personal-data-requests", 422, "malformed-request", json=sent)
    await night(world)
