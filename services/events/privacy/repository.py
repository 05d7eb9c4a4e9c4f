"""All the SQL about erasures and requests."""

from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute
from services.common.erasures import Register

from .models import Erasure, PersonalDataRequest

_Q: Any = PersonalDataRequest.__table__  # type: ignore[attr-defined]

#: The chained register of erasures.
REGISTER = Register("events", Erasure.__table__)  # type: ignore[attr-defined]


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
