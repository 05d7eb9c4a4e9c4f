"""Two engines, one behaviour: the same requests through nginx and through the embedded gateway get the same answers.

Needs nginx (`apt-get install nginx-light`); `CANEVAS_TEST_NGINX=no` leaves these tests out.
"""

import os
import shutil
import socket
import subprocess
import threading
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest
import uvicorn
from starlette.types import ASGIApp

from gateway import nginx
from gateway.edge import SECURITY_HEADERS, Edge
from gateway.embedded import Composition, create_gateway
from gateway.nginx import Listening, configuration, upload_patterns
from gateway.pages import create_pages
from gateway.routes import Route
from gateway.settings import GatewaySettings
from gateway.web import configuration as uvicorn_configuration
from tests.gateway import tiny

SPA = "http://spa.test:3000"
MEGABYTE = 1024 * 1024

pytestmark = pytest.mark.skipif(os.environ.get("CANEVAS_TEST_NGINX") == "no", reason="left out by CANEVAS_TEST_NGINX=no")


@dataclass
class Engines:
    """`nginx` leads to services on their own; `embedded` holds the same ones. `hasty` is an nginx that waits one second."""

    nginx: httpx.Client
    embedded: httpx.Client
    hasty: httpx.Client

    def both(self, method: str, path: str, **options: Any) -> tuple[httpx.Response, httpx.Response]:
        return self.nginx.request(method, path, **options), self.embedded.request(method, path, **options)


def _free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


@contextmanager
def _served(app: ASGIApp, settings: GatewaySettings) -> Iterator[str]:
    config = uvicorn_configuration(app, settings)
    config.lifespan, config.loop = "off", "asyncio"  # no database here
    config.timeout_graceful_shutdown = 1
    server = uvicorn.Server(config)
    listening = socket.create_server(("127.0.0.1", 0))
    thread = threading.Thread(target=server.run, kwargs={"sockets": [listening]}, daemon=True)
    thread.start()
    try:
        yield f"http://127.0.0.1:{listening.getsockname()[1]}"
    finally:
        server.should_exit = True
        thread.join()


@contextmanager
def _nginx(text: str, port: int, folder: Path) -> Iterator[httpx.Client]:
    program = shutil.which("nginx") or shutil.which("nginx", path="/usr/sbin")
    if program is None:
        pytest.fail("nginx is not installed: apt-get install nginx-light, or leave these tests out with CANEVAS_TEST_NGINX=no")
    folder.mkdir()
    (folder / "nginx.conf").write_text(text)
    folder.chmod(0o755)
    with (folder / "said").open("w") as said:
        process = subprocess.Popen(
            [program, "-p", str(folder), "-c", str(folder / "nginx.conf"), "-g", f"daemon off; pid {folder}/nginx.pid;"],
            stdout=said,
            stderr=said,
        )
    try:
        until = time.monotonic() + 20
        while not _accepts(port):
            assert process.poll() is None, (folder / "said").read_text()
            assert time.monotonic() < until, "nginx does not listen"
            time.sleep(0.02)
        with httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False) as client:
            yield client
    finally:
        process.terminate()
        process.wait()


def _accepts(port: int) -> bool:
    with socket.socket() as probe:
        return probe.connect_ex(("127.0.0.1", port)) == 0


@pytest.fixture(scope="module")
def engines(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Engines]:
    folder = tmp_path_factory.mktemp("nginx")
    for parent in (folder, *folder.parents[:2]):  # nginx's own account enters its temporary folders
        parent.chmod(0o755)
    with ExitStack() as stack:
        common: dict[str, Any] = {"cors_origins": SPA, "request_deadline_s": 1, "transfer_deadline_s": 60}
        plain = GatewaySettings(**common)
        behind = GatewaySettings(**common, trusted_proxies="127.0.0.1")
        patient = GatewaySettings(**common | {"request_deadline_s": 30})
        own = tiny.settings(data_dir=folder)
        parts = [tiny.part("alpha"), tiny.part("beta")]
        composition = Composition([(part, own) for part in parts], plain)
        embedded = stack.enter_context(_served(create_gateway(composition, plain), plain))
        pages = create_pages(plain, ["alpha", "beta"], composition.contract)
        siblings = {
            "alpha": stack.enter_context(_served(Edge(parts[0].create_app(own, None), behind), behind)),
            "beta": stack.enter_context(_served(Edge(parts[1].create_app(own, None), patient), patient)),
            "gone": f"http://127.0.0.1:{_free_port()}",
            "pages": stack.enter_context(_served(Edge(pages, behind), behind)),
        }
        routes = [Route("alpha", 1), Route("beta", 2), Route("gone", 3)]
        document = composition.contract()
        clients = []
        for name, margin in (("nginx", nginx.MARGIN), ("hasty", 0)):
            port = _free_port()
            listening = Listening(f"127.0.0.1:{port}", temp=str(folder / name), access_log="off")
            settings = plain.model_copy(update={"siblings": siblings})
            with pytest.MonkeyPatch.context() as patch:
                patch.setattr(nginx, "MARGIN", margin)
                text = configuration(settings, document, listening, routes)
            clients.append(stack.enter_context(_nginx(text, port, folder / name)))
        client = stack.enter_context(httpx.Client(base_url=embedded, timeout=30, trust_env=False))
        yield Engines(clients[0], client, clients[1])


