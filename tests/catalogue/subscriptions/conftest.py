"""Fixtures of mails."""

from collections.abc import Iterator

import pytest

from tests.catalogue.subscriptions.morning import engine
from tests.catalogue.world import World
from tests.support import Person

__all__ = ["engine"]


@pytest.fixture
def reader() -> Person:
    """Somebody with an account and nothing else."""
    return Person()


@pytest.fixture(autouse=True)
def _clock_put_back(world: World) -> Iterator[None]:
    before = world.running.clock.at
    yield
    world.running.clock.at = before
