"""Bad input, clocks and tabs: what an agenda must survive."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.world import World

pytestmark = pytest.mark.anyio


def _item(starts_at: str, ends_at: str) -> dict[str, Any]:
    return {"starts_at": starts_at, "ends_at": ends_at, "title": "Table ronde"}


async def _dated(world: World, starts_at: str, ends_at: str, **more: Any) -> tuple[dict[str, Any], str]:
    """An idea with one session, and the session's path."""
    event = await world.idea()
    wish = {"starts_at": starts_at, "ends_at": ends_at, **more}
    session = (await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=201)).json()
    return event, f"/events/{event['id']}/sessions/{session['id']}"


async def test_a_session_moved_across_the_clock_change_takes_its_programme_at_the_same_hours(world: World) -> None:
    item = _item("2027-03-26T10:00:00+01:00", "2027-03-26T11:00:00+01:00")
    _, path = await _dated(world, "2027-03-26T09:00:00+01:00", "2027-03-26T17:00:00+01:00", programme=[item])
    wish = {"starts_at": "2027-03-29T09:00:00+02:00", "ends_at": "2027-03-29T17:00:00+02:00"}
    moved = (await world.change(world.organiser, "PATCH", path, json=wish, expect=200)).json()
    assert (moved["starts_at"], moved["ends_at"]) == ("2027-03-29T09:00:00+02:00", "2027-03-29T17:00:00+02:00")
    assert moved["programme"][0]["starts_at"] == "2027-03-29T10:00:00+02:00"


async def test_a_session_in_the_hour_played_twice_lasts_what_it_lasts(world: World) -> None:
    # 02:30 comes twice on 31 October 2027: one hour passes between both.
    _, path = await _dated(world, "2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00")
    shown = (await world.call(world.organiser, "GET", path, expect=200)).json()
    assert (shown["starts_at"], shown["ends_at"]) == ("2027-10-31T02:30:00+02:00", "2027-10-31T02:30:00+01:00")


async def test_two_sessions_of_an_event_never_overlap(world: World) -> None:
    event, path = await _dated(world, "2027-03-18T09:00:00+01:00", "2027-03-18T12:00:00+01:00")
    sessions = f"/events/{event['id']}/sessions"
    overlapping = {"starts_at": "2027-03-18T11:59:59+01:00", "ends_at": "2027-03-18T17:00:00+01:00"}
    problem = await world.refused(world.organiser, "POST", sessions, 409, "sessions-overlap", json=overlapping)
    assert (problem["number"], problem["errors"][0]["pointer"]) == (1, "/starts_at")
    following = {"starts_at": "2027-03-18T12:00:00+01:00", "ends_at": "2027-03-18T17:00:00+01:00"}
    await world.call(world.organiser, "POST", sessions, json=following, expect=201)
    later = {"ends_at": "2027-03-18T12:30:00+01:00"}
    answer = await world.change(world.organiser, "PATCH", path, json=later)
    assert (answer.status_code, answer.json()["number"]) == (409, 2)
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève."}, expect=201)
    early = {"starts_at": "2027-03-18T09:00:00+01:00", "ends_at": "2027-03-18T10:00:00+01:00"}
    await world.call(world.organiser, "POST", sessions, json=early, expect=201)


async def test_two_overlapping_sessions_added_at_once_leave_one(world: World) -> None:
    event = await world.idea()
    wish = {"starts_at": "2027-03-18T09:00:00+01:00", "ends_at": "2027-03-18T12:00:00+01:00"}
    path = f"/events/{event['id']}/sessions"
    answers = await world.at_once([(world.organiser, "POST", path, {"json": wish}) for _ in range(5)])
    assert sorted(each.status_code for each in answers) == [201, 409, 409, 409, 409]


