"""`canevas doctor`: what is wrong with a platform, and how to mend it. It looks; the only thing it writes is a file it takes back."""

import asyncio
import os
import shutil
from collections.abc import AsyncIterator, Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from enum import StrEnum
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import psycopg
from aiosmtplib import SMTPException
from sqlalchemy import MetaData

from services.common import migrations
from services.common.ids import new_id
from services.common.mail import SmtpMailer

from .backups import stores
from .preparation import database_variable
from .routes import SERVICES, Part, load, route_of
from .settings import GatewaySettings

_GIGABYTE = 1024**3
_FAULTS_SHOWN = 5


class State(StrEnum):
    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Finding:
    """One thing looked at: what was found, in French, and what to do about it unless all is well."""

    subject: str
    state: State
    said: str
    way_out: str = ""


def examine(environment: Mapping[str, str], *, every_file: bool = False) -> Iterator[Finding]:
    """Findings, as they come. `every_file` also looks for each file a table names, which takes long on a large store."""
    production = environment.get("CANEVAS_ENVIRONMENT") == "production"
    data_dir = Path(environment["CANEVAS_DATA_DIR"])
    yield from _folder(data_dir)
    parts = [load(route) for route in SERVICES]
    for part in parts:
        yield from _database(part, _url(environment, part))
    yield from asyncio.run(_all(_files(environment, parts, every_file=every_file)))
    yield _mail(environment, production)
    yield from _addresses(GatewaySettings.model_validate(dict(environment)), production)


def _url(environment: Mapping[str, str], part: Part) -> str:
    return environment[database_variable(route_of(part.service.name))]


# ── The machine ───────────────────────────────────────────────────────────────────────────────────────────────────


def _folder(data_dir: Path) -> Iterator[Finding]:
    subject = "dossier de données"
    if not os.access(data_dir, os.W_OK):
        yield Finding(
            subject, State.ERROR, f"{data_dir} n'est pas accessible en écriture.", "Rendez-le au compte qui lance Canevas."
        )
        return
    free = shutil.disk_usage(data_dir).free
    said = f"{free / _GIGABYTE:.1f} Go libres dans {data_dir}."
    if free < _GIGABYTE:
        yield Finding(subject, State.ERROR, said, "Faites de la place : sans elle, dépôts et base s'arrêtent.")
    elif free < 5 * _GIGABYTE:
        yield Finding(subject, State.WARNING, said, "Faites de la place bientôt.")
    else:
        yield Finding(subject, State.OK, said)
    secrets = data_dir / "secrets.json"
    if secrets.exists() and secrets.stat().st_mode & 0o077:
        yield Finding("secrets", State.ERROR, f"{secrets} peut être lu par d'autres comptes.", f"chmod 600 {secrets}")


# ── Databases ─────────────────────────────────────────────────────────────────────────────────────────────────────


def _database(part: Part, url: str) -> Iterator[Finding]:
    name = part.service.name
    subject = f"base {name}"
    try:
        with psycopg.connect(url, connect_timeout=5) as connection:
            connection.read_only = True
            behind = _lineage(name, part.service.metadata, connection)
            yield behind
            if behind.state is State.ERROR:
                return
            yield from _server(subject, connection)
            yield from _work(name, connection)
            yield from _laws(part, connection)
    except psycopg.Error as error:
        way_out = f"Vérifiez {name.upper()}_DATABASE_URL et que PostgreSQL tourne."
        yield Finding(subject, State.ERROR, f"Elle ne répond pas : {str(error).strip()}", way_out)


def _lineage(name: str, metadata: MetaData, connection: psycopg.Connection) -> Finding:
    subject, known = f"base {name}", migrations.revisions(name, metadata)
    there = _one(connection, "SELECT to_regclass('alembic_version')")
    at = _one(connection, "SELECT version_num FROM alembic_version") if there else None
    if at == known[0]:
        return Finding(subject, State.OK, f"Elle répond et elle est à jour ({at}).")
    if at is None or at in known:
        return Finding(subject, State.ERROR, f"Son schéma est en retard ({at or 'vide'}).", "canevas migrate")
    return Finding(subject, State.ERROR, f"Son schéma ({at}) vient d'une version plus récente.", "Mettez Canevas à jour.")


