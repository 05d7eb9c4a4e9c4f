"""All the SQL about yearly plans."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import PlanTarget, YearlyPlan

_P: Any = YearlyPlan.__table__  # type: ignore[attr-defined]
_T: Any = PlanTarget.__table__  # type: ignore[attr-defined]

LISTING = (
    sa.select(*_P.c)
    .where(_P.c.network_id == bindparam("network_id", type_=sa.Uuid), _P.c.year < bindparam("before_year", type_=sa.Integer))
    .order_by(_P.c.year.desc())
    .limit(bindparam("limit"))
)
ONE = sa.select(*_P.c).where(
    _P.c.network_id == bindparam("network_id", type_=sa.Uuid), _P.c.year == bindparam("year", type_=sa.Integer)
)
TARGETS = sa.select(*_T.c).where(_T.c.plan_id == bindparam("plan_id", type_=sa.Uuid)).order_by(_T.c.position)


async def held(session: AsyncSession, network_id: UUID, year: int) -> YearlyPlan | None:
    asked = select(YearlyPlan).where(YearlyPlan.network_id == network_id, YearlyPlan.year == year)
    return (await session.exec(asked.with_for_update())).first()


async def put_targets(session: AsyncSession, plan_id: UUID, rows: Sequence[Row]) -> None:
    """These targets and no others."""
    await execute(session, sa.delete(_T).where(_T.c.plan_id == plan_id))
    if rows:
        await execute(session, sa.insert(_T), [{**row, "plan_id": plan_id} for row in rows])
