"""Attachments of a bilan: streamed in, typed by their content, streamed out. What was submitted stays."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.files import DISCARD, safe_name
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..dossiers import service as dossiers
from ..dossiers.attachments import Upload
from ..dossiers.errors import TooManyAttachments
from ..permanent_files import arrivals
from ..permanent_files.schemas import ScanStatus
from . import repository, service
from .errors import BilanLocked
from .models import Bilan, BilanAttachment

SCAN = "programming:scan_bilan_attachment"


async def require_room(session: AsyncSession, caller: Principal, dossier_id: UUID, most: int) -> Bilan:
    """The bilan, locked, if it can take one more attachment."""
    _, bilan = await service.editable(session, caller, dossier_id)
    if len(await repository.attachments(session, bilan.id)) >= most:
        raise TooManyAttachments(most=most)
    return bilan


async def attach(
    session: AsyncSession, resources: Resources, caller: Principal, dossier_id: UUID, upload: Upload, *, now: datetime
) -> tuple[BilanAttachment, Bilan]:
    """Store the stream, then join it to the draft. With a scanner, it waits for its verdict before others may open it."""

    async def room(asked: AsyncSession) -> Bilan:
        return await require_room(asked, caller, dossier_id, upload.most)

    sent = arrivals.Sent(upload.stream, upload.limit, upload.announced)
    bilan, arrived = await arrivals.take(room, session, resources, sent)
    stored = arrived.stored
    attachment = BilanAttachment(
        bilan_id=bilan.id,
        number=bilan.number + 1,
        kind=upload.kind,
        name=safe_name(upload.name),
        key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        media_type=stored.media_type,
        status=arrived.status,
        added_by=caller.account_id,
        added_at=now,
    )
    session.add(attachment)
    service.touch(bilan, now)
    await session.flush()
    if attachment.status is ScanStatus.WAITING_SCAN:
        await enqueue(session, SCAN, bilan_attachment_id=str(attachment.id))
    dossier = await dossiers.held_by(session, caller, dossier_id)
    await dossiers.note(
        session, dossier, "bilan.attachment_added", caller, now, kind=upload.kind, name=attachment.name, sha256=stored.sha256
    )
    return attachment, bilan


async def remove(session: AsyncSession, caller: Principal, dossier_id: UUID, attachment_id: UUID, *, now: datetime) -> None:
    """Remove a file that was not submitted yet."""
    dossier, bilan = await service.editable(session, caller, dossier_id)
    attachment = await repository.attachment(session, bilan.id, attachment_id)
    if attachment is None:
        raise NotFound()
    if attachment.number <= bilan.number:
        raise BilanLocked(number=attachment.number)
    await session.delete(attachment)
    # The bytes go once the act is committed: a refusal must not have lost them.
    await enqueue(session, DISCARD, key=attachment.key)
    service.touch(bilan, now)
    await session.flush()
    await dossiers.note(session, dossier, "bilan.attachment_removed", caller, now, kind=attachment.kind, name=attachment.name)
