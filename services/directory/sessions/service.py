"""Use cases of the sessions: signing in, staying in, leaving, and what a new password closes."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.ids import new_id
from services.common.personal_data import Forgotten, Who
from services.common.problems import NotFound
from services.common.resources import Resources
from services.common.sessions import close_session

from .. import events
from ..accounts import erasure
from ..accounts import rules as account_rules
from ..accounts import service as accounts
from ..accounts.schemas import Credentials
from ..organisations import service as organisations
from ..tables import KERNEL
from . import repository, rules
from .errors import EmailNotVerified, InvalidCredentials, RefreshTokenRefused, RefreshTokenReused, TooManyAttempts
from .keys import SigningKeys
from .models import Closing, RefreshToken, SignInFailure, SignInSession
from .schemas import PasswordChange, SignIn, Tokens


@dataclass(frozen=True)
class Attempt:
    """Who is knocking: the address given, from where."""

    email: str
    origin: str
    now: datetime

    @property
    def asked(self) -> dict[str, Any]:
        email_hash = account_rules.fingerprint(self.email)
        return {"email_hash": email_hash, "origin": self.origin, "since": self.now - rules.WINDOW}


async def sign_in(
    session: AsyncSession, resources: Resources, given: SignIn, *, origin: str, user_agent: str, now: datetime
) -> Tokens:
    """The same work, and the same answer, whether or not the address has an account."""
    attempt = Attempt(account_rules.known_as(given.email), origin, now)
    proved = await prove(session, resources, attempt, given.password)
    if not proved.is_verified:
        raise EmailNotVerified()
    opened = SignInSession(
        account_id=proved.id, user_agent=user_agent[:200], created_at=now, last_used_at=now, expires_at=_expiry(resources, now)
    )
    session.add(opened)
    await session.flush()
    await erasure.seen(session, proved.id, now)
    await _record(session, opened.id, "session.opened", proved.id, now)
    return await _next_tokens(session, resources, opened, now)


async def refresh(session: AsyncSession, resources: Resources, token: str, *, now: datetime) -> Tokens:
    """Trade a refresh token for the next pair. One already spent closes the session, unless it was spent just now: its answer
    was lost, or another tab was first; each then goes on with its own."""
    found = await repository.session_of_token(session, account_rules.fingerprint(token))
    if found is None:
        raise RefreshTokenRefused()
    given, opened = found
    if opened.closed_at is not None or given.expires_at <= now:
        raise RefreshTokenRefused()
    if given.spent_at is not None and not rules.is_forgiven(given.spent_at, now):
        opened.closed_at, opened.closing = now, Closing.TOKEN_REUSED
        await _announce_closed(session, resources, [opened.id], opened.account_id, Closing.TOKEN_REUSED, now)
        raise RefreshTokenReused()
    given.spent_at = given.spent_at or now
    opened.last_used_at, opened.expires_at = now, _expiry(resources, now)
    await erasure.seen(session, opened.account_id, now)
    return await _next_tokens(session, resources, opened, now)


async def close(session: AsyncSession, resources: Resources, caller: Principal, session_id: UUID, *, now: datetime) -> None:
    """Sign a device of one's own out; doing it twice does no harm."""
    opened = await repository.lock(session, session_id)
    if opened is None or opened.account_id != caller.account_id:
        raise NotFound()
    if opened.closed_at is None:
        closing = Closing.SIGNED_OUT if session_id == caller.session_id else Closing.CLOSED_FROM_ELSEWHERE
        opened.closed_at, opened.closing = now, closing
        await _announce_closed(session, resources, [session_id], caller.account_id, closing, now)


async def change_password(
    session: AsyncSession, resources: Resources, caller: Principal, given: PasswordChange, *, origin: str, now: datetime
) -> None:
    """A stolen access token does not let anybody guess the password: failures count as those of signing in."""
    async with resources.database.readers.connection() as reader:
        own = await accounts.own(reader, caller)
    password_hash = await accounts.hash_of_new(resources, given.new, own["email"])
    await prove(session, resources, Attempt(own["email"], origin, now), given.current)
    await accounts.change_password(session, caller, password_hash, now=now)
    closed = await repository.close_all(session, caller.account_id, Closing.PASSWORD_CHANGED, now, but=caller.session_id)
    await _announce_closed(session, resources, closed, caller.account_id, Closing.PASSWORD_CHANGED, now)


async def reset_password(session: AsyncSession, resources: Resources, token: str, password: str, *, now: datetime) -> None:
    """By a mailed link: whoever was signed in no longer is."""
    account_id = await accounts.reset_password(session, resources, token, password, now=now)
    closed = await repository.close_all(session, account_id, Closing.PASSWORD_CHANGED, now)
    await _announce_closed(session, resources, closed, account_id, Closing.PASSWORD_CHANGED, now)


async def listing(
    reader: AsyncConnection[Row], caller: Principal, *, before: UUID, limit: int, now: datetime
) -> list[dict[str, Any]]:
    asked = {"account_id": caller.account_id, "before_id": before, "limit": limit, "now": now}
    return [{**row, "is_current": row["id"] == caller.session_id} for row in await fetch(reader, repository.OPEN, asked)]


