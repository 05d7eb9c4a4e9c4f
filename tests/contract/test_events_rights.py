"""Events: every operation × every kind of caller, against the table of `docs/authorisation.md`."""

from collections.abc import AsyncIterator
from typing import Any

import pytest

from services.common.ids import new_id
from services.events.app import SERVICE
from services.events.settings import Settings
from tests import events
from tests.conftest import Databases
from tests.contract import authorisation
from tests.events.world import World, attendee, fake_directory, registration
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
        "participant": world.participant,
        "other network": world.neighbour,
        "organiser": world.organiser,
        "manager": world.manager,
        "administrator": world.administrator,
    }


async def test_every_operation_grants_what_the_table_says_and_nothing_else(world: World) -> None:
    event = await world.opened(100, visio=True)
    wish = registration("participant@example.fr", attendee())
    path = f"/events/{event['id']}/registrations"
    seated = (await world.call(world.participant, "POST", path, json=wish, expect=201)).json()
    ids = {
        "network_id": world.network_id,
        "event_id": event["id"],
        "session_id": event["sessions"][0]["id"],
        "registration_id": seated["id"],
        "attendee_id": seated["attendees"][0]["id"],
        "token": world.link(seated).rpartition("/")[2],
        "organisation_id": str(new_id()),
        "number": "1",
        "reference": event["reference"],
    }
    observed = await authorisation.walk(world, events, _callers(world), ids)
    assert authorisation.differences(observed, authorisation.written("events")) == []
