"""What happens to an event reaches everybody registered, and their calendars end up true."""

from typing import Any

import pytest

from services.events.invitations import jobs
from tests.events.invitations.post import Mail, Post
from tests.events.world import World, attendee

pytestmark = pytest.mark.anyio


def told(mail: Mail) -> tuple[str, str, int]:
    """Method, status and sequence of the invitation."""
    calendar = mail.calendar
    return calendar.method.value, calendar.vevent.status.value, int(calendar.vevent.sequence.value)


async def move(world: World, event: dict[str, Any], session: dict[str, Any], **wish: Any) -> None:
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}/sessions/{session['id']}", json=wish, expect=200)


async def test_an_invitation_says_who_when_and_where(world: World, post: Post) -> None:
    world.at("2027-02-16T10:00:00+00:00")
    event = await world.opened()  # 30 days later
    found = await world.register(event)
    (mail,) = await post.delivered()
    said = mail.calendar.vevent
    assert told(mail) == ("REQUEST", "CONFIRMED", 0)
    assert said.organizer.value == "mailto:agenda@reseau.example"
    assert said.organizer.params["CN"] == ["Réseau exemple"]
    assert said.attendee.value == f"mailto:{found['contact_email']}"
    assert said.attendee.params["PARTSTAT"] == ["ACCEPTED"]
    assert said.dtstart.value.isoformat() == "2027-03-18T09:00:00+01:00"
    assert said.url.value.endswith(f"/events/{event['id']}")
    assert mail.calendar.vtimezone.tzid.value == "Europe/Paris"
    assert not hasattr(said, "location")  # no place was given


async def test_a_moved_session_updates_the_same_entry_across_the_clock_change(world: World, post: Post) -> None:
    world.at("2027-02-16T10:00:00+00:00")
    event = await world.opened()
    await world.register(event)
    (before,) = await post.delivered()
    (session,) = event["sessions"]
    await move(world, event, session, starts_at="2027-04-01T09:00:00+02:00", ends_at="2027-04-01T17:00:00+02:00")
    (after,) = await post.delivered()
    assert after.subject.startswith("Du nouveau")
    assert "jeudi 1er avril 2027, de 9\u00a0h à 17\u00a0h" in after.text
    assert told(after) == ("REQUEST", "CONFIRMED", 1)
    assert after.calendar.vevent.uid.value == before.calendar.vevent.uid.value
    assert after.calendar.vevent.dtstart.value.isoformat() == "2027-04-01T09:00:00+02:00"


async def test_two_moves_before_anybody_was_told_are_told_once(world: World, post: Post) -> None:
    event = await world.opened()
    await world.register(event)
    await post.delivered()
    (session,) = event["sessions"]
    for room in ("A", "B"):
        await move(world, event, session, room=room)
    (mail,) = await post.delivered()
    assert mail.calendar.vevent.location.value == "B"
    assert told(mail)[2] == 2


async def test_a_cycle_is_one_invitation_a_mail(world: World, post: Post) -> None:
    event = await world.opened(sessions=3)
    await world.register(event)
    mails = await post.delivered()
    assert [mail.subject.partition(" ")[0] for mail in mails] == ["Inscription", "Invitation", "Invitation"]
    assert len({mail.calendar.vevent.uid.value for mail in mails}) == 3
    assert all(len(mail.calendar.vevent_list) == 1 for mail in mails)
    assert "Séance 3" in mails[0].text
    assert "/invitation.ics" in mails[0].text


async def test_a_session_cancelled_in_a_cycle_leaves_the_others(world: World, post: Post) -> None:
    event = await world.opened(sessions=3)
    await world.register(event)
    sent = await post.delivered()
    middle = event["sessions"][1]
    path = f"/events/{event['id']}/sessions/{middle['id']}"
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Salle fermée."}, expect=201)
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Une séance est annulée")
    assert "Salle fermée." in mail.text
    assert "Les autres séances sont maintenues." in mail.text
    assert told(mail) == ("CANCEL", "CANCELLED", 1)
    assert mail.calendar.vevent.uid.value == sent[1].calendar.vevent.uid.value


