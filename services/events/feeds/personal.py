"""What feeds hold of somebody: that their calendar program reads a secret address."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row

from ..personal import Erased, Who
from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{created_at}` of their personal calendar, for who is signed in."""
    found = await repository.ADDRESSES.of(reader, account_id=who.account_id) if who.account_id else None
    return [{"created_at": found["created_at"]}] if found else []


async def erase(session: AsyncSession, who: Who, now: datetime) -> Erased:
    """The address is nobody's any more."""
    return Erased(int(await repository.ADDRESSES.revoke(session, account_id=who.account_id)) if who.account_id else 0)
