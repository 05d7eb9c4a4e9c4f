"""All the SQL about newsletters."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, alone, execute

from .models import Newsletter, NewsletterRecipient, NewsletterRequest, NewsletterSubscriber, SubscriberState

_N: Any = Newsletter.__table__  # type: ignore[attr-defined]
_S: Any = NewsletterSubscriber.__table__  # type: ignore[attr-defined]
_T: Any = NewsletterRecipient.__table__  # type: ignore[attr-defined]
_Q: Any = NewsletterRequest.__table__  # type: ignore[attr-defined]

LISTING = (
    sa.select(_N.c.id, _N.c.subject, _N.c.state, _N.c.document_id, _N.c.sending_at, _N.c.updated_at)
    .where(_N.c.centre_id == bindparam("centre_id"), _N.c.id < bindparam("before_id"))
    .order_by(_N.c.id.desc())
    .limit(bindparam("limit"))
)
AUDIENCE = sa.select(
    sa.func.count().filter(_S.c.state == SubscriberState.CONFIRMED).label("confirmed"),
    sa.func.count().filter(_S.c.state == SubscriberState.PENDING).label("pending"),
).where(_S.c.centre_id == bindparam("centre_id"))


async def get(session: AsyncSession, newsletter_id: UUID, *, lock: bool = False) -> Newsletter | None:
    return await session.get(Newsletter, newsletter_id, with_for_update=lock or None, populate_existing=True)


async def progress(session: AsyncSession, newsletter_id: UUID) -> dict[str, int]:
    counted = sa.select(sa.func.count().label("total"), sa.func.count(_T.c.written_at).label("written")).where(
        _T.c.newsletter_id == newsletter_id
    )
    row: Any = (await execute(session, counted)).one()
    return {"total": row.total, "written": row.written}


async def address_all(session: AsyncSession, newsletter_id: UUID, centre_id: UUID) -> int:
    """A row for each address confirmed at this moment; how many."""
    confirmed = sa.select(sa.literal(newsletter_id, sa.Uuid), _S.c.id).where(
        _S.c.centre_id == centre_id, _S.c.state == SubscriberState.CONFIRMED
    )
    written = await execute(session, sa.insert(_T).from_select(["newsletter_id", "subscriber_id"], confirmed))
    return written.rowcount


async def waiting(session: AsyncSession, newsletter_id: UUID, limit: int) -> list[Row]:
    """The next recipients not written to, held: two batches at once take one after the other. `email` is null for who left."""
    asked = (
        sa.select(_T.c.subscriber_id, sa.case((_S.c.state == SubscriberState.CONFIRMED, _S.c.email)).label("email"))
        .join(_S, _S.c.id == _T.c.subscriber_id)
        .where(_T.c.newsletter_id == newsletter_id, _T.c.written_at.is_(None))
        .order_by(_T.c.subscriber_id)
        .limit(limit)
        .with_for_update(of=_T)
    )
    return [dict(row) for row in (await execute(session, asked)).mappings()]


async def mark_written(session: AsyncSession, newsletter_id: UUID, subscriber_ids: Sequence[UUID], now: datetime) -> None:
    written = sa.update(_T).where(_T.c.newsletter_id == newsletter_id, _T.c.subscriber_id.in_(subscriber_ids))
    await execute(session, written.values(written_at=now))


async def note_request(session: AsyncSession, request: NewsletterRequest) -> None:
    """Those about one address, or from one origin, count each other: one at a time."""
    for key in sorted((request.email_hash, request.origin)):
        await alone(session, f"newsletter-request:{key}")
    session.add(request)
    await session.flush()


async def requests_from(session: AsyncSession, origin: str, since: datetime) -> int:
    return int((await execute(session, sa.select(sa.func.count()).where(_Q.c.origin == origin, _Q.c.at > since))).scalar_one())


async def requests_about(session: AsyncSession, email_hash: str, since: datetime) -> int:
    counted = sa.select(sa.func.count()).where(_Q.c.email_hash == email_hash, _Q.c.at > since)
    return int((await execute(session, counted)).scalar_one())


async def subscriber_of(session: AsyncSession, centre_id: UUID, email_hash: str) -> NewsletterSubscriber | None:
    asked = select(NewsletterSubscriber).where(
        NewsletterSubscriber.centre_id == centre_id, NewsletterSubscriber.email_hash == email_hash
    )
    return (await session.exec(asked.with_for_update().execution_options(populate_existing=True))).first()


async def subscriber(session: AsyncSession, subscriber_id: UUID) -> NewsletterSubscriber | None:
    return await session.get(NewsletterSubscriber, subscriber_id, with_for_update=True, populate_existing=True)


async def subscriber_by_token(session: AsyncSession, token_hash: str) -> NewsletterSubscriber | None:
    asked = select(NewsletterSubscriber).where(NewsletterSubscriber.token_hash == token_hash)
    return (await session.exec(asked.with_for_update().execution_options(populate_existing=True))).first()


@dataclass(frozen=True)
class ForgottenAddresses:
    """How many addresses nobody confirmed went, and how many hashes of addresses that left."""

    unconfirmed: int
    refusals: int


async def forget(session: AsyncSession, *, unconfirmed: datetime, requests: datetime, refusals: datetime) -> ForgottenAddresses:
    """Addresses nobody confirmed since `unconfirmed`, requests and refusals older than these instants."""
    late = sa.and_(_S.c.state == SubscriberState.PENDING, _S.c.asked_at <= unconfirmed)
    left = {"state": SubscriberState.UNSUBSCRIBED, "email": None, "token_hash": None}
    emptied = await execute(session, sa.update(_S).where(late, _S.c.unsubscribed_at.is_not(None)).values(left))
    gone = await execute(session, sa.delete(_S).where(late))
    old = sa.delete(_S).where(_S.c.state == SubscriberState.UNSUBSCRIBED, _S.c.unsubscribed_at < refusals)
    forgotten = await execute(session, old)
    await execute(session, sa.delete(_Q).where(_Q.c.at < requests))
    return ForgottenAddresses(emptied.rowcount + gone.rowcount, forgotten.rowcount)


#: Lists an address is on.
AT_ADDRESS = sa.select(_S.c.centre_id, _S.c.email, _S.c.state, _S.c.asked_at, _S.c.confirmed_at).where(
    sa.func.lower(_S.c.email) == bindparam("email", type_=sa.String)
)


async def forget_address(session: AsyncSession, email: str, now: datetime) -> int:
    """The address leaves every list; its hash stays, so that the refusal is honoured."""
    gone = sa.update(_S).where(sa.func.lower(_S.c.email) == email)
    values = {"state": SubscriberState.UNSUBSCRIBED, "email": None, "unsubscribed_at": now, "token_hash": None}
    return (await execute(session, gone.values(values))).rowcount
