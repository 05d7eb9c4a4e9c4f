"""All the SQL about external links."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import Document, DocumentLink, DocumentState, DocumentVersion, LinkState, WatchedLink

_W: Any = WatchedLink.__table__  # type: ignore[attr-defined]
_L: Any = DocumentLink.__table__  # type: ignore[attr-defined]
_D: Any = Document.__table__  # type: ignore[attr-defined]
_V: Any = DocumentVersion.__table__  # type: ignore[attr-defined]

_centre = bindparam("centre_id", type_=sa.Uuid)
#: Broken links of published documents of the centres one keeps.
BROKEN = (
    sa.select(
        _D.c.id,
        _D.c.reference,
        _V.c.content["title"].astext.label("title"),
        _W.c.key,
        _W.c.url,
        _L.c.label,
        _W.c.failure,
        _W.c.http_status,
        _W.c.failing_since.label("broken_since"),
        _W.c.checked_at,
    )
    .join_from(_W, _L, _L.c.key == _W.c.key)
    .join(_D, _D.c.id == _L.c.document_id)
    .join(_V, sa.and_(_V.c.document_id == _D.c.id, _V.c.number == _D.c.published_version))
    .where(_W.c.state == LinkState.BROKEN, _D.c.state == DocumentState.PUBLISHED)
    .where(_D.c.centre_id == sa.func.any(bindparam("kept_ids", type_=ARRAY(sa.Uuid))))
    .where(sa.or_(_centre.is_(None), _D.c.centre_id == _centre))
    .where(
        sa.tuple_(_D.c.id, _W.c.key) < sa.tuple_(bindparam("before_id", type_=sa.Uuid), bindparam("before_key", type_=sa.String))
    )
    .order_by(_D.c.id.desc(), _W.c.key.desc())
    .limit(bindparam("limit"))
)


async def replace(
    session: AsyncSession, document_id: UUID, links: Mapping[str, tuple[str, str]], now: datetime, *, is_new: bool = False
) -> None:
    """The document's links are these (key → address and label); those new to the catalogue are looked at soon. `is_new`: it has
    none yet."""
    if not is_new:
        await execute(session, sa.delete(_L).where(_L.c.document_id == document_id))
    if not links:
        return
    ordered = sorted(links.items())
    watched = [{"key": key, "url": url, "state": LinkState.WAITING, "next_check_at": now} for key, (url, _) in ordered]
    insert = upsert(_W)
    # The row is taken even when it is there already: the night's sweep cannot forget it before it is used.
    await execute(session, insert.on_conflict_do_update(index_elements=[_W.c.key], set_={"url": insert.excluded.url}), watched)
    rows = [{"document_id": document_id, "key": key, "label": label} for key, (_, label) in ordered]
    await execute(session, sa.insert(_L), rows)


async def claim(session: AsyncSession, now: datetime, until: datetime, limit: int) -> list[Row]:
    """Links to look at now, oldest first, kept from other workers until an hour."""
    due = (
        sa.select(_W.c.key)
        .where(_W.c.next_check_at <= now, sa.exists().where(_L.c.key == _W.c.key))
        .order_by(_W.c.next_check_at)
        .limit(limit)
        .with_for_update(skip_locked=True, key_share=True)
        .cte("due")
    )
    taken = await execute(
        session,
        sa.update(_W).where(_W.c.key == due.c.key).values(next_check_at=until).returning(_W.c.key, _W.c.url, _W.c.failing_since),
    )
    return [dict(row) for row in taken.mappings()]


async def record(session: AsyncSession, key: str, values: Row) -> None:
    await execute(session, sa.update(_W).where(_W.c.key == key).values(**values))


async def forget_unused(session: AsyncSession) -> None:
    """Addresses no published document gives any more."""
    unused = sa.select(_W.c.key).where(~sa.exists().where(_L.c.key == _W.c.key)).with_for_update(skip_locked=True)
    await execute(session, sa.delete(_W).where(_W.c.key.in_(unused)))
