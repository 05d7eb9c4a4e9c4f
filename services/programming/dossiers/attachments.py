"""Attachments of a dossier: streamed in, typed by their content, streamed out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.files import DISCARD, StoredFile, safe_name
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..permanent_files import arrivals
from ..permanent_files.schemas import ScanStatus
from . import access, history, repository, service
from .errors import DossierLocked, TooManyAttachments
from .models import Attachment, Dossier, DossierStatus

SCAN = "programming:scan_attachment"


@dataclass(frozen=True)
class Upload:
    """A file on its way: its kind and name as given, the bytes, and the limits it must respect."""

    kind: str
    name: str
    stream: AsyncIterator[bytes]
    limit: int
    most: int
    announced: int | None = None


async def require_room(session: AsyncSession, caller: Principal, dossier_id: UUID, kind: str, most: int) -> Dossier:
    """The dossier, locked, if it can take one more attachment of that kind."""
    dossier = await access.written_by(session, caller, dossier_id)
    access.require_editable(dossier)
    access.require_open(dossier, [f"/attachments/{kind}"])
    if len(await repository.attachments(session, dossier_id)) >= most:
        raise TooManyAttachments(most=most)
    return dossier


async def attach(
    session: AsyncSession, resources: Resources, caller: Principal, dossier_id: UUID, upload: Upload, *, now: datetime
) -> tuple[Attachment, Dossier]:
    """Store the stream, then join it to the draft. With a scanner, it waits for its verdict before others may open it."""

    async def room(asked: AsyncSession) -> Dossier:
        return await require_room(asked, caller, dossier_id, upload.kind, upload.most)

    sent = arrivals.Sent(upload.stream, upload.limit, upload.announced)
    dossier, arrived = await arrivals.take(room, session, resources, sent)
    stored = arrived.stored
    attachment = Attachment(
        dossier_id=dossier.id,
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
    access.mark(dossier, caller, [f"/attachments/{upload.kind}"], now)
    await session.flush()
    if attachment.status is ScanStatus.WAITING_SCAN:
        await enqueue(session, SCAN, attachment_id=str(attachment.id))
    await service.note(
        session, dossier, "dossier.attachment_added", caller, now, kind=upload.kind, name=attachment.name, sha256=stored.sha256
    )
    return attachment, dossier


async def remove(session: AsyncSession, caller: Principal, dossier_id: UUID, attachment_id: UUID, *, now: datetime) -> None:
    dossier = await access.written_by(session, caller, dossier_id)
    if dossier.status is not DossierStatus.DRAFT:  # what was submitted stays joined: a document is completed by another
        raise DossierLocked(reference=dossier.reference)
    attachment = await repository.attachment(session, dossier_id, attachment_id)
    if attachment is None:
        raise NotFound()
    await session.delete(attachment)
    # The bytes go once the act is committed: a refusal must not have lost them. A submission that was sent with them keeps them,
    # unless they are infected; those of a permanent file are that file's.
    infected = attachment.status is ScanStatus.REFUSED
    sent = not infected and await history.was_submitted_with(session, dossier_id, attachment.key)
    if attachment.permanent_file_id is None and not sent:
        await enqueue(session, DISCARD, key=attachment.key)
    access.mark(dossier, caller, [f"/attachments/{attachment.kind}"], now)
    await session.flush()
    await service.note(session, dossier, "dossier.attachment_removed", caller, now, kind=attachment.kind, name=attachment.name)


def stored_file(row: dict[str, object]) -> StoredFile:
    return StoredFile(str(row["key"]), int(str(row["size"])), str(row["sha256"]), str(row["media_type"]))
