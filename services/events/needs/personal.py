"""What needs hold of people: the account and the address of who said one."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch

from ..personal import Erased, Who
from . import repository, service

_SAID = (
    "wish",
    "theme_codes",
    "territory_code",
    "audience",
    "preferred_format",
    "preferred_period",
    "email",
    "status",
    "created_at",
)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each need they said, or that was noted for their address."""
    rows = await fetch(reader, repository.SAID_BY, {"account_id": who.account_id, "email": who.email})
    return [{name: row[name] for name in _SAID} for row in rows]


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """What was wished stays, who wished it does not."""
    return Erased(await service.forget(session, who.account_id, who.email))


async def forget_old(session: AsyncSession, before: datetime, limit: int) -> int:
    return await repository.forget_before(session, before, limit)
