"""Signed copies under the virus scanner: what it refuses is handed to nobody; the party sends another."""

from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.jobs import enqueue
from services.common.resources import Resources

from ..permanent_files import scanning as antivirus
from ..permanent_files.schemas import ScanStatus
from . import repository, service
from .signing import SCAN

_AT_ONCE = 500


async def scan(session: AsyncSession, resources: Resources, signature_id: UUID) -> None:
    """Ask about a copy that waits. No row is held while the scanner reads; one replaced meanwhile has a scan of its own."""
    async with resources.database.sessions() as glance:
        seen = await repository.signature(glance, signature_id)
        waits = seen is not None and seen.file_status is ScanStatus.WAITING_SCAN
        key, size = (seen.file_key, seen.file_size) if seen else (None, None)
    if not waits or key is None or size is None:
        return
    finding = await antivirus.examine(resources, key, size)
    # The agreement first, as every act on it does.
    agreement = await repository.of_signature(session, signature_id)
    kept = await repository.signature(session, signature_id, lock=True)
    if agreement is None or kept is None or kept.file_key != key or kept.file_status is not ScanStatus.WAITING_SCAN:
        return
    kept.file_status, kept.file_status_reason = finding.status, finding.reason
    agreement.version += 1
    await session.flush()
    if finding.status is ScanStatus.REFUSED:
        now, changes = resources.clock.now(), {"party": kept.party.value, "found": finding.reason}
        await service.note(session, agreement, "agreement.signed_file_quarantined", None, now, **changes)


async def scan_waiting(session: AsyncSession) -> None:
    """Ask again about those that still wait: what outlasted the tries of its own job."""
    for signature_id in await repository.waiting_for_scan(session, _AT_ONCE):
        await enqueue(session, SCAN, lock=f"scan:{signature_id}", signature_id=str(signature_id))
