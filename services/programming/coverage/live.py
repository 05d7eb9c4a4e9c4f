"""The coverage during a session: one matrix per campaign, made once per change whatever the number of those who look.

A stream holds nothing of the database while it waits. A decision's transaction says so (`committees.service.topic`), one
connection per process hears it for all streams; while it is cut, or in case a word was lost, the campaign is read again anyway.
"""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from typing import TYPE_CHECKING, Any
from uuid import UUID

import orjson
import psycopg
import structlog
from fastapi.responses import StreamingResponse
from psycopg_pool import PoolTimeout
from sqlalchemy.exc import SQLAlchemyError
from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.types import Send

from services.common.auth import Principal
from services.common.resources import Resources

from ..committees import service as committees
from . import rules, service
from .schemas import MatrixRead, Place, Stage

if TYPE_CHECKING:
    from ..committees.models import Committee

log = structlog.get_logger(__name__)

#: Seconds: between signs of life; between readings when no word comes, while listening and while cut off; of a whole stream, which
#: ends by itself before the edge cuts an answer (its transfer deadline) and whose client's right is then judged anew.
HEARTBEAT, REREAD, POLL, LONGEST = 15.0, 60.0, 3.0, 540.0
_RETRY = b"retry: 3000\n\n"
_ALIVE = b": toujours en direct\n\n"


class EventStream(StreamingResponse):
    """Server-sent events. The source is closed with the answer, however that ends."""

    media_type = "text/event-stream"

    def __init__(self, events: AsyncIterator[bytes]) -> None:
        super().__init__(events, headers={"Cache-Control": "no-store", "X-Accel-Buffering": "no"})
        self._events: Any = events

    async def stream_response(self, send: Send) -> None:
        async with aclosing(self._events):
            await super().stream_response(send)


async def readable(session: AsyncSession, caller: Principal, committee_id: UUID) -> "Committee":
    """The session, for the contract's team and the campaign's funders (404 for others)."""
    return await committees.seen(session, caller, committee_id)


class Room:
    """Those who look at one campaign, and what they are shown. Alive while somebody looks. Who declared an interest in some of its
    dossiers (`silent`) looks from a room of their own."""

    def __init__(self, resources: Resources, campaign_id: UUID, silent: frozenset[UUID]) -> None:
        self._resources, self._campaign_id, self._silent = resources, campaign_id, silent
        self.viewers = 0
        #: Grows with each thing to show; 0 before the first.
        self.number = 0
        self.uncovered: list[Place] = []
        self.json = b""
        self.open: set[UUID] = set()
        self._matrix: MatrixRead | None = None
        self._next = asyncio.Event()
        self.task = asyncio.create_task(self._follow())

    async def beyond(self, number: int, seconds: float) -> bool:
        """True as soon as there is something after `number` to show, False after `seconds`."""
        if self.number > number:
            return True
        try:
            async with asyncio.timeout(seconds):
                await self._next.wait()
        except TimeoutError:
            return False
        return True

    async def _follow(self) -> None:
        signals = self._resources.signals
        with signals.subscribed(committees.topic(self._campaign_id)) as subscription:
            told = True
            while True:
                try:
                    await self._read(told)
                except (psycopg.Error, SQLAlchemyError, PoolTimeout) as error:
                    log.warning("live_coverage_not_read", campaign_id=str(self._campaign_id), error=str(error))
                    await asyncio.sleep(POLL)
                    continue
                told = await subscription.wait(REREAD if signals.listening else POLL)

    async def _read(self, told: bool) -> None:
        """Read, give the connection back, and show: always when a decision was told of, else only what is new."""
        async with self._resources.database.sessions() as session:
            now = self._resources.clock.now()
            scope = await service.whole_campaign(session, self._campaign_id, self._silent)
            matrix = await service.assemble(session, scope, Stage.GRANTED, now=now)
            still_open = await committees.open_ids(session, self._campaign_id)
        before = self._matrix
        same = before is not None and matrix.model_copy(update={"computed_at": before.computed_at}) == before
        if told or not same or still_open != self.open:
            self._matrix, self.open = matrix, still_open
            self.uncovered, self.json = matrix.uncovered, matrix.model_dump_json().encode()
            self.number += 1
            done, self._next = self._next, asyncio.Event()
            done.set()


class Live:
    """The rooms of one process."""

    def __init__(self, resources: Resources) -> None:
        self._resources = resources
        self.rooms: dict[tuple[UUID, frozenset[UUID]], Room] = {}

    async def events(self, committee_id: UUID, campaign_id: UUID, silent: frozenset[UUID] = frozenset()) -> AsyncIterator[bytes]:
        """What one client is sent, from the matrix as it stands to the end of the session (or of its patience, and of ours)."""
        key = (campaign_id, silent)
        room = self.rooms.get(key)
        if room is None:
            room = self.rooms[key] = Room(self._resources, campaign_id, silent)
        room.viewers += 1
        try:
            yield _RETRY
            async for event in self._told(room, committee_id):
                yield event
        finally:
            # Nothing is awaited here: who is cancelled leaves at once.
            room.viewers -= 1
            if not room.viewers:
                del self.rooms[key]
                room.task.cancel()

    async def _told(self, room: Room, committee_id: UUID) -> AsyncIterator[bytes]:
        ends_at = asyncio.get_running_loop().time() + LONGEST
        number, uncovered = 0, list[Place]()
        while asyncio.get_running_loop().time() < ends_at:
            if not await room.beyond(number, HEARTBEAT):
                yield _ALIVE
                continue
            covered, bare = rules.moved(uncovered, room.uncovered) if number else ([], [])
            number, uncovered = room.number, room.uncovered
            yield _event(number, committee_id, covered, bare, room.json)
            if committee_id not in room.open:
                yield b"event: closed\ndata: {}\n\n"
                return


def _event(number: int, committee_id: UUID, covered: list[Place], bare: list[Place], matrix: bytes) -> bytes:
    """An event `matrix`: what the last decisions changed, and the matrix, which was written once for everybody."""
    changes = orjson.dumps(
        {
            "committee_id": committee_id,
            "newly_covered": [place.model_dump() for place in covered],
            "newly_uncovered": [place.model_dump() for place in bare],
        }
    )
    return b'id: %d\nevent: matrix\ndata: %s,"matrix":%s}\n\n' % (number, changes[:-1], matrix)


def of(state: Any) -> Live:
    """The rooms of this application, made with the first stream."""
    found: Live | None = getattr(state, "live_coverage", None)
    if found is None:
        found = state.live_coverage = Live(state.resources)
    return found