async def test_a_programme_stays_inside_its_session(world: World) -> None:
    event = await world.idea()
    inside = _item("2027-03-18T09:00:00+01:00", "2027-03-18T10:00:00+01:00")
    outside = _item("2027-03-18T11:30:00+01:00", "2027-03-18T12:30:00+01:00")
    session = {"starts_at": "2027-03-18T09:00:00+01:00", "ends_at": "2027-03-18T12:00:00+01:00"}
    path = f"/events/{event['id']}/sessions"
    sent = {**session, "programme": [inside, outside]}
    problem = await world.refused(world.organiser, "POST", path, 409, "programme-outside-session", json=sent)
    assert [error["pointer"] for error in problem["errors"]] == ["/programme/1"]
    made = (await world.call(world.organiser, "POST", path, json={**session, "programme": [inside]}, expect=201)).json()
    shorter = {"starts_at": "2027-03-18T09:30:00+01:00"}
    answer = await world.change(world.organiser, "PATCH", f"{path}/{made['id']}", json=shorter)
    assert answer.json()["type"].endswith("/programme-outside-session")


async def test_a_session_that_would_end_before_it_begins_is_malformed(world: World) -> None:
    _, path = await _dated(world, "2027-03-18T09:00:00+01:00", "2027-03-18T12:00:00+01:00")
    for sent in ({"ends_at": "2027-03-18T08:00:00+01:00"}, {"is_on_site": False}):
        answer = await world.change(world.organiser, "PATCH", path, json=sent)
        assert answer.status_code == 422, answer.text


@pytest.mark.parametrize("instant", ["0001-01-01T00:00:00Z", "9999-12-31T23:59:59Z", "2027-03-18T09:00:00", "demain"])
async def test_instants_out_of_reach_are_malformed(world: World, instant: str) -> None:
    event = await world.idea()
    wish = {"starts_at": instant, "ends_at": "2027-03-18T12:00:00+01:00"}
    await world.call(world.organiser, "POST", f"/events/{event['id']}/sessions", json=wish, expect=422)


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
async def test_days_out_of_reach_are_malformed(world: World, day: str) -> None:
    event = await world.opened()
    wish = {"network_id": world.network_id, "format": "journee", "title": "X", "expected_on": day}
    await world.call(world.organiser, "POST", "/events", json=wish, expect=422)
    await world.call(world.organiser, "POST", f"/events/{event['id']}/duplication", json={"first_session_on": day}, expect=422)
    await world.call(None, "GET", "/agenda-weeks", params={"since": day}, expect=422)
    await world.call(None, "GET", "/events", params={"since": day}, expect=200)


async def test_one_may_join_a_cycle_after_it_began_but_not_after_its_end(world: World) -> None:
    event = await world.dated(sessions=2)
    path = f"/events/{event['id']}"
    during = {"registration_closes_at": world.day(35)}
    changed = await world.change(world.organiser, "PATCH", path, json=during, expect=200)
    assert changed.json()["registration_closes_at"] == world.day(35)
    answer = await world.change(world.organiser, "PATCH", path, json={"registration_closes_at": world.day(40)})
    assert answer.json()["type"].endswith("/registrations-close-after-the-end")
    assert answer.json()["errors"][0]["pointer"] == "/registration_closes_at"


async def test_registrations_that_close_before_they_open_are_named(world: World) -> None:
    wish = {"network_id": world.network_id, "format": "journee", "title": "X"}
    wish |= {"registration_opens_at": world.day(10), "registration_closes_at": world.day(5)}
    await world.refused(world.organiser, "POST", "/events", 409, "registrations-open-after-they-close", json=wish)


