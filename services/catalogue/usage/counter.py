"""Readings counted in the memory of a web process and written every few seconds: a read waits for nothing.

What is kept of a reader is an impression (a keyed hash) good for thirty seconds in this process: its key is drawn here, renewed
every day, and written nowhere. A process that is killed loses what it counted since its last writing, five seconds at most; one that
is stopped writes everything first. When the database does not answer, counts wait for the next time; should it break after it has
written but before it said so, those seconds are counted twice.
"""

import asyncio
import hashlib
import secrets
from collections import OrderedDict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import date, datetime, timedelta
from typing import Any
from uuid import UUID

import structlog

from services.common.clock import today_in_paris
from services.common.db import driver
from services.common.observers import Answered
from services.common.resources import Resources

from ..documents import views
from . import repository, rules
from .rules import Reading

log = structlog.get_logger(__name__)

WRITTEN_EVERY = timedelta(seconds=5)
#: Impressions kept at once; beyond, the oldest are forgotten and their readers may be counted twice.
_REMEMBERED = 50_000
#: Counts that wait for a database that does not answer; beyond, new ones are not kept.
_WAITING = 200_000

Key = tuple[UUID, date, Reading]


class Impressions:
    """Who has just read what, without knowing who."""

    def __init__(self, remembered: int = _REMEMBERED) -> None:
        self._remembered = remembered
        self._seen: OrderedDict[bytes, datetime] = OrderedDict()
        self._salt, self._day = b"", date.min

    def __len__(self) -> int:
        return len(self._seen)

    def is_new(self, reader: tuple[str, ...], what: str, now: datetime) -> bool:
        """Whether this reader had not asked for it in the last seconds; asking again makes these seconds begin again."""
        self._renew(now)
        said = hashlib.blake2b("\x00".join((*reader, what)).encode(), key=self._salt, digest_size=16).digest()
        before = self._seen.pop(said, None)
        self._seen[said] = now
        self.forget(now)
        return before is None or not timedelta() <= now - before < rules.ONCE_WITHIN

    def forget(self, now: datetime) -> None:
        """Nothing is kept longer than it is of use."""
        while self._seen:
            oldest = next(iter(self._seen))
            if len(self._seen) <= self._remembered and now - self._seen[oldest] < rules.ONCE_WITHIN:
                return
            del self._seen[oldest]

    def _renew(self, now: datetime) -> None:
        today = today_in_paris(now)
        if today != self._day:
            self._salt, self._day = secrets.token_bytes(32), today
            self._seen.clear()


class Counter:
    """The observer of the operations that give a document to somebody (`services.common.observers`)."""

    operations = frozenset(rules.READINGS)

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self._counts: dict[Key, int] = {}
        self._impressions = Impressions()
        self._writing = asyncio.Lock()

    def answered(self, answer: Answered) -> None:
        purpose = answer.header(b"sec-purpose") or answer.header(b"purpose") or answer.header(b"x-moz")
        span = answer.header(b"range")
        if not rules.is_reading(answer.method, answer.status, purpose=purpose, range_header=span):
            return
        agent, token = answer.header(b"user-agent"), answer.header(b"authorization")
        if rules.is_robot(agent, is_signed_in=bool(token)):
            return
        now, reading = self._resources.clock.now(), rules.READINGS[answer.operation]
        document_id = UUID(str(answer.parameters["document_id"]))
        what = f"{reading.value}/{document_id}/{answer.parameters.get('file_id', '')}"
        if self._impressions.is_new((answer.peer, agent, token), what, now):
            self._add((document_id, rules.month_of(now), reading), 1)

    async def flush(self) -> None:
        """Write what was counted. When it cannot be, it is counted still."""
        async with self._writing:
            self._impressions.forget(self._resources.clock.now())
            counts, self._counts = self._counts, {}
            if not counts:
                return
            try:
                await self._write(counts)
            except BaseException:
                for key, count in counts.items():
                    self._add(key, count)
                raise

    @asynccontextmanager
    async def alive(self) -> AsyncIterator[None]:
        stopping = asyncio.Event()
        writer = asyncio.create_task(self._write_now_and_then(stopping))
        try:
            yield
        finally:
            stopping.set()
            await writer
            await self._flush_or_say()

    async def _write_now_and_then(self, stopping: asyncio.Event) -> None:
        while not stopping.is_set():
            try:
                await asyncio.wait_for(stopping.wait(), WRITTEN_EVERY.total_seconds())
            except TimeoutError:
                await self._flush_or_say()

    async def _flush_or_say(self) -> None:
        try:
            await self.flush()
        except Exception as error:
            log.warning("usage_not_written", kind=type(error).__name__, waiting=len(self._counts))

    async def _write(self, counts: dict[Key, int]) -> None:
        async with self._resources.database.transaction() as session:
            known = await views.headings(await driver(session), {document_id for document_id, _, _ in counts})
            rows: dict[tuple[UUID, date], dict[str, Any]] = {}
            for (document_id, month, reading), count in counts.items():
                if document_id not in known:
                    continue
                row = rows.setdefault(
                    (document_id, month),
                    {
                        "document_id": document_id,
                        "month": month,
                        "centre_id": known[document_id]["centre_id"],
                        **{each.value: 0 for each in Reading},
                    },
                )
                row[reading.value] += count
            await repository.add(session, list(rows.values()))

    def _add(self, key: Key, count: int) -> None:
        if key in self._counts or len(self._counts) < _WAITING:
            self._counts[key] = self._counts.get(key, 0) + count
