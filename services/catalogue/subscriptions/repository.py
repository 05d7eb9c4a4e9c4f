"""All the SQL about saved searches and followed documents."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import alone, execute

from .models import Follow, Frequency, SavedSearch, Subscriber

_S: Any = SavedSearch.__table__  # type: ignore[attr-defined]
_F: Any = Follow.__table__  # type: ignore[attr-defined]
_P: Any = Subscriber.__table__  # type: ignore[attr-defined]

SEARCHES = (
    sa.select(*_S.c)
    .where(_S.c.account_id == bindparam("account_id"), _S.c.id < bindparam("before_id"))
    .order_by(_S.c.id.desc())
    .limit(bindparam("limit"))
)
SEARCH = sa.select(*_S.c).where(_S.c.id == bindparam("id"))
SEARCH_OF = SEARCH.where(_S.c.account_id == bindparam("account_id"))
FOLLOWS = (
    sa.select(*_F.c)
    .where(_F.c.account_id == bindparam("account_id"), _F.c.id < bindparam("before_id"))
    .order_by(_F.c.id.desc())
    .limit(bindparam("limit"))
)
SUBSCRIBER = sa.select(*_P.c).where(_P.c.account_id == bindparam("account_id"))

_daily = bindparam("daily", type_=sa.DateTime(timezone=True))
_weekly = bindparam("weekly", type_=sa.DateTime(timezone=True))
_DUE_SEARCH = sa.or_(
    sa.and_(_S.c.frequency == Frequency.DAILY, _S.c.looked_until < _daily),
    sa.and_(_S.c.frequency == Frequency.WEEKLY, _S.c.looked_until < _weekly),
)
#: People for whom an edition was not looked at yet.
DUE = (
    sa.select(_P.c.account_id)
    .where(
        sa.or_(
            sa.exists().where(_S.c.account_id == _P.c.account_id, _DUE_SEARCH),
            sa.and_(_P.c.looked_until < _daily, sa.exists().where(_F.c.account_id == _P.c.account_id)),
        )
    )
    .order_by(_P.c.account_id)
)


async def hold_person(session: AsyncSession, account_id: UUID) -> None:
    """What one person asks for is changed by one act at a time, until the end of the transaction."""
    await alone(session, f"subscriptions:{account_id}")


async def search_of(session: AsyncSession, account_id: UUID, search_id: UUID) -> SavedSearch | None:
    found = select(SavedSearch).where(SavedSearch.id == search_id, SavedSearch.account_id == account_id).with_for_update()
    return (await session.exec(found.execution_options(populate_existing=True))).first()


async def search(session: AsyncSession, search_id: UUID) -> SavedSearch | None:
    return await session.get(SavedSearch, search_id, populate_existing=True)


async def due_searches(session: AsyncSession, account_id: UUID, daily: datetime, weekly: datetime) -> Sequence[SavedSearch]:
    found = select(SavedSearch).where(SavedSearch.account_id == account_id, _DUE_SEARCH).order_by(_S.c.id).with_for_update()
    given = {"daily": daily, "weekly": weekly}
    return (await session.exec(found.execution_options(populate_existing=True), params=given)).all()


async def count_searches(session: AsyncSession, account_id: UUID) -> int:
    return int((await execute(session, sa.select(sa.func.count()).where(_S.c.account_id == account_id))).scalar_one())


async def count_follows(session: AsyncSession, account_id: UUID) -> int:
    return int((await execute(session, sa.select(sa.func.count()).where(_F.c.account_id == account_id))).scalar_one())


async def follow(session: AsyncSession, account_id: UUID, document_id: UUID) -> Follow | None:
    found = select(Follow).where(Follow.account_id == account_id, Follow.document_id == document_id)
    return (await session.exec(found)).first()


async def follow_by_id(session: AsyncSession, follow_id: UUID) -> Follow | None:
    return await session.get(Follow, follow_id, populate_existing=True)


async def follows_of(session: AsyncSession, account_id: UUID) -> Sequence[Follow]:
    found = select(Follow).where(Follow.account_id == account_id).order_by(_F.c.id).with_for_update()
    return (await session.exec(found.execution_options(populate_existing=True))).all()


async def remove_follow(session: AsyncSession, account_id: UUID, document_id: UUID) -> bool:
    gone = await execute(session, sa.delete(_F).where(_F.c.account_id == account_id, _F.c.document_id == document_id))
    return gone.rowcount == 1


async def put_subscriber(session: AsyncSession, account_id: UUID, email: str, now: datetime) -> None:
    """The address is the one just heard."""
    insert = upsert(_P).values(account_id=account_id, email=email, looked_until=now)
    await execute(session, insert.on_conflict_do_update(index_elements=[_P.c.account_id], set_={"email": insert.excluded.email}))


async def subscriber(session: AsyncSession, account_id: UUID) -> Subscriber | None:
    return await session.get(Subscriber, account_id, with_for_update=True, populate_existing=True)


async def silence(session: AsyncSession, account_id: UUID) -> None:
    """No search of the person is mailed any more, no document followed."""
    mailed = sa.update(_S).where(_S.c.account_id == account_id, _S.c.frequency != Frequency.NEVER)
    await execute(session, mailed.values(frequency=Frequency.NEVER, version=_S.c.version + 1))
    await execute(session, sa.delete(_F).where(_F.c.account_id == account_id))


async def delete_searches(session: AsyncSession, account_id: UUID) -> None:
    await execute(session, sa.delete(_S).where(_S.c.account_id == account_id))


async def forget_if_silent(session: AsyncSession, account_id: UUID) -> None:
    """The address goes with the last thing that is mailed."""
    mailed = sa.exists().where(_S.c.account_id == account_id, _S.c.frequency != Frequency.NEVER)
    followed = sa.exists().where(_F.c.account_id == account_id)
    await execute(session, sa.delete(_P).where(_P.c.account_id == account_id, ~mailed, ~followed))


async def forget_person(session: AsyncSession, account_id: UUID) -> int:
    """Searches, followed documents and the address; how many."""
    gone = [sa.delete(table).where(table.c.account_id == account_id) for table in (_S, _F, _P)]
    return sum([(await execute(session, each)).rowcount for each in gone])