def _server(subject: str, connection: psycopg.Connection) -> Iterator[Finding]:
    gap = abs((_one(connection, "SELECT clock_timestamp()") - datetime.now(UTC)).total_seconds())
    if gap > 5:
        way_out = "Réglez les deux horloges (NTP) : les échéances en dépendent."
        yield Finding(subject, State.WARNING, f"Son horloge diffère de la nôtre de {gap:.0f} s.", way_out)
    if (encoding := _one(connection, "SHOW server_encoding")) != "UTF8":
        yield Finding(subject, State.ERROR, f"Elle est en {encoding}.", "Recréez-la en UTF8 et restaurez une sauvegarde.")


def _work(name: str, connection: psycopg.Connection) -> Iterator[Finding]:
    subject = f"travaux {name}"
    alive = _one(connection, "SELECT count(*) FROM procrastinate_workers WHERE last_heartbeat > now() - interval '1 minute'")
    late = _one(
        connection,
        "SELECT count(*) FROM procrastinate_jobs WHERE status = 'todo' AND coalesce(scheduled_at, '-infinity') < now() - interval '5 min'"
        " AND id NOT IN (SELECT job_id FROM procrastinate_events WHERE at > now() - interval '5 min' AND job_id IS NOT NULL)",
    )
    if not alive:
        said = f"Aucun travailleur n'est actif ; {late} travaux attendent depuis plus de 5 minutes."
        state = State.ERROR if late else State.WARNING
        yield Finding(subject, state, said, f"Lancez `canevas worker {name}` (ou `canevas up`) et lisez son journal.")
    elif late:
        way_out = "Le travailleur est débordé ou bloqué : lisez son journal, puis redémarrez-le."
        yield Finding(subject, State.WARNING, f"{late} travaux attendent depuis plus de 5 minutes.", way_out)
    else:
        yield Finding(subject, State.OK, "Le travail de fond suit.")
    stuck = connection.execute(
        "SELECT j.task_name FROM procrastinate_jobs AS j LEFT JOIN procrastinate_workers AS w ON w.id = j.worker_id"
        " WHERE j.status = 'doing' AND (w.id IS NULL OR w.last_heartbeat < now() - interval '10 min')"
        " AND (SELECT max(at) FROM procrastinate_events AS e WHERE e.job_id = j.id) < now() - interval '10 min' LIMIT 6"
    ).fetchall()
    if stuck:
        which = ", ".join(dict.fromkeys(task for (task,) in stuck))
        way_out = f"Lancez `canevas worker {name}` : un travailleur en marche les reprend dans les minutes qui suivent."
        yield Finding(subject, State.WARNING, f"Travaux commencés par un travailleur disparu : {which}.", way_out)
    given_up = "SELECT task_name, count(*) FROM procrastinate_jobs WHERE status = 'failed' GROUP BY 1 ORDER BY 2 DESC"
    failed = connection.execute(given_up).fetchall()
    if failed:
        which = ", ".join(f"{task} ({count})" for task, count in failed[:_FAULTS_SHOWN])
        way_out = "Cherchez leur nom dans le journal du travailleur, ôtez la cause, puis `canevas retry`."
        yield Finding(subject, State.WARNING, f"Travaux abandonnés après tous leurs essais : {which}.", way_out)


def _laws(part: Part, connection: psycopg.Connection) -> Iterator[Finding]:
    """What must always hold in the service's tables."""
    for check in part.service.checks:
        subject = f"comptes {part.service.name}/{check.name}"
        faults = [str(row[0]) for row in connection.execute(check.query.encode())]
        if not faults:
            yield Finding(subject, State.OK, "Tout concorde.")
            continue
        some = ", ".join(faults[:_FAULTS_SHOWN]) + (" …" if len(faults) > _FAULTS_SHOWN else "")
        yield Finding(subject, State.ERROR, f"{check.wrong.fr} ({len(faults)}) : {some}.", check.way_out.fr)


def _one(connection: psycopg.Connection, query: Any) -> Any:
    row = connection.execute(query).fetchone()
    return row[0] if row else None


# ── Files, mail, addresses ────────────────────────────────────────────────────────────────────────────────────────


async def _all(findings: AsyncIterator[Finding]) -> list[Finding]:
    return [finding async for finding in findings]


