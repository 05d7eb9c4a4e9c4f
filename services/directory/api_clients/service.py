"""Use cases of the programs: made, changed, given new secrets and revoked by those who manage; given tokens."""

import hmac
from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any, cast
from uuid import UUID

from psycopg import AsyncConnection
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common import journal
from services.common.auth import Principal
from services.common.db import Row, fetch, fetch_one
from services.common.etag import require_version
from services.common.ids import new_id
from services.common.language import Text
from services.common.limits import retry_after
from services.common.mail import queue_mail
from services.common.problems import FieldError, NotFound
from services.common.resources import Resources

from ..accounts.rules import fingerprint
from ..organisations import doors, enrolment
from ..organisations.service import managed, require_living
from ..revocation import take_back
from ..sessions import service as sessions
from ..sessions.keys import SigningKeys
from ..tables import KERNEL
from . import letters, repository, rules
from .errors import ApiClientExpiryPast, ApiClientRevoked, ClientRefused, ClientUnauthorized, TooManyTokenRequests
from .models import ApiClient, ApiClientSecret
from .schemas import ApiClientCreate, ApiClientUpdate, ClientAccessToken

#: Secrets that stopped are kept that long: who still uses one is told apart from a guess by nobody, but is found in the logs.
_KEPT = timedelta(days=30)


async def create(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, wish: ApiClientCreate, *, now: datetime
) -> dict[str, Any]:
    organisation = await managed(session, caller, organisation_id)
    require_living(organisation)
    _refuse_past(wish.expires_at, now)
    client = ApiClient(
        organisation_id=organisation_id,
        name=wish.name,
        scopes=list[str](wish.scopes),
        created_by=caller.account_id,
        created_at=now,
        expires_at=wish.expires_at,
    )
    session.add(client)
    await session.flush()
    secret, text = await _new_secret(session, client, now)
    await _record(session, client, "api_client.created", caller, now, {"scopes": client.scopes})
    by = await enrolment.named(session, caller.account_id, organisation_id)
    letter = letters.created(resources.settings.public_url, organisation.name, client.name, client.scopes, by)
    await _tell(session, organisation_id, letter)
    return {**_read(client.model_dump(), [secret.model_dump()], now), "client_secret": text}


async def change(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    client_id: UUID,
    wish: ApiClientUpdate,
    *,
    version: int,
    now: datetime,
) -> dict[str, Any]:
    client = await _living(session, caller, organisation_id, client_id)
    require_version(client.version, version)
    sent = wish.model_dump(exclude_unset=True)
    if "expires_at" in sent:
        _refuse_past(wish.expires_at, now)
    before = client.model_dump()
    for column, value in sent.items():
        setattr(client, column, value)
    if not set(before["scopes"]) <= set(client.scopes) or before["expires_at"] != client.expires_at:
        # Tokens already given say the former scopes, or live past the new term.
        await take_back(session, resources, client.grant_id, now=now)
        client.grant_id = new_id()
    client.version += 1
    await session.flush()
    changes = {name: [_plain(before[name]), _plain(value)] for name, value in sent.items() if before[name] != value}
    await _record(session, client, "api_client.changed", caller, now, changes)
    return await _whole(session, client, now)


async def rotate(
    session: AsyncSession,
    resources: Resources,
    caller: Principal,
    organisation_id: UUID,
    client_id: UUID,
    *,
    overlap: timedelta,
    version: int,
    now: datetime,
) -> dict[str, Any]:
    """A new secret; the last one still works for `overlap`, any before it stops now, with the tokens they were given."""
    organisation = await managed(session, caller, organisation_id)
    client = await _living(session, caller, organisation_id, client_id)
    require_version(client.version, version)
    works = [each for each in await repository.secrets_of(session, client_id) if each.expires_at is None or each.expires_at > now]
    for position, former in enumerate(works):
        end = now + overlap if position == 0 else now
        former.expires_at = min(former.expires_at, end) if former.expires_at else end
        if former.expires_at <= now:
            await take_back(session, resources, former.id, now=now)
    client.version += 1
    _, text = await _new_secret(session, client, now)
    await _record(session, client, "api_client.secret_rotated", caller, now, {"overlap_hours": overlap.total_seconds() / 3600})
    by = await enrolment.named(session, caller.account_id, organisation_id)
    await _tell(session, organisation_id, letters.rotated(resources.settings.public_url, organisation.name, client.name, by))
    return {**await _whole(session, client, now), "client_secret": text}


