"""All the SQL about files and about uploads on their way."""

from collections.abc import Collection, Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import File, FileStatus, Upload, UploadPart
from .schemas import EXCERPT

_F: Any = File.__table__  # type: ignore[attr-defined]
_U: Any = Upload.__table__  # type: ignore[attr-defined]
_P: Any = UploadPart.__table__  # type: ignore[attr-defined]

#: Everything of a file but its text, which may be a million characters.
_FACE = [column for column in _F.c if column.name != "text"] + [_F.c.thumbnail_key.is_not(None).label("has_thumbnail")]
_ids = bindparam("ids", type_=ARRAY(sa.Uuid))

LISTING = (
    sa.select(*_FACE)
    .where(_F.c.centre_id == bindparam("centre_id"), _F.c.id < bindparam("before_id"))
    .order_by(_F.c.id.desc())
    .limit(bindparam("limit"))
)
FACES = sa.select(*_FACE).where(_F.c.id == sa.func.any(_ids))
READ = sa.select(
    *_FACE, sa.func.char_length(_F.c.text).label("characters"), sa.func.left(_F.c.text, EXCERPT).label("excerpt")
).where(_F.c.id == bindparam("id"))
TEXTS = sa.select(_F.c.id, _F.c.text).where(_F.c.id == sa.func.any(_ids), _F.c.status == FileStatus.READY, _F.c.text.is_not(None))


async def get(session: AsyncSession, file_id: UUID, *, lock: bool = False) -> File | None:
    statement = select(File).where(File.id == file_id)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def owners(session: AsyncSession, ids: Sequence[UUID]) -> dict[UUID, tuple[UUID, FileStatus]]:
    """`id → (centre, status)`; until the transaction ends none of them can be deleted."""
    statement = sa.select(_F.c.id, _F.c.centre_id, _F.c.status).where(_F.c.id.in_(ids)).order_by(_F.c.id)
    rows = await execute(session, statement.with_for_update(key_share=True, read=True))
    return {row.id: (row.centre_id, row.status) for row in rows}


async def waiting(session: AsyncSession, most: int) -> Sequence[UUID]:
    """Files that wait for their scan, the oldest first."""
    statement = sa.select(_F.c.id).where(_F.c.status == FileStatus.WAITING_SCAN).order_by(_F.c.id).limit(most)
    return (await execute(session, statement)).scalars().all()


async def unread(session: AsyncSession, media_types: Collection[str], before: datetime, most: int) -> Sequence[UUID]:
    """Files ready for long whose reading never ended."""
    statement = (
        sa.select(_F.c.id)
        .where(_F.c.status == FileStatus.READY, _F.c.read_at.is_(None), _F.c.uploaded_at < before)
        .where(_F.c.media_type.in_(media_types))
        .order_by(_F.c.id)
        .limit(most)
    )
    return (await execute(session, statement)).scalars().all()


async def delete(session: AsyncSession, row: File | Upload) -> None:
    await session.delete(row)
    await session.flush()


async def upload(session: AsyncSession, upload_id: UUID, *, lock: bool = False) -> Upload | None:
    statement = select(Upload).where(Upload.id == upload_id)
    return (
        await session.exec(statement.with_for_update().execution_options(populate_existing=True) if lock else statement)
    ).first()


async def parts(session: AsyncSession, upload_id: UUID) -> Sequence[UploadPart]:
    """In the order of the bytes."""
    return (await session.exec(select(UploadPart).where(UploadPart.upload_id == upload_id).order_by(_P.c.start))).all()


async def forget_parts(session: AsyncSession, upload_id: UUID) -> None:
    await execute(session, sa.delete(_P).where(_P.c.upload_id == upload_id))


async def expired(session: AsyncSession, now: datetime, most: int) -> Sequence[Upload]:
    """Uploads nobody went on with, locked; those being written to are left for the next time."""
    statement = select(Upload).where(_U.c.expires_at <= now).order_by(_U.c.expires_at).limit(most)
    return (await session.exec(statement.with_for_update(skip_locked=True))).all()
