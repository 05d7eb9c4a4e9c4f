"""Drafts and progress of a campaign, for the rooms above: whom to write to before the deadline, how far its dossiers went."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch_in

from .figures import TIMELINES
from .models import Dossier, DossierStatus

_D: Any = Dossier.__table__  # type: ignore[attr-defined]
_T = TIMELINES.c

#: Drafts of a campaign opened by an instant, after an id: who may be written to about them (no address yet: who manages `acting_id`).
_DRAFTS = (
    sa.select(_D.c.id, _D.c.title, _D.c.contact["email"].astext.label("email"), _D.c.holder["name"].astext.label("holder_name"))
    .add_columns(sa.func.coalesce(_D.c.successor_id, _D.c.organisation_id).label("acting_id"))
    .where(_D.c.campaign_id == bindparam("campaign_id"), _D.c.id > bindparam("after"), _D.c.status == DossierStatus.DRAFT)
    .where(_D.c.created_at <= bindparam("opened_by", type_=sa.DateTime(timezone=True)))
    .order_by(_D.c.id)
    .limit(bindparam("limit"))
)

_INSTRUCTED = (
    sa.select(_D.c.id)
    .where(_D.c.campaign_id == bindparam("campaign_id"))
    .where(_D.c.status != DossierStatus.DRAFT, _D.c.status != DossierStatus.SUBMITTED)
    .limit(1)
)

#: Per funder: requests still alive (not of an inadmissible dossier), and how many came to each step.
_PROGRESS = (
    sa.select(
        _T.funder_id,
        sa.func.count().label("requests"),
        sa.func.count().filter(_T.dossier_status == DossierStatus.SUBMITTED).label("unchecked"),
        sa.func.count(_T.reviewed_on).label("reviewed"),
        sa.func.count(_T.decided_on).label("decided"),
        sa.func.count(_T.notified_on).label("notified"),
        sa.func.max(_T.reviewed_on).label("reviewed_on"),
        sa.func.max(_T.notified_on).label("notified_on"),
        sa.func.min(_T.promised_on).filter(_T.notified_on.is_(None)).label("first_promised_on"),
    )
    .where(_T.campaign_id == bindparam("campaign_id"), ~_T.inadmissible)
    .group_by(_T.funder_id)
)


async def opened_by(session: AsyncSession, campaign_id: UUID, at: datetime, after: UUID | None, limit: int) -> list[Row]:
    """Drafts of the campaign that were there at that instant, in order: id, title, holder_name, email, acting_id."""
    values = {"campaign_id": campaign_id, "after": after or UUID(int=0), "opened_by": at, "limit": limit}
    return await fetch_in(session, _DRAFTS, values)


async def instruction_started(session: AsyncSession, campaign_id: UUID) -> bool:
    """Whether the admissibility of any of its dossiers was decided."""
    return bool(await fetch_in(session, _INSTRUCTED, {"campaign_id": campaign_id}))


async def progress(session: AsyncSession, campaign_id: UUID) -> dict[UUID, Row]:
    """By funder: requests, and how many are unchecked (admissibility), reviewed, decided, notified, with their last days."""
    return {row["funder_id"]: row for row in await fetch_in(session, _PROGRESS, {"campaign_id": campaign_id})}


#: Days from submission to the letter.
_DAYS: Sequence[Any] = (
    sa.func.count().label("asked"),
    sa.func.count(_T.notified_on).label("answered"),
    sa.func.percentile_cont(sa.literal_column("0.5")).within_group((_T.notified_on - _T.asked_on).asc()).label("median_days"),
    sa.func.percentile_cont(sa.literal_column("0.9")).within_group((_T.notified_on - _T.asked_on).asc()).label("p90_days"),
    sa.func.count().filter(_T.notified_on <= _T.promised_on).label("within_promise"),
)
_ANSWERS = (
    sa.select(_T.campaign_id, *_DAYS)
    .where(_T.funder_id == bindparam("funder_id"), _T.campaign_id == sa.any_(bindparam("campaigns", type_=ARRAY(sa.Uuid))))
    .where(~_T.inadmissible)
    .group_by(sa.func.grouping_sets(sa.tuple_(_T.campaign_id), sa.tuple_()))
)


async def answers_of(session: AsyncSession, funder_id: UUID, campaign_ids: Sequence[UUID]) -> dict[UUID | None, Row]:
    """How long the funder took to answer, by campaign and in all (None): asked, answered, median_days, p90_days, within_promise."""
    values = {"funder_id": funder_id, "campaigns": list(campaign_ids)}
    return {row["campaign_id"]: row for row in await fetch_in(session, _ANSWERS, values)}
