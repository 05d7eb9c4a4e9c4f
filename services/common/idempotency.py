"""`Idempotency-Key` on POST: the answer is stored in the transaction of the act itself.

Either both are there or neither: after a cut connection or a kill, the same key gives the same answer or acts once.
"""

import hashlib
import hmac
from datetime import datetime, timedelta
from functools import lru_cache
from typing import Any

from fastapi import Request, Response
from pydantic import SecretStr
from sqlalchemy import Insert, Select, Table, bindparam, delete, func, insert, select
from sqlmodel.ext.asyncio.session import AsyncSession

from .db import execute, fetch_in, write_in
from .language import Text
from .problems import FieldError, IdempotencyConflict, IdempotencyInFlight, MalformedRequest

KEPT = timedelta(hours=24)
_KEPT_HEADERS = frozenset({b"content-type", b"location", b"etag", b"link", b"content-language"})


def key_of(request: Request) -> str | None:
    """The caller's key, checked; None when there is none."""
    key = request.headers.get("idempotency-key")
    if key is not None and not 1 <= len(key) <= 255:
        detail = Text("La clé compte de 1 à 255 caractères.", "The key has 1 to 255 characters.")
        raise MalformedRequest(errors=[FieldError("/header/idempotency-key", detail)])
    return key


def fingerprint(request: Request, body: bytes, secret: SecretStr) -> str:
    """What makes two requests the same: method, address and content. Keyed, since a body may hold a password."""
    head = f"{request.method} {request.url.path}?{request.url.query}\n".encode()
    return hmac.digest(secret.get_secret_value().encode(), head + body, "sha256").hex()


def caller_of(request: Request, account: object) -> str:
    """Whose key it is: the account, or the address of an anonymous caller."""
    address = request.client.host if request.client else ""
    return str(account) if account else "anonymous:" + hashlib.sha256(address.encode()).hexdigest()[:32]


_LOCK = select(func.pg_try_advisory_xact_lock(func.hashtextextended(bindparam("name"), 0)).label("taken"))


@lru_cache
def _kept(table: Table) -> Select[Any]:
    return select(table).where(table.c.caller == bindparam("caller"), table.c.key == bindparam("key"))


@lru_cache
def _keeping(table: Table) -> Insert:
    return insert(table)


async def recall(session: AsyncSession, table: Table, caller: str, key: str, mark: str) -> Response | None:
    """The answer already given for this key, or None when the act is still to be done (and is now ours to do)."""
    (lock,) = await fetch_in(session, _LOCK, {"name": f"{caller}:{key}"})
    if not lock["taken"]:
        raise IdempotencyInFlight(headers={"Retry-After": "2"})
    found = await fetch_in(session, _kept(table), {"caller": caller, "key": key})
    if not found:
        return None
    (kept,) = found
    if kept["fingerprint"] != mark:
        raise IdempotencyConflict()
    return Response(kept["body"], kept["status"], {**kept["headers"], "Idempotency-Replayed": "true"})


async def remember(
    session: AsyncSession, table: Table, caller: str, key: str, mark: str, response: Response, now: datetime
) -> None:
    headers = {name.decode(): value.decode("latin-1") for name, value in response.raw_headers if name in _KEPT_HEADERS}
    await write_in(
        session,
        _keeping(table),
        {
            "caller": caller,
            "key": key,
            "fingerprint": mark,
            "status": response.status_code,
            "headers": headers,
            "body": bytes(response.body),
            "created_at": now,
        },
    )


async def forget_old(session: AsyncSession, table: Table, now: datetime) -> None:
    await execute(session, delete(table).where(table.c.created_at < now - KEPT))
