"""A platform of the demonstration's own: the real `canevas up`, on a scratch data folder that goes away with it."""

import os
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import FrameType

import httpx

_START = 120.0
_STOP = 40.0
_BEAT = 0.2
_SETTINGS = ("CANEVAS_", "DIRECTORY_", "PROGRAMMING_", "CATALOGUE_", "EVENTS_")


class PlatformSilent(RuntimeError):
    """The platform did not start; its own words follow."""


@dataclass(frozen=True)
class Scratch:
    """Where it answers and what it was given."""

    base_url: str
    data_dir: Path
    clock_file: Path
    environment: Mapping[str, str]


def environment_without_settings(environment: Mapping[str, str]) -> dict[str, str]:
    """Ours without any setting of a platform: the demonstration must not write into somebody's database or send real mail."""
    return {name: value for name, value in environment.items() if not name.startswith(_SETTINGS)}


@contextmanager
def scratch_folder() -> Iterator[Scratch]:
    """A folder, a free port, an environment; nothing runs yet, so that the clock may be set first."""
    with TemporaryDirectory(prefix="canevas-demo-") as folder:
        environment = environment_without_settings(os.environ)
        clock_file = Path(folder) / "clock"
        environment["CANEVAS_CLOCK_FILE"] = str(clock_file)
        # Sixty made-up people sign in again at every season: their passwords protect nothing.
        environment["DIRECTORY_PASSWORD_COST"] = "low"
        yield Scratch(f"http://127.0.0.1:{_free_port()}", Path(folder) / "data", clock_file, environment)


@contextmanager
def running(scratch: Scratch) -> Iterator[None]:
    """The platform, as long as the block lasts; stopped whatever happens."""
    log = scratch.data_dir.with_name("up.log")
    port = scratch.base_url.rpartition(":")[2]
    options = ["--port", port, "--data-dir", str(scratch.data_dir), "--clock-file", str(scratch.clock_file)]
    with log.open("wb") as output:
        process = subprocess.Popen(  # noqa: S603 - our own command
            [sys.executable, "-m", "gateway.cli", "up", *options],
            env=dict(scratch.environment),
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            start_new_session=True,  # Ctrl-C is for us; we then stop it in order
        )
    try:
        _await_answer(scratch, process, log)
        yield
    finally:
        with _undisturbed():
            _stop(process)


@contextmanager
def stopped_by_signals() -> Iterator[None]:
    """A request to end (SIGTERM, a closed terminal) is Ctrl-C: everything is put away on the way out."""

    def interrupt(number: int, frame: FrameType | None) -> None:
        signal.raise_signal(signal.SIGINT)

    numbers = (signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, interrupt) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


@contextmanager
def _undisturbed() -> Iterator[None]:
    """An impatient second Ctrl-C must not leave a platform behind."""
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


def _await_answer(scratch: Scratch, process: subprocess.Popen[bytes], log: Path) -> None:
    until = time.monotonic() + _START
    while time.monotonic() < until and process.poll() is None:
        try:
            if httpx.get(f"{scratch.base_url}/health", timeout=5, trust_env=False).status_code == 200:
                return
        except httpx.HTTPError:
            pass
        time.sleep(_BEAT)
    raise PlatformSilent("La plateforme ne démarre pas :\n" + log.read_text(errors="replace")[-2000:])


def _stop(process: subprocess.Popen[bytes]) -> None:
    process.terminate()
    try:
        process.wait(_STOP)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait()


def _free_port() -> int:
    with socket.socket() as listening:
        listening.bind(("127.0.0.1", 0))
        port: int = listening.getsockname()[1]
        return port