async def _files(environment: Mapping[str, str], parts: list[Part], *, every_file: bool) -> AsyncIterator[Finding]:
    way_out = "Vérifiez CANEVAS_FILES_URL, ses droits et la place qui reste."
    held: set[str] = set()
    for name, store in stores(environment).items():
        probe = f"doctor-{new_id().hex}"
        try:
            written = await store.write(probe, b"canevas")
            if await store.read(probe) != b"canevas":
                raise OSError(f"{written.key} n'est pas relu comme il a été écrit")
            await store.discard(probe)
            if every_file:
                held |= {key async for key, _ in store.listing()}
        except Exception as error:  # whatever a store may raise is what is wrong with it
            yield Finding(f"fichiers {name}", State.ERROR, f"Le magasin de fichiers refuse : {error}", way_out)
            return
        yield Finding(f"fichiers {name}", State.OK, "Le magasin de fichiers s'écrit et se relit.")
    if every_file:
        for part in parts:
            yield _missing(part, _url(environment, part), held)


def _missing(part: Part, url: str, held: set[str]) -> Finding:
    """Files that tables name (a `key` beside its `sha256`, a `letter_key` beside its `letter_sha256`) and that no store has."""
    subject, missing = f"fichiers {part.service.name}", list[str]()
    with psycopg.connect(url) as connection:
        for table in part.service.metadata.tables.values():
            for column in named_files(table.columns.keys()):
                rows = connection.execute(f'SELECT "{column}" FROM "{table.name}" WHERE "{column}" IS NOT NULL'.encode())  # noqa: S608 - our own name
                missing += [f"{table.name}/{key}" for (key,) in rows if key not in held]
    if not missing:
        return Finding(subject, State.OK, "Chaque fichier nommé par une table est là.")
    some = ", ".join(missing[:_FAULTS_SHOWN]) + (" …" if len(missing) > _FAULTS_SHOWN else "")
    return Finding(subject, State.ERROR, f"{len(missing)} fichiers manquent : {some}", "Reprenez-les dans la dernière sauvegarde.")


def named_files(columns: Collection[str]) -> list[str]:
    """The columns of a table that name a file of the store: those whose digest is kept beside them."""
    keys = [name for name in columns if name == "key" or name.endswith("_key")]
    return [name for name in keys if name.removesuffix("key") + "sha256" in columns]


def _mail(environment: Mapping[str, str], production: bool) -> Finding:
    url = environment.get("CANEVAS_SMTP_URL", "")
    if not url:
        said = "Les mails ne partent pas : ils sont écrits dans le dossier `mail`."
        return Finding("mail", State.ERROR if production else State.OK, said, "Donnez CANEVAS_SMTP_URL." if production else "")
    host = urlsplit(url).hostname
    try:
        asyncio.run(SmtpMailer(url).greet())
    except (OSError, ValueError, SMTPException) as error:
        way_out = "Vérifiez CANEVAS_SMTP_URL ; les mails attendent et partiront d'eux-mêmes."
        return Finding("mail", State.ERROR, f"Le serveur {host} ne prend pas les mails : {error}", way_out)
    return Finding("mail", State.OK, f"Le serveur {host} prend les mails.")


def _addresses(settings: GatewaySettings, production: bool) -> Iterator[Finding]:
    subject = "adresse publique"
    if production and not settings.is_https:
        way_out = "Mettez TLS devant et donnez CANEVAS_PUBLIC_URL=https://…"
        yield Finding(subject, State.ERROR, f"{settings.public_url} n'est pas chiffrée.", way_out)
    try:
        answer = httpx.get(f"{settings.public_url}/health", timeout=10)
        if answer.status_code == 200:
            yield Finding(subject, State.OK, f"{settings.public_url} répond.")
            return
        said = f"{settings.public_url}/health répond {answer.status_code} : {answer.text[:200]}"
    except httpx.HTTPError as error:
        said = f"{settings.public_url} ne répond pas d'ici : {error}"
    way_out = "Si la plateforme est arrêtée, c'est normal ; sinon lisez les journaux, et vérifiez CANEVAS_PUBLIC_URL et le proxy."
    yield Finding(subject, State.WARNING, said, way_out)
