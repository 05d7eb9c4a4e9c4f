"""A hotel on a database of its own, and what stands around it."""

from collections.abc import AsyncIterator, Callable
from pathlib import Path
from typing import Any

import pytest

from services.common import migrations
from tests.conftest import Databases
from tests.support import Running, open_service, settings_for

from .hotel import ROOMS
from .rooms import Settings

LINEAGES = Path(__file__).parent / "lineage"


@pytest.fixture(scope="module")
def fresh_database(databases: Databases) -> Callable[[], str]:
    """`fresh_database()` is the conninfo of an empty hotel."""

    def fresh() -> str:
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(migrations, "ROOT", LINEAGES)
            return databases(ROOMS)

    return fresh


@pytest.fixture(scope="module")
async def hotel(
    fresh_database: Callable[[], str], tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any
) -> AsyncIterator[Running]:
    settings = settings_for(Settings, fresh_database(), tmp_path_factory.mktemp("hotel"))
    async with open_service(ROOMS, settings) as running:
        yield running
