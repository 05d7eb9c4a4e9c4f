"""The events service on a real database, with a directory that answers."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest

from services.events.app import SERVICE
from services.events.settings import Settings
from tests.conftest import Databases
from tests.events.world import World, fake_directory
from tests.support import Running, open_service, settings_for


@pytest.fixture(scope="module")
async def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Running]:
    data_dir: Path = tmp_path_factory.mktemp("events")
    settings = settings_for(Settings, databases(SERVICE), data_dir)
    async with open_service(SERVICE, settings, apps={"directory": fake_directory()}) as running:
        yield running


@pytest.fixture(scope="module")
async def shared_world(running: Running) -> World:
    """One world for tests that each keep to the events they make."""
    world = World(running)
    await world.open()
    return world


@pytest.fixture
async def fresh_world(running: Running) -> World:
    """Everybody is new in each test; events of other tests are still in the agenda."""
    world = World(running)
    await world.open()
    return world


@pytest.fixture
def world(fresh_world: World) -> World:
    return fresh_world
