"""Jobs of collaborators: what follows the erasure of a draft."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from . import service


@job("programming:forget_collaborators")
async def forget_collaborators(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    await service.forget_draft(session, UUID(dossier_id))


JOBS: list[Job] = [forget_collaborators]