async def forget_old(session: AsyncSession, now: datetime) -> None:
    """A spent token is kept as long as it could have lived: its return is what tells a theft."""
    await repository.forget(
        session, failures=now - rules.WINDOW, sessions=now - rules.ACCESS_TOKEN_LIVES - rules.MARGIN, tokens=now
    )


async def prove(session: AsyncSession, resources: Resources, attempt: Attempt, password: str) -> Credentials:
    """The account whose password this is. No connection is held while argon2 works; limits are judged before and after it, so
    that a hundred guesses made at once are heard as one by one."""
    async with resources.database.readers.connection() as reader:
        before = await fetch_one(reader, repository.FAILURES, attempt.asked)
        known = await accounts.credentials(reader, attempt.email)
    _refuse_guessing(rules.Failures(**(before or {})), attempt)
    right, rehash = await accounts.is_password(resources, known, password)
    _refuse_guessing(await repository.failures(session, attempt.asked), attempt)
    if known is None or not right or not await accounts.is_unchanged(session, known):
        session.add(SignInFailure(email_hash=attempt.asked["email_hash"], origin=attempt.origin, at=attempt.now))
        raise InvalidCredentials()
    await repository.clear_failures(session, attempt.asked["email_hash"], attempt.origin)
    if rehash:
        await accounts.keep_rehash(session, known, rehash)
    return known


# ── For programs, guarded like people ─────────────────────────────────────────────────────────────────────────────


async def wait_before(session: AsyncSession, attempt: Attempt) -> int | None:
    """Seconds before another guess of this secret is heard; alone with it until the end of the act."""
    return rules.wait_after(await repository.failures(session, attempt.asked), attempt.now)


async def note_failure(session: AsyncSession, attempt: Attempt) -> None:
    session.add(SignInFailure(email_hash=attempt.asked["email_hash"], origin=attempt.origin, at=attempt.now))


async def forget_failures(session: AsyncSession, attempt: Attempt) -> None:
    await repository.clear_failures(session, attempt.asked["email_hash"], attempt.origin)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


def _refuse_guessing(failures: rules.Failures, attempt: Attempt) -> None:
    if wait := rules.wait_after(failures, attempt.now):
        raise TooManyAttempts(headers={"Retry-After": str(wait)})


def _expiry(resources: Resources, now: datetime) -> datetime:
    return now + timedelta(days=resources.settings.refresh_days)


async def _next_tokens(session: AsyncSession, resources: Resources, opened: SignInSession, now: datetime) -> Tokens:
    refresh_token = account_rules.new_token()
    session.add(
        RefreshToken(session_id=opened.id, token_hash=account_rules.fingerprint(refresh_token), expires_at=opened.expires_at)
    )
    held = await organisations.standing_of(session, opened.account_id)
    claims = rules.access_claims(
        account_id=opened.account_id,
        session_id=opened.id,
        roles={organisation: roles for organisation, (roles, _) in held.items()},
        standing=[grant for _, grant in held.values()],
        is_administrator=await accounts.is_administrator(session, opened.account_id),
        issuer=resources.settings.token_issuer,
        audience=resources.settings.token_audience,
        token_id=new_id(),
        now=now,
    )
    return Tokens(
        session_id=opened.id,
        access_token=cast(SigningKeys, resources.keys).sign(claims),
        token_type="Bearer",  # noqa: S106
        expires_in=int(rules.ACCESS_TOKEN_LIVES.total_seconds()),
        refresh_token=refresh_token,
        refresh_expires_in=int((opened.expires_at - now).total_seconds()),
    )


async def _announce_closed(
    session: AsyncSession, resources: Resources, ids: Iterable[UUID], account_id: UUID, closing: Closing, now: datetime
) -> None:
    """Refuse the sessions' access tokens here from now on, and in the other services as soon as they hear."""
    until = now + rules.ACCESS_TOKEN_LIVES + rules.MARGIN
    for session_id in ids:
        await close_session(session, KERNEL.closed_sessions, session_id, until)
        await events.session_closed(session, session_id, until=until, at=now)
        await _record(session, session_id, "session.closed", account_id, now, closing)
        resources.closed_sessions.note(session_id)


async def _record(
    session: AsyncSession, session_id: UUID, act: str, account_id: UUID, now: datetime, closing: Closing | None = None
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("account", account_id),
        actor=None,
        changes={"session_id": str(session_id)},
        reason=closing.value if closing else None,
    )


def published_keys(resources: Resources) -> list[dict[str, str]]:
    return cast(SigningKeys, resources.keys).published


# ── For the person's own data ─────────────────────────────────────────────────────────────────────────────────────


async def export(reader: AsyncConnection[Any], who: Who) -> list[Row]:
    """Each device that signed in and is remembered."""
    return await fetch(reader, repository.OF_ACCOUNT, {"account_id": who.account_id})


async def erase(session: AsyncSession, resources: Resources, who: Who, now: datetime) -> Forgotten:
    """Everybody signed in under the account no longer is; devices are forgotten. Tokens are refused until they expire."""
    closed = await repository.close_all(session, who.account_id, Closing.ACCOUNT_ERASED, now)
    await _announce_closed(session, resources, closed, who.account_id, Closing.ACCOUNT_ERASED, now)
    return Forgotten(await repository.forget_devices(session, who.account_id, account_rules.fingerprint(who.email)))
