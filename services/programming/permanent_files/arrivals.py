"""The one way a file comes into programming: counted and typed while it passes, without a program in it, then for the scanner.

Every door (attachments of dossiers and of bilans, permanent files, signed copies) calls `take`; what it refuses leaves nothing behind.
"""

from collections.abc import AsyncIterator, Awaitable, Callable
from dataclasses import dataclass
from typing import TypeVar

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.files import StoredFile, receive_for
from services.common.macros import MacroWatch
from services.common.resources import Resources

from . import scanning
from .errors import MacrosRefused
from .models import ScanStatus

#: What people join to their dossiers.
ACCEPTED = frozenset(
    {
        "application/pdf",
        "image/jpeg",
        "image/png",
        "application/vnd.oasis.opendocument.text",
        "application/vnd.oasis.opendocument.spreadsheet",
        "application/vnd.openxmlformats-officedocument.wordprocessingml.document",
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
        "application/msword",
        "application/vnd.ms-excel",
    }
)

Parent = TypeVar("Parent")


@dataclass(frozen=True)
class Sent:
    """A file on its way: its bytes, the most it may hold, the length announced if any, the types its place takes."""

    stream: AsyncIterator[bytes]
    limit: int
    announced: int | None = None
    accepted: frozenset[str] = ACCEPTED


@dataclass(frozen=True)
class Arrived:
    """What was received, and whether it waits for the scanner: its row is then for a scan to be queued."""

    stored: StoredFile
    status: ScanStatus


async def take(
    allowed: Callable[[AsyncSession], Awaitable[Parent]], session: AsyncSession, resources: Resources, sent: Sent
) -> tuple[Parent, Arrived]:
    """Store the stream for what `allowed` gives (asked before the first byte and again after the last, see `receive_for`)."""
    watch = MacroWatch()
    parent, stored = await receive_for(
        allowed,
        resources.database,
        session,
        resources.files,
        watch.watched(sent.stream),
        limit=sent.limit,
        accepted=sent.accepted,
        announced=sent.announced,
    )
    if watch.found(stored.media_type):
        await resources.files.discard(stored.key)
        raise MacrosRefused(found=stored.media_type)
    return parent, Arrived(stored, scanning.at_arrival(resources))
