"""Use cases of imports: a documentalist sends a file of documents; its lines are kept, then worked through (`batches`).

A short file is done in the request, a long one by a job that the sender follows by reading the import again.
"""

import asyncio
import hashlib
import tempfile
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import BinaryIO
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.auth import Principal
from services.common.db import Row, fetch
from services.common.files import safe_name
from services.common.ids import new_id
from services.common.language import Text
from services.common.problems import BodyTooLarge, NotFound, TemporarilyUnavailable
from services.common.resources import Resources

from ..centres import service as centres
from . import batches, reading, repository
from .columns import heading
from .errors import ImportFinished
from .models import DocumentImport, ImportState, LineOutcome
from .schemas import ImportLineListing

#: Lines read, then written, at a time while a file arrives.
_KEPT_AT_ONCE = 500
_IN_MEMORY = 2 * 1024 * 1024


@dataclass(frozen=True)
class Upload:
    """A file on its way, and what is to be done with it."""

    name: str
    stream: AsyncIterator[bytes]
    dry_run: bool
    publish: bool
    overwrite: bool


async def receive(
    session: AsyncSession, resources: Resources, caller: Principal, centre_id: UUID, upload: Upload, *, now: datetime
) -> DocumentImport:
    """Keep the file's lines, and do them at once when they are few. No lock is held while bytes arrive."""
    await centres.kept_by(session, caller, centre_id)
    if upload.publish:
        await centres.managed_by(session, caller, centre_id)
    with tempfile.SpooledTemporaryFile(max_size=_IN_MEMORY) as file:
        size, sha256 = await _received(upload.stream, file)  # type: ignore[arg-type]
        source = await asyncio.to_thread(reading.File, file)  # type: ignore[arg-type]
        kept = DocumentImport(
            id=new_id(),
            centre_id=centre_id,
            name=safe_name(upload.name),
            media_type=source.media_type,
            size=size,
            sha256=sha256,
            dry_run=upload.dry_run,
            publish=upload.publish,
            overwrite=upload.overwrite,
            columns=source.columns,
            unknown_columns=source.unknown_columns,
            imported_by=caller.account_id,
            imported_at=now,
        )
        session.add(kept)
        await session.flush()
        while lines := await asyncio.to_thread(source.next, _KEPT_AT_ONCE):
            await _keep(session, kept, lines)
    kept.done = kept.refused
    await session.flush()
    await batches.note(session, kept, "documents.import_received", caller, now)
    await _begin(session, resources, kept, now=now)
    return kept


async def cancel(session: AsyncSession, caller: Principal, import_id: UUID, *, now: datetime) -> DocumentImport:
    """Stop before the next batch: lines not yet done stay so, documents already made stay too."""
    kept = await repository.get(session, import_id, lock=True)
    if kept is None or not (await centres.audience_in(session, caller)).keeps(kept.centre_id):
        raise NotFound()
    if kept.state not in repository.OPEN:
        raise ImportFinished()
    kept.state, kept.finished_at, kept.version = ImportState.CANCELLED, now, kept.version + 1
    await session.flush()
    await batches.note(session, kept, "documents.import_cancelled", caller, now)
    return kept


async def seen(session: AsyncSession, caller: Principal, import_id: UUID) -> DocumentImport:
    """An import, for documentalists of its centre (404 for others)."""
    kept = await repository.get(session, import_id)
    if kept is None or not (await centres.audience_in(session, caller)).keeps(kept.centre_id):
        raise NotFound()
    return kept


async def listing(
    session: AsyncSession, reader: AsyncConnection[Row], caller: Principal, centre_id: UUID, *, before_id: UUID, limit: int
) -> list[Row]:
    """Imports of a centre, the latest first, for its documentalists."""
    await centres.kept_by(session, caller, centre_id)
    return await fetch(reader, repository.IMPORTS, {"centre_id": centre_id, "before_id": before_id, "limit": limit})


async def lines(reader: AsyncConnection[Row], import_id: UUID, wish: ImportLineListing, *, after: int) -> list[Row]:
    """What became of the lines, in the file's order."""
    outcomes = [outcome.value for outcome in wish.outcome] or None
    asked = {"import_id": import_id, "outcomes": outcomes, "after": after, "limit": wish.limit + 1}
    return await fetch(reader, repository.LINES, asked)


async def _received(stream: AsyncIterator[bytes], file: BinaryIO) -> tuple[int, str]:
    digest, size = hashlib.sha256(), 0
    async for chunk in stream:
        size += len(chunk)
        if size > reading.MOST_BYTES:
            megabytes = reading.MOST_BYTES // (1024 * 1024)
            raise BodyTooLarge(
                Text(f"Le fichier dépasse la limite de {megabytes} Mo.", f"The file is over the limit of {megabytes} MB.")
            )
        digest.update(chunk)
        file.write(chunk)
    return size, digest.hexdigest()


async def _keep(session: AsyncSession, kept: DocumentImport, found: Sequence[reading.Line]) -> None:
    rows = []
    for line in found:
        refused = bool(line.faults)
        problems = [
            {"column": each.column and heading(each.column), "code": each.code, "detail": each.detail} for each in line.faults
        ]
        rows.append(
            {
                "number": line.number,
                "identifier": line.identifier,
                "title": " ".join(line.cells["title"].split())[:400],
                "outcome": LineOutcome.REFUSED if refused else LineOutcome.WAITING,
                "problems": problems,
                "cells": None if refused else line.cells,
            }
        )
        kept.refused += refused
    kept.lines += len(rows)
    await repository.keep_lines(session, kept.id, rows)


async def _begin(session: AsyncSession, resources: Resources, kept: DocumentImport, *, now: datetime) -> None:
    """A short file is done now if nobody else's import of the centre goes on; otherwise the background takes it up."""
    is_short = kept.lines - kept.done <= batches.AT_ONCE and await repository.is_my_turn(session, kept.centre_id)
    if is_short and await repository.oldest_open(session, kept.centre_id) == kept.id:
        try:
            await batches.some(session, resources, kept, now=now)
        except TemporarilyUnavailable:
            # The directory is away: nothing was written yet, the background will ask again.
            await batches.later(session, kept.centre_id)
    else:
        await batches.later(session, kept.centre_id)
