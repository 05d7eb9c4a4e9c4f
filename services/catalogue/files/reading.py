"""Use case of reading: a file's text and first page, asked of a program that may be killed (`extraction`)."""

import asyncio
import contextlib
import hashlib
import json
import os
import signal
import sys
import tempfile
from dataclasses import dataclass
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any
from uuid import UUID

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import fetch_one
from services.common.jobs import enqueue
from services.common.resources import Resources

from . import repository, rules, service
from .models import FileStatus, ReadingStatus

log = structlog.get_logger(__name__)

#: The program, to which its arguments are added.
PROGRAM = [sys.executable, "-m", "services.catalogue.files.extraction"]
_ROOT = Path(__file__).resolve().parents[3]
_LOST_AFTER = timedelta(hours=2)
_AT_ONCE = 500
#: Above what the program is allowed to write.
_RESULT_LIMIT = 16 * 1024 * 1024


@dataclass(frozen=True)
class Reading:
    """What was made of a file. `outcome`: `done`, or a name of `rules.REASONS`."""

    outcome: str
    text: str | None = None
    pages: int | None = None
    thumbnail: bytes | None = None


async def read(session: AsyncSession, resources: Resources, file_id: UUID, *, now: datetime) -> None:
    """Keep what a file says and how it looks, once. Whatever the file, it ends with a status."""
    async with resources.database.readers.connection() as reader:
        row = await fetch_one(reader, repository.READ, {"id": file_id})
    if row is None or row["status"] != FileStatus.READY.value or row["read_at"] is not None:
        return
    if row["media_type"] not in rules.READ | rules.PICTURES:
        return
    made = await _made_of(resources, row)
    # No row is held while the program reads.
    file = await repository.get(session, file_id, lock=True)
    if file is None or file.status is not FileStatus.READY or file.read_at is not None:
        return
    file.read_at, file.pages, file.version = now, made.pages, file.version + 1
    if file.text_status is ReadingStatus.PENDING:
        file.text = made.text
        file.text_status = ReadingStatus.DONE if made.text else ReadingStatus.FAILED
        file.text_reason = None if made.text else rules.REASONS.get(made.outcome, rules.REASONS["damaged"])
    if made.thumbnail is not None:
        file.thumbnail_key = f"{file.key}-thumbnail"
        file.thumbnail_size = len(made.thumbnail)
        file.thumbnail_sha256 = hashlib.sha256(made.thumbnail).hexdigest()
        await resources.files.write(file.thumbnail_key, made.thumbnail)
    await session.flush()
    if file.text:
        await enqueue(session, service.INDEX, file_id=str(file_id))


async def read_unread(session: AsyncSession, *, now: datetime) -> None:
    """Ask again for files whose reading was lost: what outlasted the tries of its job (the store was away)."""
    for file_id in await repository.unread(session, rules.READ | rules.PICTURES, now - _LOST_AFTER, _AT_ONCE):
        await enqueue(session, service.READING, lock=f"read:{file_id}", file_id=str(file_id))


async def _made_of(resources: Resources, row: dict[str, Any]) -> Reading:
    """Bring the file here, and have it read."""
    with tempfile.TemporaryDirectory(prefix="canevas-reading-", ignore_cleanup_errors=True) as scratch:
        path, folder = Path(scratch) / "file", Path(scratch) / "made"
        folder.mkdir()
        with path.open("wb") as local:
            async for chunk in resources.files.stream(row["key"], 0, row["size"]):
                await asyncio.to_thread(local.write, chunk)
        settings = resources.settings
        outcome = await run(path, row["media_type"], folder, seconds=settings.reading_seconds, memory=settings.reading_memory_mb)
        if outcome is not None:
            log.warning("file_not_read", file_id=str(row["id"]), outcome=outcome)
            return Reading(outcome)
        return await asyncio.to_thread(_result, folder)


async def run(path: Path, media_type: str, folder: Path, *, seconds: float, memory: int) -> str | None:
    """Run the program within bounds; None when it ended by itself, otherwise the outcome's name.

    It is a group of its own, killed whole; it is given neither the platform's settings nor its sockets.
    """
    arguments = [str(path), media_type, str(folder), str(max(1, int(seconds))), str(memory)]
    process = await asyncio.create_subprocess_exec(
        *PROGRAM,
        *arguments,
        stdin=asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.DEVNULL,
        stderr=asyncio.subprocess.DEVNULL,
        cwd=folder,
        env={"PATH": os.defpath, "PYTHONPATH": str(_ROOT), "LANG": "C.UTF-8", "PYTHONDONTWRITEBYTECODE": "1"},
        start_new_session=True,
    )
    try:
        async with asyncio.timeout(seconds):
            code = await process.wait()
    except TimeoutError:
        return "too_long"
    finally:
        with contextlib.suppress(ProcessLookupError):
            os.killpg(process.pid, signal.SIGKILL)
        await process.wait()
    if code == -signal.SIGXCPU:
        return "too_long"
    return None if code == 0 else "too_much"


def _result(folder: Path) -> Reading:
    """What the program wrote. It is not believed: a fault of a reader may have written anything."""
    written, picture = folder / "result.json", folder / "thumbnail.webp"
    try:
        if written.is_symlink() or written.stat().st_size > _RESULT_LIMIT:
            return Reading("too_much")
        said = json.loads(written.read_bytes())
        text, pages = said["text"], said["pages"]
        if not (text is None or isinstance(text, str)) or not (pages is None or isinstance(pages, int)):
            return Reading("damaged")
        shown = None
        if picture.is_file() and not picture.is_symlink() and picture.stat().st_size <= _RESULT_LIMIT:
            shown = picture.read_bytes()
        return Reading(str(said["outcome"]), text, pages, shown)
    except (OSError, ValueError, KeyError, TypeError):
        return Reading("damaged")
