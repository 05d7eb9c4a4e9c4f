"""All the SQL about readings and what funders choose for their reviews."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import fetch_in

from .models import Review, ReviewReading, ReviewReadingStatus, ReviewSettings

_R: Any = Review.__table__  # type: ignore[attr-defined]
_G: Any = ReviewReading.__table__  # type: ignore[attr-defined]
_S: Any = ReviewSettings.__table__  # type: ignore[attr-defined]

_CAMPAIGN = _S.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid)
SETTINGS = sa.select(*_S.c).where(_CAMPAIGN, _S.c.funder_id == bindparam("funder_id", type_=sa.Uuid))
FOLLOWING = sa.select(_S.c.funder_id).where(_CAMPAIGN, _S.c.follows_rules)


async def settings(session: AsyncSession, campaign_id: UUID, funder_id: UUID, *, lock: bool = False) -> ReviewSettings | None:
    wanted = select(ReviewSettings).where(_S.c.campaign_id == campaign_id, _S.c.funder_id == funder_id)
    wanted = wanted.with_for_update() if lock else wanted
    return (await session.exec(wanted.execution_options(populate_existing=True))).one_or_none()


async def following(session: AsyncSession, campaign_id: UUID) -> set[UUID]:
    """Funders of the campaign whose reviews follow their rules as they open."""
    return {row["funder_id"] for row in await fetch_in(session, FOLLOWING, {"campaign_id": campaign_id})}


_OPENED = sa.select(_R.c.id).where(
    _R.c.funder_id == bindparam("funder_id", type_=sa.Uuid), _R.c.campaign_id == bindparam("campaign_id", type_=sa.Uuid)
)


async def has_reviews(session: AsyncSession, campaign_id: UUID, funder_id: UUID) -> bool:
    return bool(await fetch_in(session, _OPENED.limit(sa.literal(1)), {"campaign_id": campaign_id, "funder_id": funder_id}))


async def get(session: AsyncSession, reading_id: UUID) -> ReviewReading | None:
    """The reading, read without waiting; take its review's row, then `locked`."""
    return await session.get(ReviewReading, reading_id)


async def locked(session: AsyncSession, review_id: UUID) -> list[ReviewReading]:
    """The review's readings, read again; whoever changes one holds the review's row."""
    wanted = select(ReviewReading).where(_G.c.review_id == review_id).order_by(_G.c.assigned_at, _G.c.id)
    return list((await session.exec(wanted.with_for_update().execution_options(populate_existing=True))).all())


async def of_review(session: AsyncSession, review_id: UUID) -> list[ReviewReading]:
    wanted = select(ReviewReading).where(_G.c.review_id == review_id).order_by(_G.c.assigned_at, _G.c.id)
    return list((await session.exec(wanted)).all())


async def reader_ids(session: AsyncSession, review_ids: Sequence[UUID]) -> list[tuple[UUID, UUID]]:
    """(review, reader) of readings that were not set aside."""
    wanted = select(ReviewReading.review_id, ReviewReading.reader_id).where(
        _G.c.review_id.in_(review_ids), _G.c.status != ReviewReadingStatus.SET_ASIDE
    )
    return list((await session.exec(wanted)).all())
