"""Jobs of bilans: what follows a notification, a submission or a payment, and what each day brings."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, enqueue, job
from services.common.resources import Resources

from ..awards.service import CLOSE_DOSSIER, OPEN_BILAN
from . import closing, reminders, scanning, service
from .attachments import SCAN
from .documents import write_document


@job(OPEN_BILAN)
async def open_bilan(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    await service.open_bilan(session, UUID(dossier_id), now=resources.clock.now())


@job(CLOSE_DOSSIER)
async def close_dossier(session: AsyncSession, resources: Resources, dossier_id: str) -> None:
    if await closing.close_if_settled(session, UUID(dossier_id), now=resources.clock.now()):
        await enqueue(session, tell_catalogue)


@job("programming:tell_catalogue")
async def tell_catalogue(session: AsyncSession, resources: Resources) -> None:
    await closing.tell_catalogue(session, resources)


@job("programming:tell_catalogue_hourly", cron="25 * * * *")
async def tell_catalogue_hourly(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    """What waited for the catalogue, fifty at a time."""
    await closing.tell_catalogue(session, resources)


@job("programming:mark_bilans_due", cron="5 4 * * *")
async def mark_bilans_due(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await reminders.mark_due(session, now=resources.clock.now())


@job("programming:remind_bilans", cron="10 6 * * *")
async def remind_bilans(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    link = f"{resources.settings.public_url}/programming/v1/dossiers/{{dossier_id}}/bilan"
    await reminders.remind(session, now=resources.clock.now(), link=link)


@job("programming:close_settled_dossiers", cron="40 3 * * *")
async def close_settled_dossiers(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await closing.enqueue_settled(session)


# A few minutes of tries, then the hourly round: jobs of a scanner that is down do not pile up.
@job(SCAN, attempts=5)
async def scan_bilan_attachment(session: AsyncSession, resources: Resources, bilan_attachment_id: str) -> None:
    await scanning.scan(session, resources, UUID(bilan_attachment_id))


@job("programming:scan_waiting_bilan_attachments", cron="31 * * * *")
async def scan_waiting_bilan_attachments(session: AsyncSession, resources: Resources, timestamp: int) -> None:
    await scanning.scan_waiting(session)


JOBS: list[Job] = [
    open_bilan,
    close_dossier,
    tell_catalogue,
    tell_catalogue_hourly,
    mark_bilans_due,
    remind_bilans,
    close_settled_dossiers,
    write_document,
    scan_bilan_attachment,
    scan_waiting_bilan_attachments,
]
