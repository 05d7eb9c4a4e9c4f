"""What siblings answer: how much they erased of somebody."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.outbox import Consumer, Event
from services.common.personal_data import PERSON_ERASED
from services.common.resources import Resources

from . import erasing


async def _erased(session: AsyncSession, resources: Resources, event: Event) -> None:
    await erasing.answered(session, UUID(event.subject), event.data, now=resources.clock.now())


CONSUMERS: dict[str, Consumer] = {PERSON_ERASED: _erased}
