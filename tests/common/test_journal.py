"""Each act leaves one line that nobody rewrites, and that not everybody may read."""

from typing import Any
from uuid import UUID

import psycopg
import pytest

from services.common.db import fetch
from services.common.ids import new_id
from services.common.journal import JournalLine, lines_of, record
from tests.support import Running

from .guests import a_name, open_room
from .rooms import KERNEL

pytestmark = pytest.mark.anyio
LAST = UUID(int=2**128 - 1)
LINES = lines_of(KERNEL.journal)


async def write(hotel: Running, room: UUID, act: str, **more: Any) -> None:
    async with hotel.resources.database.transaction() as session:
        await record(session, KERNEL.journal, at=hotel.clock.now(), act=act, resource=("room", room), **({"actor": None} | more))


async def lines(hotel: Running, room: UUID, *, all: bool, before: UUID = LAST, limit: int = 20) -> list[dict[str, Any]]:
    values = {"resource_id": room, "before_id": before, "confidential_too": all, "limit": limit}
    async with hotel.resources.database.readers.connection() as reader:
        return await fetch(reader, LINES, values)


@pytest.fixture
async def room(hotel: Running) -> UUID:
    """A room with three lines, the second confidential."""
    room = new_id()
    await write(hotel, room, "room.opened", changes={"beds": [None, 2]})
    await write(hotel, room, "room.judged", confidential=True, reason="Trop bruyante.")
    await write(hotel, room, "room.closed")
    return room


async def test_lines_are_read_from_the_newest(hotel: Running, room: UUID) -> None:
    assert [line["act"] for line in await lines(hotel, room, all=True)] == ["room.closed", "room.judged", "room.opened"]


async def test_confidential_lines_are_for_those_who_may_read_them(hotel: Running, room: UUID) -> None:
    assert [line["act"] for line in await lines(hotel, room, all=False)] == ["room.closed", "room.opened"]


async def test_lines_are_walked_page_by_page(hotel: Running, room: UUID) -> None:
    (newest,) = await lines(hotel, room, all=False, limit=1)
    assert [line["act"] for line in await lines(hotel, room, all=False, before=newest["id"])] == ["room.opened"]


async def test_a_line_says_who_when_what_and_why(hotel: Running, room: UUID) -> None:
    first = (await lines(hotel, room, all=True))[-1]
    shown = JournalLine.model_validate(first).model_dump()
    assert shown["at"] == hotel.clock.at
    assert shown["changes"] == {"beds": [None, 2]}
    assert shown["actor_id"] is None
    assert (await lines(hotel, room, all=True))[1]["reason"] == "Trop bruyante."


async def test_lines_of_another_resource_are_not_read(hotel: Running, room: UUID) -> None:
    assert await lines(hotel, new_id(), all=True) == []


@pytest.mark.parametrize(
    "sql",
    [
        "UPDATE journal_lines SET reason = 'rewritten'",
        "DELETE FROM journal_lines",
        "TRUNCATE journal_lines",
        "TRUNCATE journal_lines CASCADE",
        "INSERT INTO journal_lines SELECT * FROM journal_lines ON CONFLICT (id) DO UPDATE SET act = 'rewritten'",
    ],
)
async def test_nobody_rewrites_the_journal(hotel: Running, room: UUID, sql: str) -> None:
    before = await lines(hotel, room, all=True)
    async with hotel.resources.database.readers.connection() as connection:
        with pytest.raises(psycopg.errors.RestrictViolation):
            await connection.execute(sql.encode())
    assert await lines(hotel, room, all=True) == before


async def test_a_line_of_an_act_that_fails_is_not_written(hotel: Running) -> None:
    room = new_id()

    async def fail() -> None:
        async with hotel.resources.database.transaction() as session:
            await record(session, KERNEL.journal, at=hotel.clock.now(), act="room.opened", resource=("room", room), actor=None)
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await fail()
    assert await lines(hotel, room, all=True) == []


async def test_other_tables_may_still_change(hotel: Running) -> None:
    name = a_name()
    assert (await open_room(hotel, name=name)).status_code == 201
    assert await hotel.rows("DELETE FROM rooms WHERE name = %(name)s RETURNING name", name=name) == [{"name": name}]
