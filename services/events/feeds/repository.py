"""All the SQL about personal calendars."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from psycopg import AsyncConnection
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_one

from .models import PersonalFeed

_F: Any = PersonalFeed.__table__  # type: ignore[attr-defined]

BY_TOKEN = sa.select(_F.c.account_id).where(_F.c.token_hash == bindparam("token_hash"))
OF_ACCOUNT = sa.select(_F.c.created_at).where(_F.c.account_id == bindparam("account_id", type_=sa.Uuid))


async def renew(session: AsyncSession, account_id: UUID, token_hash: str, now: datetime) -> None:
    values = {"token_hash": token_hash, "created_at": now}
    written = insert(_F).values(account_id=account_id, **values)
    await execute(session, written.on_conflict_do_update(index_elements=[_F.c.account_id], set_=values))


async def revoke(session: AsyncSession, account_id: UUID) -> bool:
    return (await execute(session, sa.delete(_F).where(_F.c.account_id == account_id))).rowcount == 1


async def account_of(reader: AsyncConnection[Any], token_hash: str) -> UUID | None:
    row = await fetch_one(reader, BY_TOKEN, {"token_hash": token_hash})
    return row["account_id"] if row else None


async def of_account(reader: AsyncConnection[Any], account_id: UUID) -> Row | None:
    return await fetch_one(reader, OF_ACCOUNT, {"account_id": account_id})