async def revoke(
    session: AsyncSession, resources: Resources, caller: Principal, organisation_id: UUID, client_id: UUID, *, now: datetime
) -> dict[str, Any]:
    """Its tokens are refused here at once, elsewhere as soon as it is heard; twice does no harm."""
    await managed(session, caller, organisation_id)
    client = await _of(session, organisation_id, client_id)
    if client.revoked_at is None:
        client.revoked_at, client.version = now, client.version + 1
        await session.flush()
        await take_back(session, resources, client.id, now=now)
        await _record(session, client, "api_client.revoked", caller, now, {})
    return await _whole(session, client, now)


async def listing(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, *, before: UUID, limit: int, now: datetime
) -> list[dict[str, Any]]:
    await doors.require_manager(reader, caller, organisation_id)
    rows = await fetch(reader, repository.CLIENTS, {"organisation_id": organisation_id, "before_id": before, "limit": limit})
    return await _with_secrets(reader, rows, now)


async def one(
    reader: AsyncConnection[Row], caller: Principal, organisation_id: UUID, client_id: UUID, *, now: datetime
) -> dict[str, Any]:
    await doors.require_manager(reader, caller, organisation_id)
    row = await fetch_one(reader, repository.CLIENT, {"organisation_id": organisation_id, "client_id": client_id})
    if row is None:
        raise NotFound()
    return (await _with_secrets(reader, [row], now))[0]


async def give_token(
    session: AsyncSession, resources: Resources, asked: rules.TokenRequest, *, origin: str, now: datetime
) -> ClientAccessToken:
    """The same answer for a program that does not exist, a wrong secret, one replaced, expired or revoked. Guesses from one place
    are counted as those of passwords are; nobody locks a program out from elsewhere."""
    attempt = sessions.Attempt(f"client:{asked.client_id}@{origin}", origin, now)
    if wait := await sessions.wait_before(session, attempt):
        raise TooManyTokenRequests(headers={"Retry-After": str(wait)})
    proved = await _proved(session, asked, now)
    if proved is None:
        await sessions.note_failure(session, attempt)
        raise ClientRefused()
    client, secret = proved
    await sessions.forget_failures(session, attempt)
    _count(client, resources.settings.client_tokens_per_minute, now)
    if not await doors.lives(session, client.organisation_id):
        raise ClientUnauthorized()
    scopes = rules.granted(asked.scopes, client.scopes)
    lives = rules.lifetime(now, client.expires_at, secret.expires_at)
    claims = rules.client_claims(
        client_id=client.id,
        organisation_id=client.organisation_id,
        scopes=scopes,
        standing=[client.grant_id, secret.id],
        issuer=resources.settings.token_issuer,
        audience=resources.settings.token_audience,
        token_id=new_id(),
        now=now,
        lives=lives,
    )
    client.last_used_at = now
    return ClientAccessToken(
        access_token=cast(SigningKeys, resources.keys).sign(claims),
        token_type="Bearer",  # noqa: S106
        expires_in=int(lives.total_seconds()),
        scope=" ".join(scopes),
    )


async def forget_old(session: AsyncSession, now: datetime) -> None:
    await repository.forget(session, over=now - _KEPT)


# ── Steps ─────────────────────────────────────────────────────────────────────────────────────────────────────────


