"""The end: every award justified and settled, the dossier closes and the catalogue is told, whenever there is one."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.outbox import deliver_waiting, publish
from services.common.resources import Resources

from ..awards import service as awards
from ..contracts import service as contracts
from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..tables import KERNEL
from . import repository
from .models import Bilan, BilanStatus
from .schemas import BilanContent

#: A dossier is closed; `data` is what a draft "fiche expérience" needs, without any person's data.
DOSSIER_CLOSED = "dossier.closed"
CATALOGUE = "catalogue"


async def close_if_settled(session: AsyncSession, dossier_id: UUID, *, now: datetime) -> bool:
    """Close when each funder has decided and each award's money is square. Run twice, it closes once."""
    await instruction.get(session, dossier_id)
    bilan = await repository.of_dossier(session, dossier_id, lock=True)
    if bilan is None or bilan.status is not BilanStatus.INSTRUCTED or bilan.closed_at is not None:
        return False
    if not all(awards.money_of(award).settled for award in await awards.of_dossier(session, dossier_id)):
        return False
    dossier = await instruction.close(session, dossier_id)
    if dossier is None:
        return False
    bilan.closed_at = now
    bilan.version += 1
    await dossiers.note(session, dossier, "dossier.closed", None, now)
    data = await _experience(session, bilan, dossier)
    # To nobody yet: `tell_catalogue` delivers it, today or the day the catalogue is part of the platform.
    bilan.event_id = await publish(session, KERNEL.outbox, type=DOSSIER_CLOSED, subject=dossier_id, data=data, at=now, to=())
    await session.flush()
    return True


async def _experience(session: AsyncSession, bilan: Bilan, dossier: Any) -> dict[str, Any]:
    contract = await contracts.get(session, bilan.contract_id)
    content = BilanContent.model_validate((await repository.last_submission(session, bilan)).snapshot["content"])
    kept = content.model_dump(mode="json", include={"publics", "indicators", "starts_on", "ends_on", "qpv_codes", "territory"})
    report = content.report
    return {
        "reference": bilan.reference,
        "title": bilan.title,
        "holder_name": bilan.holder_name,
        "holder_id": str(dossier.acting_holder_id),
        "contract_id": str(bilan.contract_id),
        "contract_code": contract.code,
        "contract_name": contract.name,
        "campaign_id": str(bilan.campaign_id),
        "objective_codes": dossier.objective_codes,
        "transversal_codes": dossier.transversal_codes,
        "context": bilan.planned["need"],
        "actions": report.done,
        "participation": report.participation,
        "results": report.evaluation,
        "difficulties": report.difficulties,
        "partners": report.partners,
        "next_steps": report.next_steps,
        **kept,
    }


async def enqueue_settled(session: AsyncSession) -> None:
    """Every night, look again at what may close: an answer that came last closes nothing by itself."""
    for dossier_id in await repository.open_to_closing(session):
        if all(awards.money_of(award).settled for award in await awards.of_dossier(session, dossier_id)):
            await enqueue(session, awards.CLOSE_DOSSIER, dossier_id=str(dossier_id))


async def tell_catalogue(session: AsyncSession, resources: Resources) -> None:
    """Deliver what waits for the catalogue, oldest first. Absent or down, nothing fails and nothing is lost: it waits."""
    for bilan in await deliver_waiting(session, resources, CATALOGUE, repository.untold, lambda one: one.event_id):
        bilan.told_at = resources.clock.now()
    await session.flush()