async def test_a_session_added_to_a_cycle_is_in_everybodys_calendar(world: World, post: Post) -> None:
    event = await world.opened(1)
    seated, waiting = await world.register(event), await world.register(event)
    await post.delivered()
    await world.add_session(event, days=60)
    mails = {mail.to: mail for mail in await post.delivered()}
    assert set(mails) == {seated["contact_email"], waiting["contact_email"]}
    assert told(mails[seated["contact_email"]]) == ("REQUEST", "CONFIRMED", 0)
    assert mails[waiting["contact_email"]].calendar is None
    assert "Votre inscription la comprend" not in mails[waiting["contact_email"]].text


async def test_a_cancelled_event_is_out_of_every_calendar_and_says_why(world: World, post: Post) -> None:
    event = await world.opened(1, sessions=2)
    seated, waiting = await world.register(event), await world.register(event)
    sent = {mail.calendar.vevent.uid.value for mail in await post.delivered() if mail.calendar}
    await world.act(event, "cancellation", reason="L'intervenante est empêchée.")
    mails = await post.delivered()
    first = [mail for mail in mails if mail.subject.startswith("Annulé – ")]
    assert {mail.to for mail in first} == {seated["contact_email"], waiting["contact_email"]}
    assert all("L'intervenante est empêchée." in mail.text for mail in first)
    cancels = [mail for mail in mails if mail.calendar]
    assert {mail.calendar.vevent.uid.value for mail in cancels} == sent
    assert {told(mail) for mail in cancels} == {("CANCEL", "CANCELLED", 1)}
    assert {mail.to for mail in cancels} == {seated["contact_email"]}


async def test_a_postponed_event_leaves_calendars_and_comes_back_with_its_date(world: World, post: Post) -> None:
    event = await world.opened()
    await world.register(event)
    (invited,) = await post.delivered()
    await world.act(event, "postponement", reason="Grève.")
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Reporté")
    assert told(mail)[:2] == ("CANCEL", "CANCELLED")
    (session,) = event["sessions"]
    await move(world, event, session, starts_at=world.day(80), ends_at=world.day(80, 12))
    (back,) = await post.delivered()
    assert told(back)[:2] == ("REQUEST", "CONFIRMED")
    assert told(invited)[2] < told(mail)[2] < told(back)[2]
    assert len({each.calendar.vevent.uid.value for each in (invited, mail, back)}) == 1


async def test_a_cancelled_registration_takes_its_invitations_back(world: World, post: Post) -> None:
    event = await world.opened(sessions=2, most_in_group=2)
    found = await world.register(event, attendee(), attendee(email="autre@example.fr"))
    sent = {(mail.to, mail.calendar.vevent.uid.value) for mail in await post.delivered()}
    assert len(sent) == 4
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    mails = await post.delivered()
    assert {(mail.to, mail.calendar.vevent.uid.value) for mail in mails} == sent
    assert {told(mail) for mail in mails} == {("CANCEL", "CANCELLED", 1)}


async def test_session_by_session_only_those_of_the_session_are_told(world: World, post: Post) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    for each in event["sessions"]:
        await world.seats(event, {"mode": "on_site", "seats": 10}, session_id=each["id"])
    await world.act(event, "opening")
    first, second = [await world.register(event, session_id=each["id"]) for each in event["sessions"]]
    assert len(await post.delivered()) == 2
    await move(world, event, event["sessions"][1], room="Salle 9")
    (mail,) = await post.delivered()
    assert mail.to == second["contact_email"] != first["contact_email"]


async def test_everybody_is_told_once_even_when_the_job_is_run_again(world: World, post: Post) -> None:
    event = await world.opened()
    everybody = {(await world.register(event))["contact_email"] for _ in range(12)}
    await post.delivered()
    await world.act(event, "cancellation", reason="Grève.")
    again = [job["args"] for job in await world.running.jobs("events:tell_participants") if job["args"]["event_id"] == event["id"]]
    async with world.running.resources.database.transaction() as session:
        await jobs.tell_participants.run(session, world.running.resources, **again[0])
    mails = await post.delivered()
    assert sorted(mail.to for mail in mails) == sorted(everybody)
