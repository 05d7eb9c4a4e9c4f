"""All the SQL about networks."""

from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import execute

from .models import EventCounter, Network

_N: Any = Network.__table__  # type: ignore[attr-defined]
_E: Any = EventCounter.__table__  # type: ignore[attr-defined]

LISTING = sa.select(*_N.c).where(_N.c.code > bindparam("after_code")).order_by(_N.c.code).limit(bindparam("limit"))
ONE = sa.select(*_N.c).where(_N.c.id == bindparam("id"))
OF_ORGANISATIONS = sa.select(_N.c.id).where(
    _N.c.organisation_id == sa.func.any(bindparam("organisation_ids", type_=ARRAY(sa.Uuid)))
)

FACES = sa.select(_N.c.id, _N.c.code, _N.c.name, _N.c.organisation_id, _N.c.contact_email).where(
    _N.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid)))
)

#: Changes whenever a network does.
MARK = sa.select(sa.func.count().label("count"), sa.func.coalesce(sa.func.sum(_N.c.version), 0).label("versions"))


def face_of(network_id: Any) -> Any:
    """A column for others' statements: the network as its events name it, as JSON, looked up row by row."""
    pairs: list[Any] = []
    for name in ("id", "code", "name", "organisation_id", "contact_email"):
        pairs += [sa.literal_column(f"'{name}'"), _N.c[name]]
    return sa.select(sa.func.jsonb_build_object(*pairs)).where(_N.c.id == network_id).scalar_subquery()


async def get(session: AsyncSession, network_id: UUID, *, lock: bool = False) -> Network | None:
    if not lock:
        return await session.get(Network, network_id)
    return (await session.exec(select(Network).where(Network.id == network_id).with_for_update())).first()


async def next_number(session: AsyncSession, network_id: UUID, year: int) -> int:
    """The next number of the network's references in that year; the counter is held until the transaction ends."""
    insert = upsert(_E).values(network_id=network_id, year=year, last=1)
    taken = await execute(
        session,
        insert.on_conflict_do_update(index_elements=[_E.c.network_id, _E.c.year], set_={"last": _E.c.last + 1}).returning(
            _E.c.last
        ),
    )
    return int(taken.scalar_one())
