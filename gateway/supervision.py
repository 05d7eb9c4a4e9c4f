"""Keeps child processes alive, and stops them properly. Knows nothing of what they do."""

import os
import signal
import subprocess
import time
from collections.abc import Callable, Mapping, Sequence
from contextlib import nullcontext, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from . import lifeline

#: Seconds between the request to stop and the kill.
PATIENCE = 10.0
_FIRST_PAUSE, _LONGEST_PAUSE = 0.2, 10.0
#: A child that lived this long has recovered: the next death starts the back-off afresh.
_RECOVERED = 30.0
_LOG_LIMIT = 10_000_000


class Tended(Protocol):
    """Something the supervisor looks after: called a few times a second."""

    def tend(self) -> None: ...


@dataclass
class Lifeline:
    """The pipe whose writing end only the supervisor holds; children read end of file when it dies."""

    reading: int
    writing: int

    @classmethod
    def create(cls) -> "Lifeline":
        return cls(*os.pipe())


class Child:
    """One process, started again with back-off each time it dies."""

    def __init__(
        self,
        name: str,
        command: Sequence[str],
        environment: Mapping[str, str],
        *,
        line: Lifeline,
        say: Callable[[str], None],
        log: Path | None = None,
        passed: Sequence[int] = (),
    ) -> None:
        self.name, self._command, self._say, self._log = name, list(command), say, log
        self._environment = {**os.environ, **environment, lifeline.VARIABLE: str(line.reading)}
        self._passed = (*passed, line.reading)
        self._process: subprocess.Popen[bytes] | None = None
        self._started_at, self._restart_at = 0.0, 0.0
        self.deaths = 0

    @property
    def pid(self) -> int | None:
        return self._process.pid if self._process else None

    def tend(self) -> None:
        now = time.monotonic()
        if self._process is not None:
            if self._process.poll() is None:
                return
            self._has_died(self._process.returncode, now)
        if now >= self._restart_at:
            self._start(now)

    def _has_died(self, code: int, now: float) -> None:
        self.deaths = 1 if now - self._started_at > _RECOVERED else self.deaths + 1
        pause = min(_FIRST_PAUSE * 2 ** (self.deaths - 1), _LONGEST_PAUSE)
        self._process, self._restart_at = None, now + pause
        reason = f"signal {-code}" if code < 0 else f"code {code}"
        self._say(f"Le processus {self.name} s'est arrêté ({reason}) ; il est relancé.")

    def _start(self, now: float) -> None:
        with open(_rotated(self._log), "ab") if self._log else nullcontext() as output:
            self._process = subprocess.Popen(  # noqa: S603 - our own modules
                self._command,
                env=self._environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=output,
                pass_fds=self._passed,
                start_new_session=True,  # the terminal's Ctrl-C is for the supervisor, which stops things in order
            )
        self._started_at = now

    def ask_to_stop(self) -> None:
        if self._process is not None:
            with suppress(ProcessLookupError):
                self._process.send_signal(signal.SIGTERM)

    def await_end(self, until: float) -> None:
        if self._process is None:
            return
        try:
            self._process.wait(max(0.0, until - time.monotonic()))
        except subprocess.TimeoutExpired:
            self._say(f"Le processus {self.name} ne s'arrête pas : il est interrompu.")
            self._process.kill()
            self._process.wait()
        self._process = None

    def last_words(self, lines: int = 15) -> str:
        """The end of its log, to show a person why it does not start."""
        if self._log is None or not self._log.exists():
            return ""
        return "\n".join(self._log.read_text(errors="replace").splitlines()[-lines:])


def _rotated(log: Path) -> Path:
    log.parent.mkdir(parents=True, exist_ok=True)
    if log.exists() and log.stat().st_size > _LOG_LIMIT:
        log.replace(log.with_suffix(".log.1"))
    return log


def stop(children: Sequence[Child]) -> None:
    """Ask all to stop at once, then wait for each; those that do not are killed."""
    for child in children:
        child.ask_to_stop()
    until = time.monotonic() + PATIENCE
    for child in children:
        child.await_end(until)
