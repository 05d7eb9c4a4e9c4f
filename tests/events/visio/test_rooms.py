"""Rooms are made in time, whatever the provider does; nobody ever reads its faults, everybody reads a clear problem."""

import asyncio
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

import pytest

from services.common.outbound import Bounds
from services.events.visio import rooms
from services.events.visio.providers import contract
from tests.events.visio.rooms import VisioWorld
from tests.events.visio.stand_ins import livekit, recording

pytestmark = pytest.mark.anyio


async def test_the_room_is_made_half_an_hour_before_by_a_signed_post(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event, minutes=-31)
    await visio.minute()
    assert (await visio.visio(event))["room"] is None
    visio.at(event, minutes=-30)
    await visio.minute()
    room = (await visio.visio(event))["room"]
    assert (room["state"], room["state_label"], room["attempts"]) == ("ready", "Prête", 0)
    method, _, asked = next(call for call in visio.bbb.calls if call[1] == "create")
    assert method == "POST"
    assert asked["meta_endCallbackUrl"].startswith("http://canevas.test/events/v1/visio/endings/")
    assert asked["meta_bbb-recording-ready-url"] == visio.bbb.called("hooks/create")[0]["callbackURL"]
    assert int(asked["meetingExpireIfNoUserJoinedInMinutes"]) > 60
    assert "attendeePW" not in asked


async def test_run_again_nothing_is_made_twice(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event, minutes=-20)
    await visio.minute()
    await visio.minute()
    assert len(visio.bbb.called("create")) == 1


