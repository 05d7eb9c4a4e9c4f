"""A backup brought back into databases that are empty: the platform then gives the same answers."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

import psycopg

from services.common import migrations
from services.common.files import CHUNK

from .backups import (
    DIGESTS,
    DRAWN,
    SECRETS,
    BackupRefused,
    Manifest,
    Say,
    digest_of,
    fingerprint,
    rows_of,
    run_tool,
    stores,
)
from .preparation import Prepared, database_variable, migrate, prepared
from .routes import SERVICES, load


def restore(folder: Path, data_dir: Path, *, other_secrets: bool = False, say: Say) -> Manifest:
    """Bring back what `folder` holds. Everything is checked before anything is written, and counted afterwards.

    `other_secrets` accepts a platform whose secret is another: sealed bank details and links already sent are then lost.
    Raises `BackupRefused`.
    """
    manifest = Manifest.read(folder)
    say("Vérification de la sauvegarde…")
    digests = _checked(folder, manifest)
    with _ready(folder, data_dir) as ready:
        environment = ready.environment
        if manifest.secret != fingerprint(environment["CANEVAS_SECRET_KEY"]) and not other_secrets:
            raise BackupRefused(
                "CANEVAS_SECRET_KEY n'est pas celle de la plateforme sauvegardée : les coordonnées bancaires et les liens déjà "
                "envoyés seraient illisibles. Donnez la clé d'origine, ou dites --other-secrets pour vous en passer."
            )
        for route in SERVICES:
            _require_empty(environment[database_variable(route)], route.service)
        # A service that did not exist yet when the backup was made begins empty.
        for route in (route for route in SERVICES if route.service in manifest.databases):
            say(f"Restauration de la base {route.service}…")
            url = environment[database_variable(route)]
            words = ("--exit-on-error", "--single-transaction", "--no-owner", "--no-privileges")
            run_tool("pg_restore", url, *words, str(folder / manifest.databases[route.service].file))
            _compare(url, route.service, manifest.databases[route.service].tables)
        say("Restauration des fichiers…")
        asyncio.run(_put_files(environment, folder, digests))
        migrate(environment)
    return manifest


def _is_kept_path(path: str) -> bool:
    """`files/<store>/<key>` and nothing that leads elsewhere once it is put back."""
    parts = path.split("/")
    return len(parts) >= 3 and parts[0] == "files" and not {"", ".", ".."} & set(parts)


@contextmanager
def _ready(folder: Path, data_dir: Path) -> Iterator[Prepared]:
    """The platform's environment; secrets the old one had drawn are put back where there are none yet."""
    data_dir.mkdir(parents=True, exist_ok=True)
    for name in DRAWN:
        source, target = folder / SECRETS / name, data_dir / name
        if source.exists() and not target.exists():
            shutil.copytree(source, target) if source.is_dir() else shutil.copy2(source, target)
            os.chmod(target, 0o700 if target.is_dir() else 0o600)
    with prepared(data_dir) as ready:
        yield ready


def _checked(folder: Path, manifest: Manifest) -> dict[str, str]:
    """Path → digest of every file of the backup, each read and found as it was written."""
    damaged = []
    for route in SERVICES:
        dump = manifest.databases.get(route.service)
        if dump is None:
            continue
        part = load(route).service
        if dump.schema not in migrations.revisions(part.name, part.metadata):
            raise BackupRefused(
                f"La base {route.service} a été sauvegardée par une version plus récente ({dump.schema}) : "
                "mettez Canevas à jour, puis recommencez."
            )
        file = folder / dump.file
        if not file.is_file() or digest_of(file) != dump.sha256:
            damaged.append(dump.file)
    lines = (folder / DIGESTS).read_text().splitlines() if (folder / DIGESTS).exists() else []
    digests = {path: digest for digest, _, path in (line.partition("  ") for line in lines)}
    if len(digests) != manifest.files:
        damaged.append(DIGESTS)
    root = (folder / "files").resolve()
    for path, digest in digests.items():
        file = (folder / path).resolve()
        if not _is_kept_path(path) or not file.is_relative_to(root) or not file.is_file() or digest_of(file) != digest:
            damaged.append(path)
    if damaged:
        some = ", ".join(damaged[:5]) + (f" et {len(damaged) - 5} autres" if len(damaged) > 5 else "")
        raise BackupRefused(f"La sauvegarde est abîmée ou incomplète : {some}. Rien n'a été restauré.")
    return digests


def _require_empty(url: str, service: str) -> None:
    with psycopg.connect(url) as connection:
        found = connection.execute("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'").fetchone()
    if found and found[0]:
        raise BackupRefused(
            f"La base {service} n'est pas vide : rien n'a été touché. Restaurez dans une base neuve "
            "(un autre --data-dir, ou une base créée pour cela)."
        )


def _compare(url: str, service: str, expected: Mapping[str, int]) -> None:
    with psycopg.connect(url) as connection:
        found = rows_of(connection)
    wrong = [
        f"{name} : {found.get(name, 0)} lignes au lieu de {rows}" for name, rows in expected.items() if found.get(name) != rows
    ]
    if wrong:
        raise BackupRefused(f"La base {service} restaurée ne compte pas comme la sauvegarde. " + " ; ".join(wrong))


async def _put_files(environment: Mapping[str, str], folder: Path, digests: Mapping[str, str]) -> None:
    targets = stores(environment)
    shared = targets.get("shared")
    for path in digests:
        _, name, key = path.split("/", 2)
        # From one store per service to a shared one, or back: keys are drawn, so they never meet.
        for store in [shared] if shared else [targets[name]] if name in targets else targets.values():
            await store.put(key, _content(folder / path))


async def _content(file: Path) -> AsyncIterator[bytes]:
    with file.open("rb") as content:
        while chunk := content.read(CHUNK):
            yield chunk
