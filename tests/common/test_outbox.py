"""What happened here is told to the siblings: once, in order, signed, and never lost."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import httpx
import orjson
import pytest
from fastapi import FastAPI
from standardwebhooks import Webhook

from services.common.ids import new_id
from services.common.outbox import DELIVER
from tests.support import EVENTS_SECRET, Running, open_service, settings_for

from .guests import ROOMS_URL, refusal, visits
from .hotel import ANNEX, ROOMS
from .rooms import Settings

pytestmark = pytest.mark.anyio
INBOX = "/annex/internal/events"


@dataclass
class Pair:
    """The hotel, the annex its events go to, and what stands between them: `apps` is empty while the annex is away."""

    hotel: Running
    annex: Running
    apps: dict[str, FastAPI]

    async def tell(self, note: str, room: str, **params: str) -> httpx.Response:
        return await self.hotel.client.post(f"{ROOMS_URL}/{room}/notes", params={"note": note} | params)

    async def deliver(self) -> None:
        """Every delivery, those waiting for another attempt included."""
        await self.hotel_sql("UPDATE procrastinate_jobs SET scheduled_at = NULL WHERE status = 'todo'")
        await self.hotel.run_jobs()

    async def hotel_sql(self, sql: str) -> None:
        async with self.hotel.resources.database.readers.connection() as connection:
            await connection.execute(sql.encode())

    async def heard(self, *notes: str) -> list[str]:
        """Those of the notes that the annex applied, in the order it did."""
        rows = await self.annex.rows("SELECT note FROM visits WHERE note = ANY(%(notes)s) ORDER BY id", notes=list(notes))
        return [row["note"] for row in rows]

    def break_annex(self, broken: bool = True) -> None:
        mark = self.annex.resources.settings.data_dir / "broken"
        if broken:
            mark.touch()
        else:
            mark.unlink()


@pytest.fixture(scope="module")
async def opened_pair(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any
) -> AsyncIterator[Pair]:
    apps: dict[str, FastAPI] = {}
    async with AsyncExitStack() as stack:
        annex_settings = settings_for(Settings, fresh_database(), tmp_path_factory.mktemp("annex"))
        annex = await stack.enter_async_context(open_service(ANNEX, annex_settings))
        apps["annex"] = annex.app
        hotel_settings = settings_for(Settings, fresh_database(), tmp_path_factory.mktemp("hotel"))
        hotel = await stack.enter_async_context(open_service(ROOMS, hotel_settings, apps=apps))
        yield Pair(hotel, annex, apps)


@pytest.fixture
async def pair(opened_pair: Pair) -> AsyncIterator[Pair]:
    yield opened_pair
    opened_pair.apps["annex"] = opened_pair.annex.app
    (opened_pair.annex.resources.settings.data_dir / "broken").unlink(missing_ok=True)
    await opened_pair.deliver()


@pytest.fixture
def room() -> str:
    return str(new_id())


@pytest.fixture
def note() -> Callable[[int], str]:
    """`note(1)`, `note(2)`, …: told apart from those of other tests."""
    drawn = new_id().hex
    return lambda number: f"note {number} {drawn}"


Note = Callable[[int], str]


async def test_an_event_is_applied_by_the_sibling(pair: Pair, room: str, note: Note) -> None:
    assert (await pair.tell(note(1), room)).status_code == 204
    assert await pair.heard(note(1)) == []
    await pair.deliver()
    assert await pair.heard(note(1)) == [note(1)]


async def test_an_event_of_an_act_that_fails_is_never_told(pair: Pair, room: str, note: Note) -> None:
    refusal(await pair.tell(note(1), room, then="refuse"), 409, "hotel-closed")
    await pair.deliver()
    assert await pair.heard(note(1)) == []
    assert await pair.hotel.rows("SELECT FROM outbox_events WHERE subject = %(room)s", room=room) == []


async def test_an_event_delivered_twice_is_applied_once(pair: Pair, room: str, note: Note) -> None:
    await pair.tell(note(1), room)
    await pair.deliver()
    (event,) = await pair.hotel.rows("SELECT id FROM outbox_events WHERE subject = %(room)s", room=room)
    for _ in range(2):
        async with pair.hotel.resources.database.transaction() as session:
            await DELIVER.run(session, pair.hotel.resources, event_id=str(event["id"]), subscriber="annex")
    assert await pair.heard(note(1)) == [note(1)]


async def test_the_same_event_received_twice_at_once_is_applied_once(pair: Pair, room: str, note: Note) -> None:
    body = envelope(room, note(1))
    answers = await asyncio.gather(*[receive(pair, body) for _ in range(5)])
    assert {answer.status_code for answer in answers} == {204}
    assert await pair.heard(note(1)) == [note(1)]


async def test_events_of_one_subject_arrive_in_order_whatever_fails(pair: Pair, room: str, note: Note) -> None:
    pair.break_annex()
    for number in range(4):
        await pair.tell(note(number), room)
    await pair.deliver()
    assert await pair.heard(*map(note, range(4))) == []
    pair.break_annex(False)
    await pair.hotel.run_jobs()
    assert await pair.heard(*map(note, range(4))) == []  # those behind wait for the first, which waits for its next attempt
    await pair.deliver()
    assert await pair.heard(*map(note, range(4))) == [note(number) for number in range(4)]


async def test_a_subject_that_waits_does_not_hold_another(pair: Pair, room: str, note: Note) -> None:
    pair.break_annex()
    await pair.tell(note(1), room)
    await pair.deliver()
    pair.break_annex(False)
    await pair.tell(note(2), str(new_id()))
    await pair.hotel.run_jobs()
    assert await pair.heard(note(1), note(2)) == [note(2)]


async def test_what_a_consumer_wrote_before_it_failed_is_undone_with_its_receipt(pair: Pair, room: str, note: Note) -> None:
    pair.break_annex()
    body = envelope(room, note(1))
    refusal(await receive(pair, body), 500, "internal-error")
    assert await visits(pair.annex, note(1)) == 0
    pair.break_annex(False)
    assert (await receive(pair, body)).status_code == 204
    assert await visits(pair.annex, note(1)) == 1


async def test_nothing_is_lost_while_the_sibling_is_away(pair: Pair, room: str, note: Note) -> None:
    del pair.apps["annex"]
    await pair.tell(note(1), room)
    await pair.deliver()
    (waiting,) = [job for job in await pair.hotel.jobs("kernel:deliver_event") if job["lock"] == f"event:annex:{room}"]
    assert (waiting["status"], waiting["attempts"]) == ("todo", 1)
    assert waiting["scheduled_at"] > datetime.now(UTC)
    pair.apps["annex"] = pair.annex.app
    await pair.deliver()
    assert await pair.heard(note(1)) == [note(1)]


async def test_an_event_nobody_consumes_is_received_and_left(pair: Pair, room: str) -> None:
    body = envelope(room, "unknown", type="room.painted")
    assert (await receive(pair, body)).status_code == 204
    event_id = orjson.loads(body)["id"]
    assert await pair.annex.rows("SELECT FROM inbox_events WHERE event_id = %(id)s", id=event_id) == []


async def test_an_event_is_a_cloudevent_signed_as_a_standard_webhook(pair: Pair, room: str, note: Note) -> None:
    received: list[tuple[dict[str, str], bytes]] = []

    async def listening(scope: Any, receive: Any, send: Any) -> None:
        received.append(({k.decode(): v.decode() for k, v in scope["headers"]}, (await receive())["body"]))
        await send({"type": "http.response.start", "status": 204, "headers": []})
        await send({"type": "http.response.body"})

    pair.apps["annex"] = listening  # type: ignore[assignment]
    await pair.hotel.resources.siblings.close()
    await pair.hotel.resources.siblings.open()
    await pair.tell(note(1), room)
    await pair.deliver()
    ((headers, body),) = received
    told = Webhook(EVENTS_SECRET).verify(body, headers)
    assert headers["content-type"] == "application/cloudevents+json"
    assert headers["webhook-id"] == told["id"]
    assert told | {"id": "", "time": ""} == {
        "specversion": "1.0",
        "id": "",
        "source": "rooms",
        "type": "room.noted",
        "subject": room,
        "time": "",
        "data": {"note": note(1)},
    }
    assert datetime.fromisoformat(told["time"]) == pair.hotel.clock.at
    pair.apps["annex"] = pair.annex.app
    await pair.hotel.resources.siblings.close()
    await pair.hotel.resources.siblings.open()


def envelope(room: str, note: str, **changed: Any) -> bytes:
    told = {
        "specversion": "1.0",
        "id": str(new_id()),
        "source": "rooms",
        "type": "room.noted",
        "subject": room,
        "time": datetime.now(UTC).isoformat(),
        "data": {"note": note},
    }
    return orjson.dumps(told | changed)


def signature(body: bytes, *, secret: str = EVENTS_SECRET, at: datetime | None = None) -> dict[str, str]:
    sent, message_id = at or datetime.now(UTC), orjson.loads(body)["id"]
    return {
        "webhook-id": message_id,
        "webhook-timestamp": str(int(sent.timestamp())),
        "webhook-signature": Webhook(secret).sign(message_id, sent, body.decode()),
    }


async def receive(pair: Pair, body: bytes, headers: dict[str, str] | None = None) -> httpx.Response:
    return await pair.annex.client.post(INBOX, content=body, headers=signature(body) if headers is None else headers)


FORGED: dict[str, Callable[[bytes], dict[str, str]]] = {
    "unsigned": lambda body: {},
    "signed with another secret": lambda body: signature(body, secret="whsec_" + "A" * 32),
    "an old signature": lambda body: signature(body, at=datetime.now(UTC) - timedelta(hours=1)),
    "a signature of tomorrow": lambda body: signature(body, at=datetime.now(UTC) + timedelta(days=1)),
    "a signature of another body": lambda body: signature(body.replace(b"rooms", b"attic")),
    "another message id": lambda body: signature(body) | {"webhook-id": str(new_id())},
    "no time": lambda body: signature(body) | {"webhook-timestamp": "noon"},
    "an immense time": lambda body: signature(body) | {"webhook-timestamp": "1e400"},
    "no base64": lambda body: signature(body) | {"webhook-signature": "v1,€".encode().decode("latin-1")},
    "no version": lambda body: signature(body) | {"webhook-signature": "v1"},
    "another version": lambda body: signature(body) | {"webhook-signature": "v9,AAAA"},
}


@pytest.mark.parametrize("forge", FORGED.values(), ids=FORGED.keys())
async def test_a_forged_event_is_refused(pair: Pair, room: str, note: Note, forge: Callable[[bytes], dict[str, str]]) -> None:
    body = envelope(room, note(1))
    headers = {name.encode(): value.encode("latin-1") for name, value in forge(body).items()}
    refusal(await pair.annex.client.post(INBOX, content=body, headers=headers), 401, "unauthenticated")
    assert await pair.heard(note(1)) == []


async def test_a_body_that_is_no_text_is_refused(pair: Pair, room: str) -> None:
    headers = signature(envelope(room, "never heard"))
    refusal(await receive(pair, b"\xff\xfe", headers), 401, "unauthenticated")


async def test_a_session_closed_elsewhere_is_closed_here(pair: Pair) -> None:
    session_id = new_id()
    until = datetime.now(UTC) + timedelta(minutes=10)
    body = envelope(str(session_id), "", type="session.closed", source="directory", data={"until": until.isoformat()})
    assert (await receive(pair, body)).status_code == 204
    await pair.annex.resources.closed_sessions.refresh(pair.annex.resources.database, datetime.now(UTC))
    assert session_id in pair.annex.resources.closed_sessions


async def test_the_inbox_is_no_part_of_the_contract(pair: Pair) -> None:
    assert INBOX not in pair.annex.app.openapi()["paths"]
