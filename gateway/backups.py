"""A whole platform kept in one folder: every database at one instant, every file, and the secrets that were drawn here.

<folder>/manifest.json        what is there: counts of rows, digests, state of each lineage
<folder>/<service>.dump       pg_dump's custom format
<folder>/files/<store>/<key>  as the file store has them; files.sha256 is read by `sha256sum --check`
<folder>/secrets/             of the embedded platform only: whoever holds them reads what is sealed
"""

import asyncio
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any

import psycopg
from psycopg import sql
from psycopg.conninfo import conninfo_to_dict, make_conninfo

from services.common.files import Files

from .postgres_places import PostgresUnavailable, find_binaries
from .preparation import database_variable
from .routes import SERVICES, Route

FORMAT = 1
MANIFEST = "manifest.json"
DIGESTS = "files.sha256"
SECRETS = "secrets"
#: What the embedded platform drew by itself, under its data folder.
DRAWN = ("secrets.json", "keys")
_ATTEMPTS = 5

Say = Callable[[str], None]


class BackupRefused(RuntimeError):
    """Why, in French, and the way out."""


@dataclass(frozen=True)
class Dump:
    """One database: `schema` is the head of its lineage, `tables` counts rows in the very snapshot that was dumped."""

    file: str
    schema: str
    size: int
    sha256: str
    tables: dict[str, int] = field(default_factory=dict)


@dataclass(frozen=True)
class Manifest:
    """What a backup says of itself; `made_at` in UTC, sizes in bytes."""

    format: int
    canevas: str
    made_at: str
    databases: dict[str, Dump]
    files: int
    files_size: int
    secret: str

    @classmethod
    def read(cls, folder: Path) -> "Manifest":
        """Raises `BackupRefused` for what is no backup, or one of a later format."""
        try:
            said = json.loads((folder / MANIFEST).read_text(encoding="utf-8"))
            if said["format"] > FORMAT:
                raise BackupRefused(f"{folder} a été écrit par une version plus récente de Canevas : restaurez-le avec elle.")
            dumps = {name: Dump(**dump) for name, dump in said.pop("databases").items()}
            return cls(databases=dumps, **said)
        except (OSError, ValueError, KeyError, TypeError) as error:
            raise BackupRefused(f"{folder} n'est pas une sauvegarde lisible de Canevas ({error}).") from error


def fingerprint(secret: str) -> str:
    """Tells whether two platforms share `CANEVAS_SECRET_KEY` without telling the key."""
    return hashlib.sha256(b"canevas backup\0" + secret.encode()).hexdigest()[:16]


