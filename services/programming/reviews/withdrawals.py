"""What a withdrawn dossier leaves in the instructors' queue: nothing to do. A job, twice if need be."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..dossiers import instruction
from ..dossiers.schemas import DossierStatus
from . import repository


@job("programming:void_reviews")
async def void_reviews(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    dossier = await instruction.read(session, UUID(dossier_id))
    if dossier.status is DossierStatus.WITHDRAWN:
        await repository.void(session, dossier.id)


JOBS: list[Job] = [void_reviews]
