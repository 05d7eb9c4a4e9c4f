"""Tests run on a real PostgreSQL: one server for the run, one migrated template per service, one copy per test module.

Acts commit for real, through both doors, so that races, jobs and constraints are what people will meet (ADR 0005).
"""

import gc
import hashlib
import os
import signal
import sys
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
import structlog
from procrastinate import __version__ as queue_version
from xdist.scheduler import LoadFileScheduling

from gateway import postgres
from services.common import migrations
from services.common.ids import new_id
from services.common.resources import Service

# Tracebacks as Python writes them: structlog's own take seconds.
structlog.configure(
    processors=[
        structlog.contextvars.merge_contextvars,
        structlog.processors.add_log_level,
        structlog.processors.format_exc_info,
        structlog.processors.KeyValueRenderer(),
    ]
)

# Platforms that tests start, and the processes of one run, compile the product once: a container may say never to keep it.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)
sys.dont_write_bytecode = False

# A run started in the background ignores Ctrl-C, and so would the platforms that tests interrupt.
if signal.getsignal(signal.SIGINT) is signal.SIG_IGN:
    signal.signal(signal.SIGINT, signal.default_int_handler)

# What is imported stays for the whole run: collections need not walk it again and again.
gc.set_threshold(10_000, 10, 10)

ROOT = Path(__file__).resolve().parents[1]
#: Nothing a test writes has to survive a power cut.
FAST = {"fsync": "off", "synchronous_commit": "off", "full_page_writes": "off", "max_connections": "200"}

#: Folders whose tests start whole platforms: they begin first, so that no process ends alone on one of them.
LONG = ("journeys", "gateway", "contract")

Databases = Callable[[Service], str]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=lambda item: LONG.index(_folder(item.nodeid)) if _folder(item.nodeid) in LONG else len(LONG))


def pytest_collection_finish() -> None:
    """Everything is imported: none of it will ever be garbage."""
    gc.collect()
    gc.freeze()


class Modules(LoadFileScheduling):  # type: ignore[misc] # xdist has no types
    """A test process takes a module at a time, and the journeys whole, since they share one platform; in the order above."""

    def __init__(self, config: pytest.Config, log: Any = None) -> None:
        config.option.loadscopereorder = False
        super().__init__(config, log)

    def _split_scope(self, nodeid: str) -> str:
        return "journeys" if _folder(nodeid) == "journeys" else str(super()._split_scope(nodeid))


def pytest_xdist_make_scheduler(config: pytest.Config, log: Any) -> Modules | None:
    return Modules(config, log) if config.getvalue("dist") == "loadfile" else None


def _folder(nodeid: str) -> str:
    """`gateway` for `tests/gateway/demo/test_play.py::test_…`."""
    return nodeid.split("/", 2)[1]


@pytest.fixture(scope="session")
def anyio_backend() -> tuple[str, dict[str, bool]]:
    return "asyncio", {"use_uvloop": True}


@pytest.fixture(scope="session")
def server() -> Iterator[postgres.Server]:
    with postgres.running(ROOT / ".canevas" / "tests", options=FAST) as running:
        yield running


@pytest.fixture(scope="module")
def databases(server: postgres.Server) -> Iterator[Databases]:
    """`databases(SERVICE)` is the conninfo of a fresh migrated database, dropped after the module."""
    made: list[str] = []

    def fresh(service: Service) -> str:
        template = _template(server, service)
        name = f"test_{service.name}_{new_id().hex}"
        made.append(name)
        return postgres.clone_database(server, template, name)

    yield fresh
    for name in made:
        postgres.drop_database(server, name)


def _template(server: postgres.Server, service: Service) -> str:
    """The migrated template of a service, built once for this state of its lineage whatever the number of test processes."""
    name = f"template_{service.name}_{_digest(service)}"
    with psycopg.connect(server.conninfo(), autocommit=True) as connection:
        connection.execute("SELECT pg_advisory_lock(hashtext(%s))", [name])
        found = connection.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone()
        if found is None:
            half = f"{name}_half"
            postgres.drop_database(server, half)
            migrations.upgrade(postgres.ensure_database(server, half), service.name, service.metadata)
            connection.execute(f'ALTER DATABASE "{half}" RENAME TO "{name}"'.encode())
        connection.execute("SELECT pg_advisory_unlock(hashtext(%s))", [name])
    return name


def _digest(service: Service) -> str:
    lineage = sorted((migrations.ROOT / service.name).glob("*.py"))
    content = b"".join(file.read_bytes() for file in lineage) + queue_version.encode()
    return hashlib.sha256(content).hexdigest()[:12]
