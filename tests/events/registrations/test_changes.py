"""What people change themselves, by their link or their account; nothing is lost on the way."""

import asyncio
from typing import Any

import pytest

from tests.events.registrations.folk import (
    address_in,
    anonymous,
    attendee,
    both_modes,
    by_link,
    email_token,
    first,
    new_email,
    refused_by_link,
    tag,
    taken,
)
from tests.events.world import World
from tests.support import Person

pytestmark = pytest.mark.anyio


async def test_the_contact_changes_by_the_link_and_by_the_account(world: World) -> None:
    event = await world.opened()
    owner = Person()
    found = await world.register(event, who=owner)
    changed = (await by_link(world, found, "PATCH", json={"contact_phone": "04 68 00 00 00"}, expect=200)).json()
    assert (changed["contact_phone"], changed["version"]) == ("04 68 00 00 00", found["version"] + 1)
    path = f"/registrations/{found['id']}"
    again = (await world.change(owner, "PATCH", path, json={"contact_name": "Dominique"}, expect=200)).json()
    assert (again["contact_name"], again["contact_phone"]) == ("Dominique", "04 68 00 00 00")


async def test_two_tabs_the_second_is_told_that_its_version_is_old(world: World) -> None:
    found = await world.register(await world.opened())
    await by_link(world, found, "PATCH", json={"contact_name": "Un"}, expect=200)
    await refused_by_link(world, found, "PATCH", "", "stale-version", status=412, json={"contact_name": "Deux"})
    await world.refused(None, "PATCH", world.link(found), 428, "precondition-required", json={"contact_name": "Deux"})
    assert (await world.registered(found))["contact_name"] == "Un"


async def test_a_double_click_does_it_once(world: World) -> None:
    event = await both_modes(world, 2, 2)
    found = await world.register(event)
    path = f"{world.link(found)}/attendees/{first(found)}/mode-change"
    clicks = (world.call(None, "POST", path, headers=tag(found), json={"mode": "visio"}) for _ in range(2))
    answers = await asyncio.gather(*clicks)
    assert sorted(each.status_code for each in answers) == [201, 412]
    assert await taken(world, event) == {"on_site": 0, "visio": 1}


async def test_somebody_elses_registration_is_not_found(world: World) -> None:
    event = await world.opened(most_in_group=3)
    found, other = await world.register(event, who=Person()), await world.register(event)
    path = f"/registrations/{found['id']}"
    for who in (Person(), world.neighbour, world.stranger, world.administrator):
        await world.refused(who, "PATCH", path, 404, "not-found", json={"contact_name": "Moi"}, headers=tag(found))
    # An id of another registration is not found through one's own.
    at = f"/attendees/{first(other)}"
    await refused_by_link(world, found, "PATCH", at, "not-found", status=404, json={"function": "Maire"})
    await refused_by_link(world, found, "POST", f"{at}/departure", "not-found", status=404)


async def test_a_tampered_link_changes_nothing(world: World) -> None:
    found = await world.register(await world.opened())
    for link in (world.link(found)[:-2] + "xx", world.link(found, link_version=2)):
        await world.refused(None, "PATCH", link, 404, "bad-registration-link", json={"contact_name": "X"}, headers=tag(found))
        path = f"{link}/attendees/{first(found)}/departure"
        await world.refused(None, "POST", path, 404, "bad-registration-link", headers=tag(found))


