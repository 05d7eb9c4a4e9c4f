"""What newsletters hold of people: an address that asked to be written to."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each centre's list the address is on."""
    return await fetch(reader, repository.AT_ADDRESS, {"email": who.email})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """Unsubscribed everywhere; only the keyed hash stays, so that nobody subscribes the address again by mistake."""
    return Forgotten(await repository.forget_address(session, who.email, now))
