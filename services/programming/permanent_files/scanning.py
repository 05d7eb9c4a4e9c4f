"""Files under the virus scanner, when one is configured: nobody else's before it has answered."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Protocol, TypeVar
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import clamd
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.resources import Resources

from . import repository
from .errors import FileBeingScanned, FileQuarantined
from .models import PermanentFile, ScanStatus

log = structlog.get_logger(__name__)

SCAN = "programming:scan_permanent_file"
_AT_ONCE = 500


@dataclass(frozen=True)
class Finding:
    """What the scan makes of a file: where it stands, and why when that has to be said."""

    status: ScanStatus
    reason: str | None = None


def at_arrival(resources: Resources) -> ScanStatus:
    return ScanStatus.WAITING_SCAN if resources.settings.clamd else ScanStatus.READY


async def examine(resources: Resources, key: str, size: int) -> Finding:
    """The scanner's finding. Raises `ScannerUnavailable` when nobody answers, so that the job is tried again."""
    if not resources.settings.clamd:  # it may have been taken away meanwhile
        return Finding(ScanStatus.READY)
    content = resources.files.stream(key, 0, size)
    try:
        verdict = await clamd.scan(resources.settings.clamd, content, seconds=resources.settings.clamd_seconds)
    except clamd.ScannerConfused as error:
        log.warning("scan_not_understood", answer=str(error))
        return Finding(ScanStatus.WAITING_SCAN, f"L'antivirus n'a pas pu examiner ce fichier : {error}")
    if verdict.signature is None:
        return Finding(ScanStatus.READY)
    return Finding(ScanStatus.REFUSED, f"L'antivirus a reconnu : {verdict.signature}")


def require_clean(status: ScanStatus, reason: str | None, *, own: bool) -> None:
    """Refuse to hand out what is infected, to anybody; and what waits for its scan, to anybody but those whose it is."""
    if status is ScanStatus.REFUSED:
        raise FileQuarantined(Text(reason, reason) if reason else None)
    if status is ScanStatus.WAITING_SCAN and not own:
        raise FileBeingScanned(headers={"Retry-After": "30"})


class Scanned(Protocol):
    """A row that says where bytes are, and where their scan stands."""

    key: str
    size: int
    status: ScanStatus
    status_reason: str | None


ScannedT = TypeVar("ScannedT", bound=Scanned)
Look = Callable[[AsyncSession], Awaitable[ScannedT | None]]


async def settle(session: AsyncSession, resources: Resources, look: Look[ScannedT], hold: Look[ScannedT]) -> ScannedT | None:
    """Ask about a file that waits and write what is found on its row; that row, or None when there is nothing to say any more.

    `look` reads it before the scanner does, so that no row is held meanwhile; `hold` takes it after. Run twice, no harm.
    """
    async with resources.database.sessions() as glance:
        seen = await look(glance)
        if seen is None or seen.status is not ScanStatus.WAITING_SCAN:
            return None
        key, size = seen.key, seen.size
    finding = await examine(resources, key, size)
    kept = await hold(session)
    if kept is None or kept.status is not ScanStatus.WAITING_SCAN or kept.key != key:
        return None
    kept.status, kept.status_reason = finding.status, finding.reason
    return kept


async def scan(session: AsyncSession, resources: Resources, file_id: UUID) -> None:
    """Ask about a document that waits."""

    async def look(glance: AsyncSession) -> PermanentFile | None:
        return await repository.get(glance, file_id)

    async def hold(held: AsyncSession) -> PermanentFile | None:
        return await repository.get(held, file_id, lock=True)

    await settle(session, resources, look, hold)


async def scan_waiting(session: AsyncSession) -> None:
    """Ask again about those that still wait: what outlasted the tries of its own job."""
    for file_id in await repository.waiting(session, _AT_ONCE):
        await enqueue(session, SCAN, lock=f"scan:{file_id}", file_id=str(file_id))
