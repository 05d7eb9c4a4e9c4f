"""All the SQL about assignment rules."""

from typing import Any
from uuid import UUID

from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import AssignmentPlan

_P: Any = AssignmentPlan.__table__  # type: ignore[attr-defined]


async def plan(session: AsyncSession, campaign_id: UUID, funder_id: UUID, *, lock: bool = False) -> AssignmentPlan | None:
    """The funder's rules; `lock` makes two runs wait for each other."""
    wanted = select(AssignmentPlan).where(_P.c.campaign_id == campaign_id, _P.c.funder_id == funder_id)
    wanted = wanted.with_for_update() if lock else wanted
    return (await session.exec(wanted.execution_options(populate_existing=True))).one_or_none()
