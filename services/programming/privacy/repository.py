"""All the SQL of retention: the register, sealed names, and the acts of an account."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.acts import Acts
from services.common.db import Row, execute
from services.common.erasures import Register

from ..tables import KERNEL
from .models import ERASURES, SealedSignature

_N: Any = SealedSignature.__table__  # type: ignore[attr-defined]

#: The chained register of erasures.
REGISTER = Register("programming", ERASURES)
#: Sealed names, the newest first.
SEALED = (
    sa.select(*(column for column in _N.c if column.name != "sealed"))
    .where(_N.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_N.c.id.desc())
    .limit(bindparam("limit"))
)
#: What an account did in programming.
ACTS = Acts(ERASURES.metadata, KERNEL.journal)


async def seal(session: AsyncSession, row: Row) -> None:
    """Sealed once: erased again, the name would be the mask."""
    await execute(session, upsert(_N).values(row).on_conflict_do_nothing(index_elements=["act_id", "act"]))


async def sealed(session: AsyncSession, sealed_id: UUID) -> SealedSignature | None:
    return await session.get(SealedSignature, sealed_id)


async def forget_sealed(session: AsyncSession, day: date) -> int:
    return (await execute(session, sa.delete(_N).where(_N.c.kept_until < day))).rowcount
