"""Attachments of a dossier: streamed in, typed by their content, streamed out."""

from collections.abc import AsyncIterator
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Database
from services.common.files import DISCARD, Files, StoredFile, receive_for, safe_name
from services.common.jobs import enqueue
from services.common.problems import NotFound

from . import access, repository, service
from .errors import DossierLocked, TooManyAttachments
from .models import Attachment, Dossier, DossierStatus

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


@dataclass(frozen=True)
class Upload:
    """A file on its way: its kind and name as given, the bytes, and the limits it must respect."""

    kind: str
    name: str
    stream: AsyncIterator[bytes]
    limit: int
    most: int


async def require_room(session: AsyncSession, caller: Principal, dossier_id: UUID, kind: str, most: int) -> Dossier:
    """The dossier, locked, if it can take one more attachment of that kind."""
    dossier = await access.written_by(session, caller, dossier_id)
    access.require_editable(dossier)
    access.require_open(dossier, [f"/attachments/{kind}"])
    if len(await repository.attachments(session, dossier_id)) >= most:
        raise TooManyAttachments(most=most)
    return dossier


async def attach(
    database: Database, session: AsyncSession, files: Files, caller: Principal, dossier_id: UUID, upload: Upload, *, now: datetime
) -> tuple[Attachment, Dossier]:
    """Store the stream, then join it to the draft."""

    async def room(asked: AsyncSession) -> Dossier:
        return await require_room(asked, caller, dossier_id, upload.kind, upload.most)

    dossier, stored = await receive_for(room, database, session, files, upload.stream, limit=upload.limit, accepted=ACCEPTED)
    attachment = Attachment(
        dossier_id=dossier.id,
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
    access.mark(dossier, caller, [f"/attachments/{upload.kind}"], now)
    await session.flush()
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
    # The bytes go once the act is committed: a refusal must not have lost them.
    await enqueue(session, DISCARD, key=attachment.key)
    access.mark(dossier, caller, [f"/attachments/{attachment.kind}"], now)
    await session.flush()
    await service.note(session, dossier, "dossier.attachment_removed", caller, now, kind=attachment.kind, name=attachment.name)


def stored_file(row: dict[str, object]) -> StoredFile:
    return StoredFile(str(row["key"]), int(str(row["size"])), str(row["sha256"]), str(row["media_type"]))
