"""Attachments of a bilan: streamed in, typed by their content, streamed out. What was submitted stays."""

from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Database
from services.common.files import DISCARD, Files, receive_for, safe_name
from services.common.jobs import enqueue
from services.common.macros import MacroWatch
from services.common.problems import NotFound

from ..dossiers import service as dossiers
from ..dossiers.attachments import ACCEPTED, Upload
from ..dossiers.errors import TooManyAttachments
from ..permanent_files.errors import MacrosRefused
from . import repository, service
from .errors import BilanLocked
from .models import Bilan, BilanAttachment


async def require_room(session: AsyncSession, caller: Principal, dossier_id: UUID, most: int) -> Bilan:
    """The bilan, locked, if it can take one more attachment."""
    _, bilan = await service.editable(session, caller, dossier_id)
    if len(await repository.attachments(session, bilan.id)) >= most:
        raise TooManyAttachments(most=most)
    return bilan


async def attach(
    database: Database, session: AsyncSession, files: Files, caller: Principal, dossier_id: UUID, upload: Upload, *, now: datetime
) -> tuple[BilanAttachment, Bilan]:
    """Store the stream, then join it to the draft."""

    async def room(asked: AsyncSession) -> Bilan:
        return await require_room(asked, caller, dossier_id, upload.most)

    watch = MacroWatch()
    arriving = watch.watched(upload.stream)
    bilan, stored = await receive_for(
        room, database, session, files, arriving, limit=upload.limit, accepted=ACCEPTED, announced=upload.announced
    )
    if watch.found(stored.media_type):
        await files.discard(stored.key)
        raise MacrosRefused(found=stored.media_type)
    attachment = BilanAttachment(
        bilan_id=bilan.id,
        number=bilan.number + 1,
        kind=upload.kind,
        name=safe_name(upload.name),
        key=stored.key,
        size=stored.size,
        sha256=stored.sha256,
        media_type=stored.media_type,
        added_by=caller.account_id,
        added_at=now,
    )
    session.add(attachment)
    service.touch(bilan, now)
    await session.flush()
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
