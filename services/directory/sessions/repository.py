"""All the SQL of the sessions."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, delete, func, or_, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import Closing, RefreshToken, SignInFailure, SignInSession
from .rules import Failures

_S: Any = SignInSession.__table__  # type: ignore[attr-defined]
_T: Any = RefreshToken.__table__  # type: ignore[attr-defined]
_F: Any = SignInFailure.__table__  # type: ignore[attr-defined]

_by_email = _F.c.email_hash == bindparam("email_hash")
_by_origin = _F.c.origin == bindparam("origin")

#: Recent failures of an e-mail from an origin, of the e-mail, of the origin.
FAILURES = select(
    *(
        counted.filter(which).label(name + suffix)
        for name, which in (("here", _by_email & _by_origin), ("email", _by_email), ("origin", _by_origin))
        for counted, suffix in ((func.count(), ""), (func.min(_F.c.at), "_since"))
    )
).where(_F.c.at > bindparam("since"), or_(_by_email, _by_origin))

#: A person's open sessions, the newest first.
OPEN = (
    select(_S.c.id, _S.c.user_agent, _S.c.created_at, _S.c.last_used_at, _S.c.expires_at)
    .where(_S.c.account_id == bindparam("account_id"), _S.c.closed_at.is_(None), _S.c.expires_at > bindparam("now"))
    .where(_S.c.id < bindparam("before_id"))
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)


async def failures(session: AsyncSession, asked: Mapping[str, Any]) -> Failures:
    """Like `FAILURES`, alone with this e-mail and this origin until the end of the act: attempts made at once count each other."""
    for key in (f"origin:{asked['origin']}", f"email:{asked['email_hash']}"):
        await alone(session, f"sign-in:{key}")
    return Failures(**(await execute(session, FAILURES, dict(asked))).mappings().one())


async def clear_failures(session: AsyncSession, email_hash: str, origin: str) -> None:
    await execute(session, delete(_F).where(_F.c.email_hash == email_hash, _F.c.origin == origin))


async def session_of_token(session: AsyncSession, token_hash: str) -> tuple[RefreshToken, SignInSession] | None:
    """The token and its session, the session locked first: two refreshes at once see each other's work."""
    session_id = (await execute(session, select(_T.c.session_id).where(_T.c.token_hash == token_hash))).scalar_one_or_none()
    if session_id is None:
        return None
    found = await lock(session, session_id)
    token = (await session.exec(select_rows(RefreshToken).where(col(RefreshToken.token_hash) == token_hash))).first()
    return (token, found) if token and found else None


async def lock(session: AsyncSession, session_id: UUID) -> SignInSession | None:
    return await session.get(SignInSession, session_id, with_for_update=True, populate_existing=True)


async def close_all(
    session: AsyncSession, account_id: UUID, closing: Closing, now: datetime, *, but: UUID | None = None
) -> list[UUID]:
    """Close an account's open sessions, `but` one; the ids of those that were."""
    closed = (
        update(_S)
        .where(_S.c.account_id == account_id, _S.c.closed_at.is_(None), _S.c.id.is_distinct_from(but))
        .values(closed_at=now, closing=closing)
        .returning(_S.c.id)
    )
    return list((await execute(session, closed)).scalars())


async def forget(session: AsyncSession, *, failures: datetime, sessions: datetime, tokens: datetime) -> None:
    """Failures, sessions closed or expired, tokens expired before these instants."""
    await execute(session, delete(_F).where(_F.c.at < failures))
    await execute(session, delete(_S).where(or_(_S.c.closed_at < sessions, _S.c.expires_at < sessions)))
    await execute(session, delete(_T).where(_T.c.expires_at < tokens))


#: Every device of an account that is remembered, the oldest first.
OF_ACCOUNT = (
    select(_S.c.user_agent, _S.c.created_at, _S.c.last_used_at, _S.c.closed_at)
    .where(_S.c.account_id == bindparam("account_id"))
    .order_by(_S.c.id)
)


async def forget_devices(session: AsyncSession, account_id: UUID, email_hash: str) -> int:
    """Sessions of an account, with their refresh tokens, and the wrong passwords of its address."""
    await execute(session, delete(_F).where(_F.c.email_hash == email_hash))
    return (await execute(session, delete(_S).where(_S.c.account_id == account_id))).rowcount
