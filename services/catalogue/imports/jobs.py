"""Jobs of imports of documents."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import batches


@job(batches.GO_ON)
async def go_on_importing(session: AsyncSession, resources: Resources, centre_id: str) -> None:
    """The lines of a centre's files, some in each transaction, the oldest file first, until none waits."""
    await batches.go_on(session, resources, UUID(centre_id), now=resources.clock.now())


JOBS: list[Job] = [go_on_importing]