async def test_a_new_email_counts_once_it_has_confirmed_and_former_links_die(world: World) -> None:
    event = await world.opened(1)
    found = await anonymous(world, event, new_email())
    fresh = new_email()
    asked = (await by_link(world, found, "PATCH", json={"contact_email": fresh}, expect=200)).json()
    assert (asked["contact_email"], asked["email_to_confirm"]) == (found["contact_email"], fresh)
    told = [mail for mail in await world.mails("adresse") if mail["to"] in {fresh, found["contact_email"]}]
    assert [mail["to"] for mail in told] == [fresh, found["contact_email"]]
    path = address_in(told[0]["text"])
    seen = (await world.call(None, "GET", path, expect=200)).json()
    assert (seen["email"], seen["confirmed_at"]) == (fresh, None)
    done = (await world.call(None, "POST", f"{path}/confirmation", expect=201)).json()
    assert (done["contact_email"], done["state"], done["email_to_confirm"]) == (fresh, "seated", None)
    await world.refused(None, "GET", world.link(found), 404, "bad-registration-link")
    assert (await world.call(None, "GET", world.link(found, 2), expect=200)).json()["attendees"][0]["has_seat"]
    again = (await world.call(None, "POST", f"{path}/confirmation", expect=201)).json()
    assert again["version"] == done["version"]
    assert [m["to"] for m in await world.mails("suivie à une autre") if m["to"] == found["contact_email"]] == [
        found["contact_email"]
    ]


async def test_a_new_email_that_does_not_answer_in_time_changes_nothing(world: World) -> None:
    found = await anonymous(world, await world.opened(), new_email())
    await by_link(world, found, "PATCH", json={"contact_email": new_email()}, expect=200)
    token = await email_token(world, found)
    world.running.clock.forward(hours=24)
    await world.refused(None, "POST", f"/my-email-changes/{token}/confirmation", 409, "email-change-expired")
    assert (await world.registered(found))["contact_email"] == found["contact_email"]


async def test_the_former_address_takes_itself_back_and_the_latest_request_is_the_only_one(world: World) -> None:
    found = await anonymous(world, await world.opened(), new_email())
    asked = (await by_link(world, found, "PATCH", json={"contact_email": new_email()}, expect=200)).json()
    stolen = await email_token(world, found)
    back = (await by_link(world, asked, "PATCH", json={"contact_email": found["contact_email"]}, expect=200)).json()
    assert back["email_to_confirm"] is None
    await world.refused(None, "POST", f"/my-email-changes/{stolen}/confirmation", 404, "bad-email-change-link")
    await world.refused(None, "GET", f"/my-email-changes/{stolen[:-2]}xx", 404, "bad-email-change-link")


async def test_a_new_email_that_registered_meanwhile_is_refused_and_nothing_is_lost(world: World) -> None:
    event, fresh = await world.opened(), new_email()
    found = await anonymous(world, event, new_email())
    await by_link(world, found, "PATCH", json={"contact_email": fresh}, expect=200)
    await anonymous(world, event, fresh)
    path = f"/my-email-changes/{await email_token(world, found)}/confirmation"
    await world.refused(None, "POST", path, 409, "already-registered")
    assert (await world.registered(found))["contact_email"] == found["contact_email"]


async def test_confirming_a_new_email_confirms_a_registration_that_was_not(world: World) -> None:
    event = await world.opened()
    sent = {"contact_name": "C", "contact_email": new_email(), "attendees": [attendee()]}
    found = (await world.call(None, "POST", f"/events/{event['id']}/registrations", json=sent, expect=201)).json()
    await by_link(world, found, "PATCH", json={"contact_email": new_email()}, expect=200)
    path = f"/my-email-changes/{await email_token(world, found)}/confirmation"
    assert (await world.call(None, "POST", path, expect=201)).json()["state"] == "seated"


async def test_a_details_change_keeps_the_seat(world: World) -> None:
    event = await world.opened(1)
    found = await world.register(event, attendee(territory_code="11069"))
    path = f"/attendees/{first(found)}"
    wish = {"function": "Directrice", "family_name": "Exemplaire", "territory_code": "QP011002", "email": "autre@example.fr"}
    changed = (await by_link(world, found, "PATCH", path, json=wish, expect=200)).json()
    person = changed["attendees"][0]
    assert {name: person[name] for name in wish} == wish
    assert person["has_seat"]
    assert await taken(world, event) == {"on_site": 1}
    body = await refused_by_link(world, changed, "PATCH", path, "unknown-territory-code", json={"territory_code": "99999"})
    assert body["errors"]


