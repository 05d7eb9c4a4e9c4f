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

_events = bindparam("event_ids", type_=ARRAY(sa.Uuid))
_people = bindparam("ids", type_=ARRAY(sa.Uuid))


def _theirs(table: Any) -> Any:
    return sa.and_(table.c.event_id == sa.func.any(_events), table.c.attendee_id == sa.func.any(_people))


SCANS_OF = sa.select(_C.c.session_id, _C.c.attendee_id, _C.c.scanned_at).where(_theirs(_C)).order_by(_C.c.scanned_at, _C.c.id)
STAYS_OF = (
    sa.select(_S.c.session_id, _S.c.attendee_id, _S.c.joined_at, _S.c.left_at).where(_theirs(_S)).order_by(_S.c.joined_at, _S.c.id)
)
PRESENCES_OF = sa.select(*_P.c).where(_theirs(_P)).order_by(_P.c.id)
_lasts = (
    sa.func.unnest(bindparam("session_ids", type_=ARRAY(sa.Uuid)), bindparam("minutes", type_=ARRAY(sa.Integer)))
    .table_valued(sa.column("id", sa.Uuid), sa.column("minutes", sa.Integer))
    .render_derived(name="lasts")
)
#: Who was said to be there at some of these sessions, with their minutes, none beyond what its session lasted.
FOLLOWED = (
    sa.select(_P.c.attendee_id, sa.func.sum(sa.func.least(_P.c.minutes, _lasts.c.minutes)).label("minutes"))
    .join(_lasts, _lasts.c.id == _P.c.session_id)
    .where(_P.c.event_id == sa.func.any(_events), _P.c.state == "present")
    .group_by(_P.c.attendee_id)
)
IS_KNOWN = sa.select(sa.exists().where(_P.c.event_id == sa.func.any(_events)).label("known"))


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


async def forget_traces(session: AsyncSession, event_ids: Sequence[UUID], attendee_ids: Sequence[UUID]) -> int:
    """Of these people: notes, and the scans and stays of sheets that were validated; other sheets are drawn from theirs. How many."""

    def of(table: Any) -> Any:
        return sa.and_(table.c.event_id.in_(list(event_ids)), table.c.attendee_id.in_(list(attendee_ids)))

    done = [_is_validated(table) for table in (_C, _S)]
    notes = await execute(session, sa.update(_P).where(of(_P), _P.c.note != "").values(note=""))
    scans = await execute(session, sa.delete(_C).where(of(_C), done[0]))
    return int(notes.rowcount + scans.rowcount + (await execute(session, sa.delete(_S).where(of(_S), done[1]))).rowcount)


async def forget_traces_of(session: AsyncSession, event_ids: Sequence[UUID]) -> int:
    """Every note, scan and stay of these events, which are long over; who acted too. How many."""
    there = [table.c.event_id.in_(list(event_ids)) for table in (_P, _C, _S)]
    noted = sa.or_(_P.c.note != "", _P.c.validated_by.is_not(None))
    notes = await execute(session, sa.update(_P).where(there[0], noted).values(note="", validated_by=None))
    scans = await execute(session, sa.delete(_C).where(there[1]))
    return int(notes.rowcount + scans.rowcount + (await execute(session, sa.delete(_S).where(there[2]))).rowcount)


def _is_validated(table: Any) -> Any:
    return sa.exists().where(_P.c.session_id == table.c.session_id, _P.c.attendee_id == table.c.attendee_id)


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
