"""What people are told of their registration: once, as it stands when the mail is written, each at their own address."""

import re

import pytest

from services.common.ids import new_id
from services.events.invitations import jobs
from tests.events.invitations.post import Post
from tests.events.world import World, attendee, registration
from tests.support import Person

pytestmark = pytest.mark.anyio
PLACE = {
    "name": "Maison des associations",
    "street": "1 rue Inventée",
    "postcode": "11000",
    "city": "Carcassonne",
    "access": "Tram A, arrêt Exemple.",
    "accessibility": "Entrée de plain-pied, boucle magnétique.",
}


async def test_whoever_is_seated_reads_all_they_need_to_come(world: World, post: Post) -> None:
    event = await world.dated(cost_cents=1500, cost_note="Repas compris.", summary="Comparer des conseils citoyens.")
    (session,) = event["sessions"]
    item = {
        "starts_at": session["starts_at"],
        "ends_at": session["ends_at"],
        "title": "Table ronde",
        "speakers": [{"name": "Inès Exemple"}],
    }
    path = f"/events/{event['id']}/sessions/{session['id']}"
    wish = {"place": PLACE, "room": "Salle 2", "programme": [item]}
    await world.change(world.organiser, "PATCH", path, json=wish, expect=200)
    await world.seats(event, {"mode": "on_site", "seats": 10})
    await world.act(event, "opening")
    found = await world.register(event)
    (mail,) = await post.delivered()
    assert mail.to == found["contact_email"]
    assert mail.subject == "Inscription confirmée – La parole des habitants"
    assert mail.message["Reply-To"] == "agenda@reseau.example"
    for said in (mail.text, mail.html):
        for fact in (
            "Maison des associations, 1 rue Inventée, 11000 Carcassonne",
            "Salle 2",
            "Tram A, arrêt Exemple.",
            "boucle magnétique",
            "Table ronde (Inès Exemple)",
            "de 9\u00a0h à 17\u00a0h (heure de Paris)",
            "15\u00a0€ par personne",
            "Repas compris.",
            found["code"],
            "/events/v1/badges/",
            world.page(found),
        ):
            assert fact in said, fact
    assert "<script" not in mail.html


