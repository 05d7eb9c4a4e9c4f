"""Where everything is measured: a durable PostgreSQL of its own, deleted afterwards."""

import shutil
import tempfile
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import UUID

from gateway import postgres
from gateway.routes import SERVICES, load
from services.common import migrations
from services.common.ids import new_id
from services.directory.sessions.keys import SigningKeys
from services.directory.settings import Settings as DirectorySettings
from tests.support import EVENTS_SECRET, SECRET


class Bench:
    """A PostgreSQL cluster of its own, databases of the services in it, and tokens they believe."""

    def __init__(self, data_dir: Path, server: postgres.Server) -> None:
        self.server = server
        self.environment = {
            "CANEVAS_DATA_DIR": str(data_dir),
            "CANEVAS_SECRET_KEY": SECRET,
            "CANEVAS_EVENTS_SECRET": EVENTS_SECRET,
            "CANEVAS_LOG_LEVEL": "warning",
            "DIRECTORY_DATABASE_URL": self._database("directory", "directory"),
        }
        settings = DirectorySettings(
            database_url=self.environment["DIRECTORY_DATABASE_URL"],
            data_dir=data_dir,
            secret_key=SECRET,
            events_secret=EVENTS_SECRET,
        )
        self._keys = SigningKeys(settings)

    def _database(self, service: str, name: str) -> str:
        conninfo = postgres.ensure_database(self.server, name)
        described = next(load(route).service for route in SERVICES if route.service == service)
        migrations.upgrade(conninfo, service, described.metadata)
        return conninfo

    def programming(self, name: str) -> str:
        return self._database("programming", name)

    def catalogue(self, name: str) -> str:
        return self._database("catalogue", name)

    def events(self, name: str) -> str:
        return self._database("events", name)

    def token(self, organisation_id: UUID, *, role: str = "manager") -> str:
        return self.signed({"orgs": {str(organisation_id): [role]}})

    def signed(self, claims: Mapping[str, object]) -> str:
        """A token of somebody new with these claims."""
        now = datetime.now(UTC)
        whole = {"iss": "canevas", "aud": "canevas", "iat": now, "exp": now + timedelta(hours=2), "sub": str(new_id())}
        return self._keys.sign({**whole, "sid": str(new_id()), **claims})


@contextmanager
def opened() -> Iterator[Bench]:
    """Durable: the server's own defaults, fsync and synchronous_commit on. Everything is deleted afterwards."""
    data_dir = Path(tempfile.mkdtemp(prefix="canevas-load-"))
    try:
        with postgres.running(data_dir) as server:
            yield Bench(data_dir, server)
    finally:
        place = data_dir / "postgresql.place"
        if place.exists():
            shutil.rmtree(place.read_text().splitlines()[0], ignore_errors=True)
        shutil.rmtree(data_dir, ignore_errors=True)