async def test_followed_before_the_job_the_link_makes_the_room(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    visio.bbb.joined(await visio.let_in(address))
    assert len(visio.bbb.called("create")) == 1


async def test_a_hundred_at_once_ask_the_provider_once(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event, minutes=-20)
    await visio.minute()
    visio.at(event)
    answers = await asyncio.gather(*(visio.follow(address) for _ in range(30)))
    assert {answer.status_code for answer in answers} == {303}
    assert len(visio.bbb.called("create")) == 2  # by the job, then by the first who came
    assert (await visio.links_of(event))[0]["uses_count"] == 30


async def test_a_meeting_the_server_forgot_is_made_again(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    await visio.let_in(address)
    visio.bbb.meetings.clear()
    visio.at(event, minutes=5)
    visio.bbb.joined(await visio.let_in(address))


FAULTS = {
    "failed": "refused",
    "html": "bad_answer",
    "bomb": "bad_answer",
    "bomb16": "bad_answer",
    "huge": "too_large",
    "error": "unreachable",
    "slow": "too_slow",
}


@pytest.mark.parametrize("mode", FAULTS)
async def test_a_sick_provider_is_a_clear_problem_and_a_retry(
    visio: VisioWorld, monkeypatch: pytest.MonkeyPatch, mode: str
) -> None:
    monkeypatch.setattr(contract, "BOUNDS", Bounds(most_bytes=1024 * 1024, seconds=0.4, redirects=0))
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.bbb.mode = mode
    visio.at(event, minutes=-15)
    problem = await visio.turned_away(address, 503, "visio-room-not-ready")
    assert (problem["failure"], problem["headers"]["retry-after"]) == (FAULTS[mode], "15")
    assert visio.bbb.address not in str(problem)
    visio.bbb.mode = "ok"
    visio.at(event, minutes=-14)
    await visio.minute()
    visio.bbb.joined(await visio.let_in(address))


async def test_a_provider_that_is_down_is_tried_later_and_later(visio: VisioWorld) -> None:
    event = await visio.event()
    account = (await visio.visio(event))["account"]
    await _move_to(visio, account["id"], "http://127.0.0.1:9/bigbluebutton/")
    visio.at(event, minutes=-30)
    waits = []
    for _ in range(4):
        await visio.minute()
        room = (await visio.visio(event))["room"]
        assert (room["failure"], room["failure_label"]) == ("unreachable", "Le serveur de visio ne répond pas.")
        due, now = datetime.fromisoformat(room["next_try_at"]), visio.world.running.clock.now()
        waits.append((due - now).total_seconds())
        visio.world.running.clock.at = due
    assert waits == [15, 30, 60, 120]
    assert room["attempts"] == 4


async def test_before_its_time_a_failed_room_is_not_tried_again(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.bbb.mode = "failed"
    visio.at(event, minutes=-30)
    await visio.minute()
    await visio.minute()
    assert (await visio.visio(event))["room"]["attempts"] == 1


async def test_organisers_are_told_once_ten_minutes_before(visio: VisioWorld) -> None:
    title = "Une visio sans salle"
    event = await visio.event(title=title)
    visio.bbb.mode = "failed"
    visio.at(event, minutes=-20)
    await visio.minute()
    assert await visio.world.mails(f"Visio en difficulté.*{title}") == []
    for minutes in (-10, -9, -5):
        visio.at(event, minutes=minutes)
        await visio.minute()
    mails = await visio.world.mails(f"Visio en difficulté.*{title}")
    assert [mail["to"] for mail in mails] == ["agenda@reseau.example"]
    assert "a refusé la demande" in mails[0]["text"]
    assert visio.bbb.address not in mails[0]["text"]


async def test_a_provider_that_falls_after_the_room_was_made_is_asked_again_and_told(visio: VisioWorld) -> None:
    title = "Une visio qui tombe"
    event = await visio.event(title=title)
    address = await visio.address(await visio.participant(event))
    visio.at(event, minutes=-30)
    await visio.minute()
    visio.bbb.mode = "error"
    visio.at(event, minutes=-10)
    await visio.turned_away(address, 503, "visio-room-not-ready")
    visio.at(event, minutes=-10, seconds=5)
    await visio.turned_away(address, 503, "visio-room-not-ready")  # not led to a server that does not answer
    await visio.minute()
    assert len(await visio.world.mails(f"Visio en difficulté.*{title}")) == 1
    visio.bbb.mode = "ok"
    visio.at(event, minutes=-5)
    await visio.minute()
    room = (await visio.visio(event))["room"]
    assert (room["state"], room["failure"]) == ("ready", None)


async def test_a_session_that_moved_has_its_room_made_again_for_its_new_date(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event, minutes=-30)
    await visio.minute()
    world, path = visio.world, visio.path(event)
    moved = {"starts_at": world.day(2, 9), "ends_at": world.day(2, 17)}
    await world.change(world.organiser, "PATCH", path, json=moved, expect=200)
    visio.bbb.meetings.clear()
    event = await world.event(event)
    visio.at(event, minutes=-31)
    await visio.minute()
    assert visio.bbb.meetings == {}
    visio.at(event, minutes=-30)
    await visio.minute()
    assert len(visio.bbb.meetings) == 1


async def test_while_somebody_else_makes_the_room_one_is_asked_to_wait(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    answers = await asyncio.gather(*(visio.follow(address) for _ in range(5)))
    assert {answer.status_code for answer in answers} <= {303, 503}
    assert 303 in {answer.status_code for answer in answers}
    assert {answer.json()["failure"] for answer in answers if answer.status_code == 503} <= {"preparing"}
    assert len(visio.bbb.called("create")) == 1
    await visio.let_in(address)


@pytest.mark.parametrize(
    "account",
    [
        {"kind": "external", "address": "https://salle.example/1"},
        {"kind": "jitsi", "address": "https://meet.example", "identifier": "app", "secret": "an app secret"},
        {"kind": "livekit", "address": "https://page.example/{room}?t={token}", "identifier": "k", "secret": "long enough"},
    ],
    ids=lambda account: account["kind"],
)
async def test_nobody_waits_where_no_room_has_to_be_made(visio: VisioWorld, account: dict[str, Any]) -> None:
    event = await visio.event()
    await visio.choose(event, account_id=(await visio.account(**account))["id"])
    addresses = [await visio.address(await visio.participant(event)) for _ in range(8)]
    visio.at(event)
    answers = await asyncio.gather(*(visio.follow(address) for address in addresses))
    assert [answer.status_code for answer in answers] == [303] * len(addresses), [answer.text for answer in answers]
    assert (await visio.visio(event))["room"]["state"] == "ready"


async def test_organisers_are_told_when_no_account_was_chosen(visio: VisioWorld) -> None:
    title = "Une visio sans compte"
    event = await visio.event(title=title)
    account = (await visio.visio(event))["account"]
    path = f"/visio-accounts/{account['id']}"
    address = await visio.address(await visio.participant(event))
    await visio.world.change(visio.world.manager, "POST", f"{path}/retirement", of=path, expect=201)
    visio.at(event, minutes=-10)
    await visio.minute()
    assert len(await visio.world.mails(f"Visio en difficulté.*{title}")) == 1
    assert (await visio.turned_away(address, 503, "visio-room-not-ready"))["failure"] == "no_account"


async def test_a_wrong_secret_is_said_as_such(visio: VisioWorld) -> None:
    event = await visio.event()
    other = await visio.account(kind="bigbluebutton", address=visio.bbb.address, secret="another secret")
    await visio.choose(event, account_id=other["id"])
    visio.at(event, minutes=-20)
    await visio.minute()
    assert (await visio.visio(event))["room"]["failure"] == "forbidden"
    assert visio.bbb.refused == 1


async def test_the_room_is_ended_after_the_window(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event)
    await visio.minute()
    visio.at(event, hours=8, minutes=29)
    await visio.minute()
    assert visio.bbb.called("end") == []
    visio.at(event, hours=8, minutes=30)
    await visio.minute()
    await visio.minute()
    assert len(visio.bbb.called("end")) == 1
    assert (await visio.visio(event))["room"]["state"] == "ended"


async def test_an_end_the_provider_does_not_hear_is_tried_again(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event)
    await visio.minute()
    visio.at(event, hours=9)
    visio.bbb.mode = "error"
    await visio.minute()
    assert (await visio.visio(event))["room"]["state"] == "ready"
    visio.bbb.mode = "ok"
    visio.at(event, hours=10)
    await visio.minute()
    assert (await visio.visio(event))["room"]["state"] == "ended"


async def test_a_session_that_is_cancelled_ends_its_room(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event, minutes=-20)
    await visio.minute()
    await visio.world.act(event, "cancellation", reason="Annulée.")
    await visio.minute()
    assert len(visio.bbb.called("end")) == 1
    assert visio.bbb.meetings == {}


async def test_recordings_are_found_late_and_kept_once(visio: VisioWorld) -> None:
    event = await visio.event()
    await visio.choose(event, is_recorded=True)
    visio.at(event)
    await visio.minute()
    assert visio.bbb.called("create")[0]["record"] == "true"
    meeting = visio.bbb.called("create")[0]["meetingID"]
    visio.at(event, hours=8, minutes=30)
    await visio.minute()
    visio.at(event, hours=8, minutes=41)
    await visio.minute()
    assert await _recordings(visio, event) == []
    visio.bbb.recordings[meeting] = [recording("rec-1"), recording("", "https://x.example/2"), recording("rec-3", "ftp://no")]
    for minutes in (61, 120, 240):
        visio.at(event, hours=8, minutes=minutes)
        await visio.minute()
    found = await _recordings(visio, event)
    assert len(found) == 1
    assert found[0]["playbacks"] == [{"format": "presentation", "address": "https://visio.example/playback/1", "minutes": 60}]


async def test_what_was_not_recorded_is_not_looked_for(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event)
    await visio.minute()
    visio.at(event, hours=10)
    await visio.minute()
    visio.at(event, hours=20)
    await visio.minute()
    assert visio.bbb.called("getRecordings") == []


async def test_the_end_a_provider_tells_is_asked_back(visio: VisioWorld) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    await visio.let_in(address)
    asked = visio.bbb.called("create")[0]
    meeting = visio.bbb.meetings[asked["meetingID"]]
    meeting.people = 3
    assert (await visio.follow(asked["meta_endCallbackUrl"])).status_code == 204
    await visio.world.running.run_jobs()
    assert (await visio.visio(event))["room"]["state"] == "ready"  # it lied, or was forged
    visio.bbb.meetings.clear()
    for _ in range(2):
        assert (await visio.follow(asked["meta_endCallbackUrl"] + "?meetingID=x&recordingmarks=false")).status_code == 204
    await visio.world.running.run_jobs()
    assert (await visio.visio(event))["room"]["state"] == "planned"
    assert (await visio.follow(asked["meta_endCallbackUrl"][:-1] + "~")).status_code == 404
    visio.bbb.joined(await visio.let_in(address))


async def test_livekits_rooms_are_made_and_ended_by_tokens_that_may(visio: VisioWorld) -> None:
    world, secret = visio.world, "a LiveKit secret of some length"
    async with livekit("APIkey", secret) as server:
        wish: dict[str, Any] = {"kind": "livekit", "address": "https://salles.example/?t={token}", "server_address": server.address}
        account = await visio.account(**wish, identifier="APIkey", secret=secret)
        await world.call(world.manager, "POST", f"/visio-accounts/{account['id']}/trial", expect=201)
        wrong = await visio.account(**wish, identifier="APIkey", secret="guess, guess, guess")
        await world.refused(world.manager, "POST", f"/visio-accounts/{wrong['id']}/trial", 409, "provider-refuses")
        event = await visio.event()
        await visio.choose(event, account_id=account["id"])
        visio.at(event, minutes=-20)
        await visio.minute()
        assert (await visio.visio(event))["room"]["state"] == "ready"
        assert next(iter(server.rooms.values())) > 8 * 3600
        visio.at(event, hours=9)
        await visio.minute()
        assert server.rooms == {}
        assert (await visio.visio(event))["room"]["state"] == "ended"


async def test_private_addresses_are_not_called_in_production(visio: VisioWorld, monkeypatch: pytest.MonkeyPatch) -> None:
    event = await visio.event()
    address = await visio.address(await visio.participant(event))
    visio.at(event)
    monkeypatch.setattr(visio.world.running.resources.settings, "environment", "production")
    assert (await visio.turned_away(address, 503, "visio-room-not-ready"))["failure"] == "refused_address"
    sent: dict[str, Any] = {
        "kind": "bigbluebutton",
        "name": "Intérieur",
        "address": "http://169.254.169.254/",
        "secret": "x" * 20,
    }
    problem = await visio.account(**sent, expect=409)
    assert problem["errors"][0] == {
        "pointer": "/address",
        "detail": "L'adresse du serveur de visio n'est pas publique.",
        "code": "refused_address",
    }
    assert visio.bbb.calls == []


async def test_the_job_takes_up_after_a_crash_between_the_call_and_its_writing(visio: VisioWorld) -> None:
    event = await visio.event()
    visio.at(event, minutes=-20)
    await visio.minute()
    resources = visio.world.running.resources
    room_id = UUID(str((await visio.world.running.rows("SELECT id FROM visio_rooms ORDER BY id DESC LIMIT 1"))[0]["id"]))
    async with resources.database.readers.connection() as connection:
        await connection.execute("UPDATE visio_rooms SET state = 'planned', create_time = NULL WHERE id = %s", [room_id])
    await rooms.ready(resources, room_id, now=resources.clock.now() + timedelta(minutes=1))
    assert (await visio.visio(event))["room"]["state"] == "ready"
    assert len(visio.bbb.meetings) == 1


async def _move_to(visio: VisioWorld, account_id: str, address: str) -> None:
    path = f"/visio-accounts/{account_id}"
    await visio.world.change(visio.world.manager, "PATCH", path, json={"address": address}, expect=200)


async def _recordings(visio: VisioWorld, event: dict[str, Any]) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = (
        await visio.world.call(visio.world.organiser, "GET", f"{visio.path(event)}/recordings", expect=200)
    ).json()
    return found
