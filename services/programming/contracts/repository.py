"""All the SQL about contracts."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from .models import Contract, FrameworkVersion

_C: Any = Contract.__table__  # type: ignore[attr-defined]
_F: Any = FrameworkVersion.__table__  # type: ignore[attr-defined]

#: Contracts by code, after a keyset cursor.
LISTING = sa.select(*_C.c).where(_C.c.code > bindparam("after")).order_by(_C.c.code).limit(bindparam("limit"))

#: One contract with its framework in force.
ONE = (
    sa.select(*_C.c, _F.c.tree.label("framework_tree"), _F.c.adopted_on.label("framework_adopted_on"))
    .outerjoin(_F, (_F.c.contract_id == _C.c.id) & (_F.c.number == _C.c.framework_number))
    .where(_C.c.id == bindparam("contract_id"))
)

#: The frameworks a contract has had, newest first.
FRAMEWORKS = sa.select(*_F.c).where(_F.c.contract_id == bindparam("contract_id")).order_by(_F.c.number.desc())


async def get(session: AsyncSession, contract_id: UUID, *, lock: bool = False) -> Contract | None:
    return await session.get(Contract, contract_id, with_for_update=lock or None)


async def framework(session: AsyncSession, contract_id: UUID, number: int) -> FrameworkVersion | None:
    wanted = select(FrameworkVersion).where(FrameworkVersion.contract_id == contract_id, FrameworkVersion.number == number)
    return (await session.exec(wanted)).one_or_none()
