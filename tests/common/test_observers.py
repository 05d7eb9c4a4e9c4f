"""Observers live as long as the web process, and are told of the answers they watch."""

from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import replace
from pathlib import Path

import pytest

from services.common.observers import Answered
from services.common.resources import Resources
from tests.common.guests import open_room
from tests.common.hotel import ROOMS
from tests.common.rooms import Settings
from tests.support import open_service, settings_for

pytestmark = pytest.mark.anyio


class Guestbook:
    """Writes down who came by, and whether the database was still there at the end."""

    operations = frozenset({"openRoom"})

    def __init__(self, resources: Resources) -> None:
        self.resources = resources
        self.seen: list[Answered] = []
        self.days: list[str] = []

    def answered(self, answer: Answered) -> None:
        self.seen.append(answer)
        raise ValueError("an observer that breaks")

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        self.days.append("opened")
        yield
        async with self.resources.database.transaction():
            self.days.append("closed")


async def test_an_observer_is_told_of_its_operations_and_disturbs_none(fresh_database: Callable[[], str], tmp_path: Path) -> None:
    settings = settings_for(Settings, fresh_database(), tmp_path)
    async with open_service(replace(ROOMS, observers=[Guestbook]), settings) as hotel:
        (book,) = hotel.app.state.observers
        assert book.days == ["opened"]
        assert (await open_room(hotel, headers={"User-Agent": "Somebody"})).status_code == 201
        assert (await open_room(hotel, name="")).status_code == 422
        assert (await hotel.client.get("/rooms/v1/rooms")).status_code == 200
        assert [(seen.operation, seen.method, seen.status) for seen in book.seen] == [
            ("openRoom", "POST", 201),
            ("openRoom", "POST", 422),
        ]
        assert book.seen[0].header(b"user-agent") == "Somebody"
        assert book.seen[0].peer == "127.0.0.1"
    assert book.days == ["opened", "closed"]


async def test_a_service_without_observers_has_none(fresh_database: Callable[[], str], tmp_path: Path) -> None:
    async with open_service(ROOMS, settings_for(Settings, fresh_database(), tmp_path)) as hotel:
        assert hotel.app.state.observers == []
