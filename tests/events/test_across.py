"""What falls between the rooms: somebody's place changes in one, all the others follow."""

import asyncio
from collections.abc import Mapping
from typing import Any
from uuid import UUID

import pytest

from services.events.registrations import tending
from tests.events.invitations.post import Mail, Post
from tests.events.registrations.folk import anonymous, by_link, email_token, first, tag, taken
from tests.events.registrations.seating import all_is_true
from tests.events.world import World, attendee, registration

pytestmark = pytest.mark.anyio


@pytest.fixture
async def post(world: World) -> Post:
    post = Post(world)
    await post.delivered()
    return post


async def by_session(world: World, sessions: int = 2, **more: Any) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    """An open event one registers for session by session, ten seats at each."""
    event = await world.dated(sessions=sessions, enrolment="per_session", **more)
    for each in event["sessions"]:
        await world.seats(event, {"mode": "on_site", "seats": 10}, session_id=each["id"])
    return await world.act(event, "opening"), event["sessions"]


def told(mail: Mail) -> tuple[str, str]:
    """Whose calendar is told what."""
    return mail.to, mail.calendar.method.value


def entries(mails: list[Mail]) -> dict[tuple[str, str], str]:
    """What calendars hold once these mails are read in order: `(address, uid) → start` of what stands."""
    held: dict[tuple[str, str], str] = {}
    for mail in mails:
        if mail.calendar is None:
            continue
        said = mail.calendar.vevent
        key = (mail.to, said.uid.value)
        if mail.calendar.method.value == "CANCEL":
            assert held.pop(key, None), f"a calendar is told to forget what it never had: {key}"
        else:
            held[key] = said.dtstart.value.isoformat()
    return held


async def cancel_session(world: World, event: Mapping[str, Any], session: Mapping[str, Any]) -> None:
    path = f"/events/{event['id']}/sessions/{session['id']}"
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Salle fermée."}, expect=201)


async def move(world: World, event: Mapping[str, Any], session: Mapping[str, Any], **wish: Any) -> None:
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}/sessions/{session['id']}", json=wish, expect=200)


# An address that changes takes its entries out of the calendar it leaves.


async def test_a_participants_new_address_takes_over_and_the_old_calendar_forgets(world: World, post: Post) -> None:
    event = await world.opened(sessions=2, most_in_group=2)
    found = await world.register(event, attendee(), attendee("Autre", email="avant@example.fr"))
    mails = await post.delivered()
    other = found["attendees"][1]["id"]
    await by_link(world, found, "PATCH", f"/attendees/{other}", json={"email": "apres@example.fr"}, expect=200)
    after = await post.delivered()
    assert {told(mail) for mail in after if mail.calendar} == {("avant@example.fr", "CANCEL"), ("apres@example.fr", "REQUEST")}
    held = entries(mails + after)
    assert sorted(address for address, _ in held) == sorted([found["contact_email"]] * 2 + ["apres@example.fr"] * 2)


async def test_a_participant_without_address_any_more_is_in_the_contacts_calendar_alone(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event, attendee("Autre", email="avant@example.fr"))
    mails = await post.delivered()
    await by_link(world, found, "PATCH", f"/attendees/{first(found)}", json={"email": None}, expect=200)
    held = entries(mails + await post.delivered())
    assert [address for address, _ in held] == [found["contact_email"]]


async def test_a_contacts_new_address_takes_over_and_the_old_calendar_forgets(world: World, post: Post) -> None:
    event = await world.opened()
    found = await anonymous(world, event, "avant-contact@example.fr")
    mails = await post.delivered()
    await by_link(world, found, "PATCH", json={"contact_email": "apres-contact@example.fr"}, expect=200)
    mails += await post.delivered()
    await world.call(None, "POST", f"/my-email-changes/{await email_token(world, found)}/confirmation", expect=201)
    mails += await post.delivered()
    assert [address for address, _ in entries(mails)] == ["apres-contact@example.fr"]


# Whoever is moved, replaced or leaves is out of the calendars of what they no longer come to, and is told once.


async def test_a_registration_moved_to_another_session_leaves_the_first_calendar_entry(world: World, post: Post) -> None:
    event, (one, two) = await by_session(world)
    found = await world.register(event, session_id=one["id"])
    mails = await post.delivered()
    path = f"/registrations/{found['id']}"
    await world.call(world.organiser, "POST", f"{path}/move", headers=tag(found), json={"session_id": two["id"]}, expect=201)
    mails += await post.delivered()
    assert list(entries(mails).values()) == [two["starts_at"]]


async def test_whoever_is_replaced_is_told_once(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event, attendee("Avant", email="remplacee@example.fr"))
    mails = await post.delivered()
    wish = {**attendee("Apres", email="remplacante@example.fr")}
    wish.pop("mode")
    await by_link(world, found, "POST", f"/attendees/{first(found)}/replacement", json=wish, expect=201)
    after = await post.delivered()
    (left,) = [mail for mail in after if mail.to == "remplacee@example.fr"]
    assert told(left) == ("remplacee@example.fr", "CANCEL")
    assert "badge" in left.text
    assert [address for address, _ in entries(mails + after)] == ["remplacante@example.fr"]