async def test_who_ceases_to_belong_to_a_share_needs_a_seat_open_to_all(world: World) -> None:
    event = await world.opened(2, shares=[{"label": "Élus", "seats": 1, "audiences": ["elected_official"]}])
    elected = await world.register(event, attendee(audience="elected_official"))
    other = await world.register(event)
    path = f"/attendees/{first(elected)}"
    await refused_by_link(world, elected, "PATCH", path, "no-seat-left", json={"audience": "association"})
    assert (await world.registered(elected))["attendees"][0]["audience"] == "elected_official"
    await by_link(world, other, "POST", "/cancellation", expect=201)
    changed = (await by_link(world, elected, "PATCH", path, json={"audience": "association"}, expect=200)).json()
    assert changed["attendees"][0]["has_seat"]
    again = await world.register(event, attendee(audience="elected_official"))
    assert again["state"] == "seated"


async def test_a_switch_keeps_the_place_and_gives_the_other_to_who_waits(world: World) -> None:
    event = await both_modes(world, 1, 1)
    found, waiting = await world.register(event), await world.register(event)
    assert waiting["state"] == "waiting"
    switched = (
        await by_link(world, found, "POST", f"/attendees/{first(found)}/mode-change", json={"mode": "visio"}, expect=201)
    ).json()
    assert (switched["state"], switched["attendees"][0]["mode"], switched["attendees"][0]["has_seat"]) == ("seated", "visio", True)
    assert (await world.registered(waiting))["state"] == "offered"
    assert await taken(world, event) == {"on_site": 1, "visio": 1}


async def test_a_switch_without_a_seat_there_loses_nothing(world: World) -> None:
    event = await both_modes(world, 2, 0)
    found = await world.register(event)
    problem = await refused_by_link(
        world, found, "POST", f"/attendees/{first(found)}/mode-change", "no-seat-left", json={"mode": "visio"}
    )
    assert "gardée" in problem["detail"]
    now = await world.registered(found)
    assert (now["version"], now["attendees"][0]["mode"], now["attendees"][0]["has_seat"]) == (found["version"], "on_site", True)
    assert await taken(world, event) == {"on_site": 1, "visio": 0}


async def test_a_switch_to_a_mode_that_is_not_offered_is_refused(world: World) -> None:
    found = await world.register(await world.opened())
    path = f"/attendees/{first(found)}/mode-change"
    await refused_by_link(world, found, "POST", path, "mode-not-offered", json={"mode": "visio"})


async def test_a_switch_overtakes_nobody_who_waits_for_that_mode(world: World) -> None:
    event = await both_modes(world, 2, 5, most_in_group=3)
    first_one, second = await world.register(event), await world.register(event)
    remote = await world.register(event, attendee(mode="visio"))
    group = await world.register(event, attendee(), attendee())
    assert group["state"] == "waiting"
    await by_link(world, first_one, "POST", "/cancellation", expect=201)
    # The freed seat is kept for the group of two that waits before.
    path = f"/attendees/{first(remote)}/mode-change"
    await refused_by_link(world, remote, "POST", path, "no-seat-left", json={"mode": "on_site"})
    await by_link(world, second, "POST", "/cancellation", expect=201)
    assert (await world.registered(group))["state"] == "offered"


async def test_two_switches_on_the_last_visio_seat(world: World) -> None:
    event = await both_modes(world, 4, 1)
    people = [await world.register(event) for _ in range(4)]
    answers = await asyncio.gather(
        *(by_link(world, each, "POST", f"/attendees/{first(each)}/mode-change", json={"mode": "visio"}) for each in people)
    )
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409]
    assert await taken(world, event) == {"on_site": 3, "visio": 1}


