"""All the SQL about notices."""

from collections.abc import Sequence
from datetime import date, datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import CampaignNotice, NoticeDelivery

_N: Any = CampaignNotice.__table__  # type: ignore[attr-defined]
_T: Any = NoticeDelivery.__table__  # type: ignore[attr-defined]

#: Notices of a campaign, latest first, after a keyset cursor (number).
LISTING = (
    sa.select(*_N.c)
    .where(_N.c.campaign_id == bindparam("campaign_id"), _N.c.number < bindparam("before"))
    .order_by(_N.c.number.desc())
    .limit(bindparam("limit"))
)
ONE = sa.select(*_N.c).where(_N.c.campaign_id == bindparam("campaign_id"), _N.c.id == bindparam("notice_id"))
REACH = sa.select(
    sa.func.count().label("told"),
    sa.func.count().filter(_T.c.mailed).label("mailed"),
    sa.func.count().filter(~_T.c.mailed).label("without_address"),
    sa.func.count(_T.c.acknowledged_at).label("acknowledged"),
).where(_T.c.notice_id == bindparam("notice_id"))

_OF_NOTICE = ("number", "title", "text", "effective_on", "changes", "form_number", "published_at")
#: What the holder of a dossier was told, latest first, after a keyset cursor (number).
OF_DOSSIER = (
    sa.select(*_T.c, *(_N.c[name] for name in _OF_NOTICE))
    .join(_N, _N.c.id == _T.c.notice_id)
    .where(_T.c.dossier_id == bindparam("dossier_id"), _N.c.number < bindparam("before"))
    .where(~bindparam("unread", type_=sa.Boolean) | _T.c.acknowledged_at.is_(None))
    .order_by(_N.c.number.desc())
    .limit(bindparam("limit"))
)


async def last_number(session: AsyncSession, campaign_id: UUID) -> int:
    wanted = sa.select(sa.func.coalesce(sa.func.max(_N.c.number), 0)).where(_N.c.campaign_id == campaign_id)
    return int((await execute(session, wanted)).scalar_one())


async def get(session: AsyncSession, notice_id: UUID, *, lock: bool = False) -> CampaignNotice | None:
    return await session.get(CampaignNotice, notice_id, with_for_update=lock or None, populate_existing=lock)


async def due(session: AsyncSession, today: date, limit: int) -> list[UUID]:
    """Notices whose day has come and that are not in force yet."""
    wanted = select(_N.c.id).where(_N.c.applied_at.is_(None), _N.c.effective_on <= today).order_by(_N.c.effective_on).limit(limit)
    return list((await session.exec(wanted)).all())


async def tell(session: AsyncSession, notice_id: UUID, lines: Sequence[dict[str, Any]], now: datetime) -> set[UUID]:
    """Write who is told; returns the dossiers that were not told before."""
    if not lines:
        return set()
    rows = [{"notice_id": notice_id, "told_at": now, **line} for line in lines]
    written = insert(_T).on_conflict_do_nothing().returning(_T.c.dossier_id)
    return set((await execute(session, written, rows)).scalars())


async def delivery(session: AsyncSession, notice_id: UUID, dossier_id: UUID) -> NoticeDelivery | None:
    """Locked and read again."""
    return await session.get(NoticeDelivery, (notice_id, dossier_id), with_for_update=True, populate_existing=True)
