"""What calendars hold of people: secret addresses of their own, which serve nobody once they are erased."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased
from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each campaign whose calendar they follow, and since when."""
    return await fetch(reader, repository.FEEDS_OF_PERSON, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    return Erased(count=await repository.revoke_feeds(session, who.account_id))
