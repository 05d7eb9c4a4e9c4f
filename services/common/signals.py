"""Words passed between transactions and those who wait for them: PostgreSQL's NOTIFY, one listening connection per process.

Nobody waits: no connection. A word may be lost while the connection is cut: everybody is woken when it is back, and who waits
looks again by themselves from time to time.
"""

import asyncio
from collections.abc import Iterator
from contextlib import contextmanager, suppress

import psycopg
import structlog
from psycopg import AsyncConnection
from sqlalchemy import String, bindparam, func, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import fetch_in

log = structlog.get_logger(__name__)

CHANNEL = "signals"
#: Seconds before connecting again.
_PATIENCE = 1.0
_SAY = select(func.pg_notify(CHANNEL, bindparam("topic", type_=String)))


async def say(session: AsyncSession, topic: str) -> None:
    """Wake who waits for the topic, once this transaction is committed; twice in one transaction is once."""
    await fetch_in(session, _SAY, {"topic": topic})


class Subscription:
    """One waiter. Words that come while it does something else are one word."""

    def __init__(self) -> None:
        self._woken = asyncio.Event()
        self._heard = False

    def wake(self, *, heard: bool) -> None:
        self._heard = self._heard or heard
        self._woken.set()

    async def wait(self, seconds: float) -> bool:
        """True as soon as a word came; False when one may have been lost, or after `seconds` without any: look again."""
        with suppress(TimeoutError):
            async with asyncio.timeout(seconds):
                await self._woken.wait()
        heard, self._heard = self._heard, False
        self._woken.clear()
        return heard


class Signals:
    """Who waits for what in this process."""

    def __init__(self, conninfo: str, name: str) -> None:
        self._conninfo, self._name = conninfo, f"{name}-listen"
        self._waiting: dict[str, set[Subscription]] = {}
        self._ear: asyncio.Task[None] | None = None
        #: Whether words are heard right now.
        self.listening = False

    @contextmanager
    def subscribed(self, topic: str) -> Iterator[Subscription]:
        """Nothing is awaited on the way out: whoever is cancelled leaves at once."""
        subscription = Subscription()
        self._waiting.setdefault(topic, set()).add(subscription)
        if self._ear is None:
            self._ear = asyncio.create_task(self._listen())
        try:
            yield subscription
        finally:
            self._waiting[topic].discard(subscription)
            if not self._waiting[topic]:
                del self._waiting[topic]
            if not self._waiting:
                self._stop()

    def _stop(self) -> asyncio.Task[None] | None:
        ear, self._ear, self.listening = self._ear, None, False
        if ear is not None:
            ear.cancel()
        return ear

    async def close(self) -> None:
        if (ear := self._stop()) is not None:
            await asyncio.wait([ear])

    async def _listen(self) -> None:
        while True:
            try:
                connection = await AsyncConnection.connect(self._conninfo, autocommit=True, application_name=self._name)
                async with connection:
                    await connection.execute(f"LISTEN {CHANNEL}")
                    self.listening = True
                    self._wake(*self._waiting, heard=False)
                    async for word in connection.notifies():
                        self._wake(word.payload, heard=True)
            except (psycopg.Error, OSError) as error:
                log.warning("signals_cut", error=str(error))
                self.listening = False
            await asyncio.sleep(_PATIENCE)

    def _wake(self, *topics: str, heard: bool) -> None:
        for topic in topics:
            for subscription in self._waiting.get(topic, ()):
                subscription.wake(heard=heard)