async def test_who_waits_switches_to_the_mode_where_there_is_a_seat(world: World) -> None:
    event = await both_modes(world, 1, 1)
    await world.register(event)
    waiting = await world.register(event)
    path = f"/attendees/{first(waiting)}/mode-change"
    switched = (await by_link(world, waiting, "POST", path, json={"mode": "visio"}, expect=201)).json()
    assert (switched["state"], switched["attendees"][0]["has_seat"]) == ("offered", True)
    assert await taken(world, event) == {"on_site": 1, "visio": 1}


async def test_who_is_offered_a_seat_switches_and_accepts(world: World) -> None:
    event = await both_modes(world, 1, 1)
    seated, waiting = await world.register(event), await world.register(event)
    await by_link(world, seated, "POST", "/cancellation", expect=201)
    offered = await world.registered(waiting)
    path = f"/attendees/{first(offered)}/mode-change"
    switched = (await by_link(world, offered, "POST", path, json={"mode": "visio"}, expect=201)).json()
    assert (switched["state"], switched["due_at"]) == ("offered", offered["due_at"])
    assert (await by_link(world, offered, "POST", "/acceptance", expect=201)).json()["state"] == "seated"
    assert await taken(world, event) == {"on_site": 0, "visio": 1}


async def test_a_colleague_comes_instead_with_a_badge_of_their_own(world: World) -> None:
    event = await world.opened(1)
    found = await world.register(event, attendee(email="ancien@example.fr", needs={"dietary": "sans arachide"}))
    before = await world.running.rows("SELECT key FROM attendees WHERE registration_id = %(id)s", id=found["id"])
    wish = {"given_name": "Dominique", "family_name": "Nouveau", "audience": "state"}
    path = f"/attendees/{first(found)}/replacement"
    replaced = (await by_link(world, found, "POST", path, json=wish, expect=201)).json()
    assert [(each["family_name"], each["has_seat"], each["left_at"] is None) for each in replaced["attendees"]] == [
        ("Exemple", False, False),
        ("Nouveau", True, True),
    ]
    after = await world.running.rows("SELECT key FROM attendees WHERE registration_id = %(id)s", id=found["id"])
    assert len({row["key"] for row in before + after}) == 3
    assert await world.running.rows("SELECT * FROM attendee_needs WHERE attendee_id = %(id)s", id=first(found)) == []
    assert await taken(world, event) == {"on_site": 1}
    # Somebody who was replaced cannot be replaced, nor leave, once more.
    await refused_by_link(world, replaced, "POST", path, "not-found", status=404, json=wish)


async def test_a_colleague_who_is_not_of_the_share_needs_a_seat_open_to_all(world: World) -> None:
    event = await world.opened(1, shares=[{"label": "Élus", "seats": 1, "audiences": ["elected_official"]}])
    found = await world.register(event, attendee(audience="elected_official"))
    wish = {"given_name": "Dominique", "family_name": "Nouveau", "audience": "state"}
    path = f"/attendees/{first(found)}/replacement"
    await refused_by_link(world, found, "POST", path, "no-seat-left", json=wish)
    replaced = (await by_link(world, found, "POST", path, json=wish | {"audience": "elected_official"}, expect=201)).json()
    assert replaced["attendees"][1]["has_seat"]


async def test_somebody_leaves_the_group_and_their_seat_goes_on(world: World) -> None:
    event = await world.opened(2, most_in_group=3)
    group = await world.register(event, attendee("Un"), attendee("Deux"))
    waiting = await world.register(event)
    left = (await by_link(world, group, "POST", f"/attendees/{first(group)}/departure", expect=201)).json()
    assert [(each["family_name"], each["has_seat"]) for each in left["attendees"]] == [("Un", False), ("Deux", True)]
    assert (await world.registered(waiting))["state"] == "offered"
    await refused_by_link(world, left, "POST", f"/attendees/{first(left)}/departure", "last-of-the-group")


