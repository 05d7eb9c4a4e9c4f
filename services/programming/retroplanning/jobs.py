"""Jobs of the calendar of a campaign."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import extensions


@job(extensions.TELL)
async def tell_extension(session: AsyncSession, resources: Resources, extension_id: str) -> None:
    """Holders of drafts learn that their deadline was put off, a batch at a time."""
    await extensions.tell(session, UUID(extension_id), now=resources.clock.now())


JOBS: list[Job] = [tell_extension]