# Each is told once of what is cancelled.


async def test_a_cancelled_session_of_its_own_desk_is_told_once(world: World, post: Post) -> None:
    event, (one, two) = await by_session(world)
    found, other = [await world.register(event, session_id=each["id"]) for each in (one, two)]
    mails = await post.delivered()
    await cancel_session(world, event, one)
    after = await post.delivered()
    assert [mail.to for mail in after] == [found["contact_email"]]
    assert "Salle fermée." in after[0].text
    assert [address for address, _ in entries(mails + after)] == [other["contact_email"]]


@pytest.mark.parametrize("_turn", range(3))
async def test_a_cancelled_event_is_told_once_to_each_whatever_they_had(world: World, post: Post, _turn: int) -> None:
    event = await world.opened(1, offer_hours=24)
    seated, waiting = await world.register(event), await world.register(event)
    mails = await post.delivered()
    await world.act(event, "cancellation", reason="Grève.")
    after = await post.delivered()
    assert sorted(mail.to for mail in after) == sorted([seated["contact_email"], waiting["contact_email"]])
    assert all("Grève." in mail.text for mail in after)
    assert not entries(mails + after)


async def test_whoever_an_organiser_registered_before_the_opening_is_told_like_the_others(world: World, post: Post) -> None:
    event = await world.dated()
    await world.seats(event, {"mode": "on_site", "seats": 10})
    event = await world.act(event, "announcement")
    wish = {"contact_name": "Camille", "contact_email": "tot@example.fr", "attendees": [attendee()]}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/desk-registrations", json=wish, expect=201)
    mails = await post.delivered()
    assert len(mails) == 1
    await move(world, event, event["sessions"][0], room="B")
    assert len(mails := mails + await post.delivered()) == 2
    await world.act(event, "cancellation", reason="Grève.")
    assert len(mails := mails + await post.delivered()) == 3
    assert not entries(mails)


