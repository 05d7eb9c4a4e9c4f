"""What has to be there before anything runs: the data folder, its secrets, the databases, their migrations."""

import base64
import json
import os
import secrets as random
import tempfile
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from pathlib import Path

from services.common import migrations

from . import postgres
from .routes import SERVICES, Route, load
from .settings import UnfitSettings

#: Connections one web or worker process may open: two doors of ten per service, and the queue's own four.
_PER_PROCESS = 24 * len(SERVICES)
_SECRETS = ("CANEVAS_SECRET_KEY", "CANEVAS_EVENTS_SECRET")


@dataclass(frozen=True)
class Prepared:
    """`environment` holds every variable the processes need; `embedded` tells whether we run PostgreSQL ourselves."""

    environment: dict[str, str]
    embedded: bool
    options: Mapping[str, str]


def database_variable(route: Route) -> str:
    return f"{route.service.upper()}_DATABASE_URL"


def secrets(data_dir: Path) -> dict[str, str]:
    """Drawn once and kept in `secrets.json`, readable by its owner alone."""
    data_dir.mkdir(parents=True, exist_ok=True)
    path = data_dir / "secrets.json"
    drawn = {
        "CANEVAS_SECRET_KEY": random.token_urlsafe(48),
        "CANEVAS_EVENTS_SECRET": "whsec_" + base64.b64encode(random.token_bytes(32)).decode(),
    }
    descriptor, fresh = tempfile.mkstemp(prefix="secrets.", dir=data_dir)  # 0600
    try:
        with os.fdopen(descriptor, "w") as file:
            file.write(json.dumps(drawn, indent=2) + "\n")
        with suppress(FileExistsError):
            os.link(fresh, path)  # whoever links first wins: two processes starting at once share one file
    finally:
        os.unlink(fresh)
    kept: dict[str, str] = json.loads(path.read_text())
    return kept


@contextmanager
def prepared(data_dir: Path, *, web_processes: int = 1, public_url: str | None = None) -> Iterator[Prepared]:
    """The environment of the platform, with the embedded PostgreSQL running as long as the block lasts if it is needed.

    What is already set in our own environment wins.
    """
    data_dir = data_dir.resolve()
    chosen = {"CANEVAS_DATA_DIR": str(data_dir)}
    if public_url:
        chosen["CANEVAS_PUBLIC_URL"] = public_url
    missing = [route for route in SERVICES if not os.environ.get(database_variable(route))]
    if os.environ.get("CANEVAS_ENVIRONMENT") == "production":
        _require([*map(database_variable, missing), *(name for name in _SECRETS if not os.environ.get(name))])
    if not all(os.environ.get(name) for name in _SECRETS):
        chosen |= secrets(data_dir)
    options = {"max_connections": str(max(100, 20 + _PER_PROCESS * (web_processes + 1)))}
    if not missing:
        yield Prepared({**chosen, **_set()}, False, options)
        return
    with postgres.running(data_dir, options=options) as server:
        urls = {database_variable(route): postgres.ensure_database(server, route.service) for route in missing}
        yield Prepared({**chosen, **urls, **_set()}, True, options)


def _require(absent: Sequence[str]) -> None:
    """In production nothing is made up: a forgotten variable must not start an empty database."""
    if absent:
        raise UnfitSettings("CANEVAS_ENVIRONMENT=production needs " + ", ".join(absent) + ".")


def _set() -> dict[str, str]:
    return {name: value for name, value in os.environ.items() if value}


def migrate(environment: Mapping[str, str]) -> None:
    """Bring every service's database to the head of its lineage. Several may call at once."""
    for route in SERVICES:
        service = load(route).service
        migrations.upgrade(environment[database_variable(route)], service.name, service.metadata)
