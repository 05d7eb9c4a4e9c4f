"""The server killed outright in the middle of a burst of submissions, then PostgreSQL: nothing acknowledged is lost, nothing happens twice.

A real uvicorn on a real, durable PostgreSQL; clients do what the contract tells them: the same request again, with its key.
"""

import asyncio
import json
import os
import shutil
import signal
import threading
import time
from collections.abc import Awaitable, Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from uuid import UUID

import httpx
import psycopg
import pytest

from gateway import postgres
from services.common import migrations
from services.common.ids import new_id
from services.programming.app import SERVICE
from tests.load import data, servers
from tests.load.data import Draft
from tests.programming.papers import SWORN
from tests.support import EVENTS_SECRET, SECRET, SIGNER, member_of

pytestmark = pytest.mark.anyio

BURST, AT_A_TIME = 60, 8
SERVER_DIES_AFTER, DATABASE_DIES_AFTER = 15, 35
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
    """What programming asks the directory: the keys that tokens are signed with."""

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
        app = "services.programming.main:app"
        self.web = self.stack.enter_context(servers.uvicorn(app, self.environment, health="/programming/health"))

    def die(self) -> None:
        self.web.process.send_signal(signal.SIGKILL)
        self.web.process.wait(10)


async def test_every_acknowledged_submission_is_there_once_with_its_mail(durable: Path, directory: str, tmp_path: Path) -> None:
    database = postgres.start(durable)
    conninfo = postgres.ensure_database(database, "programming")
    migrations.upgrade(conninfo, "programming", SERVICE.metadata)
    now = datetime.now(UTC)
    filled = await data.fill(conninfo, 20, now)
    drafts = data.add_drafts(conninfo, filled, BURST, now, spread=False)
    environment = {
        "PROGRAMMING_DATABASE_URL": conninfo,
        "CANEVAS_DATA_DIR": str(tmp_path / "files"),
        "CANEVAS_SECRET_KEY": SECRET,
        "CANEVAS_EVENTS_SECRET": EVENTS_SECRET,
        "CANEVAS_SIBLINGS": directory,
        "CANEVAS_LOG_LEVEL": "error",
    }
    acknowledged: dict[UUID, str] = {}
    with ExitStack() as stack:
        server = Server(environment, stack)
        server.start()
        burst = asyncio.create_task(_submit_all(server, drafts, acknowledged))
        await _until(lambda: len(acknowledged) >= SERVER_DIES_AFTER, burst)
        server.die()
        await asyncio.to_thread(server.start)
        await _until(lambda: len(acknowledged) >= DATABASE_DIES_AFTER, burst)
        postmaster = postgres.pid(durable)
        assert postmaster
        os.kill(postmaster, signal.SIGKILL)
        await asyncio.to_thread(postgres.start, durable)
        await burst
    assert acknowledged.keys() == {draft.dossier_id for draft in drafts}
    assert len(set(acknowledged.values())) == BURST
    assert _kept(conninfo) == acknowledged


async def _submit_all(server: Server, drafts: Sequence[Draft], acknowledged: dict[UUID, str]) -> None:
    left = iter(drafts)

    async def client() -> None:
        for draft in left:
            acknowledged[draft.dossier_id] = await _submit(server, draft)

    await asyncio.gather(*(client() for _ in range(AT_A_TIME)))


async def _submit(server: Server, draft: Draft) -> str:
    """Until it is acknowledged: its reference."""
    who = member_of(draft.organisation_id, roles=["signatory"])
    headers = {**who.headers, "If-Match": '"3"', "Idempotency-Key": str(new_id())}
    path = f"/programming/v1/dossiers/{draft.dossier_id}/submission"
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until:
        try:
            async with httpx.AsyncClient(timeout=10, trust_env=False) as client:
                answer = await client.post(f"http://127.0.0.1:{server.web.port}{path}", json=SWORN, headers=headers)
        except httpx.TransportError:
            await asyncio.sleep(0.1)
            continue
        if answer.status_code == 201:
            return str(answer.json()["reference"])
        # Unavailable, or this very key still at work: the contract says to come back.
        assert answer.status_code == 503 or answer.json()["type"].endswith("idempotency-in-flight"), answer.text
        await asyncio.sleep(0.1)
    raise AssertionError(f"{draft.dossier_id} was never acknowledged")


async def _until(reached: Callable[[], bool], burst: Awaitable[None]) -> None:
    until = time.monotonic() + PATIENCE
    while not reached():
        assert time.monotonic() < until
        assert isinstance(burst, asyncio.Task)
        if burst.done():
            await burst
        await asyncio.sleep(0.005)


def _kept(conninfo: str) -> dict[UUID, str]:
    """What the burst left: each dossier submitted, once, under its reference, with one mail queued."""
    with psycopg.connect(conninfo) as connection:
        rows = connection.execute(
            "SELECT s.dossier_id, d.reference, count(*) OVER (PARTITION BY s.dossier_id), (SELECT count(*) FROM procrastinate_jobs j"
            " WHERE j.task_name = 'kernel:send_mail' AND j.args->>'subject' LIKE '%%' || s.reference)"
            " FROM submissions s JOIN dossiers d ON d.id = s.dossier_id AND d.reference = s.reference AND d.status = 'submitted'"
            " WHERE s.submitted_by <> %s",
            [data.AUTHOR],
        ).fetchall()
        mails = connection.execute("SELECT count(*) FROM procrastinate_jobs WHERE task_name = 'kernel:send_mail'").fetchone()
    assert {(times, queued) for _, _, times, queued in rows} == {(1, 1)}
    assert mails == (len(rows),)
    return {dossier_id: reference for dossier_id, reference, _, _ in rows}
