"""All the SQL of retention: sealed names, and how many acts an account made."""

from datetime import date
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch
from services.common.erasures import Register

from ..tables import KERNEL
from .models import ERASURES, SealedSignature

_N: Any = SealedSignature.__table__  # type: ignore[attr-defined]
_J: Any = KERNEL.journal

#: The chained register of erasures.
REGISTER = Register("programming", ERASURES)
#: Sealed names, the newest first.
SEALED = (
    sa.select(*(column for column in _N.c if column.name != "sealed"))
    .where(_N.c.id < bindparam("before_id", type_=sa.Uuid))
    .order_by(_N.c.id.desc())
    .limit(bindparam("limit"))
)
#: What the journal holds of an account's acts, the oldest first.
LINES = (
    sa.select(_J.c.at, _J.c.act, _J.c.resource_type, _J.c.resource_id)
    .where(_J.c.actor_id == bindparam("account_id", type_=sa.Uuid))
    .order_by(_J.c.id)
)
_ACTS: list[tuple[str, Any]] = []


async def acts(reader: AsyncConnection[Any], account_id: UUID) -> list[Row]:
    """`{where, count}` for each column `…_by` of the service that holds the account: whatever table comes to have one."""
    if not _ACTS:
        for table in SealedSignature.metadata.sorted_tables:
            for column in table.columns:
                if column.name.endswith("_by") and isinstance(column.type, sa.Uuid):
                    counted = sa.select(sa.func.count().label("count")).where(column == bindparam("account_id", type_=sa.Uuid))
                    _ACTS.append((f"{table.name}.{column.name}", counted))
    found: list[Row] = []
    for where, counted in _ACTS:
        (row,) = await fetch(reader, counted, {"account_id": account_id})
        if row["count"]:
            found.append({"where": where, "count": row["count"]})
    return found


async def seal(session: AsyncSession, row: Row) -> None:
    """Sealed once: erased again, the name would be the mask."""
    await execute(session, upsert(_N).values(row).on_conflict_do_nothing(index_elements=["act_id", "act"]))


async def sealed(session: AsyncSession, sealed_id: UUID) -> SealedSignature | None:
    return await session.get(SealedSignature, sealed_id)


async def forget_sealed(session: AsyncSession, day: date) -> int:
    return (await execute(session, sa.delete(_N).where(_N.c.kept_until < day))).rowcount
