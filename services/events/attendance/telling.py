"""What certificates must know of presence: written with the act as a job, carried out by the room above."""

from collections.abc import Iterable
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue

#: `event_id`, `attendee_ids`.
PRESENCE_CHANGED = "events:presence_changed"


async def tell(session: AsyncSession, event_id: UUID, attendee_ids: Iterable[UUID]) -> None:
    """Once committed, what was already certified of these people is looked at again."""
    concerned = sorted(str(each) for each in attendee_ids)
    if concerned:
        await enqueue(session, PRESENCE_CHANGED, lock=f"certificates:{event_id}", event_id=str(event_id), attendee_ids=concerned)
