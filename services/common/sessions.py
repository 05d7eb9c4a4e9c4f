"""Closed sessions: access tokens live ten minutes, so a service only remembers sessions closed in that time.

The directory announces each closing as an event; every process keeps the short list in memory and reads it again each second.
"""

import asyncio
from datetime import datetime
from typing import TYPE_CHECKING
from uuid import UUID

import structlog
from sqlalchemy import Table, bindparam, delete, select
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import Database, execute, fetch

if TYPE_CHECKING:
    from .outbox import Event
    from .resources import Resources

log = structlog.get_logger(__name__)

SESSION_CLOSED = "session.closed"
_EVERY_SECONDS = 1.0


class ClosedSessions:
    """`session_id in closed` without asking the database at each request."""

    def __init__(self, table: Table) -> None:
        self._ids: frozenset[UUID] = frozenset()
        self._statement = select(table.c.session_id).where(table.c.until > bindparam("now"))

    def __contains__(self, session_id: UUID) -> bool:
        return session_id in self._ids

    def note(self, session_id: UUID) -> None:
        """Count the session as closed in this process now, ahead of the next reading (which forgets it if nothing was saved)."""
        self._ids |= {session_id}

    async def refresh(self, database: Database, now: datetime) -> None:
        async with database.readers.connection() as reader:
            rows = await fetch(reader, self._statement, {"now": now})
        self._ids = frozenset(row["session_id"] for row in rows)

    async def keep_fresh(self, resources: "Resources") -> None:
        """Runs as long as the process; an unreachable database leaves the last list in force."""
        while True:
            try:
                await self.refresh(resources.database, resources.clock.now())
            except Exception as error:  # whatever happens, the next second tries again
                log.warning("closed_sessions_not_read", error=str(error))
            await asyncio.sleep(_EVERY_SECONDS)


async def close_session(session: AsyncSession, table: Table, session_id: UUID, until: datetime) -> None:
    """Refuse the session's tokens in this service from now on."""
    await execute(session, insert(table).values(session_id=session_id, until=until).on_conflict_do_nothing())


async def on_session_closed(session: AsyncSession, resources: "Resources", event: "Event") -> None:
    until = datetime.fromisoformat(event.data["until"])
    await close_session(session, resources.tables.closed_sessions, UUID(event.subject), until)


async def forget_expired(session: AsyncSession, table: Table, now: datetime) -> None:
    await execute(session, delete(table).where(table.c.until <= now))
