"""What the public directory holds of people: what they chose to show, where."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    return await fetch(reader, repository.OF_ACCOUNT, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    shown = await repository.withdraw_everywhere(session, who.account_id)
    return Forgotten(shown + await repository.forget_address(session, who.email, now))