ECHO = {"Content-Type": "application/json"}
PREFLIGHT = {"Origin": SPA, "Access-Control-Request-Method": "PATCH", "Access-Control-Request-Headers": "authorization,if-match"}

SAME: list[tuple[str, str, dict[str, Any]]] = [
    ("GET", "/alpha/v1/whoami", {}),
    ("GET", "/beta/v1/whoami", {}),
    ("HEAD", "/", {}),
    ("GET", "/problems", {"headers": {"Accept-Language": "en"}}),
    ("GET", "/openapi.json", {}),
    ("GET", "/robots.txt", {}),
    ("GET", "/static/pages.css", {}),
    ("GET", "/nothing", {}),
    ("GET", "/nothing", {"headers": {"Accept-Language": "en"}}),
    ("GET", "/alphabet", {}),
    ("GET", "/alpha", {}),
    ("GET", "/alpha/v1/nothing", {}),
    ("DELETE", "/alpha/v1/whoami", {}),
    ("POST", "/alpha/internal/events", {"content": b"{}"}),
    ("POST", "/alpha/%69nternal/events", {"content": b"{}"}),
    ("POST", "/alpha%2finternal/events", {"content": b"{}"}),
    ("GET", "/nothing/..%2falpha/internal/events", {}),
    ("GET", "/alpha/internal", {}),
    ("GET", "/alpha/v1/think?seconds=20", {}),
    ("POST", "/alpha/v1/echo", {"content": b'{"text": "hello"}', "headers": ECHO}),
    ("POST", "/alpha/v1/echo", {"content": b"{", "headers": ECHO}),
    ("POST", "/alpha/v1/echo", {"content": b" " * 3 * MEGABYTE, "headers": ECHO}),
    ("POST", "/alpha/v1/files", {"content": b"x" * 3 * MEGABYTE}),
    ("GET", "/", {"headers": {"Host": "evil.example"}}),
    ("GET", "/", {"headers": {"Host": "127.0.0.1.evil.example"}}),
    ("GET", "/alpha/v1/whoami", {"headers": {"Origin": SPA}}),
    ("GET", "/alpha/v1/whoami", {"headers": {"Origin": "http://evil.example"}}),
    ("GET", "/nothing", {"headers": {"Origin": SPA}}),
    ("GET", "/alpha/internal/x", {"headers": {"Origin": SPA}}),
    ("OPTIONS", "/alpha/v1/whoami", {"headers": PREFLIGHT}),
    ("OPTIONS", "/nothing", {"headers": PREFLIGHT}),
    ("OPTIONS", "/alpha/v1/whoami", {"headers": {**PREFLIGHT, "Origin": "http://evil.example"}}),
    ("OPTIONS", "/alpha/v1/whoami", {"headers": {**PREFLIGHT, "Access-Control-Request-Headers": "x-other"}}),
    ("GET", "/alpha/v1/framed", {}),
    ("GET", "/verification?token=x", {}),
]

_COMPARED = [
    *(name.lower() for name in SECURITY_HEADERS),
    "content-type",
    "content-language",
    "cache-control",
    "allow",
    "access-control-allow-origin",
    "access-control-expose-headers",
    "access-control-allow-methods",
    "access-control-allow-headers",
    "access-control-max-age",
]


@pytest.mark.parametrize(("method", "path", "options"), SAME)
def test_both_engines_answer_the_same(engines: Engines, method: str, path: str, options: dict[str, Any]) -> None:
    through, direct = engines.both(method, path, **options)
    assert through.status_code == direct.status_code
    for name in _COMPARED:
        assert through.headers.get_list(name) == direct.headers.get_list(name), name
    assert len(through.headers.get_list("x-request-id")) == len(direct.headers.get_list("x-request-id")) == 1
    if direct.headers.get("content-type") == "application/problem+json" and method != "HEAD":
        said, expected = through.json(), direct.json()
        assert (said["type"], said["title"], said["status"]) == (expected["type"], expected["title"], expected["status"])


def test_a_body_over_the_upload_limit_is_refused_by_both(engines: Engines) -> None:
    for answer in engines.both("POST", "/alpha/v1/echo", content=b" " * 27 * MEGABYTE, headers=ECHO):
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (413, "body-too-large")
    assert engines.nginx.post("/alpha/v1/files", content=b"x" * 25 * MEGABYTE).json() == {"size": 25 * MEGABYTE}
    assert engines.nginx.post("/alpha/v1/files", content=b"x" * 27 * MEGABYTE).status_code == 413


