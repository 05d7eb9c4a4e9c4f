"""`canevas up`: PostgreSQL, web processes and a worker on one machine, started, watched and stopped together."""

import errno
import http.client
import json
import os
import signal
import socket
import sys
import threading
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from importlib import import_module
from pathlib import Path
from urllib.parse import urlsplit

from rich.console import Console

from . import postgres
from .preparation import Prepared, migrate, prepared
from .settings import GatewaySettings, read
from .supervision import Child, Lifeline, stop
from .welcome import Account, welcome

_BEAT = 0.1
#: Seconds the platform is given to answer for the first time.
_START = 90.0


class CannotStart(RuntimeError):
    """Why, in French, and the way out."""


@dataclass(frozen=True)
class Options:
    """What `canevas up` was asked."""

    data_dir: Path
    host: str = "127.0.0.1"
    port: int = 8000
    workers: int = 1
    demo: bool = False
    clock_file: Path | None = None
    verbose: bool = False

    @property
    def address(self) -> str:
        name = "127.0.0.1" if self.host in {"0.0.0.0", "::"} else self.host  # noqa: S104 - compared, not bound
        return f"http://[{name}]:{self.port}" if ":" in name else f"http://{name}:{self.port}"


class Database:
    """The embedded PostgreSQL, started again when it is killed."""

    def __init__(self, data_dir: Path, options: Mapping[str, str], say: Callable[[str], None]) -> None:
        self._data_dir, self._options, self._say = data_dir, options, say
        self._retry_at = 0.0

    def tend(self) -> None:
        if time.monotonic() < self._retry_at or postgres.pid(self._data_dir) is not None:
            return
        self._say("PostgreSQL s'est arrêté ; il est relancé.")
        try:
            postgres.start(self._data_dir, options=self._options)
        except postgres.PostgresUnavailable as error:
            self._say(str(error))
            self._retry_at = time.monotonic() + 5


@dataclass
class Platform:
    """The running whole. `tend` in a loop until `stopping` is set."""

    options: Options
    console: Console
    stopping: threading.Event = field(default_factory=threading.Event)
    children: list[Child] = field(default_factory=list)
    database: Database | None = None

    def say(self, text: str) -> None:
        self.console.print(text, markup=False, highlight=False)

    def start(self, ready: Prepared, listening: socket.socket) -> None:
        line = Lifeline.create()
        environment = dict(ready.environment)
        if self.options.clock_file:
            environment["CANEVAS_CLOCK_FILE"] = str(self.options.clock_file.resolve())
        if ready.embedded:
            self.database = Database(self.options.data_dir.resolve(), ready.options, self.say)
        names = ["web"] if self.options.workers == 1 else [f"web-{n}" for n in range(1, self.options.workers + 1)]
        for name in names:
            self._add(name, [sys.executable, "-m", "gateway.web", str(listening.fileno())], environment, line, listening.fileno())
        self._add("worker", [sys.executable, "-m", "gateway.worker"], environment, line)

    def _add(self, name: str, command: list[str], environment: Mapping[str, str], line: Lifeline, *passed: int) -> None:
        log = None if self.options.verbose else self.options.data_dir / "logs" / f"{name}.log"
        self.children.append(Child(name, command, environment, line=line, say=self.say, log=log, passed=passed))

    def tend(self) -> None:
        if self.database is not None:
            self.database.tend()
        for child in self.children:
            child.tend()

    def tend_until(self, condition: Callable[[], bool]) -> None:
        while not self.stopping.is_set() and not condition():
            self.tend()
            self.stopping.wait(_BEAT)

    def await_first_answer(self, host: str) -> None:
        until = time.monotonic() + _START

        def answers() -> bool:
            dying = next((child for child in self.children if child.deaths >= 3), None)
            if dying is not None or time.monotonic() > until:
                words = (dying or self.children[0]).last_words()
                raise CannotStart(f"La plateforme ne démarre pas. Dernières lignes du journal :\n{words}")
            return _answers(self.options, host)

        self.tend_until(answers)


