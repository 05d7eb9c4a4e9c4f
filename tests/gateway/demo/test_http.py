"""The demonstration's client behaves as an integrator's should, and hides no refusal."""

from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import httpx
import pytest

from gateway.demo.clock import Clock, MovedClock
from gateway.demo.http import Account, Api, Refused, everybody, together

pytestmark = pytest.mark.anyio


class HandClock(Clock):
    def __init__(self) -> None:
        self.at = datetime(2026, 11, 2, 9, tzinfo=UTC)

    def now(self) -> datetime:
        return self.at


class Server:
    """Answers sign-ins by itself, the rest as the test says; keeps every request."""

    def __init__(self, answer: Callable[[httpx.Request], httpx.Response]) -> None:
        self.clock = HandClock()
        self.requests: list[httpx.Request] = []
        self._answer = answer
        self.api = Api("http://canevas.test", self.clock, transport=httpx.MockTransport(self._handle))
        self.who = Account("Odile Camomille", "odile@camomille.example.org", "canevas-demonstration")

    def _handle(self, request: httpx.Request) -> httpx.Response:
        self.requests.append(request)
        if request.url.path.startswith("/directory/v1/sessions"):
            pair = {"access_token": f"a{len(self.requests)}", "refresh_token": "r"}
            return httpx.Response(201, json={**pair, "expires_in": 600, "refresh_expires_in": 2_592_000})
        return self._answer(request)

    def paths(self) -> list[str]:
        return [f"{request.method} {request.url.path}" for request in self.requests]


def ok(request: httpx.Request) -> httpx.Response:
    return httpx.Response(200, json={"items": [], "next": None})


async def test_tokens_are_kept_then_refreshed_then_asked_anew_as_the_clock_moves() -> None:
    server = Server(ok)
    await server.api.get(server.who, "/me")
    await server.api.get(server.who, "/me")
    server.clock.at += timedelta(minutes=10)
    await server.api.get(server.who, "/me")
    server.clock.at += timedelta(days=31)
    await server.api.get(server.who, "/me")
    assert server.paths() == [
        "POST /directory/v1/sessions",
        "GET /me",
        "GET /me",
        "POST /directory/v1/sessions/refresh",
        "GET /me",
        "POST /directory/v1/sessions",
        "GET /me",
    ]
    assert server.requests[-1].headers["authorization"] == "Bearer a6"


async def test_an_unexpected_answer_is_counted_and_said_in_the_problems_words() -> None:
    problem = {
        "title": "Dossier incomplet",
        "detail": "Il manque une pièce.",
        "errors": [{"pointer": "/attachments", "detail": "RIB"}],
    }
    server = Server(lambda request: httpx.Response(422, json=problem))
    with pytest.raises(Refused, match=r"POST /x : 422 Dossier incomplet Il manque une pièce\. \| /attachments RIB"):
        await server.api.post(server.who, "/x", {})
    assert len(server.api.errors) == 1


async def test_an_expected_refusal_is_not_an_error() -> None:
    server = Server(lambda request: httpx.Response(404, json={}))
    assert (await server.api.call(server.who, "GET", "/x", also=(404,))).status_code == 404
    assert server.api.errors == []


async def test_a_lost_connection_is_counted() -> None:
    def cut(request: httpx.Request) -> httpx.Response:
        raise httpx.ConnectError("refused")

    server = Server(cut)
    with pytest.raises(Refused, match="sans réponse"):
        await server.api.get(None, "/x")
    assert len(server.api.errors) == 1


async def test_every_post_bears_a_key_of_its_own() -> None:
    server = Server(ok)
    await server.api.post(None, "/x", {})
    await server.api.post(None, "/x", {})
    keys = [request.headers["idempotency-key"] for request in server.requests]
    assert len(set(keys)) == 2


async def test_listings_are_read_to_their_end() -> None:
    def page(request: httpx.Request) -> httpx.Response:
        cursor = request.url.params.get("cursor")
        return httpx.Response(
            200, json={"items": [{"n": 2}], "next": None} if cursor == "c" else {"items": [{"n": 1}], "next": "c"}
        )

    assert await Server(page).api.pages(None, "/x", limit=1) == [{"n": 1}, {"n": 2}]


async def test_a_version_just_received_is_not_read_again_and_a_stale_one_is_read_once() -> None:
    versions = iter(["7", "9"])

    def answer(request: httpx.Request) -> httpx.Response:
        if request.method == "GET":
            return httpx.Response(200, json={}, headers={"ETag": f'"{next(versions)}"'})
        if request.headers["if-match"] == '"8"':
            return httpx.Response(412, json={"title": "Version périmée"})
        following = int(request.headers["if-match"].strip('"')) + 1
        return httpx.Response(200, json={}, headers={"ETag": f'"{following}"'})

    server = Server(answer)
    await server.api.change(server.who, "PATCH", "/x", {"a": 1})
    await server.api.change(server.who, "POST", "/x/submission", of="/x")
    assert server.paths()[1:] == ["GET /x", "PATCH /x", "POST /x/submission", "GET /x", "POST /x/submission"]
    assert server.api.errors == []


async def test_everybody_acts_to_the_end_before_a_refusal_is_raised() -> None:
    server = Server(lambda request: httpx.Response(500 if request.url.path == "/bad" else 200, json={}))
    with pytest.raises(Refused):
        await together([server.api.get(None, "/bad"), server.api.get(None, "/good")])
    assert sorted(server.paths()) == ["GET /bad", "GET /good"]


async def test_a_refusal_keeps_nobody_from_acting_but_a_fault_of_ours_is_not_hidden() -> None:
    server = Server(lambda request: httpx.Response(500 if request.url.path == "/bad" else 200, json={}))
    await everybody([server.api.get(None, "/bad"), server.api.get(None, "/good")])
    assert sorted(server.paths()) == ["GET /bad", "GET /good"]
    assert len(server.api.errors) == 1

    async def ours() -> None:
        raise KeyError("plan")

    with pytest.raises(KeyError):
        await everybody([ours(), server.api.get(None, "/good")])


def test_the_moved_clock_never_goes_back_and_tells_the_platform(tmp_path: Path) -> None:
    file = tmp_path / "clock"
    start = datetime.now(UTC) - timedelta(days=30)
    clock = MovedClock(file, start)
    clock.go_to(start + timedelta(days=2))
    clock.go_to(start)
    assert abs(clock.now() - start - timedelta(days=2)) < timedelta(seconds=5)
    assert abs(float(file.read_text()) + 28 * 86_400) < 5
