"""A request has so long to be received, so long to be decided, so long to be answered."""

import asyncio
from collections.abc import Callable, Iterator
from typing import Any

import psycopg
import pytest
from sqlalchemy import create_engine
from starlette.types import Message, Scope

from gateway import postgres
from gateway.edge import Edge
from gateway.embedded import Composition, create_gateway
from gateway.routes import Part
from gateway.settings import GatewaySettings
from services.common.ids import new_id
from tests.gateway import tiny
from tests.gateway.conftest import Open

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
def part() -> Part:
    return tiny.part()


@pytest.fixture(scope="module")
def conninfo(server: postgres.Server, part: Part) -> Iterator[str]:
    """A database with the tables of the tiny service."""
    name = f"test_deadline_{new_id().hex}"
    made = postgres.ensure_database(server, name)
    engine = create_engine("postgresql+psycopg://", creator=lambda: psycopg.connect(made))
    part.service.metadata.create_all(engine)
    engine.dispose()
    yield made
    postgres.drop_database(server, name)


async def test_an_act_that_takes_too_long_is_interrupted_and_rolled_back(gateway: Open, part: Part, conninfo: str) -> None:
    async with gateway(part, conninfo=conninfo, request_deadline_s=0.5) as client:
        late = await client.post("/tiny/v1/notes/1?slow=60")
        assert (late.status_code, late.json()["type"].rsplit("/", 1)[-1]) == (504, "deadline-expired")
        with psycopg.connect(conninfo) as connection:
            assert connection.execute("SELECT count(*) FROM notes").fetchone() == (0,)
        again = await client.post("/tiny/v1/notes/1")
        assert again.status_code == 201, "neither the row nor a lock was left behind"


async def test_ten_late_acts_leave_every_connection_usable(gateway: Open, part: Part, conninfo: str) -> None:
    async with gateway(part, conninfo=conninfo, request_deadline_s=0.5) as client:
        late = await asyncio.gather(*(client.post(f"/tiny/v1/notes/{n}?slow=60") for n in range(100, 110)))
        assert {answer.status_code for answer in late} == {504}
        done = await asyncio.gather(*(client.post(f"/tiny/v1/notes/{n}") for n in range(100, 110)))
        assert {answer.status_code for answer in done} == {201}


class Line:
    """A client's end of the wire, as slow as the test wants."""

    def __init__(self, chunks: list[bytes], pause: float, *, ends: bool = True) -> None:
        self._chunks, self._pause, self._ends = chunks, pause, ends
        self.sent: list[Message] = []

    async def receive(self) -> Message:
        await asyncio.sleep(self._pause)
        if self._chunks:
            chunk = self._chunks.pop(0)
            return {"type": "http.request", "body": chunk, "more_body": bool(self._chunks) or not self._ends}
        await asyncio.Event().wait()
        raise AssertionError  # pragma: no cover

    async def send(self, message: Message) -> None:
        self.sent.append(message)

    @property
    def status(self) -> Any:
        return self.sent[0]["status"]


def _upload() -> Scope:
    headers = [(b"host", b"localhost"), (b"transfer-encoding", b"chunked"), (b"content-type", b"application/octet-stream")]
    path = "/tiny/v1/files"
    return {
        "type": "http", "asgi": {"version": "3.0"}, "http_version": "1.1", "method": "POST", "scheme": "http", "path": path,
        "raw_path": path.encode(), "query_string": b"", "root_path": "", "headers": headers, "client": None, "server": None,
    }  # fmt: skip


async def test_a_slow_upload_is_not_cut(compose: Callable[..., Composition]) -> None:
    settings = GatewaySettings(request_deadline_s=0.3, transfer_deadline_s=60)
    line = Line([b"x"] * 10, pause=0.1)
    await create_gateway(compose(tiny.part()), settings)(_upload(), line.receive, line.send)
    assert line.status == 200


async def test_an_upload_that_never_ends_is(compose: Callable[..., Composition]) -> None:
    settings = GatewaySettings(request_deadline_s=60, transfer_deadline_s=0.3)
    line = Line([b"x"], pause=0.01, ends=False)
    await create_gateway(compose(tiny.part()), settings)(_upload(), line.receive, line.send)
    assert line.status == 408
    assert b"transfer-too-slow" in line.sent[1]["body"]


async def test_an_answer_under_way_is_given_the_longer_time() -> None:
    finished = asyncio.Event()

    async def slow_answer(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await asyncio.sleep(0.4)
        await send({"type": "http.response.body", "body": b"late"})
        finished.set()

    line = Line([], pause=0)
    scope = {**_upload(), "method": "GET", "headers": [(b"host", b"localhost")]}
    await Edge(slow_answer, GatewaySettings(request_deadline_s=0.1, transfer_deadline_s=60))(scope, line.receive, line.send)
    assert finished.is_set()
    cut = Line([], pause=0)
    finished.clear()
    await Edge(slow_answer, GatewaySettings(request_deadline_s=60, transfer_deadline_s=0.1))(scope, cut.receive, cut.send)
    assert not finished.is_set()
    assert [message["type"] for message in cut.sent] == ["http.response.start"], "what was begun is not answered twice"


async def test_a_time_out_of_the_services_own_is_not_taken_for_ours() -> None:
    async def failing(scope: Scope, receive: Any, send: Any) -> None:
        raise TimeoutError("the service's own")

    line = Line([], pause=0)
    scope = {**_upload(), "headers": [(b"host", b"localhost")]}
    with pytest.raises(TimeoutError, match="the service's own"):
        await Edge(failing, GatewaySettings())(scope, line.receive, line.send)


async def test_events_are_followed_as_long_as_somebody_reads_them() -> None:
    settings = GatewaySettings(request_deadline_s=60, transfer_deadline_s=0.3)

    def events(media_type: bytes) -> Any:
        async def app(scope: Scope, receive: Any, send: Any) -> None:
            await send({"type": "http.response.start", "status": 200, "headers": [(b"content-type", media_type)]})
            for _ in range(6):
                await asyncio.sleep(0.1)
                await send({"type": "http.response.body", "body": b"data: 1\n\n", "more_body": True})
            await send({"type": "http.response.body", "body": b"", "more_body": False})

        return app

    followed, cut = Line([], pause=0), Line([], pause=0)
    scope = {**_upload(), "method": "GET", "headers": [(b"host", b"localhost")]}
    await Edge(events(b"text/event-stream; charset=utf-8"), settings)({**scope}, followed.receive, followed.send)
    await Edge(events(b"text/plain"), settings)({**scope}, cut.receive, cut.send)
    assert len(followed.sent) == 8
    assert len(cut.sent) < 8, "any other answer has its time and no more"
