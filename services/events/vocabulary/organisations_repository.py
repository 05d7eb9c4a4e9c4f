"""SQL of the organisations the directory told of."""

from typing import Any

import sqlalchemy as sa
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import ToldOrganisation

_O: Any = ToldOrganisation.__table__  # type: ignore[attr-defined]


async def keep(session: AsyncSession, row: Row) -> bool:
    """False when as much, or more, was heard before; what is erased stays erased."""
    insert = upsert(_O).values(row)
    newer = sa.and_(~_O.c.erased, sa.or_(insert.excluded.erased, insert.excluded.version > _O.c.version))
    told = {name: insert.excluded[name] for name in ("name", "version", "erased")}
    written = await execute(session, insert.on_conflict_do_update(index_elements=[_O.c.id], set_=told, where=newer))
    return written.rowcount == 1
