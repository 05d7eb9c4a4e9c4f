"""Jobs of conversations: the mails that tell of messages."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import telling
from .service import TELL


@job(TELL)
async def tell_of_messages(session: AsyncSession, resources: Resources, conversation_id: str) -> None:
    await telling.tell(session, UUID(conversation_id))


JOBS: list[Job] = [tell_of_messages]
