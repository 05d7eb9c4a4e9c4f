"""A person's account, told to them and forgotten: the id stays, for what was done under it; who it was does not."""

from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.db import Row, fetch
from services.common.personal_data import ANONYMOUS, Forgotten, Who
from services.common.resources import Resources

from ..tables import KERNEL
from . import erasure_repository, passwords, repository, rules
from .schemas import AccountSummary

#: How stale `last_seen_at` may be: coming back does not write at each token.
SEEN_WITHIN = timedelta(days=1)


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """The account, and each act the journal holds of it."""
    rows = await fetch(reader, erasure_repository.ACCOUNT, {"account_id": who.account_id})
    acts = await fetch(reader, erasure_repository.ACTS, {"account_id": who.account_id})
    return [{"account": row, "acts": acts} for row in rows]


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """The last of the rooms: others may still need to name the person while they forget them. Again is no harm."""
    account = await repository.get(session, who.account_id)
    if account is None or account.erased_at is not None:
        return Forgotten()
    unguessable = await passwords.hashed(rules.new_token(), resources.settings.password_cost)
    account.email, account.full_name = f"{account.id.hex}@invalid", ANONYMOUS  # nobody receives mail there (RFC 6761 §6.4)
    account.password_hash, account.is_administrator, account.erased_at = unguessable, False, now
    account.version += 1
    links = await erasure_repository.forget_links(session, who.account_id, rules.fingerprint(who.email))
    await session.flush()
    await journal.record(session, KERNEL.journal, at=now, act="account.erased", resource=("account", account.id), actor=None)
    return Forgotten(1 + links)


async def seen(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    """The person is here; a warning that the account would be erased no longer holds."""
    await erasure_repository.seen(session, account_id, now, stale=now - SEEN_WITHIN)


async def to_warn(session: AsyncSession, before: datetime, limit: int) -> list[AccountSummary]:
    """Accounts nobody came back to since, whose person was not told yet. Administrators' stay."""
    return [AccountSummary(**row) for row in await erasure_repository.to_warn(session, before, limit)]


async def warned(session: AsyncSession, account_id: UUID, now: datetime) -> None:
    await erasure_repository.warned(session, account_id, now)


async def silent(session: AsyncSession, warned_before: datetime, limit: int) -> list[AccountSummary]:
    """Accounts warned before that instant, whose person did not come back."""
    return [AccountSummary(**row) for row in await erasure_repository.silent(session, warned_before, limit)]


async def living(session: AsyncSession, account_id: UUID) -> AccountSummary | None:
    """The account, locked; None once erased."""
    account = await repository.get(session, account_id)
    if account is None or account.erased_at is not None:
        return None
    return AccountSummary(account.id, account.email, account.full_name)
