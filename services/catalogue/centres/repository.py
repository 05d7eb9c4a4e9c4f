"""All the SQL about resource centres."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import Centre, CentreMember, ReferenceCounter

_C: Any = Centre.__table__  # type: ignore[attr-defined]
_M: Any = CentreMember.__table__  # type: ignore[attr-defined]
_R: Any = ReferenceCounter.__table__  # type: ignore[attr-defined]

_ids = bindparam("organisation_ids", type_=ARRAY(sa.Uuid))

LISTING = sa.select(*_C.c).where(_C.c.code > bindparam("after_code")).order_by(_C.c.code).limit(bindparam("limit"))
ONE = sa.select(*_C.c).where(_C.c.id == bindparam("id"))
MEMBERS = (
    sa.select(*_M.c)
    .where(_M.c.centre_id == bindparam("centre_id"), _M.c.organisation_id > bindparam("after_id"))
    .order_by(_M.c.organisation_id)
    .limit(bindparam("limit"))
)
#: Centres whose organisation is one of these (`kept`), or whose network holds one of these.
AUDIENCE = (
    sa.select(_C.c.id, _C.c.organisation_id, sa.true().label("kept"))
    .where(_C.c.organisation_id == sa.func.any(_ids))
    .union_all(
        sa.select(_M.c.centre_id, _M.c.organisation_id, sa.false().label("kept")).where(_M.c.organisation_id == sa.func.any(_ids))
    )
)

CENTRE_FACES = sa.select(_C.c.id, _C.c.code, _C.c.name).where(
    _C.c.id == sa.func.any(sa.cast(bindparam("ids", type_=ARRAY(sa.Text)), ARRAY(sa.Uuid)))
)


async def get(session: AsyncSession, centre_id: UUID, *, lock: bool = False) -> Centre | None:
    if not lock:
        return await session.get(Centre, centre_id)  # asked many times by a transaction that writes many documents
    return (await session.exec(select(Centre).where(Centre.id == centre_id).with_for_update())).first()


async def all_of(session: AsyncSession, centre_ids: Sequence[UUID]) -> Sequence[Centre]:
    return (await session.exec(select(Centre).where(_C.c.id.in_(centre_ids)))).all()


async def put_member(session: AsyncSession, row: dict[str, Any]) -> bool:
    """True when the organisation is new in the network; otherwise its name is the one given."""
    insert = upsert(_M).values(row)
    written = await execute(
        session,
        insert.on_conflict_do_update(
            index_elements=[_M.c.centre_id, _M.c.organisation_id], set_={"name": insert.excluded.name}
        ).returning(sa.literal_column("xmax = 0")),
    )
    return bool(written.scalar_one())


async def member(session: AsyncSession, centre_id: UUID, organisation_id: UUID) -> CentreMember | None:
    return await session.get(CentreMember, (centre_id, organisation_id), populate_existing=True)


async def remove_member(session: AsyncSession, centre_id: UUID, organisation_id: UUID) -> bool:
    gone = await execute(session, sa.delete(_M).where(_M.c.centre_id == centre_id, _M.c.organisation_id == organisation_id))
    return gone.rowcount == 1


async def next_number(session: AsyncSession, centre_id: UUID, year: int) -> int:
    """The next number of the centre's references in that year; the counter is held until the transaction ends."""
    insert = upsert(_R).values(centre_id=centre_id, year=year, last=1)
    taken = await execute(
        session,
        insert.on_conflict_do_update(index_elements=[_R.c.centre_id, _R.c.year], set_={"last": _R.c.last + 1}).returning(_R.c.last),
    )
    return int(taken.scalar_one())


async def rename_member(session: AsyncSession, organisation_id: UUID, name: str) -> None:
    await execute(session, sa.update(_M).where(_M.c.organisation_id == organisation_id, _M.c.name != name).values(name=name))
