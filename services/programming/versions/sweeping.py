"""Bytes that no row refers to: what a crash or a removal left behind, forgotten once they are a day old."""

from datetime import datetime, timedelta

import structlog
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.files import Files

from ..dossiers import history
from . import repository

log = structlog.get_logger(__name__)

#: An upload in flight has no row yet.
_LEFT_ALONE = timedelta(days=1)


async def orphans(session: AsyncSession, files: Files, *, now: datetime) -> list[str]:
    """The dry run: keys of files somebody sent to this service, over a day old, that nothing refers to."""
    where = await repository.columns(session)
    found: list[str] = []
    async for keys in files.kept_before(now - _LEFT_ALONE):
        drawn = [key for key in keys if files.drew(key)]
        if not drawn:
            continue
        known = await repository.referred(session, where, drawn)
        # Looking into what was sent is dear: only for what nothing else refers to.
        if left := [key for key in drawn if key not in known]:
            sent = await history.keys_sent(session, left)
            found += [key for key in left if key not in sent]
    return sorted(found)


async def sweep(session: AsyncSession, files: Files, *, now: datetime) -> int:
    """Forget them; how many. Run twice, no harm."""
    gone = await orphans(session, files, now=now)
    for key in gone:
        await files.discard(key)
    log.info("orphan_files_swept", count=len(gone))
    return len(gone)
