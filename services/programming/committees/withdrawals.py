"""What a withdrawn dossier leaves on the agendas: its line, marked. A job, twice if need be."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..dossiers import instruction
from ..dossiers.schemas import DossierStatus
from . import repository


@job("programming:mark_agendas")
async def mark_agendas(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    dossier = await instruction.read(session, UUID(dossier_id))
    if dossier.status is DossierStatus.WITHDRAWN and dossier.withdrawn_at is not None:
        await repository.mark_withdrawn(session, dossier.id, dossier.withdrawn_at)


JOBS: list[Job] = [mark_agendas]
