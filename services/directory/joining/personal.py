"""What joining holds of people: who was invited at an address, who asked to join, who claimed a management, and their words."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import personal_repository


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{kind, organisation_id, …}`, whatever its kind."""
    asked = {"email": who.email, "account_id": who.account_id}
    found: list[Row] = []
    for kind, statement in personal_repository.HELD.items():
        found += [{"kind": kind, **row} for row in await fetch(reader, statement, asked)]
    return found


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """All of it goes: what came of it is a membership, and lines of the journal without a name."""
    return Forgotten(await personal_repository.forget(session, who.email, who.account_id))


async def forget_old(session: AsyncSession, before: datetime) -> int:
    """Requests and claims decided before, with their words."""
    return await personal_repository.forget_decided(session, before)
