"""The catalogue with a directory that also tells who belongs to an organisation."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.catalogue.app import SERVICE
from services.catalogue.settings import Settings
from tests.catalogue.questions.desk import MEMBERS
from tests.catalogue.world import fake_directory
from tests.conftest import Databases
from tests.support import Running, open_service, settings_for


@pytest.fixture(scope="module")
async def running(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[Running]:
    directory = fake_directory()

    @directory.get("/directory/v1/organisations/{organisation_id}/memberships")
    async def memberships(organisation_id: str, cursor: str = "") -> Any:
        ids = sorted(each for each in MEMBERS.get(organisation_id, []) if each > cursor)
        return {"items": [{"account_id": each} for each in ids[:1]], "next": ids[0] if len(ids) > 1 else None}

    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("desk"))
    async with open_service(SERVICE, settings, apps={"directory": directory}) as running:
        yield running