async def test_without_an_account_one_first_confirms_then_is_told(world: World, post: Post) -> None:
    event = await world.opened()
    wish = registration("a@example.fr", contact_name="Gagnez sur http://piege.example")
    found = (await world.call(None, "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)).json()
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Confirmez votre inscription")
    assert world.page(found) in mail.text
    assert "piege" not in mail.text + mail.html
    assert mail.calendar is None
    await world.call(None, "POST", f"{world.link(found)}/confirmation", expect=201)
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Inscription confirmée")
    assert mail.calendar.method.value == "REQUEST"


async def test_the_waiting_list_tells_its_rank_then_the_offer_with_its_end_in_paris(world: World, post: Post) -> None:
    world.at("2027-03-27T20:00:00+00:00")
    event = await world.opened(1, offer_hours=24)
    first = await world.register(event)
    second = await world.register(event)
    third = await world.register(event)
    waiting = await post.delivered("liste d'attente")
    assert [re.search(r"rang (\d)", mail.text)[1] for mail in waiting] == ["1", "2"]  # type: ignore[index]
    await world.call(None, "POST", f"{world.link(first)}/cancellation", expect=201)
    offered = await post.delivered("proposée")
    assert [mail.to for mail in offered] == [second["contact_email"]]
    # Summer time began meanwhile: 24 hours after 21:00 is 22:00.
    assert "dimanche 28 mars 2027 à 22\u00a0h (heure de Paris)" in offered[0].text
    assert world.page(second) in offered[0].html
    world.running.clock.forward(hours=25)
    await world.lapse()
    mails = await post.delivered()
    assert {(mail.to, mail.subject.partition(" – ")[0]) for mail in mails} == {
        (second["contact_email"], "La place n'est plus réservée"),
        (third["contact_email"], "Une place vous est proposée"),
    }


async def test_each_of_a_group_who_gave_an_address_is_told_and_only_the_contact_may_change(world: World, post: Post) -> None:
    event = await world.opened(most_in_group=4)
    people = [
        attendee("Contact"),
        attendee("Sans-adresse"),
        attendee("Autre", email="autre@example.fr"),
        attendee("Meme", email="AUTRE@example.fr"),
    ]
    found = await world.register(event, *people)
    mails = {mail.to: mail for mail in await post.delivered()}
    assert set(mails) == {found["contact_email"], "autre@example.fr"}
    contact, other = mails[found["contact_email"]], mails["autre@example.fr"]
    assert "Vos 2 places" in contact.text
    assert "Camille Sans-adresse" in contact.text
    assert world.page(found) in contact.text
    assert world.page(found) not in other.text
    assert "/inscription" not in other.text + other.html
    assert contact.calendar.vevent.uid.value != other.calendar.vevent.uid.value
    assert other.calendar.vevent.attendee.value == "mailto:autre@example.fr"


async def test_a_contact_who_takes_no_part_has_nothing_in_their_calendar(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event, attendee(email="quelquun@example.fr"))
    mails = {mail.to: mail for mail in await post.delivered()}
    assert mails[found["contact_email"]].calendar is None
    assert mails["quelquun@example.fr"].calendar.method.value == "REQUEST"


async def test_a_job_run_twice_writes_once(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event)
    assert len(await post.delivered()) == 1
    told = [
        job["args"] for job in await world.running.jobs("events:tell_registrant") if job["args"]["registration_id"] == found["id"]
    ]
    for _ in range(2):
        async with world.running.resources.database.transaction() as session:
            await jobs.tell_registrant.run(session, world.running.resources, **told[0])
    assert await post.delivered() == []


async def test_whoever_withdrew_while_the_mail_waited_is_told_that_alone(world: World, post: Post) -> None:
    event = await world.opened()
    found = await world.register(event)
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Inscription annulée")
    assert mail.calendar is None  # no calendar ever heard of it


async def test_a_registration_that_is_no_more_is_no_harm(world: World) -> None:
    async with world.running.resources.database.transaction() as session:
        await jobs.tell_registrant.run(session, world.running.resources, registration_id=str(new_id()), news="seated")


async def test_what_people_wrote_cannot_write_headers_nor_markup(world: World, post: Post) -> None:
    title = 'Réunion <b>"A"</b> ; l\'été, 😀'
    event = await world.opened(title=title)
    wish = registration("b@example.fr", attendee('D\'Été "😀"'), contact_name='"x" <y@z.fr>')
    await world.call(Person(), "POST", f"/events/{event['id']}/registrations", json=wish, expect=201)
    (mail,) = await post.delivered()
    assert mail.subject == f"Inscription confirmée – {title}"
    assert "<b>" not in mail.html
    assert mail.to == "b@example.fr"
    assert mail.calendar.vevent.summary.value == title


@pytest.mark.parametrize("name", ["Camille\nBcc: x@y.fr", "Camille\u202eelpmexE", "a\x00b"])
async def test_a_name_with_an_invisible_character_never_comes_in(world: World, name: str) -> None:
    event = await world.opened()
    wish = registration("c@example.fr", attendee(name))
    answer = await world.call(Person(), "POST", f"/events/{event['id']}/registrations", json=wish)
    assert answer.status_code in {201, 422}
    if answer.status_code == 201:  # spaces of any kind become one
        assert "\n" not in answer.json()["attendees"][0]["family_name"]


async def test_a_request_to_approve_is_acknowledged(world: World, post: Post) -> None:
    event = await world.opened(approval_required=True)
    await world.register(event)
    (mail,) = await post.delivered()
    assert mail.subject.startswith("Votre demande est bien reçue")
    assert mail.calendar is None
