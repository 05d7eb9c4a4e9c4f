"""Attachments of bilans under the virus scanner: what it refuses is in quarantine, and the holder is told."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.resources import Resources

from ..dossiers import instruction
from ..dossiers import service as dossiers
from ..permanent_files import scanning as antivirus
from ..permanent_files.schemas import ScanStatus
from . import letters, repository
from .attachments import SCAN
from .models import BilanAttachment

_AT_ONCE = 500


async def scan(session: AsyncSession, resources: Resources, attachment_id: UUID) -> None:
    """Ask about an attachment that waits. Run twice, no harm."""

    async def look(glance: AsyncSession) -> BilanAttachment | None:
        return await repository.joined(glance, attachment_id)

    async def hold(held: AsyncSession) -> BilanAttachment | None:
        # The bilan first, as every act on it does.
        seen = await repository.joined(held, attachment_id)
        if seen is None or await repository.get(held, seen.bilan_id, lock=True) is None:
            return None
        return await repository.joined(held, attachment_id, lock=True)

    kept = await antivirus.settle(session, resources, look, hold)
    await session.flush()
    bilan = await repository.get(session, kept.bilan_id) if kept and kept.status is ScanStatus.REFUSED else None
    if kept is None or bilan is None:
        return
    now = resources.clock.now()
    dossier = await instruction.read(session, bilan.dossier_id)
    await dossiers.note(session, dossier, "bilan.attachment_quarantined", None, now, kind=kept.kind, found=kept.status_reason)
    if address := dossier.contact.get("email"):
        subject, text = letters.quarantined(kept.name, dossier.title, kept.status_reason or "")
        await queue_mail(session, to=str(address), subject=subject, text=text)


async def scan_waiting(session: AsyncSession) -> None:
    """Ask again about those that still wait: what outlasted the tries of its own job."""
    for attachment_id in await repository.waiting_for_scan(session, _AT_ONCE):
        await enqueue(session, SCAN, lock=f"scan:{attachment_id}", bilan_attachment_id=str(attachment_id))
