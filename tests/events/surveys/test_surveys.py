"""A survey: opened, answered once without a name, counted."""

import csv
import io
from typing import Any

import pytest

from services.common.ids import new_id
from services.events.surveys import service
from tests.events.world import World, attendee

from .acts import ANSWER, held, mails, opened, run_open, run_send, walk_in

pytestmark = pytest.mark.anyio


def titled() -> str:
    return f"Rencontre {new_id().hex[-8:]}"


async def answer(world: World, path: str, expect: int = 201, **answers: Any) -> dict[str, Any]:
    sent = {"answers": {**ANSWER, **answers}}
    body: dict[str, Any] = (await world.call(None, "POST", f"{path}/answers", json=sent, expect=expect)).json()
    return body


async def results(world: World, event: dict[str, Any]) -> dict[str, Any]:
    body: dict[str, Any] = (await world.call(world.organiser, "GET", f"/events/{event['id']}/survey/results", expect=200)).json()
    return body


async def test_a_held_event_is_surveyed_by_itself_and_each_person_is_written_to_once(world: World) -> None:
    event = await held(world, 3, title=titled())
    for _ in range(2):
        await run_open(world)
        await run_send(world, event)
    sent = await mails(world, event)
    assert len(sent) == len({mail["to"] for mail in sent}) == 3
    assert "anonyme" in sent[0]["text"]
    survey = (await world.call(world.organiser, "GET", f"/events/{event['id']}/survey", expect=200)).json()
    assert (survey["state"], survey["invited_count"], survey["answered_count"]) == ("open", 3, 0)