async def test_a_waiting_group_that_shrinks_may_be_served(world: World) -> None:
    event = await world.opened(3, most_in_group=3)
    await world.register(event, attendee(), attendee())
    group = await world.register(event, attendee(), attendee())
    assert group["state"] == "waiting"
    left = (await by_link(world, group, "POST", f"/attendees/{first(group)}/departure", expect=201)).json()
    assert left["state"] == "offered"
    assert await taken(world, event) == {"on_site": 3}


async def test_somebody_is_added_when_there_is_a_seat(world: World) -> None:
    event = await world.opened(2, most_in_group=3)
    found = await world.register(event)
    answer = await by_link(world, found, "POST", "/attendees", json=attendee("Deux"), expect=201)
    assert answer.headers["location"].endswith(f"/registrations/{found['id']}")
    added = answer.json()
    assert [each["has_seat"] for each in added["attendees"]] == [True, True]
    await refused_by_link(world, added, "POST", "/attendees", "no-seat-left", json=attendee("Trois"))
    assert await taken(world, event) == {"on_site": 2}


async def test_a_group_does_not_grow_beyond_what_the_event_says(world: World) -> None:
    found = await world.register(await world.opened(most_in_group=1))
    await refused_by_link(world, found, "POST", "/attendees", "group-too-large", json=attendee())


async def test_nobody_is_added_to_a_group_that_waits_or_is_offered_seats(world: World) -> None:
    event = await world.opened(1, most_in_group=3)
    seated, waiting = await world.register(event), await world.register(event)
    await refused_by_link(world, waiting, "POST", "/attendees", "registration-act-not-possible", json=attendee())
    await by_link(world, seated, "POST", "/cancellation", expect=201)
    offered = await world.registered(waiting)
    await refused_by_link(world, offered, "POST", "/attendees", "registration-act-not-possible", json=attendee())


async def test_nobody_is_added_once_registrations_are_closed_but_by_an_organiser(world: World) -> None:
    event = await world.opened(most_in_group=3)
    found = await world.register(event)
    await world.act(event, "closing")
    await refused_by_link(world, found, "POST", "/attendees", "registrations-not-open", json=attendee())
    path = f"/registrations/{found['id']}"
    added = await world.change(world.organiser, "POST", f"{path}/attendees", of=path, json=attendee(), expect=201)
    assert len(added.json()["attendees"]) == 2


async def test_leaving_and_joining_at_once_never_oversells(world: World) -> None:
    event = await world.opened(3, most_in_group=3)
    group, other = await world.register(event, attendee(), attendee()), await world.register(event)
    answers = await asyncio.gather(
        by_link(world, group, "POST", f"/attendees/{first(group)}/departure"),
        by_link(world, other, "POST", "/attendees", json=attendee("Nouveau")),
    )
    assert answers[0].status_code == 201
    assert answers[1].status_code in {201, 409}
    assert await taken(world, event) == {"on_site": 3 if answers[1].status_code == 201 else 2}


@pytest.mark.parametrize("end", ["cancelled", "refused-link", "held", "ended"])
async def test_nothing_changes_any_more_once_it_is_over(world: World, end: str) -> None:
    event = await both_modes(world, 5, 5, most_in_group=3, days=3)
    found = await world.register(event, attendee(), attendee())
    slug = "event-is-over"
    if end == "cancelled":
        await by_link(world, found, "POST", "/cancellation", expect=201)
        slug = "registration-act-not-possible"
    elif end == "refused-link":
        await world.act(event, "cancellation", reason="Grève")
    elif end == "held":
        await world.act(event, "holding")
    else:
        world.running.clock.forward(days=5)
    found = await world.registered(found)
    at = f"/attendees/{first(found)}"
    acts: list[tuple[str, str, Any]] = [
        ("PATCH", "", {"contact_name": "X"}),
        ("PATCH", at, {"function": "X"}),
        ("POST", "/attendees", attendee()),
        ("POST", f"{at}/mode-change", {"mode": "visio"}),
        ("POST", f"{at}/replacement", {"given_name": "A", "family_name": "B", "audience": "state"}),
        ("POST", f"{at}/departure", None),
        ("PUT", f"{at}/needs", {"dietary": "végétarien"}),
    ]
    for method, path, sent in acts:
        await refused_by_link(world, found, method, path, slug, **({"json": sent} if sent else {}))