def test_a_dead_service_is_a_problem(engines: Engines) -> None:
    answer = engines.nginx.get("/gone/v1/anything", headers={"Origin": SPA, "Accept-Language": "en", "X-Request-ID": "named-by-me"})
    assert (answer.status_code, answer.headers["content-type"]) == (502, "application/problem+json")
    assert answer.json()["title"] == "Service unreachable"
    assert answer.headers["retry-after"] == "5"
    assert answer.headers["access-control-allow-origin"] == SPA
    assert answer.headers.get_list("x-request-id") == ["named-by-me"]
    for name, value in SECURITY_HEADERS.items():
        assert answer.headers.get_list(name) == [value]


def test_a_service_that_hangs_beyond_its_own_deadline_is_a_problem(engines: Engines) -> None:
    answer = engines.hasty.get("/beta/v1/think?seconds=20")
    assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (504, "deadline-expired")


def test_exactly_one_host_is_let_in(engines: Engines) -> None:
    for base in (engines.nginx.base_url, engines.embedded.base_url):
        for hosts in ("", "Host: 127.0.0.1\r\nHost: 127.0.0.1\r\n"):
            with socket.create_connection((base.host, base.port or 80), timeout=20) as line:
                line.sendall(f"GET /alpha/v1/whoami HTTP/1.1\r\n{hosts}Connection: close\r\n\r\n".encode())
                answer = b"".join(iter(lambda line=line: line.recv(65536), b""))  # type: ignore[misc]
            assert answer.startswith(b"HTTP/1.1 400"), (hosts, answer)
            # nginx gives up reading at the second Host, before it is a request at all.
            assert b"/problems/host-not-served" in answer or (hosts and b"/problems/unreadable-request" in answer)


def test_what_clients_say_of_themselves_is_not_believed(engines: Engines) -> None:
    forged = {
        "X-Forwarded-For": "9.9.9.9",
        "X-Forwarded-Proto": "https",
        "X-Forwarded-Host": "evil.example",
        "Forwarded": "for=9.9.9.9",
    }
    for answer in engines.both("GET", "/alpha/v1/whoami", headers=forged):
        told = answer.json()
        assert told["client"] == "127.0.0.1"
        assert told["base"] == str(answer.request.url.copy_with(path="/")), "scheme and host as they were used"


def test_long_json_is_compressed_and_the_etag_still_fits(engines: Engines) -> None:
    answer = engines.nginx.get("/openapi.json", headers={"Accept-Encoding": "gzip"})
    assert answer.headers["content-encoding"] == "gzip"
    assert answer.json() == engines.embedded.get("/openapi.json").json()


def test_too_long_an_address_is_a_problem(engines: Engines) -> None:
    for address, headers in (("/alpha/v1/whoami?" + "x" * 40_000, {}), ("/alpha/v1/whoami", {"X-Long": "x" * 40_000})):
        answer = engines.nginx.get(address, headers=headers)
        assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (400, "unreadable-request")


def test_the_addresses_of_nginx_itself_are_not_for_people(engines: Engines) -> None:
    for path in ("/nginx-problem/not_found", "/nginx-health"):
        for answer in engines.both("GET", path):
            assert (answer.status_code, answer.json()["type"].rsplit("/", 1)[1]) == (404, "not-found")
    assert engines.nginx.get("/nginx-health", headers={"Host": "nginx-health"}).status_code == 204


def test_files_are_sent_through_as_they_come() -> None:
    document: dict[str, Any] = {"paths": {"/alpha/v1/files/{id}": {"post": {"requestBody": {"content": {"application/pdf": {}}}}}}}
    document["paths"]["/alpha/v1/dossiers"] = {"post": {"requestBody": {"content": {"application/json": {}}}}}
    assert upload_patterns(document) == ["^/alpha/v1/files/[^/]+$"]
    text = configuration(GatewaySettings(), document, services=[Route("alpha", 1)])
    location = text.split('location ~ "^/alpha/v1/files/[^/]+$" {')[1].split("}")[0]
    assert "proxy_request_buffering off;" in location


def test_adding_a_service_is_one_line_of_the_routing_table() -> None:
    document: dict[str, Any] = {"paths": {}}
    before = configuration(GatewaySettings(), document, services=[Route("alpha", 1)])
    after = configuration(GatewaySettings(), document, services=[Route("alpha", 1), Route("events", 8004)])
    assert "location /events/" not in before
    assert "location /events/" in after
    assert "server 127.0.0.1:8004" in after


def test_a_dollar_would_be_read_as_a_variable() -> None:
    with pytest.raises(ValueError, match="would read a variable"):
        nginx.quoted("costs $5")
