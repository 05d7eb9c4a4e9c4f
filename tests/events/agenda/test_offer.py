"""What comes back: series, last year's event again; what speakers agree to; what organisers read."""

from typing import Any

import pytest

from services.common.ids import new_id
from tests.events.world import World

pytestmark = pytest.mark.anyio


def _item(starts_at: str, ends_at: str, *speakers: str, consent: str = "unasked") -> dict[str, Any]:
    return {
        "starts_at": starts_at,
        "ends_at": ends_at,
        "title": "Table ronde",
        "speakers": [{"name": name, "replay_consent": consent} for name in speakers],
    }


async def _session(world: World, event: dict[str, Any], starts_at: str, ends_at: str, **more: Any) -> dict[str, Any]:
    wish = {"starts_at": starts_at, "ends_at": ends_at, **more}
    path = f"/events/{event['id']}/sessions"
    body: dict[str, Any] = (await world.call(world.organiser, "POST", path, json=wish, expect=201)).json()
    return body


async def _spoken(world: World, *speakers: str, consent: str = "unasked") -> dict[str, Any]:
    event = await world.idea()
    item = _item("2027-03-26T10:00:00+01:00", "2027-03-26T11:00:00+01:00", *speakers, consent=consent)
    await _session(world, event, "2027-03-26T09:00:00+01:00", "2027-03-26T17:00:00+01:00", programme=[item])
    return await world.event(event)


def _replay() -> dict[str, Any]:
    return {"role": "replay", "document_id": str(new_id()), "title": "La table ronde"}


async def test_last_years_event_comes_back_at_the_same_hours_across_the_clock_change(world: World) -> None:
    document = {"role": "programme", "document_id": str(new_id()), "title": "Programme"}
    event = await world.idea(
        documents=[document],
        audiences=["resident"],
        territory_codes=["11"],
        cost_cents=1250,
        registration_opens_at="2027-02-01T08:00:00+01:00",
    )
    item = _item("2027-03-26T10:00:00+01:00", "2027-03-26T11:30:00+01:00", "Camille Exemple", consent="given")
    await _session(world, event, "2027-03-26T09:00:00+01:00", "2027-03-26T17:00:00+01:00", programme=[item])
    await _session(world, event, "2027-04-02T09:00:00+02:00", "2027-04-02T17:00:00+02:00")
    path = f"/events/{event['id']}/duplication"
    answer = await world.call(world.organiser, "POST", path, json={"first_session_on": "2027-10-29"}, expect=201)
    copy = answer.json()
    assert answer.headers["location"] == f"/events/v1/events/{copy['id']}"
    assert (copy["status"], copy["copied_from_id"], copy["documents"], copy["title"]) == ("idea", event["id"], [], event["title"])
    assert (copy["audiences"], copy["territory_codes"], copy["cost_cents"]) == (["resident"], ["11"], 1250)
    assert [(each["starts_at"], each["ends_at"]) for each in copy["sessions"]] == [
        ("2027-10-29T09:00:00+02:00", "2027-10-29T17:00:00+02:00"),
        ("2027-11-05T09:00:00+01:00", "2027-11-05T17:00:00+01:00"),
    ]
    (moved,) = copy["sessions"][0]["programme"]
    assert (moved["starts_at"], moved["ends_at"]) == ("2027-10-29T10:00:00+02:00", "2027-10-29T11:30:00+02:00")
    assert moved["speakers"][0]["replay_consent"] == "unasked"
    assert copy["registration_opens_at"] == "2027-09-06T08:00:00+02:00"
    assert copy["sort_on"] == "2027-10-29"
    assert copy["reference"] != event["reference"]


async def test_seats_of_last_year_are_not_those_of_the_copy(world: World) -> None:
    event = await world.opened(100)
    wish = {"first_session_on": "2028-03-16", "title": "La parole, saison 2"}
    copy = (await world.call(world.organiser, "POST", f"/events/{event['id']}/duplication", json=wish, expect=201)).json()
    assert copy["title"] == "La parole, saison 2"
    assert (await world.call(world.organiser, "GET", f"/events/{copy['id']}/desks", expect=200)).json() == []


async def test_an_undated_event_comes_back_around_that_day(world: World) -> None:
    event = await world.idea(expected_on="2027-01-15")
    wish = {"first_session_on": "2028-01-20"}
    copy = (await world.call(world.organiser, "POST", f"/events/{event['id']}/duplication", json=wish, expect=201)).json()
    assert (copy["sessions"], copy["sort_on"]) == ([], "2028-01-20")