async def test_a_session_with_registrations_is_not_taken_away(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    session = event["sessions"][1]
    await world.seats(event, {"mode": "on_site", "seats": 10}, session_id=session["id"])
    event = await world.act(event, "announcement")
    path = f"/events/{event['id']}/sessions/{session['id']}"
    answer = await world.change(world.organiser, "DELETE", path)
    assert answer.status_code in {204, 409}, answer.text


async def test_an_event_that_is_on_again_is_back_in_calendars(world: World, post: Post) -> None:
    event = await world.opened(sessions=2)
    found = await world.register(event)
    mails = await post.delivered()
    await world.act(event, "postponement", reason="Grève.")
    mails += await post.delivered()
    assert not entries(mails)
    await move(world, event, event["sessions"][0], starts_at=world.day(33), ends_at=world.day(33, 12))
    mails += await post.delivered()
    await world.act(event, "opening")
    mails += await post.delivered()
    assert [address for address, _ in entries(mails)] == [found["contact_email"]] * 2
    await move(world, event, event["sessions"][0], room="B")
    again = await post.delivered()
    assert len(again) == 1


# Session by session, each desk closes when its own session begins.


async def test_each_desk_closes_when_its_own_session_begins(world: World) -> None:
    event, (one, two) = await by_session(world)
    world.at(one["starts_at"])
    assert (await world.event(event))["status"] == "open"
    assert (await world.register(event, session_id=two["id"]))["state"] == "seated"
    await world.register(event, session_id=one["id"], expect=409)
    world.at(two["starts_at"])
    await world.register(event, session_id=two["id"], expect=409)
    world.at(two["ends_at"])
    assert (await world.event(event))["status"] == "registration_closed"


async def test_seats_of_a_later_session_are_still_offered_once_the_first_began(world: World, post: Post) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    one, two = event["sessions"]
    for each in (one, two):
        await world.seats(event, {"mode": "on_site", "seats": 1}, session_id=each["id"])
    event = await world.act(event, "opening")
    seated, waiting = [await world.register(event, session_id=two["id"]) for _ in range(2)]
    world.at(one["starts_at"])
    await world.running.run_jobs()
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    assert (await world.registered(waiting))["state"] == "offered"


# Places, badges and papers.


async def test_a_cancelled_sessions_seats_do_not_keep_the_event_from_being_full(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    one, two = event["sessions"]
    await world.seats(event, {"mode": "on_site", "seats": 10}, session_id=one["id"])
    await world.seats(event, {"mode": "on_site", "seats": 1}, session_id=two["id"])
    event = await world.act(event, "opening")
    await world.register(event, session_id=two["id"])
    assert (await world.event(event))["status"] == "open"
    await cancel_session(world, event, one)
    await world.running.run_jobs()
    assert (await world.event(event))["status"] == "full"


async def test_nobody_is_received_while_the_event_is_postponed(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    (session,) = event["sessions"]
    await world.act(event, "postponement", reason="Grève.")
    world.at(session["starts_at"])
    sent = {"code": found["code"], "device_id": "porte"}
    path = f"/events/{event['id']}/sessions/{session['id']}/check-ins"
    await world.refused(world.organiser, "POST", path, 409, "event-postponed", json=sent)


async def test_whoever_left_a_cycle_is_certified_for_their_share_of_the_whole(world: World) -> None:
    event = await world.opened(sessions=3, most_in_group=2)
    found = await world.register(event, attendee("Part"), attendee("Reste"))
    one, *others = event["sessions"]
    world.at(one["starts_at"])
    for each in found["attendees"]:
        sent = {"attendee_id": each["id"], "device_id": "porte"}
        await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions/{one['id']}/check-ins", json=sent, expect=201)
    await by_link(world, found, "POST", f"/attendees/{first(found)}/departure", expect=201)
    world.at(one["ends_at"])
    await cancel_session(world, event, others[1])
    world.at(others[0]["ends_at"])
    for session in (one, others[0]):
        path = f"/events/{event['id']}/sessions/{session['id']}/presence"
        await world.change(world.organiser, "POST", f"{path}/validation", of=path, json={"everybody": True}, expect=201)
    event = await world.act(event, "holding")
    await world.call(world.organiser, "POST", f"/events/{event['id']}/certificates", expect=201)
    papers = await world.pages(world.organiser, f"/events/{event['id']}/certificates")
    assert {(each["holder_name"], each["minutes"], each["total_minutes"]) for each in papers} == {
        ("Camille Part", 480, 960),
        ("Camille Reste", 480, 960),
    }


# Acts that race one another.


async def test_a_registration_cancelled_while_it_is_moved_gives_its_seat_back_where_it_sits(world: World) -> None:
    event, (one, two) = await by_session(world)
    for turn in range(8):
        found = await world.register(event, session_id=one["id"])
        moving, leaving = await asyncio.gather(
            world.call(
                world.organiser, "POST", f"/registrations/{found['id']}/move", headers=tag(found), json={"session_id": two["id"]}
            ),
            world.call(None, "POST", f"{world.link(found)}/cancellation"),
        )
        assert leaving.status_code == 201, leaving.text
        assert moving.status_code in {201, 409, 412}, moving.text
        assert await all_is_true(world, event) == {"cancelled": turn + 1}
    assert await taken(world, event) == {"on_site": 0}


async def test_an_offer_is_theirs_until_the_second_it_expires_and_nobodys_twice(world: World) -> None:
    event = await world.opened(1, offer_hours=1)
    seated, waiting, behind = [await world.register(event) for _ in range(3)]
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    due_at = (await world.registered(waiting))["due_at"]
    world.at(due_at)
    answer, _ = await asyncio.gather(world.call(None, "POST", f"{world.link(waiting)}/acceptance"), world.lapse())
    assert answer.status_code == 409, answer.text
    assert [(await world.registered(each))["state"] for each in (waiting, behind)] == ["lapsed", "offered"]
    await all_is_true(world, event)


# What mails say is true.


async def test_whoever_waited_to_the_end_reads_that_no_seat_was_left(world: World, post: Post) -> None:
    event = await world.opened(1)
    await world.register(event)
    waiting = await world.register(event)
    await post.delivered()
    world.at(event["starts_at"])
    (desk,) = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()
    async with world.running.resources.database.transaction() as session:
        await tending.tend(session, UUID(desk["id"]), now=world.running.clock.now())
    (mail,) = await post.delivered()
    assert mail.to == waiting["contact_email"]
    assert mail.subject.startswith("Aucune place ne s'est libérée")
    assert "sans qu'une place se soit libérée" in mail.text
    assert "Sans réponse" not in mail.text


async def test_an_address_that_never_confirmed_hears_nothing_more_of_a_cancelled_event(world: World, post: Post) -> None:
    event = await world.opened()
    wish = registration("jamais-confirmee@example.fr")
    await world.call(None, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    assert len(await post.delivered()) == 1
    await world.act(event, "cancellation", reason="Grève.")
    assert await post.delivered() == []


@pytest.mark.parametrize("sent", [{"title": "Table ronde"}, {"title": "Table ronde", "speakers": [{"name": "Inès Exemple"}]}])
async def test_a_programme_sent_without_what_is_optional_is_read_whole(world: World, sent: dict[str, Any]) -> None:
    event = await world.dated()
    (session,) = event["sessions"]
    item = {**sent, "starts_at": session["starts_at"], "ends_at": session["ends_at"]}
    await move(world, event, session, programme=[item])
    (read,) = (await world.event(event))["sessions"][0]["programme"]
    assert (read["title"], read["description"]) == ("Table ronde", "")