async def _proved(session: AsyncSession, asked: rules.TokenRequest, now: datetime) -> tuple[ApiClient, ApiClientSecret] | None:
    """The program, locked: a token is not given while it is being revoked."""
    try:
        client_id = UUID(asked.client_id)
    except ValueError:
        return None
    client = await repository.locked(session, client_id)
    if client is None or client.revoked_at is not None or (client.expires_at and client.expires_at <= now):
        return None
    given = fingerprint(asked.secret)
    for secret in await repository.secrets_of(session, client.id):
        works = secret.expires_at is None or secret.expires_at > now
        if hmac.compare_digest(secret.secret_hash, given) and works:
            return client, secret
    return None


def _count(client: ApiClient, most: int, now: datetime) -> None:
    if client.counted_since is None or now - client.counted_since >= rules.COUNTED_OVER:
        client.tokens_given, client.counted_since = 0, now
    if client.tokens_given >= most:
        wait = client.counted_since + rules.COUNTED_OVER - now
        raise TooManyTokenRequests(headers=retry_after(wait))
    client.tokens_given += 1


async def _new_secret(session: AsyncSession, client: ApiClient, now: datetime) -> tuple[ApiClientSecret, str]:
    text = rules.new_secret()
    secret = ApiClientSecret(client_id=client.id, secret_hash=fingerprint(text), hint=text[-4:], created_at=now)
    session.add(secret)
    await session.flush()
    return secret, text


async def _of(session: AsyncSession, organisation_id: UUID, client_id: UUID) -> ApiClient:
    client = await repository.locked(session, client_id)
    if client is None or client.organisation_id != organisation_id:
        raise NotFound()
    return client


async def _living(session: AsyncSession, caller: Principal, organisation_id: UUID, client_id: UUID) -> ApiClient:
    require_living(await managed(session, caller, organisation_id))
    client = await _of(session, organisation_id, client_id)
    if client.revoked_at is not None:
        raise ApiClientRevoked()
    return client


def _refuse_past(expires_at: datetime | None, now: datetime) -> None:
    if expires_at is not None and expires_at <= now:
        raise ApiClientExpiryPast(errors=[FieldError("/expires_at", Text("Cet instant est passé.", "It has passed."), "past")])


async def _whole(session: AsyncSession, client: ApiClient, now: datetime) -> dict[str, Any]:
    secrets = await repository.secrets_of(session, client.id)
    works = [each.model_dump() for each in reversed(secrets) if each.expires_at is None or each.expires_at > now]
    return _read(client.model_dump(), works, now)


async def _with_secrets(reader: AsyncConnection[Row], rows: Sequence[Row], now: datetime) -> list[dict[str, Any]]:
    secrets = await fetch(reader, repository.SECRETS, {"ids": [row["id"] for row in rows], "now": now})
    return [_read(row, [each for each in secrets if each["client_id"] == row["id"]], now) for row in rows]


def _read(client: Row, secrets: Sequence[Row], now: datetime) -> dict[str, Any]:
    ended = client["expires_at"] is not None and client["expires_at"] <= now
    state = "revoked" if client["revoked_at"] else "expired" if ended else "active"
    return {**client, "secrets": list(secrets) if state == "active" else [], "state": state}


def _plain(value: Any) -> Any:
    return value.isoformat() if isinstance(value, datetime) else value


async def _tell(session: AsyncSession, organisation_id: UUID, letter: tuple[str, str]) -> None:
    subject, text = letter
    for person in await doors.people(session, organisation_id, "manager"):
        await queue_mail(session, to=person.email, subject=subject, text=text)


async def _record(
    session: AsyncSession, client: ApiClient, act: str, caller: Principal, now: datetime, changes: dict[str, Any]
) -> None:
    await journal.record(
        session,
        KERNEL.journal,
        at=now,
        act=act,
        resource=("organisation", client.organisation_id),
        actor=caller,
        organisation_id=client.organisation_id,
        changes={"client_id": str(client.id), **changes},
    )
