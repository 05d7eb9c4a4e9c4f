"""Many rows go by and little is held: a connection comes back whatever ends the reading."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Any

import psycopg
import pytest
import sqlalchemy as sa

from services.common.streams import BATCH, borrowed, rows_of, streamed
from tests.support import Running

pytestmark = pytest.mark.anyio
COUNT = sa.select(sa.func.generate_series(1, sa.bindparam("most", type_=sa.Integer)).label("number"))
RATIO = sa.select((1 / (sa.column("n") - sa.bindparam("wrong", type_=sa.Integer))).label("r")).select_from(
    sa.func.generate_series(1, 5_000).table_valued(name="n").alias("n")
)


async def counted(hotel: Running, most: int) -> AsyncGenerator[bytes, None]:
    async with borrowed(hotel.resources.database) as connection, aclosing(rows_of(connection, COUNT, {"most": most})) as batches:
        async for rows in batches:
            yield b"".join(b"%d\n" % row["number"] for row in rows)


def lent(hotel: Running) -> int:
    """Reading connections that are out."""
    stats = hotel.resources.database.readers.get_stats()
    return int(stats["pool_size"]) - int(stats["pool_available"])


async def serve(answer: Any, *, leaves_after: int | None = None, spec: str = "2.4") -> list[bytes]:
    """Send the answer to a client, who hangs up after so many chunks."""
    received: list[bytes] = []
    gone = asyncio.Event()

    async def receive() -> dict[str, Any]:
        await gone.wait()
        return {"type": "http.disconnect"}

    async def send(message: Any) -> None:
        if message["type"] == "http.response.body" and message["body"]:
            if gone.is_set():
                raise OSError("the client is gone")
            received.append(message["body"])
            if leaves_after is not None and len(received) >= leaves_after:
                gone.set()
                await asyncio.sleep(0)

    await answer({"type": "http", "asgi": {"spec_version": spec}}, receive, send)
    return received


async def test_rows_come_by_batches_in_order(hotel: Running) -> None:
    async with borrowed(hotel.resources.database) as connection:
        sizes, last = [], 0
        async for rows in rows_of(connection, COUNT, {"most": 2 * BATCH + 1}):
            assert [row["number"] for row in rows] == list(range(last + 1, last + 1 + len(rows)))
            sizes.append(len(rows))
            last = rows[-1]["number"]
    assert sizes == [BATCH, BATCH, 1]
    assert lent(hotel) == 0


async def test_an_answer_is_the_whole_of_it(hotel: Running) -> None:
    answer = await streamed(counted(hotel, 3 * BATCH), media_type="text/plain", headers={"X-Kept": "yes"})
    assert answer.headers["x-kept"] == "yes"
    assert b"".join(await serve(answer)).split() == [b"%d" % number for number in range(1, 3 * BATCH + 1)]
    assert lent(hotel) == 0


@pytest.mark.parametrize("spec", ["2.3", "2.4"])
async def test_a_client_that_leaves_gives_the_connection_back(hotel: Running, spec: str) -> None:
    answer = await streamed(counted(hotel, 50 * BATCH), media_type="text/plain", headers={})
    assert lent(hotel) == 1
    try:
        received = await serve(answer, leaves_after=2, spec=spec)
    except Exception as error:  # the newer protocol tells the server that nobody listens
        assert type(error).__name__ == "ClientDisconnect"  # noqa: PT017
    else:
        assert len(received) < 50
    assert lent(hotel) == 0


async def test_a_client_that_left_before_the_first_byte_gives_it_back_too(hotel: Running) -> None:
    answer = await streamed(counted(hotel, 50 * BATCH), media_type="text/plain", headers={})

    async def refuse(message: Any) -> None:
        raise OSError("the client is gone")

    async def receive() -> dict[str, Any]:
        return {"type": "http.disconnect"}

    with pytest.raises(Exception, match=r"^$"):
        await answer({"type": "http", "asgi": {"spec_version": "2.4"}}, receive, refuse)
    assert lent(hotel) == 0


async def test_what_fails_before_the_first_byte_is_an_exception_and_not_half_an_answer(hotel: Running) -> None:
    async def failing() -> AsyncGenerator[bytes, None]:
        async with borrowed(hotel.resources.database) as connection:
            async for rows in rows_of(connection, RATIO, {"wrong": 1}):
                yield b"%d" % len(rows)

    with pytest.raises(psycopg.errors.DivisionByZero):
        await streamed(failing(), media_type="text/plain", headers={})
    assert lent(hotel) == 0