async def test_what_was_held_is_not_lowered_afterwards(world: World) -> None:
    event = await world.opened()
    session = f"/events/{event['id']}/sessions/{event['sessions'][0]['id']}"
    await world.act(event, "holding")
    path = f"/events/{event['id']}"
    lowered: list[dict[str, Any]] = [{"certificate_share": 10}, {"offer_hours": 1}, {"has_waiting_list": False}]
    for sent in lowered:
        answer = await world.change(world.organiser, "PATCH", path, json=sent)
        assert (answer.status_code, answer.json()["type"].rpartition("/")[2]) == (409, "event-is-over")
        assert all(error["code"] == "settled" for error in answer.json()["errors"])
    document = {"role": "proceedings", "document_id": str(new_id()), "title": "Compte rendu"}
    await world.change(world.organiser, "PATCH", path, json={"documents": [document], "summary": "Ce qui fut dit."}, expect=200)
    moves: list[dict[str, Any]] = [{"ends_at": world.day(30, 12)}, {"is_visio": True}]
    for sent in moves:
        answer = await world.change(world.organiser, "PATCH", session, json=sent)
        assert answer.json()["type"].endswith("/event-is-over")
    await world.change(world.organiser, "PATCH", session, json={"room": "Salle 3"}, expect=200)
    added = {"starts_at": world.day(50), "ends_at": world.day(50, 12)}
    await world.refused(world.organiser, "POST", f"{path}/sessions", 409, "event-is-over", json=added)


@pytest.mark.parametrize("title", ["🎉 Fête des voisins 👩‍👩‍👧‍👦", "نقاش السكان", "Café\u0301 des élus", "a" * 200])
async def test_titles_of_any_script_are_kept(world: World, title: str) -> None:
    event = await world.idea(title)
    assert (await world.event(event))["title"] == title.replace("e\u0301", "é")


@pytest.mark.parametrize("title", ["a\u202eb", "a\x00b", "a\x1bb", "\u2066x\u2069", " \n ", "", "a" * 201, "\ud800"])
async def test_titles_that_disguise_or_say_nothing_are_refused(world: World, title: str) -> None:
    content = b'{"network_id":"%s","format":"journee","title":%s}' % (world.network_id.encode(), _ascii(title))
    headers = {"Content-Type": "application/json"}
    answer = await world.call(world.organiser, "POST", "/events", content=content, headers=headers)
    assert answer.status_code == 422, answer.text


def _ascii(text: str) -> bytes:
    import json

    return json.dumps(text).encode()


async def test_two_tabs_do_not_overwrite_each_other(world: World) -> None:
    event = await world.idea()
    path, headers = f"/events/{event['id']}", {"If-Match": '"1"'}
    sent = [(world.organiser, "PATCH", path, {"json": {"title": f"Onglet {tab}"}, "headers": headers}) for tab in (1, 2)]
    answers = await world.at_once(sent)
    assert sorted(each.status_code for each in answers) == [200, 412]
    (kept,) = [each.json()["title"] for each in answers if each.status_code == 200]
    assert (await world.event(event))["title"] == kept
    await world.refused(world.organiser, "PATCH", path, 412, "stale-version", json={"title": "X"}, headers=headers)
    await world.refused(world.organiser, "PATCH", path, 428, "precondition-required", json={"title": "X"})


async def test_a_tag_of_the_public_view_is_good_to_change_what_was_read(world: World) -> None:
    event = await world.dated()
    await world.act(event, "announcement")
    path = f"/events/{event['id']}"
    public = await world.call(None, "GET", path, expect=200)
    headers = {"If-Match": public.headers["etag"]}
    await world.call(world.organiser, "PATCH", path, json={"title": "X"}, headers=headers, expect=200)


async def test_an_act_done_twice_at_once_is_done_once(world: World) -> None:
    event = await world.dated()
    path = f"/events/{event['id']}/announcement"
    headers = {"If-Match": f'"{event["version"]}"'}
    answers = await world.at_once([(world.organiser, "POST", path, {"headers": headers}) for _ in range(4)])
    assert sorted(each.status_code for each in answers) == [201, 412, 412, 412]


async def test_expecting_an_event_elsewhere_moves_it_in_the_agenda(world: World) -> None:
    event = await world.idea(expected_on="2027-01-15")
    changed = await world.change(world.organiser, "PATCH", f"/events/{event['id']}", json={"expected_on": "2027-09-15"}, expect=200)
    assert changed.json()["sort_on"] == "2027-09-15"
