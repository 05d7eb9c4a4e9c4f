"""What reviews hold of people."""

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, driver, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased
from . import conflicts
from .models import ReviewConflict

_C: Any = ReviewConflict.__table__  # type: ignore[attr-defined]
_OF = sa.select(_C.c.id, _C.c.dossier_id, _C.c.organisation_id, _C.c.kind, _C.c.details, _C.c.declared_at).where(
    _C.c.account_id == bindparam("account_id")
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """The interests declared about them."""
    return await fetch(reader, _OF, {"account_id": who.account_id})


async def forget_before(session: AsyncSession, before: datetime, limit: int) -> int:
    """Interests declared before then, whose person is still named: who and why go, that one was declared stays; how many."""
    return await conflicts.forget_before(session, before, limit)


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    found = await export(await driver(session), who)
    await conflicts.forget(session, who.account_id)
    return Erased(count=len(found))
