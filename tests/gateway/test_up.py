"""`canevas up` for real: it answers, survives the death of its parts, and leaves nothing behind."""

import email
import email.policy
import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import httpx
import pytest

from gateway import postgres
from tests.gateway import proc

PATIENCE = 120


@dataclass
class Up:
    process: subprocess.Popen[str]
    data_dir: Path
    client: httpx.Client

    def children(self, module: str) -> list[int]:
        return proc.children(self.process.pid, module)

    def said(self) -> str:
        return (self.data_dir / "said").read_text()

    def until(self, condition: Callable[[], Any], what: str) -> Any:
        until = time.monotonic() + PATIENCE
        while not (result := condition()):
            assert self.process.poll() is None, self.said()
            assert time.monotonic() < until, f"not {what}: {self.said()}"
            time.sleep(0.05)
        return result

    def healthy(self) -> bool:
        try:
            return self.client.get("/health").status_code == 200
        except httpx.TransportError:
            return False


@pytest.fixture(scope="module")
def up(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Up]:
    data_dir = tmp_path_factory.mktemp("up")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "gateway.cli", "up", "--port", str(port), "--data-dir", str(data_dir)]
    environment = {**os.environ, "DIRECTORY_PASSWORD_COST": "low"}
    with (data_dir / "said").open("w") as said:
        process = subprocess.Popen(command, stdout=said, stderr=said, text=True, env=environment, start_new_session=True)
    client = httpx.Client(base_url=f"http://127.0.0.1:{port}", timeout=30, trust_env=False)
    platform = Up(process, data_dir, client)
    try:
        platform.until(lambda: "Ctrl-C" in platform.said(), "started")
        yield platform
    finally:
        client.close()
        if process.poll() is None:
            process.kill()
        process.wait()
        postgres.stop(data_dir, mode="immediate")


def test_it_says_where_everything_is(up: Up) -> None:
    said = up.said()
    for expected in (
        str(up.client.base_url).rstrip("/"),
        "/redoc",
        str(up.data_dir / "mail"),
        "canevas user create-admin",
        "Ctrl-C",
    ):
        assert expected in said
    services = dict.fromkeys(("directory", "programming", "catalogue", "events"), "ready")
    assert up.client.get("/health").json() == {"status": "ok", "services": services}


def test_a_mail_leaves_by_the_worker(up: Up) -> None:
    registration = {"email": "nadia@asso.example.org", "password": "quatre mots sans rapport", "full_name": "Nadia Benali"}
    assert up.client.post("/directory/v1/accounts", json=registration).status_code == 202
    mails = up.until(lambda: list((up.data_dir / "mail").glob("*.eml")), "mailed")
    letter = email.message_from_bytes(mails[0].read_bytes(), policy=email.policy.default)
    assert str(letter["To"]) == "nadia@asso.example.org"


def test_an_administrator_is_made_while_it_runs(up: Up) -> None:
    command = [sys.executable, "-m", "gateway.cli", "user", "create-admin", "admin@canevas.example.org", "--name", "Admin"]
    command += ["--password-stdin", "--data-dir", str(up.data_dir)]
    made = subprocess.run(command, input="un mot de passe assez long\n", capture_output=True, text=True, check=False)
    assert (made.returncode, made.stdout) == (0, "admin@canevas.example.org is an administrator.\n"), made.stderr
    assert up.healthy(), "the command joined the server without stopping it"


def test_a_killed_web_process_is_replaced_and_waiting_requests_are_answered(up: Up) -> None:
    [web] = up.children("gateway.web")
    os.kill(web, signal.SIGKILL)
    assert up.until(up.healthy, "answering again")
    assert up.children("gateway.web") not in ([], [web])


def test_a_killed_worker_is_replaced(up: Up) -> None:
    [worker] = up.children("gateway.worker")
    os.kill(worker, signal.SIGKILL)
    up.until(lambda: up.children("gateway.worker") not in ([], [worker]), "replaced")


def test_a_killed_postgresql_is_started_again(up: Up) -> None:
    before = postgres.pid(up.data_dir)
    assert before is not None
    os.kill(before, signal.SIGKILL)
    assert up.until(up.healthy, "answering again")
    assert postgres.pid(up.data_dir) not in (None, before)
    registration = {"email": "leo@asso.example.org", "password": "quatre mots sans rapport", "full_name": "Léo Roux"}
    up.until(lambda: up.client.post("/directory/v1/accounts", json=registration).status_code == 202, "writing again")


def test_ctrl_c_stops_everything(up: Up) -> None:
    known = [*up.children("gateway."), postgres.pid(up.data_dir)]
    os.kill(up.process.pid, signal.SIGINT)
    assert up.process.wait(PATIENCE) == 0, up.said()
    assert up.said().endswith("Tout est arrêté.\n")
    assert not [pid for pid in known if pid and proc.alive(pid)]
    assert postgres.pid(up.data_dir) is None
