"""Use cases of resumable uploads (tus 1.0.0): a file arrives in as many requests as the line needs.

The store cannot append, so what comes is kept as parts, objects of their own, each recorded in its own short transaction: whatever
happens to a request, `received` counts what can be read again. Once whole, the parts become one file.
"""

from collections.abc import AsyncIterator
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from uuid import UUID

from sqlmodel.ext.asyncio.session import AsyncSession
from starlette.requests import ClientDisconnect

from services.common import journal
from services.common.auth import Principal
from services.common.files import DISCARD, EmptyFile, Files, StoredFile, UnsupportedFileType
from services.common.jobs import enqueue
from services.common.problems import NotFound
from services.common.resources import Resources

from ..centres import service as centres
from ..tables import KERNEL
from . import repository, rules, service
from .errors import (
    ChecksumMismatch,
    OffsetMismatch,
    PieceTooLong,
    PieceTypeExpected,
    UnsupportedTusVersion,
    UploadExpired,
    UploadRefused,
)
from .models import File, Upload, UploadPart

#: Bytes of a part at most: what a killed process may lose.
PART = 8 * 1024 * 1024
ASSEMBLING = "catalogue:assemble_upload"
#: When a job takes over from the request that should have assembled the file.
_TAKEN_OVER_AFTER = timedelta(minutes=2)
_SWEPT_AT_ONCE = 200


@dataclass(frozen=True)
class Opening:
    """What `POST` said: headers as they came."""

    tus: str | None
    length: str | None
    metadata: str | None


@dataclass(frozen=True)
class Piece:
    """What `PATCH` said: headers as they came, and the bytes."""

    tus: str | None
    offset: str | None
    checksum: str | None
    media_type: str | None
    announced: int | None
    stream: AsyncIterator[bytes]


async def begin(
    session: AsyncSession, resources: Resources, caller: Principal, centre_id: UUID, opening: Opening, *, now: datetime
) -> Upload:
    """A documentalist announces a file: its size and its name."""
    await centres.kept_by(session, caller, centre_id)
    require_version(opening.tus)
    length = rules.count_in("upload-length", opening.length)
    if length == 0:
        raise EmptyFile()
    service.require_size(resources, length)
    upload = Upload(
        centre_id=centre_id,
        name=rules.name_in(opening.metadata),
        length=length,
        uploaded_by=caller.account_id,
        created_at=now,
        expires_at=now + _kept(resources),
    )
    session.add(upload)
    await session.flush()
    await _note(session, upload, "upload.begun", caller, now)
    return upload


async def state(session: AsyncSession, caller: Principal, upload_id: UUID, tus: str | None, *, now: datetime) -> Upload:
    """Where an upload is, for the documentalists of its centre (404 for anybody else, 410 once expired)."""
    upload = await _held(session, caller, upload_id)
    require_version(tus)
    if upload.expires_at <= now:
        raise UploadExpired()
    return upload


async def give_up(session: AsyncSession, caller: Principal, upload_id: UUID, tus: str | None, *, now: datetime) -> None:
    """Forget what came. The file stays if it was whole."""
    upload = await _held(session, caller, upload_id, lock=True)
    require_version(tus)
    await _note(session, upload, "upload.given_up", caller, now)
    await _forget(session, upload)


async def append(
    session: AsyncSession, resources: Resources, caller: Principal, upload_id: UUID, piece: Piece, *, now: datetime
) -> Upload:
    """Keep what comes of a piece, even when its line is cut, and make the file when it was the last."""
    async with resources.database.sessions() as glance:
        upload = await state(glance, caller, upload_id, piece.tus, now=now)
    offset = _accepted(upload, piece)
    arriving = Arriving(piece.stream, rules.Checksum(piece.checksum))
    offset = await _keep_parts(resources, upload, arriving, offset, now=now)
    if offset == upload.length and upload.file_id is None:
        await assemble(session, resources, upload_id, actor=caller, now=now)
    found = await repository.upload(session, upload_id)
    if found is None:
        raise NotFound()
    return found


async def assemble(
    session: AsyncSession, resources: Resources, upload_id: UUID, *, actor: Principal | None = None, now: datetime
) -> File | None:
    """Make one file of the parts of a whole upload. Run twice, no harm. Of a type not accepted, everything is forgotten."""
    upload = await repository.upload(session, upload_id, lock=True)
    if upload is None or upload.file_id is not None or upload.received < upload.length:
        return None
    parts = await repository.parts(session, upload_id)

    async def content() -> AsyncIterator[bytes]:
        for part in parts:
            async for chunk in resources.files.stream(part.key, 0, part.size):
                yield chunk

    try:
        stored = await resources.files.receive(content(), limit=upload.length, accepted=rules.ACCEPTED)
    except UnsupportedFileType as refusal:
        await _note(session, upload, "upload.refused", actor, now)
        await _forget(session, upload)
        raise UploadRefused(**refusal.extensions) from refusal
    if stored.size != upload.length:
        await resources.files.discard(stored.key)
        raise RuntimeError(f"upload {upload_id}: {stored.size} bytes in its parts, {upload.length} announced")
    by = upload.uploaded_by
    file = await service.keep(session, resources, upload.centre_id, upload.name, stored, by=actor, account_id=by, now=now)
    upload.file_id = file.id
    await _discard_parts(session, upload_id)
    await session.flush()
    return file


