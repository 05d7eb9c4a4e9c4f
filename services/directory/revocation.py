"""What access tokens stand on, taken back (ADR 0008): refused here at once, in the other services as soon as they hear."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.resources import Resources
from services.common.sessions import close_session

from . import events
from .tables import KERNEL
from .tokens import ACCESS_TOKEN_LIVES, MARGIN


async def take_back(session: AsyncSession, resources: Resources, grant_id: UUID, *, now: datetime) -> None:
    """A role, a program's secret or the program itself. Tokens without it, refreshed since, go on."""
    until = now + ACCESS_TOKEN_LIVES + MARGIN
    await close_session(session, KERNEL.closed_sessions, grant_id, until)
    await events.session_closed(session, grant_id, until=until, at=now)
    resources.closed_sessions.note(grant_id)