async def test_a_cancelled_session_does_not_come_back_but_a_cancelled_event_does(world: World) -> None:
    event = await world.dated(sessions=2)
    first, _ = event["sessions"]
    path = f"/events/{event['id']}/sessions/{first['id']}"
    await world.change(world.organiser, "POST", f"{path}/cancellation", of=path, json={"reason": "Grève."}, expect=201)
    duplication, wish = f"/events/{event['id']}/duplication", {"first_session_on": "2028-03-16"}
    copy = (await world.call(world.organiser, "POST", duplication, json=wish, expect=201)).json()
    assert [(each["number"], each["status"], each["starts_at"][:10]) for each in copy["sessions"]] == [(1, "planned", "2028-03-16")]
    await world.act(event, "cancellation", reason="Grève.")
    again = (await world.call(world.organiser, "POST", duplication, json=wish, expect=201)).json()
    assert len(again["sessions"]) == 2
    assert (await world.call(None, "GET", f"/events/{again['id']}")).status_code == 404


async def test_only_its_organisers_take_an_event_up_again(world: World) -> None:
    event = await world.opened()
    path, wish = f"/events/{event['id']}/duplication", {"first_session_on": "2028-03-16"}
    await world.refused(world.neighbour, "POST", path, 403, "not-an-organiser", json=wish)
    await world.refused(world.neighbour, "POST", f"/events/{(await world.idea())['id']}/duplication", 404, "not-found", json=wish)


async def test_a_series_gathers_events_and_goes_once_it_is_empty(world: World) -> None:
    wish = {"network_id": world.network_id, "title": "CaféLabo"}
    await world.refused(world.neighbour, "POST", "/event-series", 403, "not-an-organiser", json=wish)
    series = (await world.call(world.organiser, "POST", "/event-series", json=wish, expect=201)).json()
    path = f"/event-series/{series['id']}"
    event = await world.idea(series_id=series["id"])
    listed = await world.pages(world.organiser, "/events", series_id=series["id"])
    assert [each["id"] for each in listed] == [event["id"]]
    assert [each["id"] for each in await world.pages(None, "/event-series", network_id=world.network_id)] == [series["id"]]
    problem = await world.call(world.organiser, "DELETE", path, headers={"If-Match": '"1"'})
    assert problem.json()["type"].endswith("/series-has-events")
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}", json={"series_id": None}, expect=200)
    changed = await world.change(world.organiser, "PATCH", path, json={"title": "CaféLaboQUARTIERS"}, expect=200)
    assert (changed.json()["title"], changed.headers["etag"]) == ("CaféLaboQUARTIERS", '"2"')
    await world.change(world.organiser, "DELETE", path, expect=204)
    await world.call(None, "GET", path, expect=404)


async def test_a_series_of_another_network_is_none_of_the_events(world: World) -> None:
    wish = {"network_id": world.other_network_id, "title": "Ailleurs"}
    series = (await world.call(world.neighbour, "POST", "/event-series", json=wish, expect=201)).json()
    idea = {"network_id": world.network_id, "format": "journee", "title": "X"}
    for series_id in (series["id"], str(new_id())):
        sent = {**idea, "series_id": series_id}
        await world.refused(world.organiser, "POST", "/events", 409, "unknown-series", json=sent)


async def test_possible_acts_are_for_organisers_and_their_view_has_its_own_tag(world: World) -> None:
    event = await world.dated()
    await world.act(event, "announcement")
    path = f"/events/{event['id']}"
    own = await world.call(world.organiser, "GET", path, expect=200)
    public = await world.call(None, "GET", path, expect=200)
    assert "opening" in own.json()["possible_acts"]
    assert public.json()["possible_acts"] == []
    assert own.headers["etag"] != public.headers["etag"]
    same = await world.call(world.organiser, "GET", path, headers={"If-None-Match": own.headers["etag"]}, expect=304)
    assert same.headers["etag"] == own.headers["etag"]
    await world.call(None, "GET", path, headers={"If-None-Match": own.headers["etag"]}, expect=200)


async def test_what_promises_a_date_is_not_possible_without_one(world: World) -> None:
    assert set((await world.event(await world.idea()))["possible_acts"]) == {"tentative_announcement", "cancellation"}


async def test_an_event_is_found_by_its_reference_unless_it_is_hidden(world: World) -> None:
    event = await world.dated()
    path = f"/events-by-reference/{event['reference']}"
    await world.refused(None, "GET", path, 404, "not-found")
    assert (await world.call(world.organiser, "GET", path, expect=200)).json()["id"] == event["id"]
    await world.act(event, "announcement")
    assert (await world.call(None, "GET", path, expect=200)).json()["id"] == event["id"]
    await world.change(world.organiser, "PATCH", f"/events/{event['id']}", json={"visibility": "unlisted"}, expect=200)
    await world.refused(None, "GET", path, 404, "not-found")
    await world.call(None, "GET", f"/events/{event['id']}", expect=200)


async def test_events_are_found_by_the_document_they_name_past_ones_too(world: World) -> None:
    document_id = str(new_id())
    event = await world.dated(documents=[{"role": "support", "document_id": document_id, "title": "Diaporama"}])
    other = await world.dated(documents=[{"role": "support", "document_id": str(new_id()), "title": "Autre"}])
    await world.act(event, "announcement")
    await world.act(other, "announcement")
    world.running.clock.forward(days=400)
    listed = await world.pages(None, "/events", document_id=document_id)
    assert [each["id"] for each in listed] == [event["id"]]


