"""Attachments under the virus scanner: what it refuses is in quarantine, and its holder is told."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.mail import queue_mail
from services.common.resources import Resources

from ..permanent_files import scanning as antivirus
from ..permanent_files.schemas import ScanStatus
from . import history, repository, service
from .attachments import SCAN
from .models import Attachment, Dossier

_AT_ONCE = 500


async def scan(session: AsyncSession, resources: Resources, attachment_id: UUID) -> None:
    """Ask about an attachment that waits. No row is held while the scanner reads. Run twice, no harm."""

    async def look(glance: AsyncSession) -> Attachment | None:
        return await history.attachment(glance, attachment_id)

    async def hold(held: AsyncSession) -> Attachment | None:
        # The dossier first, as every act on it does.
        seen = await history.attachment(held, attachment_id)
        if seen is None or await repository.get(held, seen.dossier_id, lock=True) is None:
            return None
        return await history.attachment(held, attachment_id, lock=True)

    kept = await antivirus.settle(session, resources, look, hold)
    dossier = await repository.get(session, kept.dossier_id, lock=True) if kept else None
    if kept is None or dossier is None:
        return
    await session.flush()
    if kept.status is ScanStatus.REFUSED:
        now = resources.clock.now()
        await service.note(session, dossier, "dossier.attachment_quarantined", None, now, kind=kept.kind, found=kept.status_reason)
        await _tell(session, dossier, kept)


async def scan_waiting(session: AsyncSession) -> None:
    """Ask again about those that still wait: what outlasted the tries of its own job."""
    for attachment_id in await history.waiting_for_scan(session, _AT_ONCE):
        await enqueue(session, SCAN, lock=f"scan:{attachment_id}", attachment_id=str(attachment_id))


async def _tell(session: AsyncSession, dossier: Dossier, attachment: Attachment) -> None:
    address = dossier.contact.get("email")
    if not address:
        return
    text = f"""Bonjour,

L'antivirus a refusé la pièce « {attachment.name} » jointe à votre dossier « {dossier.title or "sans titre"} ».

{attachment.status_reason}

Elle est en quarantaine : personne ne peut la télécharger. Vérifiez le poste d'où elle vient, puis joignez une version saine.
"""
    await queue_mail(session, to=str(address), subject=f"Pièce refusée par l'antivirus – {attachment.name}", text=text)
