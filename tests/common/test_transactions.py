"""One act, one transaction, committed before the answer leaves; reading goes through another door."""

import asyncio
from functools import partial

import anyio
import pytest

from services.common.db import alone, together
from tests.support import Running

from .guests import a_name, open_room, refusal, rooms_called, visits

pytestmark = pytest.mark.anyio
NOWHERE = "019a0000-0000-7000-8000-000000000000"


async def test_an_act_that_is_answered_is_saved(hotel: Running) -> None:
    name = a_name()
    answer = await open_room(hotel, name=name)
    assert answer.status_code == 201
    assert (await hotel.client.get(answer.headers["location"])).json()["name"] == name


@pytest.mark.parametrize(("then", "status", "slug"), [("refuse", 409, "hotel-closed"), ("crash", 500, "internal-error")])
async def test_an_act_that_fails_after_writing_leaves_nothing(hotel: Running, then: str, status: int, slug: str) -> None:
    name = a_name()
    refusal(await open_room(hotel, name=name, then=then), status, slug)
    assert await rooms_called(hotel, name) == 0


@pytest.mark.parametrize("headers", [{}, {"Idempotency-Key": "deferred"}])
async def test_a_commit_that_fails_is_never_a_success(hotel: Running, headers: dict[str, str]) -> None:
    name = a_name()
    refusal(await open_room(hotel, name=name, next_to_id=NOWHERE, headers=headers), 409, "neighbour-unknown")
    assert await rooms_called(hotel, name) == 0


async def test_a_refusal_that_keeps_its_writes_keeps_them(hotel: Running) -> None:
    name = a_name()
    refusal(await open_room(hotel, name=name, then="count"), 403, "attempt-counted")
    assert await rooms_called(hotel, name) == 1


async def test_a_refusal_that_keeps_its_writes_gives_way_to_the_commit_that_fails(hotel: Running) -> None:
    name = a_name()
    refusal(await open_room(hotel, name=name, next_to_id=NOWHERE, then="count"), 409, "neighbour-unknown")
    assert await rooms_called(hotel, name) == 0


async def test_two_acts_that_wait_for_each_other_are_both_done(hotel: Running) -> None:
    first, second = [(await open_room(hotel, beds=10)).json()["id"] for _ in range(2)]
    met, holding = asyncio.Event(), list[int]()

    async def between() -> None:
        """Both hold their first room before either asks for the other's."""
        holding.append(len(holding))
        if len(holding) == 2:
            met.set()
        await met.wait()

    hotel.app.state.between = between
    lend = [
        hotel.client.post(f"/rooms/v1/rooms/{one}/loans", params={"to_id": other})
        for one, other in ((first, second), (second, first))
    ]
    assert [answer.status_code for answer in await asyncio.gather(*lend)] == [204, 204]
    assert len(holding) == 3, "one of them was done again"
    assert [(await hotel.client.get(f"/rooms/v1/rooms/{each}")).json()["beds"] for each in (first, second)] == [10, 10]


async def test_a_job_lives_and_dies_with_its_transaction(hotel: Running) -> None:
    before = len(await hotel.jobs("rooms:clean"))
    refusal(await open_room(hotel, then="enqueue-and-refuse"), 409, "hotel-closed")
    refusal(await open_room(hotel, then="enqueue", next_to_id=NOWHERE), 409, "neighbour-unknown")
    assert len(await hotel.jobs("rooms:clean")) == before
    assert (await open_room(hotel, then="enqueue")).status_code == 201
    assert len(await hotel.jobs("rooms:clean")) == before + 1


async def test_the_read_door_is_in_autocommit_and_prepares_its_statements(hotel: Running) -> None:
    told = (await hotel.client.get("/rooms/v1/doors")).json()
    assert told["autocommit"] is True
    assert any("FROM rooms" in statement for statement in told["prepared"])


async def test_what_is_written_while_reading_is_lost(hotel: Running) -> None:
    assert (await hotel.client.get("/rooms/v1/doors")).status_code == 200
    assert await visits(hotel, "written through a snapshot") == 0


async def test_alone_under_a_name_the_others_wait_their_turn(hotel: Running) -> None:
    database, order = hotel.resources.database, list[str]()

    async def act(name: str, held: str, *, kept: bool) -> None:
        async with database.transaction() as session:
            await (alone if kept else together)(session, held)
            order.append(name)
            await anyio.sleep(0.05)
            order.append(name)

    async with anyio.create_task_group() as group:
        for number in range(3):
            group.start_soon(partial(act, f"alone {number}", "stairs", kept=True))
            group.start_soon(partial(act, f"together {number}", "stairs", kept=False))
    for number in range(3):
        first = order.index(f"alone {number}")
        assert order[first + 1] == f"alone {number}", order


async def test_those_together_and_those_elsewhere_do_not_wait(hotel: Running) -> None:
    database = hotel.resources.database
    async with database.transaction() as one, database.transaction() as other, database.transaction() as elsewhere:
        await together(one, "lift")
        with anyio.fail_after(2):
            await together(other, "lift")
            await alone(elsewhere, "cellar")
