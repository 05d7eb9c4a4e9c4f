"""Use cases of files: received by documentalists, kept, described, forgotten; and what documents ask of them.

A file belongs to a centre. Whether readers see it is for the documents that join it to say.
"""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, driver, fetch, fetch_one
from services.common.files import DISCARD, StoredFile, receive_for, safe_name
from services.common.jobs import enqueue
from services.common.language import Text
from services.common.problems import BodyTooLarge, FieldError, NotFound
from services.common.resources import Resources

from ..centres import service as centres
from ..tables import KERNEL
from . import repository, rules
from .errors import FileRefused, UnknownFile
from .models import File, FileStatus, ReadingStatus

#: Characters of all its files a document is described with.
_SAID_OF_A_DOCUMENT = 2_000_000
#: Jobs by name, so that what is above does not have to be imported.
SCAN, READING, INDEX = "catalogue:scan_file", "catalogue:read_file", "catalogue:index_documents_of_file"


@dataclass(frozen=True)
class Sending:
    """A file on its way in one go: its name as given, its bytes, the size announced if any."""

    name: str
    stream: AsyncIterator[bytes]
    announced: int | None = None


def limit_of(resources: Resources) -> int:
    """The largest file of the catalogue, in bytes."""
    return int(resources.settings.file_limit_mb) * 1024 * 1024


def require_size(resources: Resources, size: int) -> None:
    """Refuse a file too large before it is sent."""
    if size > limit_of(resources):
        most = int(resources.settings.file_limit_mb)
        raise BodyTooLarge(Text(f"Le fichier dépasse la limite de {most} Mo.", f"The file is over the limit of {most} MB."))


async def receive(
    session: AsyncSession, resources: Resources, caller: Principal, centre_id: UUID, sending: Sending, *, now: datetime
) -> File:
    """A documentalist sends a file in one go."""

    async def allowed(asked: AsyncSession) -> UUID:
        centre = await centres.kept_by(asked, caller, centre_id)
        require_size(resources, sending.announced or 0)
        return centre.id

    kept_for, stored = await receive_for(
        allowed,
        resources.database,
        session,
        resources.files,
        sending.stream,
        limit=limit_of(resources),
        accepted=rules.ACCEPTED,
    )
    return await keep(
        session, resources, kept_for, safe_name(sending.name), stored, by=caller, account_id=caller.account_id, now=now
    )


async def keep(
    session: AsyncSession,
    resources: Resources,
    centre_id: UUID,
    name: str,
    stored: StoredFile,
    *,
    by: Principal | None,
    account_id: UUID,
    now: datetime,
) -> File:
    """Record what was stored: it waits for its scan when there is a scanner, then is read."""
    file = File(
        centre_id=centre_id,
        name=name,
        size=stored.size,
        sha256=stored.sha256,
        media_type=stored.media_type,
        key=stored.key,
        status=FileStatus.WAITING_SCAN if resources.settings.clamd else FileStatus.READY,
        text_status=ReadingStatus.PENDING if stored.media_type in rules.READ else ReadingStatus.NOT_APPLICABLE,
        uploaded_by=account_id,
        uploaded_at=now,
    )
    session.add(file)
    await session.flush()
    await note(session, file, "file.received", by, now, {"sha256": file.sha256, "size": file.size, "media_type": file.media_type})
    await enqueue(session, SCAN if file.status is FileStatus.WAITING_SCAN else READING, file_id=str(file.id))
    return file


async def listing(session: AsyncSession, caller: Principal, centre_id: UUID, *, before_id: UUID, limit: int) -> list[Row]:
    """The centre's files, the newest first, for its documentalists."""
    await centres.kept_by(session, caller, centre_id)
    asked = {"centre_id": centre_id, "before_id": before_id, "limit": limit}
    return await fetch(await driver(session), repository.LISTING, asked)


