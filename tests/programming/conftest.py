"""Programming on a real database, with a directory that answers and a campaign that is open."""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from uuid import UUID

import pytest

from services.programming.app import SERVICE
from services.programming.settings import Settings
from tests.conftest import Databases
from tests.programming.world import World, fake_directory
from tests.support import MovableClock, Running, open_service, settings_for

ORGANISATIONS: dict[UUID, dict[str, Any]] = {}
#: Every module begins at this instant: what one walked is copied in the next.
BEGAN = datetime.now(UTC)


@pytest.fixture(scope="module")
async def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Running]:
    data_dir: Path = tmp_path_factory.mktemp("programming")
    settings = settings_for(Settings, databases(SERVICE), data_dir)
    async with open_service(SERVICE, settings, apps={"directory": fake_directory(ORGANISATIONS)}) as running:
        running.clock.at = BEGAN
        yield running


@pytest.fixture(autouse=True)
def _clock_put_back(request: pytest.FixtureRequest) -> Iterator[None]:
    """Each test begins at the same instant, wherever the one before left the clock."""
    clock = request.getfixturevalue("running").clock if "running" in request.fixturenames else MovableClock()
    before = clock.at
    yield
    clock.at = before


async def _opened(running: Running) -> World:
    world = World(running, ORGANISATIONS)
    await world.open()
    return world


@pytest.fixture
async def fresh_world(running: Running, request: pytest.FixtureRequest) -> World:
    """Everybody is new in each test; the campaign is open."""
    world = await _opened(running)
    world.steps.shared = "monkeypatch" not in request.fixturenames
    return world


@pytest.fixture
def world(fresh_world: World) -> World:
    """Each test's own world, unless its module shares one."""
    return fresh_world


@pytest.fixture(scope="module")
async def shared_world(running: Running) -> World:
    """One world for tests that each keep to the dossiers they make."""
    return await _opened(running)
