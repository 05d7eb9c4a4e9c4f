"""All the SQL about scans, stays and presence."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY, distinct_on
from sqlalchemy.dialects.postgresql import insert as upsert
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in
from services.common.ids import new_id

from .models import CheckIn, Presence, PresenceSheet, Stay

_H: Any = PresenceSheet.__table__  # type: ignore[attr-defined]
_C: Any = CheckIn.__table__  # type: ignore[attr-defined]
_S: Any = Stay.__table__  # type: ignore[attr-defined]
_P: Any = Presence.__table__  # type: ignore[attr-defined]

_event = bindparam("event_id", type_=sa.Uuid)
_session = bindparam("session_id", type_=sa.Uuid)
_events = bindparam("ids", type_=ARRAY(sa.Uuid))

SHEET = sa.select(*_H.c).where(_H.c.session_id == _session)
LOCK_SHEET = SHEET.with_for_update()
_OPEN_SHEET = upsert(_H).on_conflict_do_nothing(index_elements=[_H.c.session_id])
#: First scans of everybody: when, on which device, how many times.
ARRIVALS = (
    sa.select(
        _C.c.session_id,
        _C.c.attendee_id,
        _C.c.id.label("first_id"),
        _C.c.scanned_at.label("first_scanned_at"),
        _C.c.device_id.label("first_device_id"),
        sa.func.count().over(partition_by=(_C.c.session_id, _C.c.attendee_id)).label("times"),
    )
    .ext(distinct_on(_C.c.session_id, _C.c.attendee_id))
    .where(_C.c.event_id == _event, sa.or_(_session.is_(None), _C.c.session_id == _session))
    .order_by(_C.c.session_id, _C.c.attendee_id, _C.c.scanned_at, _C.c.id)
)
KNOWN_SCAN = sa.select(*_C.c).where(
    _C.c.session_id == _session,
    _C.c.device_id == bindparam("device_id", type_=sa.Text),
    _C.c.client_id == bindparam("client_id", type_=sa.Text),
)
PRESENT_COUNT = sa.select(sa.func.count(sa.distinct(_C.c.attendee_id)).label("count")).where(_C.c.session_id == _session)
STAYS = sa.select(*_S.c).where(_S.c.event_id == _event, sa.or_(_session.is_(None), _S.c.session_id == _session))
VALIDATED = sa.select(_P.c.attendee_id, _P.c.session_id, _P.c.minutes).where(_P.c.event_id == sa.func.any(_events))
PRESENCES = sa.select(*_P.c).where(_P.c.event_id == _event, sa.or_(_session.is_(None), _P.c.session_id == _session))


async def sheet(session: AsyncSession, event_id: UUID, session_id: UUID) -> Row:
    """The session's sheet, locked: made on its first use."""
    await execute(session, _OPEN_SHEET, {"session_id": session_id, "event_id": event_id, "version": 1})
    return (await fetch_in(session, LOCK_SHEET, {"session_id": session_id}))[0]


async def raise_version(session: AsyncSession, session_id: UUID) -> None:
    await execute(session, sa.update(_H).where(_H.c.session_id == session_id).values(version=_H.c.version + 1))


async def add_check_in(session: AsyncSession, row: Row) -> None:
    await execute(session, sa.insert(_C).values(**row))


async def put_stay(session: AsyncSession, row: Row) -> None:
    """The widest of what was told of this stay: the order in which it is told does not matter."""
    put = upsert(_S).values(**row, id=new_id())
    await execute(
        session,
        put.on_conflict_do_update(
            index_elements=[_S.c.session_id, _S.c.attendee_id, _S.c.mark],
            set_={
                "joined_at": sa.func.least(_S.c.joined_at, put.excluded.joined_at),
                "left_at": sa.func.greatest(_S.c.left_at, put.excluded.left_at),
                "told_at": put.excluded.told_at,
            },
        ),
    )


async def put_presences(session: AsyncSession, rows: Sequence[Row]) -> None:
    if not rows:
        return
    put = upsert(_P)
    kept = {"id", "event_id", "session_id", "attendee_id"}
    changed = {name: put.excluded[name] for name in rows[0] if name not in kept}
    statement = put.on_conflict_do_update(index_elements=[_P.c.session_id, _P.c.attendee_id], set_=changed)
    await execute(session, statement, list(rows))


async def forget_notes(session: AsyncSession, attendee_ids: Sequence[UUID]) -> None:
    await execute(session, sa.update(_P).where(_P.c.attendee_id.in_(attendee_ids), _P.c.note != "").values(note=""))


async def arrivals(session: AsyncSession, event_id: UUID, session_id: UUID) -> dict[UUID, Row]:
    """First scans at a session, by person."""
    rows = await fetch_in(session, ARRIVALS, {"event_id": event_id, "session_id": session_id})
    return {row["attendee_id"]: row for row in rows}


async def known_scan(session: AsyncSession, session_id: UUID, device_id: str, client_id: str) -> Row | None:
    asked = {"session_id": session_id, "device_id": device_id, "client_id": client_id}
    rows = await fetch_in(session, KNOWN_SCAN, asked)
    return rows[0] if rows else None


async def present_count(session: AsyncSession, session_id: UUID) -> int:
    return int((await fetch_in(session, PRESENT_COUNT, {"session_id": session_id}))[0]["count"])
