"""All the SQL about events and their sessions."""

from collections.abc import Sequence
from typing import Any
from uuid import UUID

import sqlalchemy as sa
from sqlalchemy import bindparam
from sqlalchemy.dialects.postgresql import ARRAY
from sqlmodel import select
from sqlmodel.ext.asyncio.session import AsyncSession

from services.common.db import Row, execute, fetch_in

from .models import Event, EventSession

_E: Any = Event.__table__  # type: ignore[attr-defined]
_S: Any = EventSession.__table__  # type: ignore[attr-defined]

_SUMMARY = [
    _E.c[name]
    for name in (
        *("id", "network_id", "reference", "format", "status", "title", "summary", "audiences", "theme_codes", "territory_codes"),
        *("vague_date", "sort_on", "starts_at", "ends_at", "is_on_site", "is_visio", "is_full"),
        *("registration_opens_at", "registration_closes_at"),
    )
]
_HIDDEN = ("idea",)


def _any_of(column: Any, name: str) -> Any:
    """Whether the column is one of the values asked for; nothing asked, everything is."""
    asked = bindparam(name, type_=ARRAY(sa.Text))
    return sa.or_(asked.is_(None), sa.cast(column, sa.Text) == sa.func.any(asked))


def _shares(column: Any, name: str) -> Any:
    asked = bindparam(name, type_=ARRAY(sa.Text))
    return sa.or_(asked.is_(None), column.overlap(asked))


def _listing(seen: Any) -> Any:
    after_on, after_id = bindparam("after_on", type_=sa.Date), bindparam("after_id", type_=sa.Uuid)
    until = bindparam("until_on", type_=sa.Date)
    words = bindparam("patterns", type_=ARRAY(sa.Text))
    return (
        sa.select(*_SUMMARY)
        .where(
            seen,
            sa.tuple_(_E.c.sort_on, _E.c.id) > sa.tuple_(after_on, after_id),
            sa.or_(until.is_(None), _E.c.sort_on <= until),
            _any_of(_E.c.network_id, "network_ids"),
            _any_of(_E.c.format, "formats"),
            _any_of(_E.c.status, "statuses"),
            _shares(_E.c.audiences, "audiences"),
            _shares(_E.c.theme_path, "themes"),
            _shares(_E.c.territory_path, "territories"),
            sa.or_(words.is_(None), sa.func.lower(_E.c.title).like(sa.func.all(words))),
        )
        .order_by(_E.c.sort_on, _E.c.id)
        .limit(bindparam("limit"))
    )


_public = sa.and_(_E.c.status != "idea", _E.c.visibility == "public")
#: The agenda everybody reads, from a day on.
PUBLIC_LISTING = _listing(_public)
#: The same with all that organisers prepare.
ORGANISED_LISTING = _listing(sa.or_(_public, _E.c.network_id == sa.func.any(bindparam("organised_ids", type_=ARRAY(sa.Uuid)))))
ONE = sa.select(*_E.c).where(_E.c.id == bindparam("id"))
BY_REFERENCE = sa.select(_E.c.id).where(_E.c.reference == bindparam("reference"))
SESSIONS = sa.select(*_S.c).where(_S.c.event_id == sa.func.any(bindparam("event_ids", type_=ARRAY(sa.Uuid)))).order_by(_S.c.number)
SESSION = sa.select(*_S.c).where(_S.c.id == bindparam("id"))


_EVENT_LOCK = sa.func.hashtextextended(sa.literal("event:") + sa.cast(bindparam("id", type_=sa.Uuid), sa.Text), 0)
_ALONE = sa.select(sa.func.pg_advisory_xact_lock(_EVENT_LOCK).label("held"))
#: Many hold the event together, whom nobody who holds it alone may starve: advisory locks are given in the order they are asked.
#: The row's own lock makes the statement read the version that is there once the wait is over.
STEADY = (
    sa.select(*_E.c)
    .where(
        _E.c.id == bindparam("id", type_=sa.Uuid), sa.cast(sa.func.pg_advisory_xact_lock_shared(_EVENT_LOCK), sa.Text).is_not(None)
    )
    .with_for_update(key_share=True, read=True)
)
_LOCK_ROW = sa.select(_E.c.is_full).where(_E.c.id == bindparam("id", type_=sa.Uuid)).with_for_update(key_share=True)


async def get(session: AsyncSession, event_id: UUID, *, lock: bool = False) -> Event | None:
    asked = select(Event).where(Event.id == event_id)
    if lock:
        await fetch_in(session, _ALONE, {"id": event_id})
    return (await session.exec(asked.with_for_update() if lock else asked)).first()


async def sessions_of(session: AsyncSession, event_id: UUID) -> Sequence[EventSession]:
    return (await session.exec(select(EventSession).where(EventSession.event_id == event_id).order_by(_S.c.number))).all()


async def session_of(session: AsyncSession, session_id: UUID) -> EventSession | None:
    return (await session.exec(select(EventSession).where(EventSession.id == session_id))).first()


async def set_full(session: AsyncSession, event_id: UUID, is_full: bool) -> None:
    await execute(session, sa.update(_E).where(_E.c.id == event_id, _E.c.is_full != is_full).values(is_full=is_full))


async def steady(session: AsyncSession, event_id: UUID) -> Row | None:
    rows = await fetch_in(session, STEADY, {"id": event_id})
    return rows[0] if rows else None


async def lock_fullness(session: AsyncSession, event_id: UUID) -> bool:
    """Whether it was full; whoever else says whether it is waits for this transaction."""
    rows = await fetch_in(session, _LOCK_ROW, {"id": event_id})
    return bool(rows) and bool(rows[0]["is_full"])


#: Of these events, those that were cancelled, or ended before an instant.
OVER_BEFORE = sa.select(_E.c.id).where(
    _E.c.id == sa.func.any(bindparam("ids", type_=ARRAY(sa.Uuid))),
    sa.or_(_E.c.status == "cancelled", _E.c.ends_at <= bindparam("before", type_=sa.DateTime(timezone=True))),
)