def back_up(environment: Mapping[str, str], into: Path, *, say: Say, now: datetime) -> Path:
    """Write a backup in a new folder of `into`, under its final name only once it is whole. The platform may be running."""
    folder = into / f"canevas-{now.astimezone(UTC):%Y-%m-%dT%H%M%SZ}"
    if folder.exists():
        raise BackupRefused(f"{folder} existe déjà.")
    half = folder.with_name(folder.name + ".partial")
    shutil.rmtree(half, ignore_errors=True)
    half.mkdir(parents=True, mode=0o700)
    try:
        # Files go twice: what is added meanwhile comes with the second pass, so that no row saved lacks its file.
        say("Copie des fichiers…")
        asyncio.run(_copy_files(environment, half))
        with snapshots(environment) as taken:
            dumps = {}
            for route in SERVICES:
                say(f"Copie de la base {route.service}…")
                dumps[route.service] = _dump(environment[database_variable(route)], taken[route.service], route, half)
        digests = asyncio.run(_copy_files(environment, half))
        (half / DIGESTS).write_text("".join(f"{digest}  {path}\n" for path, (digest, _) in sorted(digests.items())))
        _keep_secrets(Path(environment["CANEVAS_DATA_DIR"]), half)
        manifest = Manifest(
            format=FORMAT,
            canevas=version("canevas"),
            made_at=now.astimezone(UTC).isoformat(),
            databases=dumps,
            files=len(digests),
            files_size=sum(size for _, size in digests.values()),
            secret=fingerprint(environment["CANEVAS_SECRET_KEY"]),
        )
        (half / MANIFEST).write_text(json.dumps(asdict(manifest), indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
        half.rename(folder)
    except BaseException:
        shutil.rmtree(half, ignore_errors=True)
        raise
    return folder


# ── Databases ─────────────────────────────────────────────────────────────────────────────────────────────────────


@contextmanager
def snapshots(environment: Mapping[str, str]) -> Iterator[dict[str, psycopg.Connection]]:
    """One connection per service, in a transaction that sees the database as it was at the same instant.

    While snapshots are taken no event can be written as received: an event that its sender has as delivered is in the
    receiver's copy too. The directory's snapshot is the last, since the others name what it holds.
    """
    with ExitStack() as stack:
        urls = {route.service: environment[database_variable(route)] for route in reversed(SERVICES)}
        for attempt in range(_ATTEMPTS):
            try:
                with ExitStack() as barrier:
                    for url in urls.values():
                        held = barrier.enter_context(psycopg.connect(url))
                        held.execute("SET lock_timeout = '2s'")
                        held.execute("LOCK TABLE inbox_events IN SHARE MODE")
                    taken = {name: stack.enter_context(psycopg.connect(url)) for name, url in urls.items()}
                    for connection in taken.values():
                        connection.isolation_level = psycopg.IsolationLevel.REPEATABLE_READ
                        connection.read_only = True
                        connection.execute("SELECT 1")
                break
            except psycopg.errors.LockNotAvailable as error:
                if attempt == _ATTEMPTS - 1:
                    raise BackupRefused("Une base est trop occupée pour être copiée : recommencez dans un moment.") from error
        yield taken


def _dump(url: str, snapshot: psycopg.Connection, route: Route, folder: Path) -> Dump:
    name = _value(snapshot, "SELECT pg_export_snapshot()")
    file = folder / f"{route.service}.dump"
    words = ("--format=custom", "--no-owner", "--no-privileges", f"--snapshot={name}", f"--file={file}")
    run_tool("pg_dump", url, *words)
    head = _value(snapshot, "SELECT version_num FROM alembic_version")
    return Dump(file.name, head, file.stat().st_size, digest_of(file), rows_of(snapshot))


def rows_of(connection: psycopg.Connection) -> dict[str, int]:
    """How many rows each table holds, as this connection sees them."""
    tables = connection.execute("SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY 1").fetchall()
    count = sql.SQL("SELECT count(*) FROM {}")
    return {str(table): _value(connection, count.format(sql.Identifier(table))) for (table,) in tables}


def _value(connection: psycopg.Connection, query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


def run_tool(program: str, url: str, *words: str) -> None:
    """Run one of PostgreSQL's programs on a database. Raises `BackupRefused` with what it said."""
    where: dict[str, Any] = conninfo_to_dict(url)
    password = where.pop("password", None)  # never on a command line, which everybody on the machine may read
    environment = {**os.environ, **({"PGPASSWORD": str(password)} if password else {})}
    command = [_tool(program), *words, f"--dbname={make_conninfo(**where)}"]
    done = subprocess.run(command, env=environment, capture_output=True, text=True, errors="replace", check=False)  # noqa: S603
    if done.returncode:
        raise BackupRefused(f"{program} a échoué sur la base {where.get('dbname')} :\n{done.stderr.strip()}")


def _tool(program: str) -> str:
    try:
        ours = find_binaries() / program
    except PostgresUnavailable:
        ours = Path(program)
    found = str(ours) if ours.exists() else shutil.which(program)
    if not found:
        raise BackupRefused(f"{program} n'est pas là : installez les programmes clients de PostgreSQL (postgresql-client).")
    return found


def digest_of(file: Path) -> str:
    with file.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


# ── Files and secrets ─────────────────────────────────────────────────────────────────────────────────────────────


def stores(environment: Mapping[str, str]) -> dict[str, Files]:
    """Every file store of the platform: one per service on this machine, or the one they share."""
    data_dir = Path(environment["CANEVAS_DATA_DIR"])
    if url := environment.get("CANEVAS_FILES_URL"):
        return {"shared": Files(url, data_dir)}
    return {route.service: Files("", data_dir / "files" / route.service) for route in SERVICES}


async def _copy_files(environment: Mapping[str, str], folder: Path) -> dict[str, tuple[str, int]]:
    """Path in the backup → digest and size, of every file, those already copied included."""
    copied: dict[str, tuple[str, int]] = {}
    for name, store in stores(environment).items():
        async for key, size in store.listing():
            target = folder / "files" / name / key
            if not (target.exists() and target.stat().st_size == size):
                target.parent.mkdir(parents=True, exist_ok=True)
                if not await _copy_one(store, key, size, target):
                    continue
            copied[str(target.relative_to(folder))] = (digest_of(target), target.stat().st_size)
    return copied


async def _copy_one(store: Files, key: str, size: int, target: Path) -> bool:
    """False when the file was discarded since it was listed."""
    try:
        with target.open("wb") as copy:
            if size:
                async for chunk in store.stream(key, 0, size):
                    copy.write(chunk)
    except FileNotFoundError:
        os.unlink(target)
        return False
    return True


def _keep_secrets(data_dir: Path, folder: Path) -> None:
    for name in DRAWN:
        source = data_dir / name
        if not source.exists():
            continue
        target = folder / SECRETS / name
        target.parent.mkdir(mode=0o700, exist_ok=True)
        shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)


def older(folder: Path, keep: int) -> Iterator[Path]:
    """Delete all backups of a folder but the `keep` newest, and name them."""
    whole = sorted(path.parent for path in folder.glob(f"canevas-*Z/{MANIFEST}"))
    for stale in whole[:-keep]:
        shutil.rmtree(stale)
        yield stale
