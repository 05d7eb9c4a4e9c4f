"""All the SQL about requests of people and their parts."""

from datetime import datetime
from typing import Any
from uuid import UUID

from sqlalchemy import bindparam, func, select, update
from sqlmodel import col
from sqlmodel import select as select_rows
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute
from services.common.erasures import Register

from ..tables import KERNEL
from .models import ERASURES, DataRequest, DataRequestKind, DataRequestPart, DataRequestState

_Q: Any = DataRequest.__table__  # type: ignore[attr-defined]
_P: Any = DataRequestPart.__table__  # type: ignore[attr-defined]

#: The chained register of erasures.
REGISTER = Register("directory", ERASURES)

#: A person's request, when it is theirs.
OWN = select(_Q).where(
    _Q.c.id == bindparam("request_id"), _Q.c.account_id == bindparam("account_id"), _Q.c.kind == DataRequestKind.EXPORT
)
#: Their last erasure asked for.
LAST_ERASURE = (
    select(_Q)
    .where(_Q.c.account_id == bindparam("account_id"), _Q.c.kind == DataRequestKind.ERASURE)
    .order_by(_Q.c.id.desc())
    .limit(1)
)
PARTS = select(_P).where(_P.c.request_id == bindparam("request_id")).order_by(_P.c.service)
#: All that a person asked about their data.
ASKED = (
    select(_Q.c.kind, _Q.c.state, _Q.c.asked_at, _Q.c.closed_at).where(_Q.c.account_id == bindparam("account_id")).order_by(_Q.c.id)
)


async def add(session: AsyncSession, request: DataRequest) -> None:
    session.add(request)
    await session.flush()


async def lock(session: AsyncSession, request_id: UUID) -> DataRequest | None:
    return await session.get(DataRequest, request_id, with_for_update=True, populate_existing=True)


async def pending(session: AsyncSession, account_id: UUID, kind: DataRequestKind) -> DataRequest | None:
    """Locked."""
    asked = select_rows(DataRequest).where(
        DataRequest.account_id == account_id, DataRequest.kind == kind, DataRequest.state == DataRequestState.PENDING
    )
    return (await session.exec(asked.with_for_update())).first()


async def asked_since(session: AsyncSession, account_id: UUID, kind: DataRequestKind, since: datetime) -> int:
    counted = select(func.count()).where(_Q.c.account_id == account_id, _Q.c.kind == kind, _Q.c.asked_at > since)
    return int((await execute(session, counted)).scalar_one())


async def parts(session: AsyncSession, request_id: UUID) -> list[DataRequestPart]:
    asked = select_rows(DataRequestPart).where(DataRequestPart.request_id == request_id)
    return list((await session.exec(asked.order_by(col(DataRequestPart.service)))).all())


async def part(session: AsyncSession, request_id: UUID, service: str) -> DataRequestPart | None:
    return await session.get(DataRequestPart, (request_id, service))


async def due_erasures(session: AsyncSession, now: datetime, limit: int) -> list[UUID]:
    asked = select(_Q.c.id).where(_Q.c.kind == DataRequestKind.ERASURE, _Q.c.state == DataRequestState.PENDING, _Q.c.due_at <= now)
    return list((await execute(session, asked.order_by(_Q.c.due_at).limit(limit))).scalars())


async def unanswered(session: AsyncSession, told_before: datetime, limit: int) -> list[DataRequest]:
    """Erasures some sibling has not answered, told before; locked."""
    asked = select_rows(DataRequest).where(DataRequest.state == DataRequestState.ERASING, col(DataRequest.told_at) < told_before)
    return list((await session.exec(asked.order_by(col(DataRequest.id)).limit(limit).with_for_update())).all())


async def ready_before(session: AsyncSession, now: datetime, limit: int) -> list[DataRequest]:
    asked = select_rows(DataRequest).where(DataRequest.state == DataRequestState.READY, col(DataRequest.expires_at) <= now)
    return list((await session.exec(asked.limit(limit).with_for_update())).all())


async def told(session: AsyncSession, event_id: UUID) -> Row:
    """What an event said of somebody; empty once it was emptied."""
    found = await execute(session, select(KERNEL.outbox.c.data).where(KERNEL.outbox.c.id == event_id))
    return dict(found.scalar_one_or_none() or {})


async def empty_event(session: AsyncSession, account_id: UUID, *types: str) -> None:
    """Events that named somebody name nobody any more."""
    outbox = KERNEL.outbox
    named = update(outbox).where(outbox.c.subject == str(account_id), outbox.c.type.in_(types))
    await execute(session, named.values(data={}))
