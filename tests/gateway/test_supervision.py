"""Children are started again, stopped properly, and do not outlive a supervisor that was killed."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from gateway.supervision import Child, Lifeline, stop
from tests.gateway import proc

SAYS_HELLO = "import sys, time; print('hello', flush=True); time.sleep(60)"
DEAF = "import signal, time; signal.signal(signal.SIGTERM, signal.SIG_IGN); print('deaf', flush=True); time.sleep(60)"


@pytest.fixture
def line() -> Lifeline:
    return Lifeline.create()


def _until(condition: Callable[[], object], tended: Child | None = None, patience: float = 20) -> None:
    until = time.monotonic() + patience
    while not condition():
        assert time.monotonic() < until, "it did not happen"
        if tended:
            tended.tend()
        time.sleep(0.02)


def _child(code: str, line: Lifeline, log: Path, said: list[str] | None = None) -> Child:
    say = said.append if said is not None else lambda _: None
    return Child("web", [sys.executable, "-c", code], {}, line=line, say=say, log=log)


def test_a_child_that_is_killed_is_started_again(line: Lifeline, tmp_path: Path) -> None:
    said: list[str] = []
    child = _child(SAYS_HELLO, line, tmp_path / "logs" / "web.log", said)
    child.tend()
    first = child.pid
    assert first is not None
    os.kill(first, signal.SIGKILL)
    _until(lambda: child.pid not in {None, first}, child)
    assert said == ["Le processus web s'est arrêté (signal 9) ; il est relancé."]
    stop([child])
    assert child.pid is None


def test_a_child_that_keeps_dying_is_not_started_in_a_rush(line: Lifeline, tmp_path: Path) -> None:
    child = _child("raise SystemExit('no database')", line, tmp_path / "web.log")
    _until(lambda: child.deaths >= 3, child)
    assert child.pid is None, "it rests before the next start"
    assert "no database" in child.last_words()
    stop([child])


def test_a_child_that_does_not_stop_is_killed(line: Lifeline, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gateway.supervision.PATIENCE", 0.3)
    said: list[str] = []
    child = _child(DEAF, line, tmp_path / "web.log", said)
    child.tend()
    _until(lambda: "deaf" in child.last_words())
    stop([child])
    assert said == ["Le processus web ne s'arrête pas : il est interrompu."]


def test_a_child_does_not_outlive_a_supervisor_that_was_killed(tmp_path: Path) -> None:
    """The supervisor is a process of its own here; its child waits on the lifeline."""
    child_code = "import os, time; from gateway import lifeline; lifeline.watch(); print(os.getpid(), flush=True); time.sleep(60)"
    supervisor = (
        "import sys, time; from pathlib import Path; from gateway.supervision import Child, Lifeline\n"
        f"child = Child('web', [sys.executable, '-c', {child_code!r}], {{}}, line=Lifeline.create(), say=print, log=Path({str(tmp_path / 'log')!r}))\n"
        "while True:\n    child.tend()\n    time.sleep(0.05)\n"
    )
    log = tmp_path / "log"
    with subprocess.Popen([sys.executable, "-c", supervisor]) as process:
        _until(lambda: log.exists() and log.read_text().strip())
        child = int(log.read_text())
        process.kill()
    _until(lambda: not proc.alive(child))
