"""A world with a visio server that answers."""

from collections.abc import AsyncIterator

import pytest

from tests.events.visio.rooms import VisioWorld
from tests.events.visio.stand_ins import serving
from tests.events.world import World


@pytest.fixture
async def visio(world: World) -> AsyncIterator[VisioWorld]:
    """The network has a BigBlueButton account, by default; nobody has registered yet."""
    began = world.running.clock.at
    async with serving() as server:
        made = VisioWorld(world, server)
        await made.account(is_default=True)
        yield made
    world.running.clock.at = began
