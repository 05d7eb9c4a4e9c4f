"""Processes under measure: started on loopback, watched, ended by their id."""

import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import httpx
import psutil  # type: ignore[import-untyped]

ROOT = Path(__file__).resolve().parents[2]
_PATIENCE = 60.0
_PRODUCTION = ("--http", "httptools", "--loop", "uvloop", "--no-access-log", "--no-server-header", "--log-level", "warning")
_OURS = ("CANEVAS_", "DIRECTORY_", "PROGRAMMING_", "CATALOGUE_", "EVENTS_")


@dataclass(frozen=True)
class Web:
    """A web process that answers."""

    port: int
    process: psutil.Process
    #: Seconds from the start of the process to its first 200.
    start_s: float

    @property
    def rss_mb(self) -> float:
        return float(self.process.memory_info().rss) / 2**20

    @property
    def cpu_s(self) -> float:
        """Of all its workers."""
        spent = [each.cpu_times() for each in (self.process, *self.process.children(recursive=True))]
        return float(sum(times.user + times.system for times in spent))

    def get(self, path: str, token: str = "") -> httpx.Response:
        headers = {"Authorization": f"Bearer {token}"} if token else {}
        return httpx.get(f"http://127.0.0.1:{self.port}{path}", headers=headers, timeout=30, trust_env=False)


@contextmanager
def uvicorn(app: str, environment: Mapping[str, str], *, health: str, workers: int = 1) -> Iterator[Web]:
    """`uvicorn <app>` as production runs it."""
    port = free_port()
    several = ("--workers", str(workers)) if workers > 1 else ()
    command = [sys.executable, "-m", "uvicorn", app, "--port", str(port), *several, *_PRODUCTION]
    with _running(command, environment, port, health) as web:
        yield web


@contextmanager
def gateway(environment: Mapping[str, str], *, health: str) -> Iterator[Web]:
    """The embedded web process as `canevas up` runs it: every service, on a socket it inherits."""
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        listening.listen(2048)
        number = listening.fileno()
        command = [sys.executable, "-m", "gateway.web", str(number)]
        with _running(command, environment, listening.getsockname()[1], health, number) as web:
            yield web


@contextmanager
def module(name: str, environment: Mapping[str, str], *, health: str) -> Iterator[Web]:
    port = free_port()
    with _running([sys.executable, "-m", name, str(port)], environment, port, health) as web:
        yield web


@contextmanager
def _running(command: list[str], environment: Mapping[str, str], port: int, health: str, *passed: int) -> Iterator[Web]:
    began = time.perf_counter()
    with process(command, environment, *passed) as started:
        _await_answer(started, port, health)
        yield Web(port, psutil.Process(started.pid), time.perf_counter() - began)


@contextmanager
def process(command: list[str], environment: Mapping[str, str], *passed: int) -> "Iterator[subprocess.Popen[bytes]]":
    """With this environment and nothing of ours that is set around; ended with the block."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(_OURS)}
    process = subprocess.Popen(command, env={**kept, **environment}, cwd=ROOT, pass_fds=passed)
    try:
        yield process
    finally:
        process.terminate()
        try:
            process.wait(15)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _await_answer(process: "subprocess.Popen[bytes]", port: int, health: str) -> None:
    """Until any answer but a 5xx: the floor has no health route and says 404."""
    until = time.monotonic() + _PATIENCE
    request = f"GET {health} HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n".encode()
    while time.monotonic() < until and process.poll() is None:
        with suppress(OSError), socket.create_connection(("127.0.0.1", port), timeout=20) as connection:
            connection.sendall(request)
            if connection.recv(4_096)[9:10] in {b"2", b"4"}:
                return
        time.sleep(0.005)
    raise RuntimeError(f"{process.args!r} does not answer")


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])
