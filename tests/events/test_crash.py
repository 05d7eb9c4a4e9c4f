"""The server killed outright in the middle of an opening rush, then PostgreSQL: every acknowledged registration is there, once.

A real uvicorn on a real, durable PostgreSQL; people do what the contract tells them: the same request again, with its key.
"""

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import ExitStack
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

import httpx
import psycopg
import pytest

from gateway import postgres
from services.common import migrations
from services.common.ids import new_id
from services.events.app import SERVICE
from tests.events.world import registration
from tests.load import registrations as load
from tests.load import servers
from tests.support import EVENTS_SECRET, SECRET, SIGNER, Person

pytestmark = pytest.mark.anyio

PEOPLE, SEATS, AT_A_TIME = 80, 30, 8
SERVER_DIES_AFTER, DATABASE_DIES_AFTER = 20, 45
PATIENCE = 60.0


@pytest.fixture
def durable(tmp_path: Path) -> Iterator[Path]:
    """The data directory of a PostgreSQL that keeps its promises: fsync and synchronous_commit as they come."""
    data_dir = tmp_path / "canevas"
    postgres.start(data_dir)
    yield data_dir
    postgres.stop(data_dir, mode="immediate")
    if (place := data_dir / "postgresql.place").exists():
        shutil.rmtree(place.read_text().splitlines()[0])


@pytest.fixture
def directory() -> Iterator[str]:
    """What this service asks the directory: the keys that tokens are signed with."""

    class Keys(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            body = json.dumps({"keys": [SIGNER.jwk]}).encode()
            self.send_response(200)
            self.send_header("Content-Type", "application/json")
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, format: str, *args: Any) -> None:
            """Say nothing."""

    with ThreadingHTTPServer(("127.0.0.1", 0), Keys) as server:
        thread = threading.Thread(target=server.serve_forever)
        thread.start()
        yield f"directory=http://127.0.0.1:{server.server_port}"
        server.shutdown()
        thread.join()


@dataclass
class Server:
    """The service's process, which may be killed and started again elsewhere."""

    environment: Mapping[str, str]
    stack: ExitStack
    web: servers.Web = field(init=False)

    def start(self) -> None:
        self.web = self.stack.enter_context(servers.uvicorn("services.events.main:app", self.environment, health="/events/health"))

    def die(self) -> None:
        self.web.process.send_signal(signal.SIGKILL)
        self.web.process.wait(10)


async def test_every_acknowledged_registration_is_there_once_with_the_job_that_tells_it(
    durable: Path, directory: str, tmp_path: Path
) -> None:
    conninfo = postgres.ensure_database(postgres.start(durable), "events")
    migrations.upgrade(conninfo, "events", SERVICE.metadata)
    environment = {
        "EVENTS_DATABASE_URL": conninfo,
        "CANEVAS_DATA_DIR": str(tmp_path / "files"),
        "CANEVAS_SECRET_KEY": SECRET,
        "CANEVAS_EVENTS_SECRET": EVENTS_SECRET,
        "CANEVAS_SIBLINGS": directory,
        "CANEVAS_LOG_LEVEL": "error",
    }
    acknowledged: dict[str, dict[str, Any]] = {}
    with ExitStack() as stack:
        server = Server(environment, stack)
        await asyncio.to_thread(server.start)
        organiser = await asyncio.to_thread(load.Organiser, server.web, lambda claims: SIGNER.token(**claims))
        event_id = await asyncio.to_thread(organiser.opened, SEATS)
        organiser.close()
        burst = asyncio.create_task(_register_all(server, str(event_id), acknowledged))
        await _until(lambda: len(acknowledged) >= SERVER_DIES_AFTER, burst)
        server.die()
        await asyncio.to_thread(server.start)
        await _until(lambda: len(acknowledged) >= DATABASE_DIES_AFTER, burst)
        postmaster = postgres.pid(durable)
        assert postmaster
        os.kill(postmaster, signal.SIGKILL)
        await asyncio.to_thread(postgres.start, durable)
        await burst
    assert len(acknowledged) == PEOPLE
    assert _kept(conninfo) == {email: (found["id"], found["state"]) for email, found in acknowledged.items()}
    assert sorted(each["rank"] for each in acknowledged.values() if each["rank"]) == list(range(1, PEOPLE - SEATS + 1))


async def _register_all(server: Server, event_id: str, acknowledged: dict[str, dict[str, Any]]) -> None:
    left = iter(range(PEOPLE))

    async def client() -> None:
        for number in left:
            email = f"p{number}@example.org"
            acknowledged[email] = await _register(server, event_id, email)

    await asyncio.gather(*(client() for _ in range(AT_A_TIME)))


async def _register(server: Server, event_id: str, email: str) -> dict[str, Any]:
    """Until it is acknowledged."""
    headers = {**Person().headers, "Idempotency-Key": str(new_id())}
    path = f"/events/v1/events/{event_id}/registrations"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                answer = await client.post(f"http://127.0.0.1:{server.web.port}{path}", json=registration(email), headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        if answer.status_code == 201:
            body: dict[str, Any] = answer.json()
            return body
        # Unavailable, or this very key still at work: the contract says to come back.
        assert answer.status_code == 503 or answer.json()["type"].endswith("idempotency-in-flight"), answer.text
        await asyncio.sleep(0.1)
    raise AssertionError(f"{email} was never acknowledged")


async def _until(reached: Callable[[], bool], burst: Awaitable[None]) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until
        assert isinstance(burst, asyncio.Task)
        if burst.done():
            await burst
        await asyncio.sleep(0.005)


def _kept(conninfo: str) -> dict[str, tuple[str, str]]:
    """What the burst left: each registration once, with a seat or a rank, and one job that tells it."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute(
            "SELECT r.contact_email, r.id::text, r.state, r.rank IS NULL, count(*) OVER (PARTITION BY r.contact_email),"
            " (SELECT count(*) FROM attendees a WHERE a.registration_id = r.id AND a.pool_id IS NOT NULL),"
            " (SELECT count(*) FROM procrastinate_jobs j WHERE j.args->>'registration_id' = r.id::text) FROM registrations r"
        ).fetchall()
        pool = connection.execute("SELECT taken, capacity FROM seat_pools").fetchone()
    assert pool == (SEATS, SEATS)
    for _, _, state, has_no_rank, times, seats, jobs in rows:
        assert (times, jobs) == (1, 1)
        assert (seats == 1) == (state == "seated") == has_no_rank
    return {email: (registration_id, state) for email, registration_id, state, *_ in rows}