async def sweep(session: AsyncSession, *, now: datetime) -> int:
    """Forget uploads nobody went on with; how many."""
    expired = await repository.expired(session, now, _SWEPT_AT_ONCE)
    for upload in expired:
        if upload.file_id is None:
            await _note(session, upload, "upload.expired", None, now)
        await _forget(session, upload)
    return len(expired)


@dataclass
class Arriving:
    """The bytes of a request, handed out part by part; a line that is cut is an end like another."""

    stream: AsyncIterator[bytes]
    checksum: rules.Checksum
    cut: bool = False
    _rest: bytes = b""
    _over: bool = field(default=False)

    async def has_more(self) -> bool:
        """Whether there is at least one byte more."""
        while not self._rest and not self._over:
            try:
                self._rest = await anext(self.stream)
            except StopAsyncIteration:
                self._over = True
            except ClientDisconnect:
                self._over = self.cut = True
        return bool(self._rest)

    async def part(self, most: int) -> AsyncIterator[bytes]:
        """The bytes that come next, `most` of them at most."""
        while most and await self.has_more():
            chunk, self._rest = self._rest[:most], self._rest[most:]
            most -= len(chunk)
            self.checksum.update(chunk)
            yield chunk


def require_version(tus: str | None) -> None:
    """Refuse a client that speaks another version of the protocol, or does not say."""
    if tus != rules.TUS:
        raise UnsupportedTusVersion(headers={"Tus-Version": rules.TUS})


def _accepted(upload: Upload, piece: Piece) -> int:
    """The offset a piece begins at, when it may begin there."""
    if (piece.media_type or "").split(";")[0].strip().lower() != rules.PIECE:
        raise PieceTypeExpected()
    offset = rules.count_in("upload-offset", piece.offset)
    if offset != upload.received:
        raise OffsetMismatch(offset=upload.received)
    if piece.announced is not None and offset + piece.announced > upload.length:
        raise PieceTooLong(offset=upload.received)
    return offset


async def _keep_parts(resources: Resources, upload: Upload, arriving: Arriving, offset: int, *, now: datetime) -> int:
    """Store and record what comes, from `offset`; the offset reached. With a checksum, all of the piece or nothing."""
    waiting: list[UploadPart] = []
    try:
        while offset < upload.length and await arriving.has_more():
            part = await _store(resources.files, upload.id, arriving, offset, min(PART, upload.length - offset))
            waiting.append(part)
            offset += part.size
            if not arriving.checksum.announced:
                await _record(resources, upload.id, waiting, now=now)
                waiting = []
        if await arriving.has_more():
            raise PieceTooLong(offset=offset - sum(part.size for part in waiting))
        if waiting and (arriving.cut or not arriving.checksum.agrees):
            raise ChecksumMismatch()
        await _record(resources, upload.id, waiting, now=now)
    except BaseException:
        for part in waiting:
            await resources.files.discard(part.key)
        raise
    return offset


async def _store(files: Files, upload_id: UUID, arriving: Arriving, start: int, most: int) -> UploadPart:
    stored: StoredFile = await files.receive(arriving.part(most), limit=most)
    return UploadPart(upload_id=upload_id, start=start, size=stored.size, key=stored.key)


async def _record(resources: Resources, upload_id: UUID, parts: list[UploadPart], *, now: datetime) -> None:
    """The upload is now at the end of these parts, unless another request got there first."""
    if not parts:
        return
    async with resources.database.transaction() as session:
        upload = await repository.upload(session, upload_id, lock=True)
        if upload is None:
            raise NotFound()
        if upload.received != parts[0].start:
            raise OffsetMismatch(offset=upload.received)
        session.add_all(parts)
        upload.received += sum(part.size for part in parts)
        upload.expires_at = now + _kept(resources)
        await session.flush()
        if upload.received == upload.length:
            await enqueue(session, ASSEMBLING, at=now + _TAKEN_OVER_AFTER, upload_id=str(upload_id))


async def _held(session: AsyncSession, caller: Principal, upload_id: UUID, *, lock: bool = False) -> Upload:
    upload = await repository.upload(session, upload_id, lock=lock)
    if upload is None or not (await centres.audience_in(session, caller)).keeps(upload.centre_id):
        raise NotFound()
    return upload


async def _forget(session: AsyncSession, upload: Upload) -> None:
    await _discard_parts(session, upload.id)
    await repository.delete(session, upload)


async def _discard_parts(session: AsyncSession, upload_id: UUID) -> None:
    for part in await repository.parts(session, upload_id):
        await enqueue(session, DISCARD, key=part.key)
        session.expunge(part)
    await repository.forget_parts(session, upload_id)


def _kept(resources: Resources) -> timedelta:
    return timedelta(hours=resources.settings.upload_hours)


async def _note(session: AsyncSession, upload: Upload, act: str, actor: Principal | None, now: datetime) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("upload", upload.id),
        actor=actor,
        changes={"name": upload.name, "length": upload.length, "received": upload.received, "centre_id": str(upload.centre_id)},
    )