async def test_organisers_read_the_journal_page_by_page(world: World) -> None:
    event = await world.dated()
    await world.act(event, "announcement")
    path = f"/events/{event['id']}/journal"
    acts = [line["act"] for line in await world.pages(world.organiser, path, limit=2)]
    assert acts == ["event.announced", "event.session_added", "event.begun"]
    await world.refused(world.participant, "GET", path, 403, "not-an-organiser")
    await world.refused(world.neighbour, "GET", f"/events/{(await world.idea())['id']}/journal", 404, "not-found")


@pytest.mark.parametrize("consent", ["unasked", "refused"])
async def test_no_replay_while_a_speaker_has_not_agreed(world: World, consent: str) -> None:
    event = await _spoken(world, "Camille Exemple", consent=consent)
    path = f"/events/{event['id']}"
    headers = {"If-Match": f'"{event["version"]}"'}
    sent = {"documents": [_replay()]}
    problem = await world.refused(world.organiser, "PATCH", path, 409, "replay-consent-missing", json=sent, headers=headers)
    (error,) = problem["errors"]
    assert (error["pointer"], error["code"]) == ("/sessions/0/programme/0/speakers/0", consent)
    await world.change(world.organiser, "PATCH", path, json={"documents": [{**_replay(), "role": "support"}]}, expect=200)


async def test_a_dated_consent_lets_the_replay_be_attached_and_its_refusal_takes_it_off(world: World) -> None:
    event = await _spoken(world, "Camille Exemple")
    path = f"/events/{event['id']}"
    today = world.day(0)[:10]
    answer = {"name": "Camille Exemple", "replay_consent": "given", "consented_on": today}
    consented = await world.change(world.organiser, "POST", f"{path}/speaker-consents", of=path, json=answer, expect=201)
    (speaker,) = consented.json()["sessions"][0]["programme"][0]["speakers"]
    assert (speaker["replay_consent"], speaker["image_consent"], speaker["consented_on"]) == ("given", "unasked", today)
    replay = _replay()
    attached = await world.change(world.organiser, "PATCH", path, json={"documents": [replay]}, expect=200)
    assert attached.json()["documents"] == [replay]
    refusal = {**answer, "replay_consent": "refused"}
    after = await world.change(world.organiser, "POST", f"{path}/speaker-consents", of=path, json=refusal, expect=201)
    assert after.json()["documents"] == []
    lines = await world.pages(world.organiser, f"{path}/journal")
    assert lines[0]["changes"] == {"replay_consent": "refused", "replay_removed": True}


async def test_while_a_replay_is_attached_nobody_joins_the_programme_unasked(world: World) -> None:
    event = await _spoken(world, "Camille Exemple", consent="given")
    path = f"/events/{event['id']}"
    await world.change(world.organiser, "PATCH", path, json={"documents": [_replay()]}, expect=200)
    item = _item("2027-03-26T10:00:00+01:00", "2027-03-26T11:00:00+01:00", "Dominique Exemple")
    session = f"{path}/sessions/{event['sessions'][0]['id']}"
    answer = await world.change(world.organiser, "PATCH", session, json={"programme": [item]})
    assert answer.json()["type"].endswith("/replay-consent-missing")


async def test_a_consent_is_of_somebody_who_speaks_and_is_not_of_tomorrow(world: World) -> None:
    event = await _spoken(world, "Camille Exemple")
    path, headers = f"/events/{event['id']}/speaker-consents", {"If-Match": f'"{event["version"]}"'}
    sent = {"name": "Personne", "replay_consent": "given", "consented_on": "2026-01-01"}
    await world.refused(world.organiser, "POST", path, 409, "no-such-speaker", json=sent, headers=headers)
    sent = {"name": "Camille Exemple", "replay_consent": "given", "consented_on": world.day(2)[:10]}
    await world.refused(world.organiser, "POST", path, 409, "consent-yet-to-come", json=sent, headers=headers)


async def test_what_speakers_agreed_to_is_their_organisers_alone(world: World) -> None:
    event = await _spoken(world, "Camille Exemple", consent="refused")
    await world.act(event, "announcement")
    session = event["sessions"][0]["id"]
    for who in (None, world.neighbour):
        (speaker,) = (await world.event(event, who) if who else (await world.call(None, "GET", f"/events/{event['id']}")).json())[
            "sessions"
        ][0]["programme"][0]["speakers"]
        assert (speaker["name"], speaker["replay_consent"]) == ("Camille Exemple", None)
        read = (await world.call(who, "GET", f"/events/{event['id']}/sessions/{session}", expect=200)).json()
        assert read["programme"][0]["speakers"][0]["replay_consent"] is None
    own = (await world.call(world.organiser, "GET", f"/events/{event['id']}/sessions/{session}", expect=200)).json()
    assert own["programme"][0]["speakers"][0]["replay_consent"] == "refused"
