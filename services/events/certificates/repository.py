"""All the SQL about certificates."""

from collections.abc import Sequence
from datetime import datetime
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
OF_PEOPLE = sa.select(*_C.c).where(_C.c.attendee_id == sa.func.any(_ids)).order_by(_C.c.id)
#: What the code of an expired one still tells.
_SAID = ("event_title", "network", "days")


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
    return await _forget(session, _C.c.attendee_id.in_(list(attendee_ids)))


async def forget_of_events(session: AsyncSession, event_ids: Sequence[UUID]) -> tuple[int, list[str]]:
    """The same of everybody at these events: how many papers, and keys."""
    named = sa.and_(_C.c.event_id.in_(list(event_ids)), _C.c.holder_name != "")
    count = int((await execute(session, sa.select(sa.func.count()).where(named))).scalar_one())
    return count, await _forget(session, named)


async def expire(session: AsyncSession, event_ids: Sequence[UUID], now: datetime) -> int:
    """Papers of these events certify nothing any more; their codes still say which event it was. How many were left."""
    ended = sa.update(_C).where(_C.c.event_id.in_(list(event_ids)), _C.c.state != "expired")
    kept = sa.func.jsonb_build_object(*(part for name in _SAID for part in (name, _C.c.facts[name])))
    values: dict[str, Any] = {"state": "expired", "ended_at": now, "ended_reason": None, "facts": kept, "issued_by": None}
    return int((await execute(session, ended.values(**values, version=_C.c.version + 1))).rowcount)


async def _forget(session: AsyncSession, which: Any) -> list[str]:
    keys = [row.file_key for row in await execute(session, sa.select(_C.c.file_key).where(which, _C.c.file_key.is_not(None)))]
    none: dict[str, Any] = {"holder_name": "", "file_key": None, "file_sha256": None, "file_size": 0, "ended_reason": None}
    await execute(session, sa.update(_C).where(which).values(**none, version=_C.c.version + 1))
    return keys