def up(options: Options, console: Console) -> None:
    """Run the platform until it is asked to stop. Raises `CannotStart` (or `PostgresUnavailable`)."""
    read(GatewaySettings)  # refused now rather than by every process
    platform = Platform(options, console)
    with _listening(options) as listening, _signals(platform.stopping):
        public_url = None if os.environ.get("CANEVAS_PUBLIC_URL") else options.address
        platform.say("Préparation de la base de données…")
        with prepared(options.data_dir, web_processes=options.workers, public_url=public_url) as ready:
            migrate(ready.environment)
            gateway = GatewaySettings.model_validate(ready.environment)
            platform.start(ready, listening)
            try:
                platform.await_first_answer(min(gateway.hosts))
                accounts = load_demo(platform) if options.demo else _known_accounts(options.data_dir)
                if not platform.stopping.is_set():
                    welcome(console, options, gateway, accounts, mails=not os.environ.get("CANEVAS_SMTP_URL"))
                platform.tend_until(lambda: False)
            finally:
                platform.say("Arrêt…")
                stop(platform.children)
    platform.say("Tout est arrêté.")


@contextmanager
def _listening(options: Options) -> Iterator[socket.socket]:
    """The socket is ours, not a child's: while a web process restarts, requests wait instead of being refused."""
    family = socket.AF_INET6 if ":" in options.host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as listening:
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            listening.bind((options.host, options.port))
        except OSError as error:
            if error.errno == errno.EADDRINUSE:
                way_out = f"Arrêtez le programme qui l'occupe, ou choisissez-en un autre : canevas up --port {options.port + 1}"
                raise CannotStart(f"Le port {options.port} est déjà pris. {way_out}") from error
            raise CannotStart(f"Impossible d'écouter sur {options.host}:{options.port} : {error.strerror}.") from error
        listening.listen(2048)
        yield listening


@contextmanager
def _signals(stopping: threading.Event) -> Iterator[None]:
    numbers = (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)
    before = {number: signal.signal(number, lambda *_: stopping.set()) for number in numbers}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _answers(options: Options, host: str) -> bool:
    address = urlsplit(options.address)
    connection = http.client.HTTPConnection(address.hostname or "127.0.0.1", options.port, timeout=10)
    try:
        connection.request("GET", "/health", headers={"Host": host})
        return connection.getresponse().status == 200
    except (OSError, http.client.HTTPException):
        return False
    finally:
        connection.close()


def _known_accounts(data_dir: Path) -> list[Account]:
    try:
        return [Account(*row) for row in json.loads((data_dir / "demo.json").read_text())]
    except FileNotFoundError:
        return []


def load_demo(platform: Platform) -> list[Account]:
    """Load the demonstration once, while the processes are being watched."""
    data_dir = platform.options.data_dir
    if (data_dir / "demo.json").exists():
        return _known_accounts(data_dir)
    platform.say("Chargement de la démonstration…")
    loaded: list[Account] = []
    failures: list[Exception] = []

    def load() -> None:
        try:
            seed = import_module("gateway.demo.seed")
            result = seed.load(platform.options.address, data_dir)
            loaded.extend(Account(*row) for row in result.accounts)
        except Exception as error:  # said to the person below; the platform itself works
            failures.append(error)

    thread = threading.Thread(target=load, name="demo", daemon=True)
    thread.start()
    platform.tend_until(lambda: not thread.is_alive())
    if platform.stopping.is_set():
        return []
    if failures:
        platform.say(f"La démonstration n'a pas pu être chargée : {str(failures[0]) or repr(failures[0])}")
        platform.say("La plateforme fonctionne quand même.")
        return []
    descriptor = os.open(data_dir / "demo.json", os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    with os.fdopen(descriptor, "w") as file:
        json.dump(loaded, file, ensure_ascii=False, indent=2)
    return loaded
