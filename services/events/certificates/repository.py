"""All the SQL about certificates."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import Certificate

_C: Any = Certificate.__table__  # type: ignore[attr-defined]

_event = bindparam("event_id", type_=sa.Uuid)
_ids = bindparam("ids", type_=ARRAY(sa.Uuid))
_states = bindparam("states", type_=ARRAY(sa.Text))

#: The latest paper of each person of an event.
LATEST = (
    sa.select(*_C.c)
    .ext(distinct_on(_C.c.attendee_id))
    .where(_C.c.event_id == _event)
    .order_by(_C.c.attendee_id, _C.c.number.desc())
)
LAST_NUMBER = sa.select(sa.func.coalesce(sa.func.max(_C.c.number), 0).label("number")).where(_C.c.event_id == _event)
LISTING = (
    sa.select(*_C.c)
    .where(
        _C.c.event_id == _event,
        _C.c.number > bindparam("after", type_=sa.Integer),
        sa.or_(_states.is_(None), sa.cast(_C.c.state, sa.Text) == sa.func.any(_states)),
    )
    .order_by(_C.c.number)
    .limit(bindparam("limit"))
)
OF_REGISTRATION = sa.select(*_C.c).where(_C.c.registration_id == bindparam("id", type_=sa.Uuid)).order_by(_C.c.number)
BY_CODE = sa.select(*_C.c).where(_C.c.code == bindparam("code", type_=sa.Text))
FILES_OF = sa.select(_C.c.file_key).where(_C.c.attendee_id == sa.func.any(_ids), _C.c.file_key.is_not(None))


async def latest(session: AsyncSession, event_id: UUID) -> dict[UUID, Row]:
    return {row["attendee_id"]: row for row in await fetch_in(session, LATEST, {"event_id": event_id})}


async def last_number(session: AsyncSession, event_id: UUID) -> int:
    return int((await fetch_in(session, LAST_NUMBER, {"event_id": event_id}))[0]["number"])


async def end(session: AsyncSession, certificate_id: UUID, **values: Any) -> None:
    changed = sa.update(_C).where(_C.c.id == certificate_id, _C.c.state == "issued").values(**values, version=_C.c.version + 1)
    await execute(session, changed)


async def add(session: AsyncSession, row: Row) -> None:
    await execute(session, sa.insert(_C).values(**row))


async def get(session: AsyncSession, certificate_id: UUID, *, lock: bool = False) -> Certificate | None:
    asked = select(Certificate).where(Certificate.id == certificate_id).execution_options(populate_existing=True)
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def forget(session: AsyncSession, attendee_ids: Sequence[UUID]) -> list[str]:
    """Names go, and the papers that bear them: their keys in the file store."""
    keys = [row["file_key"] for row in await fetch_in(session, FILES_OF, {"ids": list(attendee_ids)})]
    gone = sa.update(_C).where(_C.c.attendee_id.in_(attendee_ids))
    await execute(session, gone.values(holder_name="", file_key=None, file_sha256=None, file_size=0, version=_C.c.version + 1))
    return keys
