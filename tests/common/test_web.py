"""Every request has a name, from the answer to the logs to the siblings it calls."""

import os
import re
import subprocess
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import orjson
import pytest
from fastapi import FastAPI, Request, Response
from starlette.types import Message, Scope
from structlog.testing import capture_logs

from services.common.siblings import Siblings
from services.common.web import Requests
from tests.support import Running, open_service, settings_for

from .guests import ROOMS_URL, open_room, refusal
from .hotel import ROOMS
from .rooms import Settings

pytestmark = pytest.mark.anyio
TRACE = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01"


def fake_annex() -> FastAPI:
    """A sibling that says what it received, and sets a cookie as a sign-in would."""
    app = FastAPI()

    @app.get("/annex/v1/echo")
    async def echo(request: Request, response: Response) -> dict[str, str]:
        response.set_cookie("session", "somebody's")
        return dict(request.headers)

    @app.get("/annex/v1/crash")
    async def crash() -> None:
        raise ZeroDivisionError

    return app


@pytest.fixture(scope="module")
async def hotel(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any
) -> AsyncIterator[Running]:
    """The hotel with its annex in the same process; another sibling has an address where nobody answers."""
    addresses = {"ghost": "http://127.0.0.1:9"}
    settings = settings_for(Settings, fresh_database(), tmp_path_factory.mktemp("hotel"), siblings=addresses)
    async with open_service(ROOMS, settings, apps={"annex": fake_annex()}) as running:
        yield running


async def name_of(hotel: Running, *given: str) -> str:
    answer = await hotel.client.get(ROOMS_URL, headers=[("X-Request-ID", each) for each in given])
    assert len(answer.headers.get_list("x-request-id")) == 1
    return answer.headers["x-request-id"]


async def test_a_request_is_named_when_it_has_no_name(hotel: Running) -> None:
    names = {await name_of(hotel) for _ in range(3)}
    assert len(names) == 3
    assert all(re.fullmatch(r"[0-9a-f]{32}", name) for name in names)


@pytest.mark.parametrize("given", ["call-0001", "a.b_c-D9" * 8])
async def test_a_request_keeps_the_name_it_came_with(hotel: Running, given: str) -> None:
    assert await name_of(hotel, given) == given


@pytest.mark.parametrize("given", ["short", "x" * 65, "spaces are not", 'quote"quote"', "line\tbreak", "", "<script>alert(1)"])
async def test_a_name_that_could_do_harm_is_replaced(hotel: Running, given: str) -> None:
    assert re.fullmatch(r"[0-9a-f]{32}", await name_of(hotel, given))


async def test_siblings_receive_the_name_and_the_trace(hotel: Running) -> None:
    headers = {"X-Request-ID": "call-0002", "traceparent": TRACE}
    told = (await hotel.client.get("/rooms/v1/siblings/annex", headers=headers)).json()
    assert (told["x-request-id"], told["traceparent"]) == ("call-0002", TRACE)


@pytest.mark.parametrize("trace", ["", "00-zz-00-01", TRACE.upper(), TRACE + "-more", TRACE[:-1]])
async def test_a_malformed_trace_goes_no_further(hotel: Running, trace: str) -> None:
    told = (await hotel.client.get("/rooms/v1/siblings/annex", headers={"traceparent": trace})).json()
    assert "traceparent" not in told


async def test_siblings_receive_nothing_of_another_person(hotel: Running) -> None:
    for _ in range(2):
        told = (await hotel.client.get("/rooms/v1/siblings/annex", headers={"Authorization": "", "Cookie": "a=b"})).json()
        assert "cookie" not in told
        assert "authorization" not in told


@pytest.mark.parametrize("sibling", ["ghost", "unheard-of"])
async def test_a_sibling_that_cannot_be_reached_is_a_temporary_matter(hotel: Running, sibling: str) -> None:
    answer = await hotel.client.get(f"/rooms/v1/siblings/{sibling}")
    refusal(answer, 503, "temporarily-unavailable")
    assert int(answer.headers["retry-after"]) > 0


async def test_a_sibling_that_breaks_down_does_not_take_the_caller_along() -> None:
    siblings = Siblings({}, {"annex": fake_annex()})
    await siblings.open()
    try:
        assert (await siblings.get("annex", "/annex/v1/crash")).status_code == 500
    finally:
        await siblings.close()


async def test_each_request_leaves_one_line_that_names_it(hotel: Running) -> None:
    with capture_logs() as lines:
        await hotel.client.get(ROOMS_URL, params={"q": "private"}, headers={"Authorization": "Bearer private"})
    (line,) = [line for line in lines if line["event"] == "request"]
    assert (line["method"], line["path"], line["status"]) == ("GET", ROOMS_URL, 200)
    assert "private" not in str(lines)


async def test_a_crash_leaves_its_traceback_in_the_log_only(hotel: Running) -> None:
    with capture_logs() as lines:
        answer = await open_room(hotel, then="crash")
    assert [line["log_level"] for line in lines if line["event"] == "uncaught"] == ["error"]
    refusal(answer, 500, "internal-error")


async def _call(app: Any, receive: list[Message]) -> list[Message]:
    sent: list[Message] = []

    async def send(message: Message) -> None:
        sent.append(message)

    async def given() -> Message:
        return receive.pop(0)

    scope: Scope = {"type": "http", "method": "GET", "path": "/", "headers": []}
    await Requests(app, "http://canevas.test")(scope, given, send)
    return sent


async def test_what_no_framework_caught_is_a_problem_too() -> None:
    async def broken(*_: Any) -> None:
        raise ZeroDivisionError

    start, body = await _call(broken, [])
    assert start["status"] == 500
    assert orjson.loads(body["body"])["type"] == "http://canevas.test/problems/internal-error"


async def test_half_an_answer_is_cut_rather_than_completed() -> None:
    async def breaks_midway(scope: Scope, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": b"half", "more_body": True})
        raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await _call(breaks_midway, [])


LOGGED = """
import logging, structlog
from services.common import logs
logs.configure("info")
log = structlog.get_logger("tests")
with structlog.contextvars.bound_contextvars(request_id="call-0003"):
    log.info("ours", who="Éloïse")
    logging.getLogger("library").warning("theirs %s", "too")
    try:
        1 / 0
    except ZeroDivisionError:
        log.exception("broken")
        logging.getLogger("library").exception("broken too")
    log.info("unwritable", text="half \\ud800", big=2**70)
    log.debug("unheard")
    logging.getLogger("library").info("unheard")
"""


def test_logs_are_json_lines_that_carry_the_request_id(tmp_path: Path) -> None:
    env = {"PATH": os.environ["PATH"], "PYTHONPATH": str(Path(__file__).resolve().parents[2])}
    ran = subprocess.run([sys.executable, "-c", LOGGED], capture_output=True, check=True, cwd=tmp_path, env=env)
    lines = [orjson.loads(line) for line in ran.stderr.splitlines()]
    assert [line["event"] for line in lines] == ["ours", "theirs too", "broken", "broken too", "unwritable"]
    assert {line["request_id"] for line in lines} == {"call-0003"}
    assert lines[0]["who"] == "Éloïse"
    assert [line["level"] for line in lines] == ["info", "warning", "error", "error", "info"]
    assert all("ZeroDivisionError" in lines[place]["exception"] for place in (2, 3))
    assert all(line["timestamp"].endswith("Z") for line in lines)
    assert lines[1]["logger"] == "library"
