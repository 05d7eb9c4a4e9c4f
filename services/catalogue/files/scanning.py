"""Use case of the scan: a file is ready, or refused; while nobody answers it waits."""

from datetime import datetime
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import clamd
from services.common.db import fetch_one
from services.common.jobs import enqueue
from services.common.resources import Resources

from . import repository, service
from .models import FileStatus

log = structlog.get_logger(__name__)

_AT_ONCE = 500


async def scan(session: AsyncSession, resources: Resources, file_id: UUID, *, now: datetime) -> None:
    """Ask the scanner about a file that waits. Raises when nobody answers, so that the job is tried again."""
    async with resources.database.readers.connection() as reader:
        row = await fetch_one(reader, repository.READ, {"id": file_id})
    if row is None or row["status"] != FileStatus.WAITING_SCAN.value:
        return
    verdict, confusion = clamd.Verdict(None), None
    if resources.settings.clamd:  # it may have been taken away meanwhile
        content = resources.files.stream(row["key"], 0, row["size"])
        try:
            verdict = await clamd.scan(resources.settings.clamd, content, seconds=resources.settings.clamd_seconds)
        except clamd.ScannerConfused as error:
            confusion = str(error)
    # No row is held while the scanner reads.
    file = await repository.get(session, file_id, lock=True)
    if file is None or file.status is not FileStatus.WAITING_SCAN:
        return
    if confusion is not None:
        log.warning("scan_not_understood", file_id=str(file_id), answer=confusion)
        file.status_reason = f"L'antivirus n'a pas pu examiner ce fichier : {confusion}"
        file.version += 1
        await session.flush()
        return
    file.version += 1
    if verdict.signature is None:
        file.status, file.status_reason = FileStatus.READY, None
        file.scanned_at = now if resources.settings.clamd else None
        await session.flush()
        await enqueue(session, service.READING, file_id=str(file_id))
        return
    file.status, file.scanned_at = FileStatus.REFUSED, now
    file.status_reason = f"L'antivirus a reconnu : {verdict.signature}"
    await session.flush()
    await service.note(session, file, "file.refused", None, now, {"found": verdict.signature})


async def scan_waiting(session: AsyncSession) -> None:
    """Ask again about those that still wait: what outlasted the tries of its job."""
    for file_id in await repository.waiting(session, _AT_ONCE):
        await enqueue(session, service.SCAN, lock=f"scan:{file_id}", file_id=str(file_id))