async def test_many_people_are_written_to_some_at_a_time_and_each_once(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(service, "_AT_ONCE", 2)
    event = await held(world, 5, title=titled())
    await opened(world, event)
    for _ in range(4):
        await run_send(world, event)
    sent = await mails(world, event)
    assert len(sent) == len({mail["to"] for mail in sent}) == 5


async def test_one_that_was_said_not_to_open_by_itself_does_not(world: World) -> None:
    event = await world.opened(days=2, title=titled())
    await world.call(world.organiser, "PUT", f"/events/{event['id']}/survey", json={"automatic": False}, expect=201)
    world.running.clock.forward(days=3)
    await world.act(event, "holding")
    await run_open(world)
    survey = (await world.call(world.organiser, "GET", f"/events/{event['id']}/survey", expect=200)).json()
    assert survey["state"] == "prepared"


async def test_an_event_to_come_is_not_surveyed(world: World) -> None:
    event = await world.opened()
    await world.refused(world.organiser, "POST", f"/events/{event['id']}/survey/opening", 409, "survey-too-early")


async def test_colleagues_under_one_address_each_answer_and_one_person_of_two_sessions_once(world: World) -> None:
    event = await world.dated(sessions=2, days=2, enrolment="per_session", title=titled(), most_in_group=3)
    for each in event["sessions"]:
        await world.seats(event, {"mode": "on_site", "seats": 10}, session_id=each["id"])
    await world.act(event, "opening")
    group = [attendee("Un"), attendee("Deux")]
    for each in event["sessions"]:
        path = f"/events/{event['id']}/registrations"
        wish = {"contact_name": "C", "contact_email": "groupe@example.fr", "attendees": group, "session_id": each["id"]}
        await world.call(world.participant, "POST", path, json=wish, expect=201)
    world.running.clock.forward(days=10)
    assert len(set(await opened(world, event))) == 2


async def test_an_answer_is_given_once_and_names_nobody(world: World) -> None:
    event = await held(world, 1, title=titled())
    (path,) = await opened(world, event)
    asked = (await world.call(None, "GET", path, expect=200)).json()
    assert (asked["answered"], asked["state"]) == (False, "open")
    said = await answer(world, path, change="Plus de temps.")
    assert "anonyme" in said["said"]
    await world.refused(None, "POST", f"{path}/answers", 409, "survey-answered-already", json={"answers": ANSWER})
    assert (await world.call(None, "GET", path, expect=200)).json()["answered"]
    (stored,) = await world.running.rows(
        "SELECT a.* FROM survey_answers a JOIN surveys s ON s.id = a.survey_id WHERE s.event_id = %(id)s", id=event["id"]
    )
    assert set(stored) == {"id", "survey_id", "answers"}
    assert stored["id"].version == 4, "an id drawn at random says nothing of when"


async def test_two_answers_sent_at_once_by_one_link_are_one(world: World) -> None:
    event = await held(world, 1, title=titled())
    (path,) = await opened(world, event)
    calls = [(world.participant, "POST", f"{path}/answers", {"json": {"answers": ANSWER}}) for _ in range(6)]
    statuses = sorted(each.status_code for each in await world.at_once(calls))
    assert statuses == [201] + [409] * 5
    assert (await results(world, event))["answered_count"] == 1


async def test_results_count_and_keep_texts_until_three_answered(world: World) -> None:
    event = await held(world, 4, title=titled())
    paths = await opened(world, event)
    await answer(world, paths[0], rating=5, change="=HYPERLINK(1)")
    await answer(world, paths[1], rating=2, useful="no", change="Moins long")
    early = await results(world, event)
    (text,) = [each for each in early["questions"] if each["kind"] == "text"]
    assert (text["texts"], text["texts_withheld"], text["count"]) == ([], True, 2)
    assert "HYPERLINK" not in (await _table(world, event))
    await answer(world, paths[2], rating=2)
    found = await results(world, event)
    rating, useful, text = found["questions"]
    assert (rating["mean"], [each["count"] for each in rating["counts"]]) == (3.0, [0, 2, 0, 0, 1])
    assert {each["label"]: each["count"] for each in useful["counts"]} == {"Oui": 2, "En partie": 0, "Non": 1}
    assert text["texts"] == ["=HYPERLINK(1)", "Moins long"]
    assert (found["invited_count"], found["answered_count"], found["share"]) == (4, 3, 0.75)
    lines = list(csv.reader(io.StringIO((await _table(world, event)).removeprefix("\ufeff")), delimiter=";"))
    assert len(lines) == 4
    assert "'=HYPERLINK(1)" in {line[2] for line in lines}
    assert {line[1] for line in lines[1:]} == {"Oui", "Non"}


async def _table(world: World, event: dict[str, Any]) -> str:
    return (await world.call(world.organiser, "GET", f"/events/{event['id']}/survey/answers.csv", expect=200)).content.decode()


async def test_answers_that_do_not_fit_are_pointed_at(world: World) -> None:
    event = await held(world, 1, title=titled())
    (path,) = await opened(world, event)
    sent = {"answers": {"rating": 9, "useful": "yes"}}
    problem = await world.refused(None, "POST", f"{path}/answers", 409, "survey-answers-missing", json=sent)
    assert [each["pointer"] for each in problem["errors"]] == ["/answers/rating"]
    deep: Any = "x"
    for _ in range(10):
        deep = [deep]
    await world.refused(None, "POST", f"{path}/answers", 422, "malformed-request", json={"answers": {"rating": deep}})
    await answer(world, path, change="nul \u0000 et \u202e retourné")


async def test_a_pattern_that_would_run_for_ever_is_followed_in_no_time_or_refused(world: World) -> None:
    event = await held(world, 1, title=titled())
    form = {"type": "object", "properties": {"mot": {"type": "string", "pattern": "^(a+)+$"}}}
    (path,) = await opened(world, event, form)
    sent = {"answers": {"mot": "a" * 5000 + "!"}}
    await world.refused(None, "POST", f"{path}/answers", 409, "survey-answers-missing", json=sent)
    wish = {"form": {"type": "object", "properties": {"x": {"$ref": "https://example.org/x"}}}}
    version = (await world.call(world.organiser, "GET", f"/events/{event['id']}/survey", expect=200)).headers["etag"]
    await world.refused(
        world.organiser, "PUT", f"/events/{event['id']}/survey", 409, "bad-form", json=wish, headers={"If-Match": version}
    )


async def test_after_its_day_or_its_closing_nobody_answers(world: World) -> None:
    event = await held(world, 2, title=titled())
    first, second = await opened(world, event)
    path = f"/events/{event['id']}/survey"
    await answer(world, first)
    await world.change(world.organiser, "POST", f"{path}/closing", of=path, expect=201)
    await world.refused(None, "POST", f"{second}/answers", 409, "survey-closed", json={"answers": ANSWER})
    other = await held(world, 1, title=titled())
    (link,) = await opened(world, other)
    day = (await world.call(None, "GET", link, expect=200)).json()["closes_on"]
    world.at(f"{day}T23:59:00+02:00")
    assert (await world.call(None, "GET", link, expect=200)).json()["state"] == "open"
    world.at(f"{day}T23:59:00+00:00")
    await world.refused(None, "POST", f"{link}/answers", 409, "survey-closed", json={"answers": ANSWER})


async def test_questions_stand_once_somebody_answered(world: World) -> None:
    event = await held(world, 1, title=titled())
    (link,) = await opened(world, event)
    await answer(world, link)
    path = f"/events/{event['id']}/survey"
    wish: dict[str, Any] = {"form": {"type": "object", "properties": {"autre": {"type": "string"}}}}
    latest = {"If-Match": (await world.call(world.organiser, "GET", path, expect=200)).headers["etag"]}
    await world.refused(world.organiser, "PUT", path, 409, "survey-form-in-use", json=wish, headers=latest)
    await world.refused(world.organiser, "PUT", path, 409, "bad-survey-date", json={"closes_on": "2020-01-01"}, headers=latest)
    await world.refused(world.organiser, "PUT", path, 428, "precondition-required", json={})


async def test_a_link_that_was_changed_or_never_sent_leads_nowhere(world: World) -> None:
    event = await held(world, 1, title=titled())
    (path,) = await opened(world, event)
    await world.refused(None, "GET", path[:-2] + "xx", 404, "bad-survey-link")


async def test_only_organisers_read_what_was_said(world: World) -> None:
    event = await held(world, 1, title=titled())
    await opened(world, event)
    for path in ("survey", "survey/results", "survey/answers.csv"):
        await world.refused(world.neighbour, "GET", f"/events/{event['id']}/{path}", 403, "not-an-organiser")
        await world.refused(None, "GET", f"/events/{event['id']}/{path}", 401, "unauthenticated")
    hidden = await world.idea()
    await world.refused(world.neighbour, "GET", f"/events/{hidden['id']}/survey", 404, "not-found")


async def test_who_cancelled_is_not_asked(world: World) -> None:
    event = await world.opened(days=2, title=titled())
    await world.register(event)
    found = await walk_in(world, event, f"x{new_id().hex[-8:]}@example.fr")
    await world.call(None, "POST", f"{world.link(found)}/cancellation", expect=201)
    world.running.clock.forward(days=3)
    await world.act(event, "holding")
    assert len(await opened(world, event)) == 1
