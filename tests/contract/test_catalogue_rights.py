"""The catalogue: every operation × every kind of caller, against the table of `docs/authorisation.md`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.catalogue.app import SERVICE
from services.catalogue.settings import Settings
from services.common.ids import new_id
from tests import catalogue
from tests.catalogue.world import World, fake_directory
from tests.conftest import Databases
from tests.contract import authorisation
from tests.support import Person, open_service, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[World]:
    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("rights"))
    async with open_service(SERVICE, settings, apps={"directory": fake_directory()}) as running:
        world = World(running)
        await world.open()
        yield world


def _callers(world: World) -> dict[str, Person | None]:
    return {
        "anonymous": None,
        "stranger": world.stranger,
        "network": world.member,
        "other centre": world.neighbour,
        "documentalist": world.documentalist,
        "manager": world.manager,
        "administrator": world.administrator,
    }


async def test_every_operation_grants_what_the_table_says_and_nothing_else(world: World) -> None:
    draft = await world.published()
    ids = {
        "centre_id": world.centre_id,
        "document_id": draft["id"],
        "organisation_id": str(new_id()),
        "key": "qpv",
        "number": "1",
        "reference": draft["reference"],
    }
    observed = await authorisation.walk(world, catalogue, _callers(world), ids)
    assert authorisation.differences(observed, authorisation.written("catalogue")) == []
