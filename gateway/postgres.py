"""The embedded PostgreSQL: one server per data directory, reached by Unix socket, shared by all who ask for it.

What lies where (`<home>` is `<data_dir>/postgresql`, or `/var/lib/canevas/data-…` when root's data directory is
closed to the unprivileged account that must run the server; `<data_dir>/postgresql.place` then remembers it):

    <data_dir>/postgresql.lock     held while one process starts or stops the server
    <data_dir>/postgresql.users    held, shared, by every process inside `running`
    <home>/data, <home>/postgres.log
"""

import os
import re
import shlex
import shutil
import signal
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from .postgres_places import (
    Account,
    account_for,
    clear_errors,
    home_of,
    locked,
    make_home,
    open_lock,
    publish,
    reachable_binaries,
    socket_dir_for,
    tail,
)
from .postgres_places import (
    PostgresUnavailable as PostgresUnavailable,
)

if sys.platform != "win32":
    import fcntl

OLDEST = 15  # CREATE DATABASE … STRATEGY, and what the migrations rely on
PATIENCE = 120.0  # seconds to start or stop: crash recovery on a slow disk takes its time
ORPHANS = 15.0  # seconds the children of a killed postmaster may still hold its shared memory
SMALL_MACHINE = {
    "max_connections": "100",
    "shared_buffers": "128MB",
    "random_page_cost": "1.1",
    "jit": "off",
    "log_checkpoints": "off",
    "timezone": "UTC",
    "log_timezone": "UTC",
}
STOP_SIGNALS = {"smart": "SIGTERM", "fast": "SIGINT", "immediate": "SIGQUIT"}


@dataclass(frozen=True)
class Server:
    """A running server. Whoever may enter `socket_dir` may be any role: its 0700 is the guard."""

    socket_dir: Path
    data: Path
    owner: str | None

    def conninfo(self, database: str = "postgres", role: str = "canevas") -> str:
        """`host=… port=5432 dbname=… user=…`, as libpq reads it; `canevas` is the superuser."""
        return make_conninfo(host=str(self.socket_dir), port=5432, dbname=database, user=role)


def start(data_dir: Path, *, options: Mapping[str, str] = {}) -> Server:
    """Join the server of `data_dir`, or start it (creating it if need be); many processes may ask at once.

    `options` are PostgreSQL settings; they count only for the process that really starts the server.
    """
    with locked(data_dir):
        return _join_or_start(data_dir.resolve(), options)


def stop(data_dir: Path, *, mode: str = "fast") -> None:
    """Stop the server of `data_dir` if it runs; `mode` is smart, fast or immediate."""
    if data_dir.exists():
        with locked(data_dir):
            _stop(home_of(data_dir.resolve()), mode)


def pid(data_dir: Path) -> int | None:
    """The postmaster's process id, or None when no server runs."""
    with clear_errors():
        postmaster = _postmaster(home_of(data_dir.resolve()) / "data")
    return postmaster.pid if postmaster else None


@contextmanager
def running(data_dir: Path, *, options: Mapping[str, str] = {}) -> Iterator[Server]:
    """The server for as long as the block lasts; the last process to leave stops it, whoever started it."""
    with locked(data_dir):
        users = open_lock(data_dir / "postgresql.users")
        fcntl.flock(users, fcntl.LOCK_SH)
    try:
        yield start(data_dir, options=options)
    finally:
        with locked(data_dir):
            # Closed, then probed through a new descriptor: a forked child that inherited ours is a user too.
            os.close(users)
            probe = open_lock(data_dir / "postgresql.users")
            try:
                with suppress(BlockingIOError):
                    fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _stop(home_of(data_dir.resolve()), "fast")
            finally:
                os.close(probe)


def ensure_database(server: Server, name: str) -> str:
    """Role `name` and database `name` that only it (and the superuser) may enter; the role's conninfo."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtextextended('canevas.ensure_database', 0))")
        role = sql.Identifier(name)
        if not connection.execute("SELECT FROM pg_roles WHERE rolname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE ROLE {} LOGIN").format(role))
        if not connection.execute("SELECT FROM pg_database WHERE datname = %s", [name]).rowcount:
            connection.execute(sql.SQL("CREATE DATABASE {} OWNER {}").format(role, role))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(role))
    return server.conninfo(name, name)


def clone_database(server: Server, template: str, name: str) -> str:
    """Database `name`, a copy of `template` (which nobody may be using) with the same owner; the owner's conninfo."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        query = "SELECT rolname FROM pg_database JOIN pg_roles ON pg_roles.oid = datdba WHERE datname = %s"
        row = connection.execute(query, [template]).fetchone()
        if row is None:
            raise psycopg.errors.InvalidCatalogName(f"no database {template!r} to clone")
        owner = str(row[0])
        create = sql.SQL("CREATE DATABASE {} TEMPLATE {} OWNER {} STRATEGY FILE_COPY")
        connection.execute(create.format(*map(sql.Identifier, (name, template, owner))))
        connection.execute(sql.SQL("REVOKE ALL ON DATABASE {} FROM PUBLIC").format(sql.Identifier(name)))
    return server.conninfo(name, owner)


def drop_database(server: Server, name: str) -> None:
    """Drop database `name` if it exists, sending its users away; its role stays."""
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


# ── Starting and stopping, under the lock ─────────────────────────────────────────────────────────────────────────


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    socket_dir: Path
    ready: bool


def _join_or_start(data_dir: Path, options: Mapping[str, str]) -> Server:
    home = home_of(data_dir)
    account = account_for(home)
    postmaster = _settled(home / "data")
    if postmaster is None:
        binaries = reachable_binaries(account)
        home = make_home(data_dir, account)
        _initialise(home, account, binaries, durable=options.get("fsync") != "off")
        _launch(home, account, binaries, options)
        postmaster = _settled(home / "data")
    if postmaster is None:
        raise PostgresUnavailable(f"PostgreSQL started, then stopped at once:\n{tail(home / 'postgres.log')}")
    return Server(postmaster.socket_dir, home / "data", account.name)


