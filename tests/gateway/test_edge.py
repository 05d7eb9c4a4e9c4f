"""What stands around every service: the host, the headers, the origins."""

from collections.abc import AsyncIterator

import httpx
import pytest

from gateway.edge import EXPOSED_HEADERS, REQUEST_HEADERS, SECURITY_HEADERS
from tests.gateway.conftest import Open

pytestmark = pytest.mark.anyio

WHOAMI = "/tiny/v1/whoami"
SPA = "http://spa.test:3000"


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "127.0.0.1:8000", "localhost:9", "LOCALHOST", "canevas.example", "canevas.example:443"]
)
async def test_the_platform_answers_to_its_names(gateway: Open, host: str) -> None:
    async with gateway(public_url="https://canevas.example") as client:
        assert (await client.get(WHOAMI, headers={"Host": host})).status_code == 200


@pytest.mark.parametrize(
    "host", ["evil.example", "", "127.0.0.1.evil.example", "127.0.0.1:port", "127.0.0.1@evil", "a b", "[::1]", ":80"]
)
async def test_another_host_is_refused(gateway: Open, host: str) -> None:
    async with gateway() as client:
        answer = await client.get(WHOAMI, headers={"Host": host})
        _is_problem(answer, 400, "host-not-served")


async def test_exactly_one_host_is_expected(gateway: Open) -> None:
    async with gateway() as client:
        answer = await client.get(WHOAMI, headers=[("Host", "localhost"), ("Host", "localhost")])
        _is_problem(answer, 400, "host-not-served")


async def test_the_accepted_hosts_are_a_setting(gateway: Open) -> None:
    async with gateway(allowed_hosts="one.example, [::1]") as client:
        assert (await client.get(WHOAMI, headers={"Host": "one.example"})).status_code == 200
        assert (await client.get(WHOAMI, headers={"Host": "[::1]:8000"})).status_code == 200
        assert (await client.get(WHOAMI, headers={"Host": "127.0.0.1"})).status_code == 400


async def test_every_answer_carries_the_security_headers(gateway: Open) -> None:
    async with gateway(cors_origins=SPA) as client:
        answers = [
            await client.get(WHOAMI),
            await client.get("/nothing"),
            await client.get("/health"[:3]),
            await client.get(WHOAMI, headers={"Host": "evil"}),
            await client.post("/tiny/v1/echo", content=b"{"),
            await _preflight(client),
            await _preflight(client, origin="http://evil.example"),
        ]
        for answer in answers:
            for name, value in SECURITY_HEADERS.items():
                assert answer.headers.get_list(name) == [value], f"{answer.request.method} {answer.request.url} {name}"
            assert answer.headers["x-request-id"]
            assert "strict-transport-security" not in answer.headers


async def test_https_is_remembered_by_browsers(gateway: Open) -> None:
    async with gateway(public_url="https://canevas.example") as client:
        assert (await client.get(WHOAMI)).headers["strict-transport-security"] == "max-age=31536000"


async def test_what_a_service_chose_is_left_alone(gateway: Open) -> None:
    async with gateway() as client:
        assert (await client.get("/tiny/v1/framed")).headers.get_list("x-frame-options") == ["SAMEORIGIN"]


async def test_without_the_setting_no_origin_is_let_in(gateway: Open) -> None:
    async with gateway() as client:
        answer = await client.get(WHOAMI, headers={"Origin": SPA})
        assert not [name for name in answer.headers if name.startswith("access-control")]
        assert (await _preflight(client)).status_code == 405


async def test_the_application_of_an_accepted_origin_may_call_and_read(gateway: Open) -> None:
    async with gateway(cors_origins=f"{SPA},https://app.example") as client:
        asked = await _preflight(client)
        assert (asked.status_code, asked.headers["access-control-allow-origin"]) == (200, SPA)
        allowed = {name.strip().lower() for name in asked.headers["access-control-allow-headers"].split(",")}
        assert {name.lower() for name in REQUEST_HEADERS} <= allowed
        answer = await client.get(WHOAMI, headers={"Origin": SPA})
        assert answer.headers["access-control-allow-origin"] == SPA
        assert answer.headers["access-control-expose-headers"] == ", ".join(EXPOSED_HEADERS)
        assert "Origin" in answer.headers["vary"]


async def test_a_refusal_can_be_read_by_the_application_too(gateway: Open) -> None:
    async with gateway(cors_origins=SPA, request_deadline_s=0.05) as client:
        late = await client.get("/tiny/v1/think?seconds=20", headers={"Origin": SPA})
        _is_problem(late, 504, "deadline-expired")
        assert late.headers["access-control-allow-origin"] == SPA


async def test_a_deadline_too_short_for_a_timer_is_refused_all_the_same(gateway: Open) -> None:
    """Under half a millisecond, uvloop runs what is due at once: so does a timer that fires a little early."""
    async with gateway(request_deadline_s=0.0004) as client:
        _is_problem(await client.get("/tiny/v1/think?seconds=20"), 504, "deadline-expired")


@pytest.mark.parametrize(
    "asked",
    [
        {"origin": "http://evil.example"},
        {"origin": "null"},
        {"method": "TRACE"},
        {"headers": "x-something-else"},
    ],
)
async def test_another_origin_method_or_header_is_refused(gateway: Open, asked: dict[str, str]) -> None:
    async with gateway(cors_origins=SPA) as client:
        _is_problem(await _preflight(client, **asked), 400, "origin-not-allowed")


async def _preflight(
    client: httpx.AsyncClient, origin: str = SPA, method: str = "PATCH", headers: str = "authorization,if-match"
) -> httpx.Response:
    asked = {"Origin": origin, "Access-Control-Request-Method": method, "Access-Control-Request-Headers": headers}
    return await client.options(WHOAMI, headers=asked)


def _is_problem(answer: httpx.Response, status: int, slug: str) -> None:
    assert (answer.status_code, answer.headers["content-type"]) == (status, "application/problem+json")
    assert answer.json()["type"] == f"http://127.0.0.1:8000/problems/{slug}"
    assert answer.headers["x-request-id"]


async def _three_megabytes() -> AsyncIterator[bytes]:
    for _ in range(3):
        yield b" " * 1024 * 1024


async def test_a_body_over_the_limit_is_a_problem_announced_or_not(gateway: Open) -> None:
    async with gateway() as client:
        announced = await client.post("/tiny/v1/echo", content=b" " * 3 * 1024 * 1024, headers={"Content-Type": "application/json"})
        chunked = await client.post("/tiny/v1/echo", content=_three_megabytes(), headers={"Content-Type": "application/json"})
        for answer in (announced, chunked):
            _is_problem(answer, 413, "body-too-large")
            assert len(answer.headers.get_list("x-request-id")) == 1


async def test_two_gigabytes_sent_in_pieces_to_a_file_s_door_stop_at_its_limit(gateway: Open) -> None:
    read = 0

    async def endless() -> AsyncIterator[bytes]:
        nonlocal read
        for _ in range(2 * 1024):
            read += 1
            yield b"%PDF-1.4\n".ljust(1024 * 1024)

    async with gateway() as client:
        answer = await client.post("/tiny/v1/files", content=endless())
        _is_problem(answer, 413, "body-too-large")
        assert read < 64, "what is beyond is not read"
        refused = await client.post("/tiny/v1/files", content=b"x", headers={"Content-Length": str(2 * 1024**3)})
        _is_problem(refused, 413, "body-too-large")
