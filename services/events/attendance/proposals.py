"""What other rooms saw of somebody's presence, proposed to the organiser, who validates."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal

from ..tables import KERNEL


async def propose(
    session: AsyncSession,
    *,
    event_id: UUID,
    session_id: UUID,
    attendee_id: UUID,
    source: str,
    joined_at: datetime,
    left_at: datetime | None,
    mark: str,
    now: datetime,
) -> None:
    """Somebody was there from one instant to another, as `source` saw it; `mark` names the stay: proposed twice, it is once."""
    changes = {
        "session_id": str(session_id),
        "source": source,
        "joined_at": joined_at.isoformat(),
        "left_at": left_at.isoformat() if left_at else None,
        "mark": mark,
    }
    resource = ("attendee", attendee_id)
    await journal.record(session, KERNEL.journal, at=now, act="presence.proposed", resource=resource, actor=None, changes=changes)