def _settled(data: Path) -> _Postmaster | None:
    """The postmaster that answers, or None when there is none, once a start, a stop or a death under way is over."""
    deadline = time.monotonic() + PATIENCE
    trouble = ""
    while postmaster := _postmaster(data):
        try:
            if postmaster.ready:
                psycopg.connect(Server(postmaster.socket_dir, data, None).conninfo(), connect_timeout=10).close()
                return postmaster
        except psycopg.OperationalError as error:
            trouble = str(error)
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"PostgreSQL (process {postmaster.pid}) is neither ready nor gone. {trouble}")
        time.sleep(0.02)
    return None


def _launch(home: Path, account: Account, binaries: Path, options: Mapping[str, str]) -> None:
    data, log = home / "data", home / "postgres.log"
    sockets = socket_dir_for(data, account)
    guarded = {"listen_addresses": "", "port": "5432", "unix_socket_directories": f'"{sockets}"'}
    settings = [word for item in {**SMALL_MACHINE, **options, **guarded}.items() for word in ("-c", "=".join(item))]
    if log.exists() and log.stat().st_size > 10_000_000:
        log.replace(log.with_suffix(".log.1"))
    deadline = time.monotonic() + ORPHANS
    while _settled(data) is None:
        # Stale, whatever process bears that number now. PostgreSQL still finds its orphans by their shared memory.
        for lock in (data / "postmaster.pid", sockets / ".s.PGSQL.5432.lock"):
            lock.unlink(missing_ok=True)
        written = log.stat().st_size if log.exists() else 0
        command = ("start", "-s", "-w", "-t", f"{PATIENCE:.0f}", "-D", data, "-l", log, "-o", shlex.join(settings))
        result = account.run(binaries / "pg_ctl", *command)
        if result.returncode == 0:
            return
        said = tail(log, written)
        if not re.search("still in use|already exists", said) or time.monotonic() > deadline:
            raise PostgresUnavailable(f"PostgreSQL does not start: {result.stderr}{said}\nIts log is {log}.")
        time.sleep(0.2)


def _stop(home: Path, mode: str) -> None:
    number = getattr(signal, STOP_SIGNALS[mode])
    postmaster = _postmaster(home / "data")
    if postmaster is None:
        return
    with suppress(ProcessLookupError):
        os.kill(postmaster.pid, number)
    deadline = time.monotonic() + PATIENCE
    while _postmaster(home / "data"):
        if time.monotonic() > deadline:
            raise PostgresUnavailable(f"PostgreSQL (process {postmaster.pid}) does not stop; try mode='immediate'.")
        time.sleep(0.02)
    with suppress(OSError):
        postmaster.socket_dir.rmdir()


def _postmaster(data: Path) -> _Postmaster | None:
    """What `postmaster.pid` says, if the process it names is alive and is the server of this directory."""
    try:
        lines = (data / "postmaster.pid").read_text().splitlines()
        number = abs(int(lines[0]))  # negative for a single-user server
    except (FileNotFoundError, NotADirectoryError, IndexError, ValueError):
        return None
    command = _command_line(number)
    if not re.match(r"(.*/)?postgres( -|\s*$)", command) or (" -D" in command and f" -D {data} " not in command):
        return None
    return _Postmaster(number, Path(*lines[4:5]), ready=len(lines) > 7 and lines[7].strip() == "ready")


def _command_line(number: int) -> str:
    """The words of a process, each followed by a space; empty for the dead and for zombies."""
    if sys.platform == "linux":  # readable whoever owns the process, where its cwd or exe are not
        with suppress(FileNotFoundError, ProcessLookupError):
            return Path(f"/proc/{number}/cmdline").read_text(errors="replace").replace("\0", " ")
        return ""
    return Account(None).run("ps", "-ww", "-o", "args=", "-p", str(number)).stdout.rstrip("\n") + " "


def _initialise(home: Path, account: Account, binaries: Path, *, durable: bool) -> None:
    """Make `<home>/data` unless it exists: built aside and renamed, so that it is never half a cluster."""
    data = home / "data"
    found = re.search(r"\) (\d+)", account.run(binaries / "postgres", "--version").stdout)
    major = int(found[1]) if found else 0
    if major < OLDEST:
        raise PostgresUnavailable(f"PostgreSQL in {binaries} is too old, {OLDEST} or newer is needed.")
    if data.exists() and any(data.iterdir()):
        made_by = (data / "PG_VERSION").read_text().strip() if (data / "PG_VERSION").exists() else "nothing known"
        if made_by != str(major):
            advice = f"Dump it with version {made_by} and load it into a new data directory."
            raise PostgresUnavailable(f"{data} was made by PostgreSQL {made_by}, we run {major}. {advice}")
        return
    for leftover in home.glob("data.new-*"):
        shutil.rmtree(leftover, ignore_errors=True)
    fresh = home / f"data.new-{os.getpid()}"
    locale = ["--locale-provider=builtin", "--builtin-locale=C.UTF-8"] if major >= 17 else ["--locale=C.UTF-8"]
    syncing = [] if durable else ["--no-sync"]
    fixed = ("--encoding=UTF8", "--username=canevas", "--auth=trust", f"--pgdata={fresh}")
    result = account.run(binaries / "initdb", *locale, *syncing, *fixed)
    if result.returncode:
        shutil.rmtree(fresh, ignore_errors=True)
        raise PostgresUnavailable(f"initdb failed in {home}: {result.stderr or result.stdout}")
    publish(fresh, data)