async def test_where_organisers_approve_nobody_slips_in_through_an_approved_registration(world: World) -> None:
    event = await world.opened(approval_required=True, most_in_group=3)
    found = await world.register(event)
    assert found["state"] == "to_approve"
    grown = (await by_link(world, found, "POST", "/attendees", json=attendee("Deux"), expect=201)).json()
    assert [each["has_seat"] for each in grown["attendees"]] == [False, False]
    path = f"/registrations/{found['id']}"
    approved = (await world.change(world.organiser, "POST", f"{path}/approval", of=path, expect=201)).json()
    wish = {"given_name": "A", "family_name": "B", "audience": "state"}
    at = f"/attendees/{first(approved)}"
    await refused_by_link(world, approved, "POST", "/attendees", "organiser-must-approve", json=attendee("Trois"))
    await refused_by_link(world, approved, "POST", f"{at}/replacement", "organiser-must-approve", json=wish)
    await world.change(world.organiser, "POST", f"{path}{at}/replacement", of=path, json=wish, expect=201)


async def test_the_link_is_sent_again_and_the_answer_never_says_whether_there_was_one(world: World) -> None:
    event, email = await world.opened(), new_email()
    found = await anonymous(world, event, email)
    asked = [
        {"event": event["reference"].lower(), "email": email.upper()},
        {"event": event["id"], "email": email},
        {"event": event["reference"], "email": new_email()},
        {"event": "CRDSU-1999-0001", "email": email},
    ]
    answers = [await world.call(None, "POST", "/registration-links", json=each, expect=202) for each in asked]
    assert len({each.text for each in answers}) == 1
    await world.running.run_jobs()
    sent = [mail for mail in await world.mails("Votre inscription à") if mail["to"] == email]
    assert len(sent) == 2
    assert (await world.call(None, "GET", address_in(sent[0]["text"]), expect=200)).json()["id"] == found["id"]


async def test_an_address_is_sent_its_link_a_few_times_an_hour_and_no_more(world: World) -> None:
    event, email = await world.opened(), new_email()
    await anonymous(world, event, email)
    asked = {"event": event["reference"], "email": email}
    for _ in range(5):
        await world.call(None, "POST", "/registration-links", json=asked, expect=202)
    world.running.clock.forward(hours=1, seconds=1)
    await world.call(None, "POST", "/registration-links", json=asked, expect=202)
    await world.running.run_jobs()
    assert len([mail for mail in await world.mails("Votre inscription à") if mail["to"] == email]) == 4


async def test_one_origin_that_asks_for_everybodys_links_is_stopped(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await world.opened()
    monkeypatch.setattr(world.running.resources.settings, "link_requests_per_hour", 3)
    world.running.clock.forward(hours=2)
    for _ in range(3):
        await world.call(None, "POST", "/registration-links", json={"event": event["reference"], "email": new_email()}, expect=202)
    sent = {"event": event["reference"], "email": new_email()}
    await world.refused(None, "POST", "/registration-links", 429, "too-many-link-requests", json=sent)


async def test_a_link_that_is_not_of_an_active_registration_is_not_sent(world: World) -> None:
    event, email = await world.opened(), new_email()
    found = await anonymous(world, event, email)
    await by_link(world, found, "POST", "/cancellation", expect=201)
    await world.call(None, "POST", "/registration-links", json={"event": event["reference"], "email": email}, expect=202)
    await world.running.run_jobs()
    assert [mail for mail in await world.mails("Votre inscription à") if mail["to"] == email] == []
