"""What subscriptions hold of people: their address, saved searches, followed documents."""

from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, fetch
from services.common.pagination import LAST_ID
from services.common.personal_data import Forgotten, Who
from services.common.resources import Resources

from . import repository

#: Nobody saves so many.
MOST = 10_000


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """`{kind, …}`: the address written to, each search, each document followed."""
    asked = {"account_id": who.account_id}
    newest = {**asked, "before_id": LAST_ID, "limit": MOST}
    found = [{"kind": "address", **row} for row in await fetch(reader, repository.SUBSCRIBER, asked)]
    found += [
        {"kind": "search", **{name: row[name] for name in ("name", "criteria", "frequency", "created_at")}}
        for row in await fetch(reader, repository.SEARCHES, newest)
    ]
    return found + [
        {"kind": "follow", "document_id": row["document_id"], "since": row["since"]}
        for row in await fetch(reader, repository.FOLLOWS, newest)
    ]


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """All of it. Again is no harm."""
    await repository.hold_person(session, who.account_id)
    count = await repository.forget_person(session, who.account_id)
    return Forgotten(count)
