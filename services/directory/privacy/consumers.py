"""What siblings answer, how much they erased of somebody; and what they ask to be written."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.correspondence import MANAGERS_WRITTEN_TO
from services.common.outbox import Consumer, Event
from services.common.personal_data import PERSON_ERASED
from services.common.resources import Resources

from ..organisations import correspondence
from . import erasing


async def _erased(session: AsyncSession, resources: Resources, event: Event) -> None:
    await erasing.answered(session, UUID(event.subject), event.data, now=resources.clock.now())


async def _written_to(session: AsyncSession, resources: Resources, event: Event) -> None:
    told = event.data
    await correspondence.write_to_managers(session, UUID(event.subject), str(told["subject"]), str(told["text"]))


CONSUMERS: dict[str, Consumer] = {PERSON_ERASED: _erased, MANAGERS_WRITTEN_TO: _written_to}
