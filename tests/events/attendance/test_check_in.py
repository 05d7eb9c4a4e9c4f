"""The welcome desk: badges are read, scans work twice and say so, devices without a network catch up."""

import hashlib
from datetime import timedelta
from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.attendance.desk import attendee, begins, come, key_of, read_code, scan, sheet, sitting
from tests.events.world import World

pytestmark = pytest.mark.anyio


async def test_a_badge_is_a_picture_phones_read(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    key = await key_of(world, found)
    answer = await world.call(None, "GET", f"/badges/{key}", expect=200)
    assert answer.headers["content-type"] == "image/png"
    assert read_code(answer.content) == f"CNV:{key}"
    again = await world.call(None, "GET", f"/badges/{key}", headers={"If-None-Match": answer.headers["etag"]})
    assert again.status_code == 304
    for asked in ({"headers": {"Accept": "image/svg+xml"}}, {"params": {"format": "svg"}}):
        drawn = await world.call(None, "GET", f"/badges/{key}", expect=200, **asked)
        assert drawn.headers["content-type"].startswith("image/svg+xml")
        assert b"<svg" in drawn.content


async def test_a_badge_that_was_tampered_with_replaced_or_cancelled_is_nobodys(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    key = await key_of(world, found)
    come(world, event)
    path = f"{sitting(event)}/check-ins"
    other = ("A" if key[0] != "A" else "B") + key[1:]
    for tampered in (other, key[:-1], "CNV:", "CNV:' OR 1=1"):
        sent = {"key": tampered, "device_id": "a"}
        await world.refused(world.organiser, "POST", path, 404, "unknown-badge", json=sent)
    replacement = f"/events/{event['id']}/attendees/{found['attendees'][0]['id']}/badge-replacement"
    new = (await world.call(world.organiser, "POST", replacement, expect=201)).json()["badge_url"]
    await world.refused(None, "GET", f"/badges/{key}", 404, "unknown-badge")
    await world.refused(world.organiser, "POST", path, 404, "unknown-badge", json={"key": f"CNV:{key}", "device_id": "a"})
    taken = await world.call(world.organiser, "POST", path, json={"key": new, "device_id": "a"}, expect=201)
    assert taken.json()["result"] == "arrived"
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    await world.refused(None, "GET", f"/badges/{await key_of(world, found)}", 404, "unknown-badge")


async def test_a_scan_works_twice_and_says_so(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event, minutes=-20)
    first = await scan(world, event, found)
    assert (first["result"], first["times"], first["present_count"]) == ("arrived", 1, 1)
    world.running.clock.forward(minutes=5)
    second = await scan(world, event, found, device="accueil-2")
    assert (second["result"], second["times"], second["present_count"]) == ("already", 2, 1)
    assert (second["first_scanned_at"], second["first_device_id"]) == (first["scanned_at"], "accueil-1")


async def test_the_code_said_aloud_finds_the_person_or_asks_which_one(world: World) -> None:
    event = await world.opened(most_in_group=3)
    alone, pair = await world.register(event), await world.register(event, attendee("Un"), attendee("Deux"))
    come(world, event)
    path = f"{sitting(event)}/check-ins"
    sent: dict[str, Any] = {"code": alone["code"].lower(), "device_id": "a"}
    assert (await world.call(world.organiser, "POST", path, json=sent, expect=201)).json()["result"] == "arrived"
    sent = {"code": pair["code"], "device_id": "a"}
    problem = await world.refused(world.organiser, "POST", path, 409, "several-people", json=sent)
    assert {each["family_name"] for each in problem["people"]} == {"Un", "Deux"}
    sent = {"attendee_id": problem["people"][0]["attendee_id"], "device_id": "a"}
    await world.call(world.organiser, "POST", path, json=sent, expect=201)


async def test_who_may_not_come_in_is_told_why(world: World) -> None:
    event = await world.opened(1, visio=True)
    other = await world.opened(days=30)
    seated = await world.register(event)
    waiting = await world.register(event)
    remote = await world.register(event, attendee(mode="visio"))
    foreign = await world.register(other)
    come(world, event)
    path = f"{sitting(event)}/check-ins"

    async def refused(found: dict[str, Any], slug: str, **more: Any) -> dict[str, Any]:
        sent = {"key": await key_of(world, found), "device_id": "a", **more}
        return await world.refused(world.organiser, "POST", path, 409, slug, json=sent)

    assert (await refused(waiting, "no-seat-yet"))["state"] == "waiting"
    await refused(waiting, "no-seat-yet", forced=True)
    await refused(foreign, "badge-of-another-event", forced=True)
    assert (await refused(remote, "registered-by-visio"))["mode"] == "visio"
    assert (await scan(world, event, remote, forced=True))["result"] == "arrived"
    await world.call(None, "POST", f"{world.link(seated)}/cancellation", expect=201)
    assert (await refused(seated, "registration-not-standing"))["state"] == "cancelled"
    sent = {"attendee_id": foreign["attendees"][0]["id"], "device_id": "a"}
    await world.refused(world.organiser, "POST", path, 404, "unknown-badge", json=sent)


async def test_one_registered_for_another_session_is_sent_there(world: World) -> None:
    event = await world.dated(sessions=2, enrolment="per_session")
    ids = [each["id"] for each in event["sessions"]]
    for session_id in ids:
        await world.seats(event, {"mode": "on_site", "seats": 5}, session_id=session_id)
    await world.act(event, "opening")
    found = await world.register(event, session_id=ids[1])
    come(world, event)
    sent = {"key": await key_of(world, found), "device_id": "a"}
    path = f"{sitting(event)}/check-ins"
    problem = await world.refused(world.organiser, "POST", path, 409, "badge-of-another-session", json=sent)
    assert problem["session_id"] == ids[1]
    assert (await sheet(world, event))["people"] == []


async def test_scans_before_or_after_the_session_are_refused(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    path = f"{sitting(event)}/check-ins"
    sent = {"key": await key_of(world, found), "device_id": "a"}
    come(world, event, hours=-4)
    await world.refused(world.organiser, "POST", path, 409, "check-in-not-open", json=sent)
    late = {**sent, "scanned_at": begins(event).isoformat()}
    come(world, event, minutes=-10)
    await world.refused(world.organiser, "POST", path, 409, "scanned-in-the-future", json=late)
    come(world, event, hours=9)
    await world.refused(world.organiser, "POST", path, 409, "check-in-not-open", json=sent)
    assert (await world.call(world.organiser, "POST", path, json=late, expect=201)).json()["result"] == "arrived"


async def test_a_cancelled_session_receives_nobody(world: World) -> None:
    event = await world.opened(sessions=2)
    found = await world.register(event)
    path = sitting(event)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Neige."}, expect=201)
    come(world, event)
    sent = {"key": await key_of(world, found), "device_id": "a"}
    await world.refused(world.organiser, "POST", f"{path}/check-ins", 409, "session-cancelled", json=sent)


async def test_the_list_is_enough_to_recognise_a_badge_without_a_network(world: World) -> None:
    shares = [{"label": "Élus", "seats": 1, "audiences": ["elected_official"]}]
    event = await world.opened(2, shares=shares)
    elected = await world.register(event, attendee("Zola", audience="elected_official"))
    await world.register(event, attendee("Éluard"))
    await world.register(event, attendee("En attente"))
    path = f"{sitting(event)}/check-in-list"
    answer = await world.call(world.organiser, "GET", path, expect=200)
    people = answer.json()["people"]
    assert [each["family_name"] for each in people] == ["Éluard", "Zola"]
    key = await key_of(world, elected)
    assert people[1]["key_hash"] == hashlib.sha256(key.encode()).hexdigest()
    assert (people[1]["seat"], people[1]["audience"]) == ("Élus", "elected_official")
    assert key not in answer.text
    headers = {"If-None-Match": answer.headers["etag"]}
    assert (await world.call(world.organiser, "GET", path, headers=headers)).status_code == 304
    come(world, event)
    await scan(world, event, elected)
    assert (await world.call(world.organiser, "GET", path, headers=headers, expect=200)).json()["people"][1]["first_scanned_at"]


async def test_scans_recorded_offline_are_synchronised_once_whatever_the_order(world: World) -> None:
    event = await world.opened(visio=True)
    people = [await world.register(event, attendee(f"P{n}")) for n in range(3)]
    remote = await world.register(event, attendee(mode="visio"))
    start = begins(event)
    come(world, event, hours=2)
    online = await scan(world, event, people[0], device="en-ligne")
    scans = [
        {"client_id": "c1", "key": await key_of(world, people[0]), "scanned_at": (start + timedelta(minutes=10)).isoformat()},
        {"client_id": "c2", "key": await key_of(world, people[1]), "scanned_at": (start + timedelta(minutes=12)).isoformat()},
        {"client_id": "c3", "key": "n'importe quoi", "scanned_at": (start + timedelta(minutes=13)).isoformat()},
        {"client_id": "c4", "key": await key_of(world, remote), "scanned_at": (start + timedelta(minutes=14)).isoformat()},
        {"client_id": "c5", "key": await key_of(world, people[1]), "scanned_at": (start + timedelta(minutes=11)).isoformat()},
    ]
    path = f"{sitting(event)}/check-ins/batch"

    async def sent(*chosen: dict[str, Any], device: str = "tablette") -> list[Any]:
        body = {"device_id": device, "scans": list(chosen)}
        items: list[Any] = (await world.call(world.organiser, "POST", path, json=body, expect=201)).json()["items"]
        return items

    await sent(scans[4], scans[3])
    items = await sent(*reversed(scans))
    assert [each["client_id"] for each in items] == ["c5", "c4", "c3", "c2", "c1"]
    by_id = {each["client_id"]: each for each in items}
    assert {name: each["result"] for name, each in by_id.items()} == {
        "c1": "arrived",
        "c2": "already",
        "c3": "refused",
        "c4": "refused",
        "c5": "arrived",
    }
    assert (by_id["c3"]["problem"]["type"], by_id["c4"]["problem"]["type"]) == ("unknown-badge", "registered-by-visio")
    # What was scanned without a network came first: the sheet says the earlier instant.
    assert by_id["c1"]["check_in"]["first_scanned_at"] < online["first_scanned_at"]
    assert await sent(*reversed(scans)) == items
    assert (await scan(world, event, people[0]))["present_count"] == 2
    assert len(await world.running.rows("SELECT * FROM check_ins WHERE event_id = %(id)s", id=event["id"])) == 5


async def test_whatever_a_device_recorded_refuses_that_scan_alone(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event, hours=1)
    at = begins(event).isoformat()
    good = {"client_id": "bon", "key": await key_of(world, found), "scanned_at": at}
    scans = [
        {"client_id": "long", "key": "https://ailleurs.example/" + "x" * 2000, "scanned_at": at},
        {"client_id": "nul", "key": "CNV:\x00abcdefgh", "scanned_at": at},
        {"client_id": "code", "code": "\x00", "scanned_at": at},
        {"client_id": "pile", "key": good["key"], "scanned_at": "1970-01-01T00:00:00Z"},
        {"client_id": "debut", "key": good["key"], "scanned_at": "0001-01-01T00:00:00+14:00"},
        {"client_id": "fin", "key": good["key"], "scanned_at": "9999-12-31T23:59:59-14:00"},
        good,
    ]
    body, path = {"device_id": "a", "scans": scans}, f"{sitting(event)}/check-ins/batch"
    answer = await world.call(world.organiser, "POST", path, json=body, headers={"Accept-Language": "en"}, expect=201)
    items = {each["client_id"]: each for each in answer.json()["items"]}
    assert {name: each["result"] for name, each in items.items() if each["result"] != "refused"} == {"bon": "arrived"}
    assert items["pile"]["problem"]["type"] == "check-in-not-open"
    assert items["long"]["problem"]["title"] == "This badge is nobody's"


async def test_the_same_names_from_two_devices_are_two_scans(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event, hours=1)
    key = await key_of(world, found)
    path = f"{sitting(event)}/check-ins/batch"
    body = {"scans": [{"client_id": "1", "key": key, "scanned_at": begins(event).isoformat()}]}
    for device in ("a", "b", "a"):
        await world.call(world.organiser, "POST", path, json={"device_id": device, **body}, expect=201)
    assert (await scan(world, event, found))["times"] == 3


async def test_two_devices_scan_one_person_at_once(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    key, path = await key_of(world, found), f"{sitting(event)}/check-ins"
    answers = await world.at_once(
        (world.organiser, "POST", path, {"json": {"key": key, "device_id": f"d{number}"}}) for number in range(6)
    )
    assert [each.status_code for each in answers] == [201] * 6
    assert sorted(each.json()["result"] for each in answers) == ["already"] * 5 + ["arrived"]
    assert sorted(each.json()["times"] for each in answers) == [1, 2, 3, 4, 5, 6]


async def test_somebody_erased_is_nobody_at_the_door(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    key = await key_of(world, found)
    resources = world.running.resources
    async with resources.database.readers.connection() as writer:
        await writer.execute(
            "UPDATE attendees SET erased_at = now(), family_name = '' WHERE id = %s", [found["attendees"][0]["id"]]
        )
    come(world, event)
    await world.refused(None, "GET", f"/badges/{key}", 404, "unknown-badge")
    sent = {"key": key, "device_id": "a"}
    await world.refused(world.organiser, "POST", f"{sitting(event)}/check-ins", 404, "unknown-badge", json=sent)
    assert (await world.call(world.organiser, "GET", f"{sitting(event)}/check-in-list", expect=200)).json()["people"] == []
    assert [each["family_name"] for each in (await sheet(world, event))["people"]] == ["Personne effacée"]


async def test_only_organisers_of_that_network_receive_people(world: World) -> None:
    event, other = await world.opened(), await world.opened()
    found = await world.register(event, who=world.participant)
    come(world, event)
    sent = {"key": await key_of(world, found), "device_id": "a"}
    for who in (world.neighbour, world.participant, world.stranger):
        for path, body in ((f"{sitting(event)}/check-ins", sent), (f"{sitting(event)}/walk-ins", _walk_in())):
            await world.refused(who, "POST", path, 403, "not-an-organiser", json=body)
        await world.refused(who, "GET", f"{sitting(event)}/check-in-list", 403, "not-an-organiser")
    mixed = f"/events/{other['id']}/sessions/{event['sessions'][0]['id']}/check-ins"
    await world.refused(world.organiser, "POST", mixed, 404, "not-found", json=sent)
    nowhere = f"/events/{new_id()}/sessions/{event['sessions'][0]['id']}/check-ins"
    await world.refused(world.organiser, "POST", nowhere, 404, "not-found", json=sent)


def _walk_in(name: str = "Venu", **more: Any) -> dict[str, Any]:
    return {"given_name": "Sans", "family_name": name, "audience": "resident", **more}


async def test_a_walk_in_takes_a_free_seat_and_is_there(world: World) -> None:
    event = await world.opened(2)
    await world.register(event)
    come(world, event)
    path = f"{sitting(event)}/walk-ins"
    received = (await world.call(world.organiser, "POST", path, json=_walk_in(), expect=201)).json()
    assert (received["result"], received["has_seat"], received["present_count"]) == ("arrived", True, 1)
    found = await world.registered({"id": received["registration_id"]})
    assert (found["state"], found["source"]) == ("seated", "walk_in")
    assert (await world.event(event))["status"] in {"full", "registration_closed"}
    assert received["attendee_id"] in {each["attendee_id"] for each in (await sheet(world, event))["people"]}


async def test_an_absent_persons_chair_needs_a_reason_and_the_room_is_never_exceeded(world: World) -> None:
    event = await world.opened(2)
    first, _ = await world.register(event), await world.register(event)
    come(world, event)
    await scan(world, event, first)
    path = f"{sitting(event)}/walk-ins"
    problem = await world.refused(world.organiser, "POST", path, 409, "room-full", json=_walk_in())
    assert (problem["capacity"], problem["present"]) == (2, 1)
    reason = {"over_capacity_reason": "Une chaise est restée vide."}
    received = (await world.call(world.organiser, "POST", path, json=_walk_in(**reason), expect=201)).json()
    assert (received["has_seat"], received["present_count"]) == (False, 2)
    await world.refused(world.organiser, "POST", path, 409, "room-full", json=_walk_in("Encore", **reason))
    desks = (await world.call(world.organiser, "GET", f"/events/{event['id']}/desks", expect=200)).json()
    assert [pool["taken"] for pool in desks[0]["pools"]] == [2]
    again = await world.call(
        world.organiser, "POST", f"{sitting(event)}/check-ins", json={"code": received["code"], "device_id": "a"}, expect=201
    )
    assert again.json()["result"] == "already"


async def test_the_last_to_come_finds_the_room_full_when_chairs_were_given(world: World) -> None:
    event = await world.opened(2, visio=True)
    first, late = await world.register(event), await world.register(event)
    remote = await world.register(event, attendee(mode="visio"))
    come(world, event)
    await scan(world, event, first)
    wish = _walk_in(over_capacity_reason="Une chaise est restée vide.")
    await world.call(world.organiser, "POST", f"{sitting(event)}/walk-ins", json=wish, expect=201)
    sent = {"key": await key_of(world, late), "device_id": "a"}
    path = f"{sitting(event)}/check-ins"
    problem = await world.refused(world.organiser, "POST", path, 409, "room-full", json=sent)
    assert (problem["capacity"], problem["present"]) == (2, 2)
    visio = {"key": await key_of(world, remote), "device_id": "a", "forced": True}
    await world.refused(world.organiser, "POST", path, 409, "room-full", json=visio)
    assert (await scan(world, event, first))["result"] == "already"
    assert (await scan(world, event, late, forced=True))["present_count"] == 3


async def test_each_finds_their_badges_once_seated(world: World) -> None:
    event = await world.opened(1)
    found = await world.register(event, who=world.participant)
    waiting = await world.register(event)
    mine = (await world.call(world.participant, "GET", f"/registrations/{found['id']}/badges", expect=200)).json()
    assert mine == (await world.call(None, "GET", f"{world.link(found)}/badges", expect=200)).json()
    picture = await world.call(None, "GET", mine[0]["badge_url"].removeprefix("http://canevas.test"), expect=200)
    assert read_code(picture.content) == f"CNV:{await key_of(world, found)}"
    assert (await world.call(None, "GET", f"{world.link(waiting)}/badges", expect=200)).json() == []
    await world.refused(world.stranger, "GET", f"/registrations/{found['id']}/badges", 404, "not-found")


async def test_walk_ins_at_two_doors_never_exceed_the_room(world: World) -> None:
    event = await world.opened(3)
    await world.register(event)
    come(world, event)
    path = f"{sitting(event)}/walk-ins"
    wishes = [_walk_in(f"V{n}", device_id=f"d{n % 2}", over_capacity_reason="Il fait froid.") for n in range(8)]
    answers = await world.at_once((world.organiser, "POST", path, {"json": wish}) for wish in wishes)
    assert sorted(each.status_code for each in answers) == [201] * 3 + [409] * 5
    assert sum(each.json()["has_seat"] for each in answers if each.status_code == 201) == 2


async def test_a_walk_in_already_registered_is_looked_for_instead(world: World) -> None:
    event = await world.opened()
    found = await world.register(event)
    come(world, event)
    sent = _walk_in(email=found["contact_email"])
    await world.refused(world.organiser, "POST", f"{sitting(event)}/walk-ins", 409, "already-registered", json=sent)


async def test_nobody_is_received_before_the_doors_open_nor_at_what_is_cancelled(world: World) -> None:
    event = await world.opened()
    path = f"{sitting(event)}/walk-ins"
    await world.refused(world.organiser, "POST", path, 409, "check-in-not-open", json=_walk_in())
    await world.act(event, "cancellation", reason="Neige.")
    come(world, event)
    await world.refused(world.organiser, "POST", path, 409, "walk-ins-not-possible", json=_walk_in())


async def test_who_took_a_chair_at_the_first_session_of_a_cycle_is_on_the_sheets_of_the_next(world: World) -> None:
    event = await world.opened(1, sessions=2)
    await world.register(event)
    come(world, event)
    reason = {"over_capacity_reason": "La personne inscrite n'est pas venue."}
    received = (await world.call(world.organiser, "POST", f"{sitting(event)}/walk-ins", json=_walk_in(**reason), expect=201)).json()
    assert not received["has_seat"]
    for number in (1, 2):
        come(world, event, number, hours=10)
        path = f"{sitting(event, number)}/presence"
        read = await world.call(world.organiser, "GET", path, expect=200)
        assert received["attendee_id"] in {each["attendee_id"] for each in read.json()["people"]}
        await world.change(world.organiser, "POST", f"{path}/validation", of=path, json={"everybody": True}, expect=201)
    rows = await world.pages(world.organiser, f"/events/{event['id']}/presence")
    assert [row["is_validated"] for row in rows] == [True, True]
    await world.act(event, "holding")
    issued = (await world.call(world.organiser, "POST", f"/events/{event['id']}/certificates", expect=201)).json()
    assert (issued["issued"], issued["nothing"]) == (1, 1)
