"""All the SQL about other subsidies and de minimis aids."""

from collections.abc import Sequence
from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import DeclaredSubsidy, DeMinimisAid

_S: Any = DeclaredSubsidy.__table__  # type: ignore[attr-defined]
_M: Any = DeMinimisAid.__table__  # type: ignore[attr-defined]

SUBSIDIES = (
    sa.select(*_S.c)
    .where(_S.c.organisation_id == bindparam("organisation_id"), _S.c.id < bindparam("before"))
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)
AIDS = (
    sa.select(*_M.c)
    .where(_M.c.organisation_id == bindparam("organisation_id"), _M.c.id < bindparam("before"))
    .order_by(_M.c.id.desc())
    .limit(bindparam("limit"))
)


async def subsidy(session: AsyncSession, subsidy_id: UUID, *, lock: bool = False) -> DeclaredSubsidy | None:
    return await session.get(DeclaredSubsidy, subsidy_id, with_for_update=lock or None, populate_existing=lock)


async def of_year(session: AsyncSession, organisation_id: UUID, year: int) -> list[DeclaredSubsidy]:
    wanted = select(DeclaredSubsidy).where(_S.c.organisation_id == organisation_id, _S.c.year == year)
    return list((await session.exec(wanted.order_by(_S.c.id))).all())


async def aid(session: AsyncSession, aid_id: UUID) -> DeMinimisAid | None:
    return await session.get(DeMinimisAid, aid_id, with_for_update=True, populate_existing=True)


async def aids_total(session: AsyncSession, organisation_id: UUID, first: date, last: date) -> tuple[int, int]:
    """How many aids the organisation ever declared, and what those granted between two days add up to."""
    inside = _M.c.granted_on.between(first, last)
    total = sa.func.coalesce(sa.func.sum(_M.c.amount_cents).filter(inside), 0).cast(sa.BigInteger)
    counted = sa.select(sa.func.count().label("count"), total.label("total")).where(_M.c.organisation_id == organisation_id)
    row = (await execute(session, counted)).mappings().one()
    return int(row["count"]), int(row["total"])


#: Subsidies somebody declared.
DECLARED = (
    sa.select(_S.c.organisation_id, _S.c.year, _S.c.funder_name, _S.c.purpose, _S.c.declared_at)
    .where(_S.c.declared_by == bindparam("account_id", type_=sa.Uuid))
    .order_by(_S.c.id)
)


async def of_organisations(session: AsyncSession, organisation_ids: Sequence[UUID]) -> list[DeclaredSubsidy]:
    """Every one of theirs, locked."""
    found = select(DeclaredSubsidy).where(_S.c.organisation_id.in_(organisation_ids)).order_by(_S.c.id)
    return list((await session.exec(found.with_for_update())).all())
