"""All the SQL about erasures and requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute

from .models import Erasure, PersonalDataRequest

_E: Any = Erasure.__table__  # type: ignore[attr-defined]
_Q: Any = PersonalDataRequest.__table__  # type: ignore[attr-defined]

#: Lines of the register, the newest first.
LISTING = (
    sa.select(*_E.c)
    .where(_E.c.number < bindparam("before_number", type_=sa.BigInteger))
    .order_by(_E.c.number.desc())
    .limit(bindparam("limit"))
)
#: The whole register, in its order.
CHAIN = sa.select(*_E.c).order_by(_E.c.number)
_LOCK = sa.select(sa.func.pg_advisory_xact_lock(sa.func.hashtext("events:erasures")))


async def last(session: AsyncSession) -> Row | None:
    """The last line; nobody else writes one until this transaction ends."""
    await execute(session, _LOCK)
    found = (await execute(session, sa.select(_E.c.number, _E.c.digest).order_by(_E.c.number.desc()).limit(1))).mappings().first()
    return dict(found) if found else None


async def add(session: AsyncSession, row: Row) -> None:
    await execute(session, sa.insert(_E).values(**row))


async def add_request(session: AsyncSession, request: PersonalDataRequest) -> None:
    session.add(request)
    await session.flush()


async def request(session: AsyncSession, request_id: UUID) -> PersonalDataRequest | None:
    """Locked."""
    asked = select(PersonalDataRequest).where(PersonalDataRequest.id == request_id)
    return (await session.exec(asked.with_for_update().execution_options(populate_existing=True))).first()


async def requests_from(session: AsyncSession, origin: str, since: datetime) -> int:
    counted = sa.select(sa.func.count()).where(_Q.c.origin == origin, _Q.c.asked_at > since)
    return int((await execute(session, counted)).scalar_one())


async def requests_about(session: AsyncSession, email_hash: str, since: datetime) -> int:
    counted = sa.select(sa.func.count()).where(_Q.c.email_hash == email_hash, _Q.c.asked_at > since)
    return int((await execute(session, counted)).scalar_one())


async def forget_requests(session: AsyncSession, before: datetime) -> None:
    await execute(session, sa.delete(_Q).where(_Q.c.asked_at <= before))
