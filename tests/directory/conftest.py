"""The directory, running with keys and databases of its own."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from services.directory.app import SERVICE
from services.directory.settings import Settings
from tests.conftest import Databases
from tests.support import SIGNER, Running, open_service, settings_for


@pytest.fixture(scope="module")
async def directory(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> AsyncIterator[Running]:
    """Signs its tokens itself, with the key its settings give it."""
    folder: Path = tmp_path_factory.mktemp("directory")
    settings = settings_for(
        Settings, databases(SERVICE), folder, signing_key=SIGNER.private_pem, password_cost="low", requests_per_hour=10_000
    )
    async with open_service(SERVICE, settings, signer=None) as running:
        yield running
