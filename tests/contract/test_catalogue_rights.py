"""The catalogue: every operation × every kind of caller, against the table of `docs/authorisation.md`."""

import importlib
from collections.abc import AsyncIterator, Mapping
from pathlib import Path
from typing import Any

import httpx
import pytest

from services.catalogue.app import SERVICE
from services.catalogue.settings import Settings
from services.common.ids import new_id
from tests import catalogue
from tests.catalogue.world import World, fake_directory
from tests.conftest import Databases
from tests.contract import authorisation
from tests.contract.authorisation import NO_VERSION, Operation
from tests.support import Person, open_service, settings_for

pytestmark = pytest.mark.anyio


@pytest.fixture(scope="module")
async def world(databases: Databases, tmp_path_factory: pytest.TempPathFactory, anyio_backend: Any) -> AsyncIterator[World]:
    settings = settings_for(Settings, databases(SERVICE), tmp_path_factory.mktemp("rights"))
    async with open_service(SERVICE, settings, apps={"directory": fake_directory()}) as running:
        world = World(running)
        await world.open()
        yield world


def _rooms() -> list[Any]:
    """What each room adds: `tests/catalogue/<room>/rights.py`.

    `await prepare(world, ids)` gives the ids of its paths, `bodies(world, ids)` what is sent, by operation, `QUERIES` the parameters.
    Operations in `SPENT`, if any, leave nothing for the next caller: the room prepares again before each of them.
    """
    folders = sorted(Path(catalogue.__file__).parent.glob("*/rights.py"))
    return [importlib.import_module(f"tests.catalogue.{path.parent.name}.rights") for path in folders]


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
    bodies: dict[str, Any] = {}
    queries: dict[str, dict[str, Any]] = {}
    spent: dict[str, Any] = {}
    for room in _rooms():
        ids |= await room.prepare(world, ids)
        bodies |= room.bodies(world, ids)
        queries |= room.QUERIES
        spent |= dict.fromkeys(getattr(room, "SPENT", ()), room)

    async def ask(operation: Operation, headers: Mapping[str, str]) -> httpx.Response:
        if operation.name in spent:
            ids.update(await spent[operation.name].prepare(world, ids))
        sent = {"If-Match": NO_VERSION, **headers}
        given = bodies.get(operation.name, {})
        body = {"content": given} if isinstance(given, bytes) else {"json": given}
        if operation.method in {"GET", "DELETE", "HEAD"}:
            body = {}
        path, params = operation.path.format(**ids), queries.get(operation.name)
        return await world.running.client.request(operation.method, path, headers=sent, params=params, **body)

    callers = {name: person.headers if person else {} for name, person in _callers(world).items()}
    observed = await authorisation.observe(world.running.app, callers, ask)
    print(authorisation.as_markdown(observed, list(callers)))
    assert authorisation.differences(observed, authorisation.written("catalogue")) == []
