"""All the SQL of accounts told to their person, warned and forgotten."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, select, update
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from ..tables import KERNEL
from .models import Account, AccountRequest, MailedToken

_A: Any = Account.__table__  # type: ignore[attr-defined]
_T: Any = MailedToken.__table__  # type: ignore[attr-defined]
_R: Any = AccountRequest.__table__  # type: ignore[attr-defined]
_J: Any = KERNEL.journal

ACCOUNT = select(
    *(_A.c.id, _A.c.email, _A.c.full_name, _A.c.is_administrator, _A.c.verified_at, _A.c.created_at, _A.c.last_seen_at)
).where(_A.c.id == bindparam("account_id"))

#: What the journal says the account did, or was done to it, the oldest first.
ACTS = (
    select(_J.c.at, _J.c.act, _J.c.resource_type, _J.c.resource_id)
    .where((_J.c.actor_id == bindparam("account_id", type_=_A.c.id.type)) | (_J.c.resource_id == bindparam("account_id")))
    .order_by(_J.c.id)
)

_SEEN = func.coalesce(_A.c.last_seen_at, _A.c.created_at)


async def seen(session: AsyncSession, account_id: UUID, now: datetime, *, stale: datetime) -> None:
    old = update(_A).where(_A.c.id == account_id, _A.c.last_seen_at.is_(None) | (_A.c.last_seen_at < stale))
    await execute(session, old.values(last_seen_at=now, warned_at=None))


def _kept() -> Any:
    asked = select(_A.c.id, _A.c.email, _A.c.full_name)
    return asked.where(_A.c.erased_at.is_(None), ~_A.c.is_administrator, _A.c.verified_at.is_not(None))


async def to_warn(session: AsyncSession, before: datetime, limit: int) -> list[Row]:
    asked = _kept().where(before > _SEEN, _A.c.warned_at.is_(None)).order_by(_SEEN).limit(limit)
    return [dict(row) for row in (await execute(session, asked)).mappings()]


async def warned(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    await execute(session, update(_A).where(_A.c.id == account_id, _A.c.warned_at.is_(None)).values(warned_at=now))


async def silent(session: AsyncSession, warned_before: datetime, limit: int) -> list[Row]:
    asked = _kept().where(_A.c.warned_at < warned_before).order_by(_A.c.warned_at).limit(limit)
    return [dict(row) for row in (await execute(session, asked)).mappings()]


async def forget_links(session: AsyncSession, account_id: UUID, email_hash: str) -> int:
    """Links mailed to the person, and what limits counted about their address."""
    links = await execute(session, delete(_T).where(_T.c.account_id == account_id))
    requests = await execute(session, delete(_R).where(_R.c.email_hash == email_hash))
    return links.rowcount + requests.rowcount
