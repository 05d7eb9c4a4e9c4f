"""Jobs of certificates: papers made and sent one by one; what was certified follows presence when it is corrected."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import Job, job
from services.common.resources import Resources

from ..attendance.telling import PRESENCE_CHANGED
from . import documents, service


@job(service.WRITE)
async def write_certificate(session: AsyncSession, resources: Resources, certificate_id: str) -> None:
    await documents.write(session, resources, UUID(certificate_id))


@job(service.TELL_REVOKED)
async def tell_certificate_revoked(session: AsyncSession, resources: Resources, certificate_id: str) -> None:
    await documents.tell_revoked(session, resources, UUID(certificate_id))


@job(PRESENCE_CHANGED)
async def presence_changed(session: AsyncSession, resources: Resources, event_id: str, attendee_ids: list[str]) -> None:
    await service.follow(session, UUID(event_id), [UUID(each) for each in attendee_ids], now=resources.clock.now())


@job(service.DISCARD_PAPERS)
async def discard_papers(session: AsyncSession, resources: Resources, keys: list[str]) -> None:
    """What is no longer in the store is gone already: run twice, it does no harm."""
    for key in keys:
        await resources.files.discard(key)


JOBS: list[Job] = [write_certificate, tell_certificate_revoked, presence_changed, discard_papers]
