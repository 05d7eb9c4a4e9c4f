"""What permanent files hold of people: names of files that say theirs, in organisations they belonged to, and what they added."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Who
from services.common.resources import Resources

from ..personal import Erased, masked
from . import repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each document they added for their organisation."""
    return await fetch(reader, repository.ADDED, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Erased:
    """The document is the organisation's and stays; its name says theirs no more."""
    erased = Erased()
    for kept in await repository.of_organisations(session, who.organisation_ids):
        if (name := masked(kept.name, who)[:200]) != kept.name:
            kept.name, erased.count = name, erased.count + 1
    await session.flush()
    return erased
