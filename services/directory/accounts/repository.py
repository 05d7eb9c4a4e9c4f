"""All the SQL of the accounts, each piece named for the question it answers."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import Text as SqlText
from sqlalchemy import Uuid as SqlUuid
from sqlalchemy import bindparam, cast, delete, func, select, update
from sqlalchemy.dialects.postgresql import ARRAY, insert
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import Account, AccountRequest, MailedToken, Purpose, RequestKind

_A: Any = Account.__table__  # type: ignore[attr-defined]
_T: Any = MailedToken.__table__  # type: ignore[attr-defined]
_R: Any = AccountRequest.__table__  # type: ignore[attr-defined]

#: The account as its owner sees it.
OWN = select(_A.c.id, _A.c.email, _A.c.full_name, _A.c.is_administrator, _A.c.verified_at, _A.c.created_at, _A.c.version).where(
    _A.c.id == bindparam("account_id")
)

#: What a sign-in is judged on.
CREDENTIALS = select(
    _A.c.id, _A.c.email, _A.c.password_hash, _A.c.version, _A.c.verified_at.is_not(None).label("is_verified")
).where(_A.c.email == bindparam("email"))

#: Whom these accounts are.
SUMMARIES = select(_A.c.id, _A.c.email, _A.c.full_name).where(_A.c.id == func.any(bindparam("ids", type_=ARRAY(SqlUuid))))


#: How much an origin asked for recently.
REQUESTS_FROM = select(func.count().label("count")).where(
    _R.c.origin == bindparam("origin"),
    cast(_R.c.kind, SqlText) == func.any(bindparam("kinds", type_=ARRAY(SqlText))),
    _R.c.at > bindparam("since"),
)


async def get(session: AsyncSession, account_id: UUID) -> Account | None:
    return await session.get(Account, account_id, with_for_update=True, populate_existing=True)


async def by_email(session: AsyncSession, email: str) -> Account | None:
    asked = select_rows(Account).where(Account.email == email).with_for_update()
    return (await session.exec(asked)).first()


async def is_administrator(session: AsyncSession, account_id: UUID) -> bool:
    asked = select(_A.c.is_administrator).where(_A.c.id == account_id)
    return bool((await execute(session, asked)).scalar_one())


async def add_unless_known(session: AsyncSession, account: Account) -> tuple[Account, bool]:
    """The account of that address, locked, and whether it is this new one. Two registrations at once get the same one."""
    written = await execute(session, insert(_A).values(account.model_dump()).on_conflict_do_nothing(index_elements=["email"]))
    found = await by_email(session, account.email)
    assert found is not None  # noqa: S101 - written above, or there before
    return found, written.rowcount == 1


async def note_request(session: AsyncSession, request: AccountRequest) -> None:
    """Serialises those about one address or from one origin, so that each counts the others."""
    for key in sorted((request.email_hash, request.origin)):
        await alone(session, f"account-request:{key}")
    session.add(request)
    await session.flush()


async def unchanged(session: AsyncSession, account_id: UUID, version: int) -> bool:
    """Whether the account is still at that version, which then stays until the end of the act."""
    asked = select(_A.c.id).where(_A.c.id == account_id, _A.c.version == version).with_for_update(key_share=True)
    return (await execute(session, asked)).first() is not None


async def requests_from(session: AsyncSession, asked: Mapping[str, Any]) -> int:
    return int((await execute(session, REQUESTS_FROM, dict(asked))).scalar_one())


async def requests_about(session: AsyncSession, email_hash: str, kind: RequestKind, since: datetime) -> int:
    counted = select(func.count()).where(_R.c.email_hash == email_hash, _R.c.kind == kind, _R.c.at > since)
    return int((await execute(session, counted)).scalar_one())


async def token(session: AsyncSession, token_hash: str, purpose: Purpose) -> MailedToken | None:
    """The token, locked with its account: two clicks at once are one after the other."""
    account_id = select(_T.c.account_id).where(_T.c.token_hash == token_hash, _T.c.purpose == purpose)
    found = (await execute(session, account_id)).scalar_one_or_none()
    if found is None or await get(session, found) is None:
        return None
    asked = select_rows(MailedToken).where(MailedToken.token_hash == token_hash).with_for_update()
    return (await session.exec(asked)).first()


async def spend_tokens(session: AsyncSession, account_id: UUID, now: datetime, *purposes: Purpose) -> None:
    spent = update(_T).where(_T.c.account_id == account_id, _T.c.purpose.in_(purposes), _T.c.spent_at.is_(None))
    await execute(session, spent.values(spent_at=now))


async def rehash(session: AsyncSession, account_id: UUID, before: str, after: str) -> None:
    """Unless the password was changed meanwhile."""
    same = update(_A).where(_A.c.id == account_id, _A.c.password_hash == before)
    await execute(session, same.values(password_hash=after))


async def forget(session: AsyncSession, *, tokens: datetime, requests: datetime, unverified: datetime) -> None:
    """Tokens expired, requests made and accounts never confirmed before these instants."""
    await execute(session, delete(_T).where(_T.c.expires_at < tokens))
    await execute(session, delete(_R).where(_R.c.at < requests))
    await execute(session, delete(_A).where(_A.c.verified_at.is_(None), _A.c.created_at < unverified))


async def administrators(session: AsyncSession) -> list[UUID]:
    asked = select(_A.c.id).where(_A.c.is_administrator, _A.c.verified_at.is_not(None)).order_by(_A.c.id)
    return list((await execute(session, asked)).scalars())