async def one(reader: AsyncConnection[Any], caller: Principal, file_id: UUID) -> Row:
    """`StoredFileRead`, for documentalists of its centre (404 for anybody else)."""
    row = await fetch_one(reader, repository.READ, {"id": file_id})
    if row is None or not (await centres.audience(reader, caller)).keeps(row["centre_id"]):
        raise NotFound()
    return row


async def content(reader: AsyncConnection[Any], caller: Principal, file_id: UUID) -> Row:
    """The file to be downloaded by its documentalists: even before its scan, not when it is infected."""
    row = await one(reader, caller, file_id)
    if row["status"] == FileStatus.REFUSED.value:
        raise FileRefused(detail=Text(row["status_reason"] or "", row["status_reason"] or ""))
    return row


async def held_by_documentalist(session: AsyncSession, caller: Principal, file_id: UUID) -> File:
    """The file, locked, for a documentalist of its centre (404 otherwise)."""
    file = await repository.get(session, file_id, lock=True)
    if file is None or not (await centres.audience_in(session, caller)).keeps(file.centre_id):
        raise NotFound()
    return file


async def forget(session: AsyncSession, file: File, caller: Principal, *, now: datetime) -> None:
    """Delete a file (locked) that no document joins: for `documents` to make sure of."""
    await note(session, file, "file.deleted", caller, now, {"sha256": file.sha256})
    for key in (file.key, file.thumbnail_key):
        if key:
            # The bytes go once the act is committed: a refusal must not have lost them.
            await enqueue(session, DISCARD, key=key)
    await repository.delete(session, file)


async def require(session: AsyncSession, centre_id: UUID, ids: Sequence[UUID], *, pointer: str = "/content/files") -> None:
    """Refuse files that are unknown, another centre's or infected. Until the transaction ends none of these can be deleted."""
    if not ids:
        return
    known = await repository.owners(session, list(ids))
    errors = []
    for position, file_id in enumerate(ids):
        centre, status = known.get(file_id, (None, None))
        if centre != centre_id:
            said = Text("Ce fichier n'existe pas dans ce centre.", "There is no such file in this centre.")
            errors.append(FieldError(f"{pointer}/{position}/file_id", said, "unknown"))
        elif status is FileStatus.REFUSED:
            said = Text("L'antivirus a refusé ce fichier.", "The virus scanner refused this file.")
            errors.append(FieldError(f"{pointer}/{position}/file_id", said, "refused"))
    if errors:
        raise UnknownFile(errors=errors)


async def texts(session: AsyncSession, ids: Sequence[UUID]) -> str:
    """What these files say, in their order, one after the other, bounded; only of those that may be served."""
    if not ids:
        return ""
    found = {row["id"]: row["text"] for row in await fetch(await driver(session), repository.TEXTS, {"ids": list(ids)})}
    return "\n".join(found[file_id] for file_id in ids if file_id in found)[:_SAID_OF_A_DOCUMENT]


async def served(reader: AsyncConnection[Any], ids: Sequence[UUID]) -> dict[UUID, Row]:
    """Those of these files that readers may be given: neither waiting for their scan nor infected."""
    rows = await fetch(reader, repository.FACES, {"ids": list(ids)}) if ids else []
    return {row["id"]: row for row in rows if row["status"] == FileStatus.READY.value}


def stored_file(row: Row) -> StoredFile:
    """Where the bytes of a file are."""
    return StoredFile(row["key"], row["size"], row["sha256"], row["media_type"])


def stored_thumbnail(row: Row) -> StoredFile:
    """Where its first page is (404 when it has none)."""
    if row["thumbnail_key"] is None:
        raise NotFound()
    return StoredFile(row["thumbnail_key"], row["thumbnail_size"], row["thumbnail_sha256"], "image/webp")


async def note(
    session: AsyncSession, file: File, act: str, actor: Principal | None, now: datetime, changes: dict[str, Any]
) -> None:
    """A line in the file's journal."""
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("file", file.id),
        actor=actor,
        changes={"name": file.name, "centre_id": str(file.centre_id), **changes},
    )
