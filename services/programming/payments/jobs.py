"""Jobs of payments."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import imports


@job(imports.GO_ON)
async def go_on_importing_payments(session: AsyncSession, resources: Resources, import_id: str) -> None:
    """The lines of a long payment file that the request left: some in each transaction, until none waits."""
    await imports.go_on(session, UUID(import_id), now=resources.clock.now())


JOBS: list[Job] = [go_on_importing_payments]
